import { concat } from '@typetls/wire'
import type { Asn1Value } from '../asn1.ts'
import { derElement, explicit, implicit, sequence, set } from '@typetls/wire/der'
import { DistinguishedName } from '../distinguished-name.ts'
import type { GeneralName } from '../general-name.ts'
import { readGeneralName } from '../general-name.ts'

/** https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.13 */
export interface DistributionPoint {
  readonly name: DistributionPointName | undefined
  /** Bits as in ReasonFlags, the first one 1; `undefined`: all reasons. */
  readonly reasons: number | undefined
  /** Who signs the CRL, if it is not the issuer of the certificate. */
  readonly crlIssuer: readonly GeneralName[] | undefined
}

export type DistributionPointName =
  | { readonly type: 'full'; readonly names: readonly GeneralName[] }
  /** DER of a RelativeDistinguishedName that is to be appended to the name of the CRL's issuer. */
  | { readonly type: 'relative'; readonly relativeName: Uint8Array }

/** https://www.rfc-editor.org/rfc/rfc5280#section-5.2.5 */
export interface IssuingDistributionPoint {
  readonly name: DistributionPointName | undefined
  readonly onlyContains: 'user-certificates' | 'ca-certificates' | 'attribute-certificates' | undefined
  /** Bits as in ReasonFlags; `undefined`: all reasons. */
  readonly onlySomeReasons: number | undefined
  readonly indirect: boolean
}

/** CRLDistributionPoints and FreshestCRL. */
export function readDistributionPoints(value: Asn1Value): readonly DistributionPoint[] {
  return value.someChildren(sequence).map(readDistributionPoint)
}

export function readIssuingDistributionPoint(value: Asn1Value): IssuingDistributionPoint {
  const fields = value.children(sequence)
  // "CRL issuers MUST NOT issue CRLs where the DER encoding of the issuing distribution point extension is an empty
  // sequence."
  if (fields.length === 0) value.fail('is empty')
  const name = taken(fields, explicit(0))
  const user = isSet(taken(fields, implicit(1)), 1)
  const ca = isSet(taken(fields, implicit(2)), 2)
  const reasons = taken(fields, implicit(3))
  const indirect = isSet(taken(fields, implicit(4)), 4)
  const attribute = isSet(taken(fields, implicit(5)), 5)
  if (fields.length > 0) value.fail('is not an IssuingDistributionPoint')
  // "at most one of onlyContainsUserCerts, onlyContainsCACerts, and onlyContainsAttributeCerts may be set to TRUE"
  if (Number(user) + Number(ca) + Number(attribute) > 1) value.fail('excludes every kind of certificate')
  return {
    name: name === undefined ? undefined : readName(name),
    onlyContains: user
      ? 'user-certificates'
      : ca
        ? 'ca-certificates'
        : attribute
          ? 'attribute-certificates'
          : undefined,
    onlySomeReasons: reasons === undefined ? undefined : readReasons(reasons, implicit(3)),
    indirect,
  }
}

/** The names of a distribution point as full names; a relative one is below each of the given issuers. */
export function fullNames(name: DistributionPointName, issuers: readonly DistinguishedName[]): readonly GeneralName[] {
  if (name.type === 'full') return name.names
  return issuers.map((issuer) => {
    const content = issuer.relativeNamesDer
    const value = new DistinguishedName(derElement(sequence, content, name.relativeName), 'DistributionPointName')
    return { type: 'directory', value }
  })
}

/** All that ReasonFlags has a bit for. */
export const allReasons = 0x1fe

function readDistributionPoint(value: Asn1Value): DistributionPoint {
  const fields = value.children(sequence)
  const name = taken(fields, explicit(0))
  const reasons = taken(fields, implicit(1))
  const crlIssuer = taken(fields, explicit(2))
  if (fields.length > 0) value.fail('is not a DistributionPoint')
  // "a DistributionPoint MUST NOT consist of only the reasons field; either distributionPoint or cRLIssuer MUST be
  // present."
  if (name === undefined && crlIssuer === undefined) value.fail('has neither a distributionPoint nor a cRLIssuer')
  return {
    name: name === undefined ? undefined : readName(name),
    reasons: reasons === undefined ? undefined : readReasons(reasons, implicit(1)),
    crlIssuer: crlIssuer?.someChildren(explicit(2)).map((issuer) => readGeneralName(issuer, [4, 16])),
  }
}

function readName(value: Asn1Value): DistributionPointName {
  const [choice, ...more] = value.children(explicit(0))
  if (choice === undefined || more.length > 0) return value.fail('is not one DistributionPointName')
  if (choice.identifier === explicit(0)) {
    return { type: 'full', names: choice.someChildren(explicit(0)).map((name) => readGeneralName(name, [4, 16])) }
  }
  const attributes = choice.someChildren(explicit(1)).map(({ der }) => der)
  return { type: 'relative', relativeName: derElement(set, concat(...attributes)) }
}

/** ReasonFlags. */
function readReasons(value: Asn1Value, identifier: number): number {
  const [unused = 8, ...octets] = value.content(identifier)
  const last = octets.at(-1) ?? 0
  if (unused > 7 || (octets.length === 0 && unused > 0) || (last & ((1 << unused) - 1)) !== 0) {
    value.fail('is not a DER BIT STRING')
  }
  let reasons = 0
  for (let bit = 0; bit < 9; bit++) {
    if (((octets[bit >>> 3] ?? 0) & (0x80 >>> (bit & 7))) !== 0) reasons |= 1 << bit
  }
  return reasons
}

function taken(fields: Asn1Value[], identifier: number): Asn1Value | undefined {
  return fields[0]?.identifier === identifier ? fields.shift() : undefined
}

/** A BOOLEAN whose default is FALSE, which DER does not encode. */
function isSet(value: Asn1Value | undefined, number: number): boolean {
  if (value === undefined) return false
  const content = value.content(implicit(number))
  if (content.length !== 1 || content[0] !== 0xff) value.fail('is not a BOOLEAN that is TRUE')
  return true
}
