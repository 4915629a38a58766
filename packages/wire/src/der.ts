import { concat } from './bytes.ts'
import type { TlsErrorCode } from './tls-error.ts'
import { TlsError } from './tls-error.ts'

/**
 * A strict cursor over DER that knows where it is: `Certificate.tbsCertificate.extensions[2]`.
 *
 * What makes two readings of one certificate possible is refused: indefinite and non-minimal lengths, non-minimal
 * integers and object identifiers, constructed strings, bytes left over. What is taken is a view of the input, not a copy.
 *
 * ITU-T X.690 section 10 and 11
 */
export class DerReader {
  readonly bytes: Uint8Array
  /** Where the content starts and ends in `bytes`. */
  readonly start: number
  readonly end: number
  offset: number
  /** What problems are reported with. */
  readonly code: DerErrorCode
  readonly #step: DerStep
  readonly #parent: DerReader | undefined

  /** Over a document that holds one element; its name is `step`, or the step that `enter` and the others are given. */
  constructor(
    bytes: Uint8Array,
    code: DerErrorCode,
    step: DerStep = '',
    parent?: DerReader,
    start = 0,
    end: number = bytes.length,
  ) {
    this.bytes = bytes
    this.start = this.offset = start
    this.end = end
    this.code = code
    this.#step = step
    this.#parent = parent
  }

  get path(): string {
    return pathOf(this.#parent?.path, this.#step)
  }

  /** All that it reads. */
  get der(): Uint8Array {
    return this.bytes.subarray(this.start, this.end)
  }

  /** The identifier octet that comes next, or `undefined` at the end. */
  peek(): number | undefined {
    return this.offset < this.end ? this.bytes[this.offset] : undefined
  }

  /** A reader over the content of a constructed element. */
  enter(identifier: number, step?: DerStep): DerReader {
    return this.#within(this.#header(identifier, step), step)
  }

  /** A reader over the next element and nothing else. */
  next(step: DerStep): DerReader {
    const { offset } = this
    this.#header(undefined, step)
    return this.#within(offset, step)
  }

  /** The content of a primitive element, itself checked as its type demands. */
  content(identifier: number, step?: DerStep): Uint8Array {
    return this.bytes.subarray(this.#header(identifier, step), this.offset)
  }

  /** The content of a primitive element that may be left out. */
  optional(identifier: number, step?: DerStep): Uint8Array | undefined {
    return this.peek() === identifier ? this.content(identifier, step) : undefined
  }

  /** The digits of a non-negative INTEGER, big-endian without leading zeros: none for 0. */
  integer(step?: DerStep): Uint8Array {
    const content = this.content(integer, step)
    if ((content[0] as number) >= 0x80) this.fail('is negative', step)
    return content[0] === 0 ? content.subarray(1) : content
  }

  /** The content of a BIT STRING of whole octets. */
  bitString(step?: DerStep): Uint8Array {
    const content = this.content(bitString, step)
    if (content[0] !== 0) this.fail('has unused bits', step)
    return content.subarray(1)
  }

  /** A whole element, identifier and length included, checked all the way down; `identifier` undefined: any. */
  element(identifier: number | undefined, step?: DerStep): Uint8Array {
    const { offset } = this
    this.#check(identifier, step, 0)
    return this.bytes.subarray(offset, this.offset)
  }

  /** Refuses bytes that were not read. */
  finish(step?: DerStep): void {
    if (this.offset !== this.end) this.fail(`has ${this.end - this.offset} bytes too many`, step)
  }

  fail(problem: string, step: DerStep = ''): never {
    const path = pathOf(this.path, step)
    throw new TlsError(this.code, `${path} ${problem}`, { path })
  }

  #check(identifier: number | undefined, step: DerStep | undefined, depth: number): void {
    if (depth > maxDepth) this.fail(`is nested deeper than ${maxDepth}`, step)
    const actual = this.peek() as number
    const start = this.#header(identifier, step)
    if (!isConstructed(actual)) return
    const inner = this.#within(start, step)
    for (let i = 0; inner.offset < inner.end; i++) inner.#check(undefined, i, depth + 1)
  }

  /** From `start` to where the element that was read last ends. */
  #within(start: number, step: DerStep | undefined): DerReader {
    return new DerReader(this.bytes, this.code, step, this, start, this.offset)
  }

