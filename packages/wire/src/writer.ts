import { TlsError } from './tls-error.ts'

/** A growing byte array with the integers and length-prefixed vectors of the TLS presentation language. */
export class Writer {
  /** Serves one `written` after the other, since an array of its own for each costs more than what is written. */
  static #spare: Writer | undefined

  #bytes: Uint8Array
  #length = 0

  constructor(capacity = 256) {
    this.#bytes = new Uint8Array(capacity)
  }

  /** What `write` writes, as an array of its own size. Leaves no copy behind. */
  static written(write: (writer: Writer) => void): Uint8Array {
    const writer = Writer.#spare ?? new Writer(1024)
    // Not there for a writer within.
    Writer.#spare = undefined
    write(writer)
    const bytes = writer.finish()
    writer.#bytes.fill(0, 0, writer.#length)
    writer.#length = 0
    Writer.#spare = writer
    return bytes
  }

  uint8(value: number): void {
    this.uint(1, value)
  }

  uint16(value: number): void {
    this.uint(2, value)
  }

  /**
   * An unsigned integer in `width` bytes, at most 4: big-endian, as all are.
   *
   * @throws TlsError `ERR_TLS_ENCODE_RANGE` (internal_error) for what is none, or too large
   */
  uint(width: number, value: number): void {
    requireRange(value, 0, 0xffffffff >>> (32 - 8 * width))
    this.#put(this.#room(width), width, value)
  }

  raw(bytes: Uint8Array): void {
    const at = this.#room(bytes.length)
    this.#bytes.set(bytes, at)
  }

  /**
   * What `body` writes, behind its length in `width` bytes.
   *
   * @throws TlsError `ERR_TLS_ENCODE_RANGE` (internal_error) when the body is outside `min..max` bytes
   */
  vector(width: number, min: number, max: number, body: (writer: Writer) => void): void {
    const at = this.#room(width)
    body(this)
    const length = this.#length - at - width
    requireRange(length, min, max)
    this.#put(at, width, length)
  }

  /** A copy of what was written, with no spare capacity behind it. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length)
  }

  /** Makes room for `length` bytes more and returns where they start. */
  #room(length: number): number {
    const start = this.#length
    this.#length += length
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(2 * this.#length)
      larger.set(this.#bytes.subarray(0, start))
      this.#bytes = larger
    }
    return start
  }

  #put(at: number, width: number, value: number): void {
    const bytes = this.#bytes
    for (let i = at + width - 1, left = value; i >= at; i--, left >>>= 8) bytes[i] = left
  }
}

/** @throws TlsError `ERR_TLS_ENCODE_RANGE` (internal_error) for what is no integer from `min` to `max` */
export function requireRange(received: number, min: number, max: number): void {
  if (Number.isInteger(received) && received >= min && received <= max) return
  throw new TlsError('ERR_TLS_ENCODE_RANGE', undefined, { expected: { min, max }, received })
}
