import { parseAsn1, someChildrenOf } from '../asn1.ts'
import type { DerReader } from '@typetls/wire/der'
import { concat } from '@typetls/wire'
import { derElement, explicit, implicit, sequence, set } from '@typetls/wire/der'
import { DistinguishedName } from '../distinguished-name.ts'
import type { GeneralName } from '../general-name.ts'
import { readGeneralNames } from '../general-name.ts'

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
export function readDistributionPoints(value: DerReader): readonly DistributionPoint[] {
  return someChildrenOf(value, sequence).map(readDistributionPoint)
}

export function readIssuingDistributionPoint(value: DerReader): IssuingDistributionPoint {
  const fields = value.enter(sequence)
  // "CRL issuers MUST NOT issue CRLs where the DER encoding of the issuing distribution point extension is an empty
  // sequence."
  if (fields.peek() === undefined) value.fail('is empty')
  const name = readName(fields)
  const user = isSet(fields, implicit(1), 'onlyContainsUserCerts')
  const ca = isSet(fields, implicit(2), 'onlyContainsCACerts')
  const onlySomeReasons = readReasons(fields, implicit(3), 'onlySomeReasons')
  const indirect = isSet(fields, implicit(4), 'indirectCRL')
  const attribute = isSet(fields, implicit(5), 'onlyContainsAttributeCerts')
  fields.finish()
  // "at most one of onlyContainsUserCerts, onlyContainsCACerts, and onlyContainsAttributeCerts may be set to TRUE"
  if (Number(user) + Number(ca) + Number(attribute) > 1) value.fail('excludes every kind of certificate')
  return {
    name,
    onlyContains: user
      ? 'user-certificates'
      : ca
        ? 'ca-certificates'
        : attribute
          ? 'attribute-certificates'
          : undefined,
    onlySomeReasons,
    indirect,
  }
}

/** The names of a distribution point as full names; a relative one is below each of the given issuers. */
export function fullNames(name: DistributionPointName, issuers: readonly DistinguishedName[]): readonly GeneralName[] {
  if (name.type === 'full') return name.names
  return issuers.map((issuer) => {
    const content = parseAsn1(issuer.der, 'Name').enter(sequence).der
    const value = new DistinguishedName(derElement(sequence, content, name.relativeName), 'DistributionPointName')
    return { type: 'directory', value }
  })
}

/** All that ReasonFlags has a bit for. */
export const allReasons = 0x1fe

function readDistributionPoint(value: DerReader): DistributionPoint {
  const fields = value.enter(sequence)
  const name = readName(fields)
  const reasons = readReasons(fields, implicit(1), 'reasons')
  const crlIssuer = fields.peek() === explicit(2) ? readGeneralNames(fields, explicit(2)) : undefined
  fields.finish()
  // "a DistributionPoint MUST NOT consist of only the reasons field; either distributionPoint or cRLIssuer MUST be
  // present."
  if (name === undefined && crlIssuer === undefined) value.fail('has neither a distributionPoint nor a cRLIssuer')
  return { name, reasons, crlIssuer }
}

/** DistributionPointName, if there is one: a CHOICE, so under an explicit tag. */
function readName(fields: DerReader): DistributionPointName | undefined {
  if (fields.peek() !== explicit(0)) return undefined
  const choice = fields.enter(explicit(0), 'distributionPoint')
  const name: DistributionPointName =
    choice.peek() === explicit(0)
      ? { type: 'full', names: readGeneralNames(choice, explicit(0)) }
      : { type: 'relative', relativeName: readRelativeName(choice) }
  choice.finish()
  return name
}

function readRelativeName(choice: DerReader): Uint8Array {
  return derElement(set, concat(...someChildrenOf(choice, explicit(1)).map(({ der }) => der)))
}

/** ReasonFlags, if there are any. */
function readReasons(fields: DerReader, identifier: number, step: string): number | undefined {
  const content = fields.optional(identifier, step)
  if (content === undefined) return undefined
  const [unused = 8, ...octets] = content
  const last = octets.at(-1) ?? 0
  if (unused > 7 || (octets.length === 0 && unused > 0) || (last & ((1 << unused) - 1)) !== 0) {
    fields.fail('is not a DER BIT STRING', step)
  }
  let reasons = 0
  for (let bit = 0; bit < 9; bit++) {
    if (((octets[bit >>> 3] ?? 0) & (0x80 >>> (bit & 7))) !== 0) reasons |= 1 << bit
  }
  return reasons
}

/** A BOOLEAN whose default is FALSE, which DER does not encode. */
function isSet(fields: DerReader, identifier: number, step: string): boolean {
  const content = fields.optional(identifier, step)
  if (content !== undefined && (content.length !== 1 || content[0] !== 0xff)) {
    fields.fail('is not a BOOLEAN that is TRUE', step)
  }
  return content !== undefined
}