  /** Moves behind the element and returns where its content starts. */
  #header(identifier: number | undefined, step: DerStep | undefined): number {
    const { bytes, end } = this
    let { offset } = this
    if (offset >= end) this.fail('is missing', step)
    const actual = bytes[offset++] as number
    if (identifier !== undefined && actual !== identifier) {
      this.fail(`must have the identifier octet ${hex(identifier)}, has ${hex(actual)}`, step)
    }
    let length = bytes[offset++] as number
    if (length >= 0x80) {
      const octets = length & 0x7f
      length = 0
      for (let i = 0; i < octets; i++) length = length * 0x100 + (bytes[offset++] as number)
      // "the length octets … shall be encoded in the minimum number of octets." X.690 section 10.1
      if (octets === 0 || octets > 4 || length < 0x80 || length < 0x100 ** (octets - 1)) {
        this.fail('has a length that is not minimal, or over 4 octets', step)
      }
    }
    // What was read beyond the end may be of others, or no number.
    if (!(offset + length <= end)) this.fail('is cut off', step)
    this.offset = offset + length
    if (!isReadable(actual, bytes, offset, this.offset)) this.fail(`is not DER of the type ${hex(actual)}`, step)
    return offset
  }
}

export type DerStep = string | number

export type DerErrorCode = Extract<
  TlsErrorCode,
  'ERR_TLS_CERTIFICATE_PARSE' | 'ERR_TLS_KEY_PARSE' | 'ERR_TLS_CRL_PARSE' | 'ERR_TLS_OCSP_PARSE'
>

/** Identifier octets. */
export const boolean = 0x01
export const integer = 0x02
export const bitString = 0x03
export const octetString = 0x04
export const nullValue = 0x05
export const objectIdentifier = 0x06
export const utcTime = 0x17
export const generalizedTime = 0x18
export const sequence = 0x30
export const set = 0x31
/** `[number]` of a primitive type under IMPLICIT. */
export const implicit = (number: number): number => 0x80 | number
/** `[number]` of a constructed type, or EXPLICIT. */
export const explicit = (number: number): number => 0xa0 | number

/** An element of these parts. */
export function derElement(identifier: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  const octets: number[] = []
  for (let left = length; left > 0; left >>>= 8) octets.unshift(left)
  const lengthOctets = length < 0x80 ? [length] : [0x80 | octets.length, ...octets]
  // The array keeps the last eight bits of each.
  return concat(Uint8Array.of(identifier, ...lengthOctets), ...parts)
}

/** `1.2.840.10045.2.1` from the content of an OBJECT IDENTIFIER that was checked. */
export function objectIdentifierText(content: Uint8Array): string {
  let text = ''
  let arc = 0
  for (const byte of content) {
    arc = arc * 0x80 + (byte & 0x7f)
    if (byte >= 0x80) continue
    if (text === '') {
      // The first two arcs share one number: 40 × first + second.
      const first = Math.min(Math.trunc(arc / 40), 2)
      text += first
      arc -= 40 * first
    }
    text += `.${arc}`
    arc = 0
  }
  return text
}

/** Whether this is what DER writes for the type, a universal one; of others only that their tag is below 31. */
function isReadable(identifier: number, bytes: Uint8Array, start: number, end: number): boolean {
  const tag = identifier & 0x1f
  if (tag === 0x1f || (identifier < 0x40 && constructedOnly.includes(tag) !== isConstructed(identifier))) return false
  const length = end - start
  const first = bytes[start] as number
  switch (identifier) {
    case boolean:
      return length === 1 && (first === 0 || first === 0xff)
    case integer: {
      // The first nine bits "shall not all be ones; and … shall not all be zero." X.690 section 8.3.2
      const nine = (first << 1) | ((bytes[start + 1] as number) >> 7)
      return length === 1 || (length > 1 && nine !== 0 && nine !== 0x1ff)
    }
    case bitString:
      // "Each unused bit in the final octet … shall be set to zero." X.690 section 11.2.1
      return length > 1
        ? first < 8 && ((bytes[end - 1] as number) & ((1 << first) - 1)) === 0
        : length === 1 && first === 0
    case nullValue:
      return length === 0
    case objectIdentifier: {
      let octets = 0
      for (let i = start; i < end; i++) {
        const byte = bytes[i] as number
        if ((octets === 0 && byte === 0x80) || ++octets > maxArcOctets) return false
        if (byte < 0x80) octets = 0
      }
      return length > 0 && octets === 0
    }
    default:
      return true
  }
}

function pathOf(parent = '', step: DerStep): string {
  // A step without a name is the same place: a SEQUENCE under an explicit tag.
  return typeof step === 'number' ? `${parent}[${step}]` : `${parent}${parent && step && '.'}${step}`
}

function hex(octet: number): string {
  return `0x${octet.toString(16)}`
}

function isConstructed(identifier: number): boolean {
  return (identifier & 0x20) !== 0
}

/** EXTERNAL, EMBEDDED PDV, SEQUENCE, SET: of the universal types DER writes these constructed and all others primitive. */
const constructedOnly: readonly number[] = [0x08, 0x0b, 0x10, 0x11]

/** Certificates nest about ten deep; general names inside name constraints a few more. */
const maxDepth = 32

/** 49 bits: what a double counts exactly, and more than any number in use. */
const maxArcOctets = 7
