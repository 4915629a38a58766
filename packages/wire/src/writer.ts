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

  get length(): number {
    return this.#length
  }

  uint8(value: number): void {
    this.#room(1)
    inRange(value, 0xff)
    this.#bytes[this.#length++] = value
  }

  uint16(value: number): void {
    this.#room(2)
    inRange(value, 0xffff)
    this.#bytes[this.#length++] = value >>> 8
    this.#bytes[this.#length++] = value
  }

  uint24(value: number): void {
    this.#room(3)
    inRange(value, 0xffffff)
    this.#bytes[this.#length++] = value >>> 16
    this.#bytes[this.#length++] = value >>> 8
    this.#bytes[this.#length++] = value
  }

  uint32(value: number): void {
    inRange(value, 0xffffffff)
    this.uint16(Math.floor(value / 0x10000))
    this.uint16(value % 0x10000)
  }

  raw(bytes: Uint8Array): void {
    this.#room(bytes.length)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
  }

  /**
   * What `body` writes, behind its length in `width` bytes.
   *
   * @throws TlsError `ERR_TLS_ENCODE_RANGE` (internal_error) when the body is outside `min..max` bytes
   */
  vector(width: 1 | 2 | 3, min: number, max: number, body: (writer: Writer) => void): void {
    this.#room(width)
    const at = this.#length
    this.#length += width
    body(this)
    const length = this.#length - at - width
    if (length < min || length > max) {
      throw new TlsError('ERR_TLS_ENCODE_RANGE', `a vector of ${length} bytes must have ${min} to ${max}`, {
        expected: { min, max },
        received: length,
      })
    }
    for (let i = 0; i < width; i++) this.#bytes[at + i] = length >>> (8 * (width - 1 - i))
  }

  /** A copy of what was written, with no spare capacity behind it. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length)
  }

  #room(length: number): void {
    const needed = this.#length + length
    if (needed <= this.#bytes.length) return
    const larger = new Uint8Array(Math.max(needed, 2 * this.#bytes.length))
    larger.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = larger
  }
}

function inRange(value: number, max: number): void {
  if (!Number.isInteger(value) || value < 0 || value > max) {
    throw new TlsError('ERR_TLS_ENCODE_RANGE', `${value} is not an integer between 0 and ${max}`, {
      expected: { min: 0, max },
      received: value,
    })
  }
}
