import type { Asn1Value } from './asn1.ts'
import { boolean, explicit, implicit, integer, octetString, sequence } from '@typetls/wire/der'
import type { GeneralName } from './general-name.ts'
import { readGeneralName } from './general-name.ts'

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

export function readBasicConstraints(value: Asn1Value): BasicConstraints {
  const fields = value.children(sequence)
  const ca = fields[0]?.identifier === boolean ? fields.shift()?.boolean() : undefined
  // "the encoding of a … value … equal to its default value" is left out. X.690 section 11.5
  if (ca === false) value.fail('encodes the default of cA')
  const pathLength = fields[0]?.identifier === integer ? fields.shift()?.count() : undefined
  if (fields.length > 0) value.fail('is not a BasicConstraints')
  return { ca: ca ?? false, pathLength }
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

export function readKeyUsage(value: Asn1Value): ReadonlySet<KeyUsage> {
  const usages = new Set<KeyUsage>()
  value.bits().forEach((bit, i) => {
    const usage = keyUsages[i]
    if (bit && usage !== undefined) usages.add(usage)
  })
  // "When the keyUsage extension appears in a certificate, at least one of the bits MUST be set to 1."
  if (usages.size === 0) value.fail('names no usage')
  return usages
}

/** Object identifiers. https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.12 */
export function readExtendedKeyUsage(value: Asn1Value): ReadonlySet<string> {
  return new Set(value.someChildren(sequence).map((purpose) => purpose.objectIdentifier()))
}

/** https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.6 */
export function readSubjectAltName(value: Asn1Value): readonly GeneralName[] {
  return value.someChildren(sequence).map((name) => readGeneralName(name, [4, 16]))
}

/** https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.2 */
export function readSubjectKeyIdentifier(value: Asn1Value): Uint8Array {
  return value.content(octetString)
}

/** https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.1 */
export interface AuthorityKeyIdentifier {
  readonly keyIdentifier: Uint8Array | undefined
  readonly authorityCertIssuer: readonly GeneralName[] | undefined
  /** Content of the INTEGER. */
  readonly authorityCertSerialNumber: Uint8Array | undefined
}

export function readAuthorityKeyIdentifier(value: Asn1Value): AuthorityKeyIdentifier {
  const fields = value.children(sequence)
  const keyIdentifier = fields[0]?.identifier === implicit(0) ? fields.shift()?.content(implicit(0)) : undefined
  const issuer = fields[0]?.identifier === explicit(1) ? fields.shift() : undefined
  const serial = fields[0]?.identifier === implicit(2) ? fields.shift()?.content(implicit(2)) : undefined
  if (fields.length > 0 || (issuer === undefined) !== (serial === undefined)) {
    value.fail('is not an AuthorityKeyIdentifier')
  }
  return {
    keyIdentifier,
    authorityCertIssuer: issuer?.someChildren(explicit(1)).map((name) => readGeneralName(name, [4, 16])),
    authorityCertSerialNumber: serial,
  }
}

/** https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.10 */
export interface NameConstraints {
  readonly permitted: readonly GeneralName[]
  readonly excluded: readonly GeneralName[]
}

export function readNameConstraints(value: Asn1Value): NameConstraints {
  const fields = value.children(sequence)
  const permitted = fields[0]?.identifier === explicit(0) ? fields.shift() : undefined
  const excluded = fields[0]?.identifier === explicit(1) ? fields.shift() : undefined
  // "Conforming CAs MUST NOT issue certificates where name constraints is an empty sequence."
  if (fields.length > 0 || (permitted === undefined && excluded === undefined)) value.fail('is not a NameConstraints')
  return {
    permitted: permitted?.someChildren(explicit(0)).map(readSubtree) ?? [],
    excluded: excluded?.someChildren(explicit(1)).map(readSubtree) ?? [],
  }
}

function readSubtree(subtree: Asn1Value): GeneralName {
  const [base, ...bounds] = subtree.someChildren(sequence)
  // "the minimum MUST be zero, and maximum MUST be absent": as the default it is not encoded.
  if (base === undefined || bounds.length > 0) return subtree.fail('has a minimum or maximum')
  const name = readGeneralName(base, [8, 32])
  if (name.type === 'ip' && !isPrefixMask(name.value.subarray(name.value.length / 2))) {
    subtree.fail('has a mask that is not a prefix')
  }
  return name
}

function isPrefixMask(mask: Uint8Array): boolean {
  const bits = Array.from(mask, (byte) => byte.toString(2).padStart(8, '0')).join('')
  return /^1*0*$/.test(bits)
}

/** Object identifiers of the extensions of RFC 5280, and of RFC 6962 and RFC 7633. */
export const extensionIds = {
  subjectDirectoryAttributes: '2.5.29.9',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  issuerAltName: '2.5.29.18',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  crlDistributionPoints: '2.5.29.31',
  certificatePolicies: '2.5.29.32',
  policyMappings: '2.5.29.33',
  authorityKeyIdentifier: '2.5.29.35',
  policyConstraints: '2.5.29.36',
  extendedKeyUsage: '2.5.29.37',
  freshestCrl: '2.5.29.46',
  inhibitAnyPolicy: '2.5.29.54',
  authorityInfoAccess: '1.3.6.1.5.5.7.1.1',
  subjectInfoAccess: '1.3.6.1.5.5.7.1.11',
  tlsFeature: '1.3.6.1.5.5.7.1.24',
  signedCertificateTimestamps: '1.3.6.1.4.1.11129.2.4.2',
} as const

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
