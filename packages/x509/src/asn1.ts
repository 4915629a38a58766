import { TlsError } from '@typetls/wire'
import { decodeString } from './asn1-string.ts'
import type { DerErrorCode } from '@typetls/wire/der'
import { bitString, boolean, DerReader, integer, objectIdentifier, objectIdentifierText } from '@typetls/wire/der'

/**
 * The value of one DER element, read as far as it is asked for. Strictness comes first: the whole of it is checked to be
 * DER here, so what is read later needs no checks of its own.
 *
 * @param path where the element stands, such as `Certificate.tbsCertificate.extensions[2].extnValue`
 * @param code what it is refused with
 * @throws TlsError `code`
 */
export function parseAsn1(der: Uint8Array, path: string, code: DerErrorCode = 'ERR_TLS_CERTIFICATE_PARSE'): Asn1Value {
  const reader = new DerReader(der, code)
  reader.checkElement(undefined, path, 0)
  reader.finish(path)
  return new Asn1Value(der, path, code)
}

/** An element with its place in the document. */
export class Asn1Value {
  readonly path: string
  /** The whole element: DER, and checked to be. */
  readonly der: Uint8Array
  /** What problems are reported with. */
  readonly code: DerErrorCode

  constructor(der: Uint8Array, path: string, code: DerErrorCode) {
    this.der = der
    this.path = path
    this.code = code
  }

  /** The identifier octet. */
  get identifier(): number {
    return this.der[0] as number
  }

  /** The elements of a SEQUENCE, SET or other constructed value. */
  children(identifier: number): Asn1Value[] {
    this.expect(identifier)
    const { der } = this
    const children: Asn1Value[] = []
    for (let start = contentStart(der, 0); start < der.length;) {
      const end = elementEnd(der, start)
      if (children.length === maxChildren) this.fail(`has more than ${maxChildren} elements`)
      children.push(new Asn1Value(der.subarray(start, end), `${this.path}[${children.length}]`, this.code))
      start = end
    }
    return children
  }

  /** As `children`, for types that say `SIZE (1..MAX)`. */
  someChildren(identifier: number): Asn1Value[] {
    const children = this.children(identifier)
    if (children.length === 0) this.fail('is empty')
    return children
  }

  /** The content octets of a primitive value. */
  content(identifier: number): Uint8Array {
    this.expect(identifier)
    return this.der.subarray(contentStart(this.der, 0))
  }

  expect(identifier: number): void {
    if (this.identifier !== identifier) {
      this.fail(`must have the identifier octet 0x${identifier.toString(16)}, has 0x${this.identifier.toString(16)}`)
    }
  }

  objectIdentifier(): string {
    if (this.identifier !== objectIdentifier) return this.fail('is not an OBJECT IDENTIFIER')
    return objectIdentifierText(this.content(objectIdentifier))
  }

  boolean(): boolean {
    if (this.identifier !== boolean) return this.fail('is not a BOOLEAN')
    return this.content(boolean)[0] !== 0
  }

  /** A whole number from 0 to 2^31 - 1. */
  count(): number {
    if (this.identifier !== integer) return this.fail('is not an INTEGER')
    const content = this.content(integer)
    if (content.length > 4 || (content[0] as number) >= 0x80) return this.fail('is negative or above 2^31')
    return content.reduce((number, octet) => number * 0x100 + octet, 0)
  }

  /** The bits of a BIT STRING, first bit first. */
  bits(): boolean[] {
    if (this.identifier !== bitString) return this.fail('is not a BIT STRING')
    const [unused = 0, ...octets] = this.content(bitString)
    return Array.from(
      { length: octets.length * 8 - unused },
      (_, i) => ((octets[i >>> 3] as number) & (0x80 >>> (i & 7))) !== 0,
    )
  }

  /** The text, or `undefined` if this is none of ASN.1's strings. */
  text(): string | undefined {
    const content = this.der.subarray(contentStart(this.der, 0))
    return decodeString(this.identifier, content, (problem) => this.fail(problem))
  }

  fail(problem: string): never {
    throw new TlsError(this.code, `${this.path} ${problem}`, { path: this.path })
  }
}

/** Where the content of the element at `start` begins. */
function contentStart(der: Uint8Array, start: number): number {
  const length = der[start + 1] as number
  return start + 2 + (length < 0x80 ? 0 : length & 0x7f)
}

/** Behind the element at `start`. */
function elementEnd(der: Uint8Array, start: number): number {
  const content = contentStart(der, start)
  let length = der[start + 1] as number
  if (length >= 0x80) length = der.subarray(start + 2, content).reduce((sum, octet) => sum * 0x100 + octet, 0)
  return content + length
}

/** A list of several thousand names is already hostile. */
const maxChildren = 10_000
