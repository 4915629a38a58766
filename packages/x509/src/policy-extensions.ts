import type { Asn1Value } from './asn1.ts'
import { implicit, sequence } from '@typetls/wire/der'

/** https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.4 */
export interface PolicyInformation {
  /** Object identifier; `2.5.29.32.0` is anyPolicy. */
  readonly policy: string
  readonly qualifiers: readonly PolicyQualifier[]
}

export interface PolicyQualifier {
  /** Object identifier. */
  readonly id: string
  /** The qualifier, DER. */
  readonly der: Uint8Array
  /** The address of a certification practice statement, if it is one. */
  readonly cps: string | undefined
}

export function readCertificatePolicies(value: Asn1Value): readonly PolicyInformation[] {
  const policies = value.someChildren(sequence).map((information) => {
    const [policy, qualifiers, ...more] = information.children(sequence)
    if (policy === undefined || more.length > 0) return information.fail('is not a PolicyInformation')
    return {
      policy: policy.objectIdentifier(),
      qualifiers: qualifiers?.someChildren(sequence).map(readQualifier) ?? [],
    }
  })
  // "A certificate policy OID MUST NOT appear more than once in a certificate policies extension."
  if (new Set(policies.map(({ policy }) => policy)).size < policies.length) value.fail('names a policy twice')
  return policies
}

function readQualifier(qualifier: Asn1Value): PolicyQualifier {
  const [id, der, ...more] = qualifier.children(sequence)
  if (id === undefined || der === undefined || more.length > 0) return qualifier.fail('is not a PolicyQualifierInfo')
  const oid = id.objectIdentifier()
  return { id: oid, der: der.der, cps: oid === cpsQualifier ? der.text() : undefined }
}

/** https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.5 */
export interface PolicyMapping {
  readonly issuerDomainPolicy: string
  readonly subjectDomainPolicy: string
}

export function readPolicyMappings(value: Asn1Value): readonly PolicyMapping[] {
  return value.someChildren(sequence).map((mapping) => {
    const [issuer, subject, ...more] = mapping.children(sequence)
    if (issuer === undefined || subject === undefined || more.length > 0)
      return mapping.fail('is not a pair of policies')
    return { issuerDomainPolicy: issuer.objectIdentifier(), subjectDomainPolicy: subject.objectIdentifier() }
  })
}

/** Numbers of further certificates; `undefined`: no demand. https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.11 */
export interface PolicyConstraints {
  readonly requireExplicitPolicy: number | undefined
  readonly inhibitPolicyMapping: number | undefined
}

export function readPolicyConstraints(value: Asn1Value): PolicyConstraints {
  const fields = value.children(sequence)
  // "Conforming CAs MUST NOT issue certificates where policy constraints is an empty sequence."
  if (fields.length === 0) value.fail('is empty')
  const requireExplicitPolicy = fields[0]?.identifier === implicit(0) ? implicitCount(fields.shift()) : undefined
  const inhibitPolicyMapping = fields[0]?.identifier === implicit(1) ? implicitCount(fields.shift()) : undefined
  if (fields.length > 0) value.fail('is not a PolicyConstraints')
  return { requireExplicitPolicy, inhibitPolicyMapping }
}

/** https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.14 */
export function readInhibitAnyPolicy(value: Asn1Value): number {
  return value.count()
}

function implicitCount(value: Asn1Value | undefined): number | undefined {
  const content = value?.content(value.identifier)
  if (value === undefined || content === undefined) return undefined
  const redundant = content.length > 1 && content[0] === 0 && (content[1] as number) < 0x80
  if (content.length === 0 || content.length > 4 || redundant || (content[0] as number) >= 0x80) {
    return value.fail('is not a number from 0 to 2^31')
  }
  return content.reduce((number, octet) => number * 0x100 + octet, 0)
}

const cpsQualifier = '1.3.6.1.5.5.7.2.1'
