import { concat, TlsError } from '@typetls/wire'

/**
 * A cursor over DER elements, for keys and signatures only. Strict: one-byte tags, definite minimal lengths, nothing read
 * beyond the end. Every failure is `ERR_TLS_KEY_PARSE`.
 */
export class DerReader {
  readonly #bytes: Uint8Array
  #offset = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get done(): boolean {
    return this.#offset === this.#bytes.length
  }

  /** The content of the next element, which must have this tag. */
  content(tag: number): Uint8Array {
    const found = this.#bytes[this.#offset]
    if (found !== tag) throw malformed(`expected tag ${tag}, found ${found ?? 'the end'}`)
    const [start, end] = this.#bounds()
    this.#offset = end
    return this.#bytes.subarray(start, end)
  }

  /** The content of the next element if it has this tag. */
  optional(tag: number): Uint8Array | undefined {
    return this.#bytes[this.#offset] === tag ? this.content(tag) : undefined
  }

  /** The next element whole, with tag and length. */
  element(tag: number): Uint8Array {
    const start = this.#offset
    this.content(tag)
    return this.#bytes.subarray(start, this.#offset)
  }

  sequence(): DerReader {
    return new DerReader(this.content(tags.sequence))
  }

  /** The digits of a non-negative INTEGER, big-endian without leading zeros: none for 0. */
  integer(): Uint8Array {
    const content = this.content(tags.integer)
    const first = content[0]
    if (first === undefined || first >= 0x80) throw malformed('an INTEGER is empty or negative')
    if (first !== 0) return content
    if (content.length > 1 && (content[1] as number) < 0x80) throw malformed('an INTEGER is padded')
    return content.subarray(1)
  }

  /** An INTEGER from 0 to 255. */
  smallInteger(): number {
    const digits = this.integer()
    if (digits.length > 1) throw malformed('an INTEGER is too large')
    return digits[0] ?? 0
  }

  /** A BIT STRING of whole bytes. */
  bitString(): Uint8Array {
    const content = this.content(tags.bitString)
    if (content[0] !== 0) throw malformed('a BIT STRING does not end at a byte')
    return content.subarray(1)
  }

  finish(): void {
    if (!this.done) throw malformed('bytes are left over')
  }

  #bounds(): [number, number] {
    const first = this.#bytes[this.#offset + 1]
    if (first === undefined) throw malformed('an element has no length')
    if (first < 0x80) return this.#within(this.#offset + 2, first)
    const width = first - 0x80
    // Four bytes of length would be 16 MiB: no key is.
    if (width === 0 || width > 3) throw malformed('a length is indefinite or too large')
    let length = 0
    for (let i = 0; i < width; i++) {
      const byte = this.#bytes[this.#offset + 2 + i]
      if (byte === undefined) throw malformed('a length is cut off')
      length = length * 0x100 + byte
    }
    if (length < 0x80 || length < 0x100 ** (width - 1)) throw malformed('a length is not minimal')
    return this.#within(this.#offset + 2 + width, length)
  }

  #within(start: number, length: number): [number, number] {
    if (start + length > this.#bytes.length) throw malformed('an element is cut off')
    return [start, start + length]
  }
}

/** One element: tag, minimal length, content. */
export function derElement(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  const content = concat(...contents)
  const { length } = content
  if (length < 0x80) return concat(Uint8Array.of(tag, length), content)
  if (length < 0x100) return concat(Uint8Array.of(tag, 0x81, length), content)
  if (length < 0x10000) return concat(Uint8Array.of(tag, 0x82, length >> 8, length), content)
  return concat(Uint8Array.of(tag, 0x83, length >> 16, length >> 8, length), content)
}

/** An INTEGER of digits that may have zeros in front. */
export function derInteger(digits: Uint8Array): Uint8Array {
  let start = 0
  while (start < digits.length - 1 && digits[start] === 0) start++
  const minimal = digits.subarray(start)
  const signed = (minimal[0] ?? 0x80) >= 0x80
  return signed ? derElement(tags.integer, Uint8Array.of(0), minimal) : derElement(tags.integer, minimal)
}

export const tags: Readonly<Record<Tag, number>> = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  objectIdentifier: 0x06,
  sequence: 0x30,
  /** `[0]`, constructed; `[1]` is one more, and so on. */
  context: 0xa0,
  /** `[0]` in place of a primitive element. */
  primitiveContext: 0x80,
}

type Tag =
  'integer' | 'bitString' | 'octetString' | 'null' | 'objectIdentifier' | 'sequence' | 'context' | 'primitiveContext'

function malformed(what: string): TlsError {
  return new TlsError('ERR_TLS_KEY_PARSE', `this is not DER as it should be: ${what}`)
}
