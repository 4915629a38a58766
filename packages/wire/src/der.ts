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
  readonly #code: DerErrorCode
  readonly #step: DerStep
  readonly #parent: DerReader | undefined

  /** Over a document that holds one element; its name is the step that `enter` and the others are given. */
  constructor(
    bytes: Uint8Array,
    code: DerErrorCode,
    step: DerStep = '',
    parent?: DerReader,
    offset = 0,
    end: number = bytes.length,
  ) {
    this.bytes = bytes
    this.start = offset
    this.offset = offset
    this.end = end
    this.#code = code
    this.#step = step
    this.#parent = parent
  }

  get path(): string {
    return pathOf(this.#parent?.path, this.#step)
  }

  /** The identifier octet that comes next, or `undefined` at the end. */
  peek(): number | undefined {
    return this.offset < this.end ? this.bytes[this.offset] : undefined
  }

  /** A reader over the content of a constructed element. */
  enter(identifier: number, step?: DerStep): DerReader {
    const start = this.#header(identifier, step)
    return new DerReader(this.bytes, this.#code, step, this, start, this.offset)
  }

  /** The content of a primitive element, itself checked as its type demands. */
  content(identifier: number, step?: DerStep): Uint8Array {
    const start = this.#header(identifier, step)
    checkPrimitive(this, identifier, start, this.offset, step)
    return this.bytes.subarray(start, this.offset)
  }

  /** A whole element, identifier and length included, checked all the way down; `identifier` undefined: any. */
  element(identifier: number | undefined, step?: DerStep): Uint8Array {
    const from = this.offset
    this.checkElement(identifier, step, 0)
    return this.bytes.subarray(from, this.offset)
  }

  /** Refuses bytes that were not read. */
  finish(step?: DerStep): void {
    if (this.offset !== this.end) this.fail(`has ${this.end - this.offset} bytes too many`, step)
  }

  fail(problem: string, step?: DerStep, cause?: unknown): never {
    const path = step === undefined ? this.path : pathOf(this.path, step)
    throw new TlsError(this.#code, `${path} ${problem}`, cause === undefined ? { path } : { path, cause })
  }

  checkElement(identifier: number | undefined, step: DerStep | undefined, depth: number): void {
    if (depth > maxDepth) this.fail(`is nested deeper than ${maxDepth}`, step)
    const actual = this.peek()
    const start = this.#header(identifier, step)
    if (((actual as number) & constructed) === 0) {
      checkPrimitive(this, actual as number, start, this.offset, step)
      return
    }
    const inner = new DerReader(this.bytes, this.#code, step, this, start, this.offset)
    for (let i = 0; inner.offset < inner.end; i++) inner.checkElement(undefined, i, depth + 1)
  }

  /** Moves behind the element and returns where its content starts. */
  #header(identifier: number | undefined, step: DerStep | undefined): number {
    const { bytes, end } = this
    if (this.offset >= end) this.fail('is missing', step)
    const actual = bytes[this.offset] as number
    if (identifier !== undefined && actual !== identifier) {
      this.fail(`must have the identifier octet ${hex(identifier)}, has ${hex(actual)}`, step)
    }
    if ((actual & 0x1f) === 0x1f) this.fail('has a tag number above 30', step)
    if (actual < 0x40 && constructedOnly.has(actual & 0x1f) !== ((actual & constructed) !== 0)) {
      this.fail('is primitive where DER has constructed, or the other way round', step)
    }

    let offset = this.offset + 1
    if (offset >= end) this.fail('ends before its length', step)
    let length = bytes[offset++] as number
    if (length >= 0x80) {
      const octets = length & 0x7f
      if (octets === 0) this.fail('has an indefinite length', step)
      if (octets > 4) this.fail(`has a length of ${octets} octets`, step)
      if (offset + octets > end) this.fail('ends inside its length', step)
      length = 0
      for (let i = 0; i < octets; i++) length = length * 0x100 + (bytes[offset + i] as number)
      // "the length octets … shall be encoded in the minimum number of octets." X.690 section 10.1
      if (length < 0x80 || length < 0x100 ** (octets - 1)) this.fail('has a length that is not minimal', step)
      offset += octets
    }
    if (length > end - offset) this.fail(`needs ${length} bytes, has ${end - offset}`, step)
    this.offset = offset + length
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
  let length = 0
  for (const part of parts) length += part.length
  const octets = length < 0x80 ? 0 : length < 0x100 ? 1 : length < 0x10000 ? 2 : 3
  const element = new Uint8Array(2 + octets + length)
  element[0] = identifier
  element[1] = octets === 0 ? length : 0x80 | octets
  for (let i = 0; i < octets; i++) element[2 + i] = length >>> (8 * (octets - 1 - i))
  let offset = 2 + octets
  for (const part of parts) {
    element.set(part, offset)
    offset += part.length
  }
  return element
}

/** `1.2.840.10045.2.1` from the content of an OBJECT IDENTIFIER that was checked. */
export function objectIdentifierText(content: Uint8Array): string {
  let text = ''
  let arc = 0
  for (const byte of content) {
    arc = arc * 0x80 + (byte & 0x7f)
    if (byte >= 0x80) continue
    // The first two arcs share one number: 40 × first + second.
    if (text === '') text = arc < 80 ? `${Math.floor(arc / 40)}.${arc % 40}` : `2.${arc - 80}`
    else text += `.${arc}`
    arc = 0
  }
  return text
}

function checkPrimitive(
  reader: DerReader,
  identifier: number,
  start: number,
  end: number,
  step: DerStep | undefined,
): void {
  const { bytes } = reader
  const first = bytes[start] as number
  switch (identifier) {
    case boolean:
      if (end - start !== 1 || (first !== 0 && first !== 0xff)) reader.fail('is not a DER BOOLEAN', step)
      return
    case integer: {
      if (end === start) reader.fail('is an empty INTEGER', step)
      const second = bytes[start + 1] as number
      const redundant = end - start > 1 && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80))
      if (redundant) reader.fail('is an INTEGER that is not minimal', step)
      return
    }
    case bitString: {
      if (end === start || first > 7 || (end - start === 1 && first !== 0)) {
        reader.fail('is not a DER BIT STRING', step)
      }
      // "Each unused bit in the final octet … shall be set to zero." X.690 section 11.2.1
      if (first > 0 && ((bytes[end - 1] as number) & ((1 << first) - 1)) !== 0) {
        reader.fail('has unused bits that are not zero', step)
      }
      return
    }
    case nullValue:
      if (end !== start) reader.fail('is a NULL with content', step)
      return
    case objectIdentifier: {
      let atStart = true
      let octets = 0
      for (let i = start; i < end; i++) {
        const byte = bytes[i] as number
        if (atStart && byte === 0x80) reader.fail('is an OBJECT IDENTIFIER that is not minimal', step)
        if (++octets > maxArcOctets) reader.fail('is an OBJECT IDENTIFIER with a number above 2^49', step)
        atStart = byte < 0x80
        if (atStart) octets = 0
      }
      if (end === start || !atStart) reader.fail('is not a DER OBJECT IDENTIFIER', step)
    }
  }
}

function pathOf(parent: string | undefined, step: DerStep): string {
  if (typeof step === 'number') return `${parent ?? ''}[${step}]`
  // A step without a name is the same place: a SEQUENCE under an explicit tag.
  if (parent === undefined || parent === '' || step === '') return `${parent ?? ''}${step}`
  return `${parent}.${step}`
}

function hex(octet: number): string {
  return `0x${octet.toString(16).padStart(2, '0')}`
}

const constructed = 0x20

/** EXTERNAL, EMBEDDED PDV, SEQUENCE, SET: of the universal types DER writes these constructed and all others primitive. */
const constructedOnly: ReadonlySet<number> = /* @__PURE__ */ new Set([0x08, 0x0b, 0x10, 0x11])

/** Certificates nest about ten deep; general names inside name constraints a few more. */
const maxDepth = 32

/** 49 bits: what a double counts exactly, and more than any number in use. */
const maxArcOctets = 7
