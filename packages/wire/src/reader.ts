import { TlsError } from './tls-error.ts'

/**
 * A cursor over bytes that never reads past its end and knows where it is: `ServerHello.extensions[2]`.
 * Slices are views of the input, not copies.
 */
export class Reader {
  readonly bytes: Uint8Array
  offset: number
  readonly end: number
  /** One for a reader and all that are made of it: what is read last is where we are. */
  readonly #path: (string | number)[]

  constructor(bytes: Uint8Array, path: string | (string | number)[] = [], offset = 0, end: number = bytes.length) {
    this.bytes = bytes
    this.offset = offset
    this.end = end
    this.#path = typeof path === 'string' ? [path] : path
  }

  get remaining(): number {
    return this.end - this.offset
  }

  /** `ServerHello.extensions[2] (key_share)` */
  get path(): string {
    let text = ''
    for (const step of this.#path) {
      if (typeof step === 'number') text += `[${step}]`
      else text += text === '' || step.startsWith(' ') ? step : `.${step}`
    }
    return text
  }

  enter(step: string | number): void {
    this.#path.push(step)
  }

  leave(): void {
    this.#path.pop()
  }

  uint8(): number {
    this.#need(1)
    return this.bytes[this.offset++] as number
  }

  uint16(): number {
    this.#need(2)
    const { bytes, offset } = this
    this.offset += 2
    return ((bytes[offset] as number) << 8) | (bytes[offset + 1] as number)
  }

  uint24(): number {
    this.#need(3)
    const { bytes, offset } = this
    this.offset += 3
    return ((bytes[offset] as number) << 16) | ((bytes[offset + 1] as number) << 8) | (bytes[offset + 2] as number)
  }

  uint32(): number {
    return this.uint16() * 0x10000 + this.uint16()
  }

  /** A view of the next `length` bytes. */
  take(length: number): Uint8Array {
    this.#need(length)
    const view = this.bytes.subarray(this.offset, this.offset + length)
    this.offset += length
    return view
  }

  /** A reader over the next `length` bytes with the same path, to be used before this one goes on. */
  sub(length: number): Reader {
    this.#need(length)
    const inner = new Reader(this.bytes, this.#path, this.offset, this.offset + length)
    this.offset += length
    return inner
  }

  /** @throws TlsError `ERR_TLS_DECODE_TRAILING` (decode_error) unless everything was read */
  finish(): void {
    if (this.offset !== this.end) {
      throw new TlsError('ERR_TLS_DECODE_TRAILING', `${this.path} has ${this.remaining} bytes too many`, {
        path: this.path,
        received: this.remaining,
      })
    }
  }

  #need(length: number): void {
    if (this.end - this.offset < length) {
      throw new TlsError('ERR_TLS_DECODE_TRUNCATED', `${this.path} needs ${length} bytes, has ${this.remaining}`, {
        path: this.path,
        expected: length,
        received: this.remaining,
      })
    }
  }
}
