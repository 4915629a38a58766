import * as asn1js from 'asn1js'
import { TlsError } from '@typetls/wire'
import type { DerErrorCode } from './der.ts'
import { DerReader } from './der.ts'

/**
 * The value of one DER element as a tree of asn1js. Strictness comes first: what is not DER never reaches asn1js.
 *
 * @param path where the element stands, such as `Certificate.tbsCertificate.extensions[2].extnValue`
 * @param code what it is refused with
 * @throws TlsError `code`
 */
export function parseAsn1(der: Uint8Array, path: string, code: DerErrorCode = 'ERR_TLS_CERTIFICATE_PARSE'): Asn1Value {
  const reader = new DerReader(der, code)
  reader.checkElement(undefined, path, 0)
  reader.finish(path)
  return new Asn1Value(decoded(der, path, code), path, code)
}

/** A node of the tree with its place in the document. */
export class Asn1Value {
  readonly path: string
  readonly block: asn1js.AsnType
  /** What problems are reported with. */
  readonly code: DerErrorCode

  constructor(block: asn1js.AsnType, path: string, code: DerErrorCode) {
    this.block = block
    this.path = path
    this.code = code
  }

  /** The identifier octet. */
  get identifier(): number {
    const { tagClass, tagNumber, isConstructed } = this.block.idBlock
    return ((tagClass - 1) << 6) | (isConstructed ? 0x20 : 0) | tagNumber
  }

  /** The whole element. */
  get der(): Uint8Array {
    return this.block.valueBeforeDecodeView
  }

  /** The elements of a SEQUENCE, SET or other constructed value. */
  children(identifier: number): Asn1Value[] {
    this.expect(identifier)
    const { value } = this.block.valueBlock as asn1js.Constructed['valueBlock']
    return value.map((child, i) => new Asn1Value(child as asn1js.AsnType, `${this.path}[${i}]`, this.code))
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
    return this.der.subarray(this.der.length - this.block.lenBlock.length)
  }

  expect(identifier: number): void {
    if (this.identifier !== identifier) {
      this.fail(`must have the identifier octet 0x${identifier.toString(16)}, has 0x${this.identifier.toString(16)}`)
    }
  }

  objectIdentifier(): string {
    if (!(this.block instanceof asn1js.ObjectIdentifier)) return this.fail('is not an OBJECT IDENTIFIER')
    return this.block.getValue()
  }

  boolean(): boolean {
    if (!(this.block instanceof asn1js.Boolean)) return this.fail('is not a BOOLEAN')
    return this.block.getValue()
  }

  /** A whole number from 0 to 2^31 - 1. */
  count(): number {
    if (!(this.block instanceof asn1js.Integer)) return this.fail('is not an INTEGER')
    const { valueHexView } = this.block.valueBlock
    if (valueHexView.length > 4 || (valueHexView[0] as number) >= 0x80) return this.fail('is negative or above 2^31')
    return this.block.valueBlock.valueDec
  }

  /** The bits of a BIT STRING, first bit first. */
  bits(): boolean[] {
    if (!(this.block instanceof asn1js.BitString)) return this.fail('is not a BIT STRING')
    const { valueHexView, unusedBits } = this.block.valueBlock
    const bits: boolean[] = []
    for (let i = 0; i < valueHexView.length * 8 - unusedBits; i++) {
      bits.push(((valueHexView[i >>> 3] as number) & (0x80 >>> (i & 7))) !== 0)
    }
    return bits
  }

  /** The text of any of ASN.1's string types, or `undefined` if it is something else. */
  text(): string | undefined {
    return this.block instanceof asn1js.BaseStringBlock ? this.block.getValue() : undefined
  }

  fail(problem: string): never {
    return failure(this.code, this.path, problem)
  }
}

function decoded(der: Uint8Array, path: string, code: DerErrorCode): asn1js.AsnType {
  let answer: asn1js.FromBerResult
  try {
    answer = asn1js.fromBER(der, {
      maxDepth: 40,
      maxNodes,
      parseEmbedded: false,
      copyInput: false,
    })
  } catch (cause) {
    return failure(code, path, 'has a value that cannot be read', cause)
  }
  const { offset, result } = answer
  if (offset !== der.length) return failure(code, path, `has a value that cannot be read: ${result.error}`)
  return result
}

function failure(code: DerErrorCode, path: string, problem: string, cause?: unknown): never {
  throw new TlsError(code, `${path} ${problem}`, { path, cause })
}

/** Elements of one extension or name. A name-constraint set or SAN list of several thousand names is already hostile. */
const maxNodes = 10_000
