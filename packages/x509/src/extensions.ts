import { readCount, readFlag, readObjectIdentifier, someChildrenOf } from './asn1.ts'
import type { DerReader } from '@typetls/wire/der'
import { bitString, explicit, implicit, octetString, sequence } from '@typetls/wire/der'
import type { GeneralName } from './general-name.ts'
import { readGeneralName, readGeneralNames } from './general-name.ts'

/** An extension of a certificate as it stands. https://www.rfc-editor.org/rfc/rfc5280#section-4.2 */
export interface Extension {
  /** Object identifier, such as `2.5.29.19`. */
  readonly oid: string
  readonly critical: boolean
  /** DER: the content of extnValue. */
  readonly value: Uint8Array
  /** Where it stands, such as `Certificate.tbsCertificate.extensions[2]`. */
  readonly path: string
}

/** https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.9 */
export interface BasicConstraints {
  readonly ca: boolean
  /** How many intermediates that are not self-issued may follow below; `undefined`: no limit. */
  readonly pathLength: number | undefined
}

export function readBasicConstraints(value: DerReader): BasicConstraints {
  const fields = value.enter(sequence)
  const ca = readFlag(fields)
  const pathLength = fields.peek() === undefined ? undefined : readCount(fields)
  fields.finish()
  return { ca, pathLength }
}

/** https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.3 */
export type KeyUsage =
  | 'digitalSignature'
  | 'nonRepudiation'
  | 'keyEncipherment'
  | 'dataEncipherment'
  | 'keyAgreement'
  | 'keyCertSign'
  | 'cRLSign'
  | 'encipherOnly'
  | 'decipherOnly'

export function readKeyUsage(value: DerReader): ReadonlySet<KeyUsage> {
  const [, ...octets] = value.content(bitString)
  const usages = new Set(keyUsages.filter((_, i) => ((octets[i >>> 3] ?? 0) & (0x80 >>> (i & 7))) !== 0))
  // "When the keyUsage extension appears in a certificate, at least one of the bits MUST be set to 1."
  if (usages.size === 0) value.fail('names no usage')
  return usages
}

/** Object identifiers. https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.12 */
export function readExtendedKeyUsage(value: DerReader): ReadonlySet<string> {
  return new Set(someChildrenOf(value, sequence).map((purpose) => readObjectIdentifier(purpose)))
}

/** https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.6 */
export function readSubjectAltName(value: DerReader): readonly GeneralName[] {
  return readGeneralNames(value, sequence)
}

/** https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.2 */
export function readSubjectKeyIdentifier(value: DerReader): Uint8Array {
  return value.content(octetString)
}

/** https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.1 */
export interface AuthorityKeyIdentifier {
  readonly keyIdentifier: Uint8Array | undefined
  readonly authorityCertIssuer: readonly GeneralName[] | undefined
  /** Content of the INTEGER. */
  readonly authorityCertSerialNumber: Uint8Array | undefined
}

export function readAuthorityKeyIdentifier(value: DerReader): AuthorityKeyIdentifier {
  const fields = value.enter(sequence)
  const keyIdentifier = fields.optional(implicit(0))
  const authorityCertIssuer = fields.peek() === explicit(1) ? readGeneralNames(fields, explicit(1)) : undefined
  const authorityCertSerialNumber = fields.optional(implicit(2))
  fields.finish()
  if ((authorityCertIssuer === undefined) !== (authorityCertSerialNumber === undefined)) {
    value.fail('names half a certificate')
  }
  return { keyIdentifier, authorityCertIssuer, authorityCertSerialNumber }
}

/** https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.10 */
export interface NameConstraints {
  readonly permitted: readonly GeneralName[]
  readonly excluded: readonly GeneralName[]
}

export function readNameConstraints(value: DerReader): NameConstraints {
  const fields = value.enter(sequence)
  // "Conforming CAs MUST NOT issue certificates where name constraints is an empty sequence."
  if (fields.peek() === undefined) value.fail('is empty')
  const permitted = readSubtrees(fields, explicit(0))
  const excluded = readSubtrees(fields, explicit(1))
  fields.finish()
  return { permitted, excluded }
}

function readSubtrees(fields: DerReader, identifier: number): GeneralName[] {
  return fields.peek() === identifier ? someChildrenOf(fields, identifier).map(readSubtree) : []
}

function readSubtree(subtree: DerReader): GeneralName {
  const fields = subtree.enter(sequence)
  const name = readGeneralName(fields.next(0), [8, 32])
  // "the minimum MUST be zero, and maximum MUST be absent": as the default it is not encoded.
  fields.finish()
  if (name.type === 'ip' && !isPrefixMask(name.value.subarray(name.value.length / 2))) {
    subtree.fail('has a mask that is not a prefix')
  }
  return name
}

function isPrefixMask(mask: Uint8Array): boolean {
  const bits = Array.from(mask, (byte) => byte.toString(2).padStart(8, '0')).join('')
  return /^1*0*$/.test(bits)
}

/** Bit 0 first. */
const keyUsages: readonly KeyUsage[] = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
]
