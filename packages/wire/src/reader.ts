import type { TlsErrorCode } from './tls-error.ts'
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
    return this.uint(1)
  }

  uint16(): number {
    return this.uint(2)
  }

  /** An unsigned integer of `width` bytes, at most 4: big-endian, as all are. */
  uint(width: number): number {
    const { bytes } = this
    let value = 0
    for (let i = 0, at = this.#skip(width); i < width; i++) value = value * 0x100 + (bytes[at + i] as number)
    return value
  }

  /** A view of the next `length` bytes. */
  take(length: number): Uint8Array {
    return this.bytes.subarray(this.#skip(length), this.offset)
  }

  /** A reader over the next `length` bytes with the same path, to be used before this one goes on. */
  sub(length: number): Reader {
    return new Reader(this.bytes, this.#path, this.#skip(length), this.offset)
  }

  /** @throws TlsError `ERR_TLS_DECODE_TRAILING` (decode_error) unless everything was read */
  finish(): void {
    if (this.remaining > 0) this.fail('ERR_TLS_DECODE_TRAILING', this.remaining)
  }

  /** Refuses what was read last, and says where that was. */
  fail(code: TlsErrorCode, received: unknown, expected?: unknown): never {
    throw new TlsError(code, undefined, { path: this.path, expected, received })
  }

  /** Moves behind the next `length` bytes and returns where they start. */
  #skip(length: number): number {
    if (this.remaining < length) this.fail('ERR_TLS_DECODE_TRUNCATED', this.remaining, length)
    const start = this.offset
    this.offset += length
    return start
  }
}
