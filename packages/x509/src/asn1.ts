import * as asn1js from 'asn1js'
import { fromAscii, TlsError } from '@typetls/wire'
import type { DerErrorCode } from './der.ts'
import { bitString, boolean, DerReader, integer, objectIdentifier, objectIdentifierText } from './der.ts'

/**
 * The value of one DER element, read as far as it is asked for. Strictness comes first: the whole of it is checked to be
 * DER here, so what is read later needs no checks of its own, and what is not DER never reaches asn1js.
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

  /** The text of any of ASN.1's string types, or `undefined` if it is something else. */
  text(): string | undefined {
    const content = this.der.subarray(contentStart(this.der, 0))
    if (asciiStrings.has(this.identifier) && content.every((octet) => octet < 0x80)) return fromAscii(content)
    let answer: asn1js.FromBerResult
    try {
      answer = asn1js.fromBER(this.der, { copyInput: false, parseEmbedded: false })
    } catch (cause) {
      return failure(this.code, this.path, 'has a value that cannot be read', cause)
    }
    if (answer.offset !== this.der.length) {
      return this.fail(`has a value that cannot be read: ${answer.result.error}`)
    }
    return answer.result instanceof asn1js.BaseStringBlock ? answer.result.getValue() : undefined
  }

  fail(problem: string): never {
    return failure(this.code, this.path, problem)
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

function failure(code: DerErrorCode, path: string, problem: string, cause?: unknown): never {
  throw new TlsError(code, `${path} ${problem}`, { path, cause })
}

/** A list of several thousand names is already hostile. */
const maxChildren = 10_000

/** UTF8String, NumericString, PrintableString, IA5String, VisibleString: in ASCII they are what they say. */
const asciiStrings: ReadonlySet<number> = /* @__PURE__ */ new Set([0x0c, 0x12, 0x13, 0x16, 0x1a])
