import { readCount, readObjectIdentifier, someChildrenOf } from './asn1.ts'
import { readText } from './asn1-string.ts'
import type { DerReader } from '@typetls/wire/der'
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

export function readCertificatePolicies(value: DerReader): readonly PolicyInformation[] {
  const policies = someChildrenOf(value, sequence).map((information) => {
    const fields = information.enter(sequence)
    const policy = readObjectIdentifier(fields, 'policyIdentifier')
    const qualifiers = fields.peek() === undefined ? [] : someChildrenOf(fields, sequence).map(readQualifier)
    fields.finish()
    return { policy, qualifiers }
  })
  // "A certificate policy OID MUST NOT appear more than once in a certificate policies extension."
  if (new Set(policies.map(({ policy }) => policy)).size < policies.length) value.fail('names a policy twice')
  return policies
}

function readQualifier(qualifier: DerReader): PolicyQualifier {
  const fields = qualifier.enter(sequence)
  const id = readObjectIdentifier(fields, 'policyQualifierId')
  const value = fields.next('qualifier')
  fields.finish()
  return { id, der: value.der, cps: id === cpsQualifier ? readText(value) : undefined }
}

/** https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.5 */
export interface PolicyMapping {
  readonly issuerDomainPolicy: string
  readonly subjectDomainPolicy: string
}

export function readPolicyMappings(value: DerReader): readonly PolicyMapping[] {
  return someChildrenOf(value, sequence).map((mapping) => {
    const fields = mapping.enter(sequence)
    const issuerDomainPolicy = readObjectIdentifier(fields, 'issuerDomainPolicy')
    const subjectDomainPolicy = readObjectIdentifier(fields, 'subjectDomainPolicy')
    fields.finish()
    return { issuerDomainPolicy, subjectDomainPolicy }
  })
}

/** Numbers of further certificates; `undefined`: no demand. https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.11 */
export interface PolicyConstraints {
  readonly requireExplicitPolicy: number | undefined
  readonly inhibitPolicyMapping: number | undefined
}

export function readPolicyConstraints(value: DerReader): PolicyConstraints {
  const fields = value.enter(sequence)
  // "Conforming CAs MUST NOT issue certificates where policy constraints is an empty sequence."
  if (fields.peek() === undefined) value.fail('is empty')
  const requireExplicitPolicy = optionalCount(fields, implicit(0), 'requireExplicitPolicy')
  const inhibitPolicyMapping = optionalCount(fields, implicit(1), 'inhibitPolicyMapping')
  fields.finish()
  return { requireExplicitPolicy, inhibitPolicyMapping }
}

/** https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.14 */
export function readInhibitAnyPolicy(value: DerReader): number {
  return readCount(value)
}

function optionalCount(fields: DerReader, identifier: number, step: string): number | undefined {
  const content = fields.optional(identifier, step)
  if (content === undefined) return undefined
  const redundant = content.length > 1 && content[0] === 0 && (content[1] as number) < 0x80
  if (content.length === 0 || content.length > 4 || redundant || (content[0] as number) >= 0x80) {
    fields.fail('is not a number from 0 to 2^31', step)
  }
  return content.reduce((number, octet) => number * 0x100 + octet, 0)
}

const cpsQualifier = '1.3.6.1.5.5.7.2.1'
