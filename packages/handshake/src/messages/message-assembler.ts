import { TlsError } from '@typetls/wire'
import { messageLabel } from './handshake-message.ts'

/**
 * Puts handshake messages together from any pieces, and refuses a message that is too large as soon as its header is
 * there. Holds at most one record more than the largest message.
 */
export class MessageAssembler {
  #buffer: Uint8Array = none
  #length = 0

  /** Bytes that belong to no message that was taken yet. */
  get buffered(): number {
    return this.#length
  }

  push(bytes: Uint8Array): void {
    const length = this.#length + bytes.length
    if (length > this.#buffer.length) {
      const larger = new Uint8Array(Math.max(length, 2 * this.#buffer.length))
      larger.set(this.#buffer.subarray(0, this.#length))
      this.#buffer = larger
    }
    this.#buffer.set(bytes, this.#length)
    this.#length = length
  }

  /**
   * The next complete message with its header, as bytes of its own, or `undefined`.
   *
   * @param limit largest body, bytes
   * @throws TlsError `ERR_TLS_MESSAGE_TOO_LARGE` (illegal_parameter) as soon as the header announces more
   */
  next(limit: number): Uint8Array | undefined {
    if (this.#length < 4) return undefined
    const buffer = this.#buffer
    const body = ((buffer[1] as number) << 16) | ((buffer[2] as number) << 8) | (buffer[3] as number)
    if (body > limit) {
      throw new TlsError(
        'ERR_TLS_MESSAGE_TOO_LARGE',
        `${messageLabel(buffer)} announces ${body} bytes, at most ${limit} may come`,
        { expected: limit, received: body },
      )
    }
    const end = 4 + body
    if (this.#length < end) return undefined
    const message = buffer.slice(0, end)
    this.#length -= end
    if (this.#length === 0) this.#buffer = none
    else buffer.copyWithin(0, end, end + this.#length)
    return message
  }

  /** The type byte of the message that is being put together. */
  get nextType(): number | undefined {
    return this.#length > 0 ? this.#buffer[0] : undefined
  }
}

const none = /* @__PURE__ */ new Uint8Array(0)
