import { TlsError } from '@typetls/wire'
import { messageLabel } from './handshake-message.ts'

/**
 * Puts handshake messages together from any pieces, and refuses a message that is too large as soon as its header is
 * there. Holds at most one record more than the largest message.
 */
export class MessageAssembler {
  /** What belongs to no message yet: the bytes from `#start` to `#end`. */
  #buffer: Uint8Array = none
  #start = 0
  #end = 0

  /** Bytes that belong to no message that was taken yet. */
  get buffered(): number {
    return this.#end - this.#start
  }

  /** @param given the array is the assembler's from now on, and need not be copied */
  push(bytes: Uint8Array, given = false): void {
    const length = this.buffered
    if (length === 0 && given) {
      this.#buffer = bytes
      this.#start = 0
    } else {
      if (this.#end + bytes.length > this.#buffer.length) {
        const larger = new Uint8Array(Math.max(length + bytes.length, 2 * length))
        larger.set(this.#buffer.subarray(this.#start, this.#end))
        this.#buffer = larger
        this.#start = 0
      }
      this.#buffer.set(bytes, this.#start + length)
    }
    this.#end = this.#start + length + bytes.length
  }

  /**
   * The next complete message with its header, as bytes of its own, or `undefined`.
   *
   * @param limit largest body, bytes
   * @throws TlsError `ERR_TLS_MESSAGE_TOO_LARGE` (illegal_parameter) as soon as the header announces more
   */
  next(limit: number): Uint8Array | undefined {
    if (this.buffered < 4) return undefined
    const buffer = this.#buffer
    const start = this.#start
    const body =
      ((buffer[start + 1] as number) << 16) | ((buffer[start + 2] as number) << 8) | (buffer[start + 3] as number)
    if (body > limit) {
      throw new TlsError('ERR_TLS_MESSAGE_TOO_LARGE', undefined, {
        path: messageLabel(buffer.subarray(start)),
        expected: limit,
        received: body,
      })
    }
    const end = start + 4 + body
    if (this.#end < end) return undefined
    this.#start = end
    if (end === this.#end) this.#buffer = none
    return start === 0 && end === buffer.length ? buffer : buffer.slice(start, end)
  }

  /** The type byte of the message that is being put together. */
  get nextType(): number | undefined {
    return this.buffered > 0 ? this.#buffer[this.#start] : undefined
  }
}

const none = /* @__PURE__ */ new Uint8Array(0)
