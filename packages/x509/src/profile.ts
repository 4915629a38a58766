import type { Certificate } from './certificate.ts'
import type { CertificateErrorCode } from './certificate-failure.ts'
import * as extensionIds from './extension-ids.ts'
import type { KeyUsage } from './extensions.ts'
import type { PathCertificate } from './path-certificate.ts'
import type { CertificateRules } from './path-rules.ts'
import { pathRules } from './path-rules.ts'

/**
 * What is asked of certificates beyond validating their path (RFC 5280 section 6.1, always done): rules by name. One
 * that is in `rules` is on unless the option `rules` says `false`; one in `optional` is off unless it says `true`.
 */
export interface Profile {
  readonly name: string
  readonly rules: Readonly<Record<string, ProfileRule>>
  readonly optional: Readonly<Record<string, ProfileRule>>
}

export interface ProfileRule {
  readonly code: CertificateErrorCode
  /** Where the rule is written, such as `RFC 5280 section 4.2.1.9`. */
  readonly reference: string
  /**
   * What is wrong, to be read after the name of the certificate (`has no subject`), or `undefined` or `false`.
   *
   * @throws TlsError `ERR_TLS_CERTIFICATE_PARSE` (decode_error) for a field that cannot be read
   */
  broken(certificate: Certificate, context: RuleContext): string | false | undefined
}

export interface RuleContext {
  readonly role: 'leaf' | 'intermediate' | 'anchor'
  /** Object identifier of what the leaf is for; `undefined`: anything. */
  readonly purpose: string | undefined
  /** Bits. */
  readonly minRsaBits: number
}

/** A rule that asks for no more than a path does. */
export type Rule<Search = Omit<RuleContext, 'role'>> = readonly [
  name: string,
  code: CertificateErrorCode,
  reference: string,
  /** As `ProfileRule.broken`. */
  broken: (certificate: PathCertificate, role: RuleContext['role'], search: Search) => string | false | undefined,
]

const rfc5280Rules: readonly Rule[] = [
  [
    'signature.weak',
    'ERR_TLS_CERTIFICATE_SIGNATURE',
    'RFC 9846 section 4.5.2.4',
    // What an anchor is signed with says nothing: it is not its signature that it is trusted for.
    ({ signatureAlgorithm: { isWeak, oid } }, role) =>
      isWeak && role !== 'anchor' && `is signed with a broken algorithm (${oid})`,
  ],
  [
    'key.rsa-size',
    'ERR_TLS_CERTIFICATE_CONSTRAINT',
    'option minRsaBits',
    ({ publicKey: { rsa } }, _, { minRsaBits }) =>
      rsa !== undefined &&
      rsa.modulusBits < minRsaBits &&
      `has an RSA key of ${rsa.modulusBits} bits, less than ${minRsaBits}`,
  ],
]

/** Those of `tls`. */
export const tlsRules: readonly Rule[] = [
  ...rfc5280Rules,
  [
    'key.type',
    'ERR_TLS_CERTIFICATE_UNSUPPORTED',
    'RFC 5280 section 4.1.2.7',
    ({ publicKey: { keyType } }) =>
      !keyTypes.includes(keyType) && `has a key of the kind ${keyType}, which is not supported`,
  ],
  [
    'serial-number',
    'ERR_TLS_CERTIFICATE_CONSTRAINT',
    'RFC 5280 section 4.1.2.2',
    // "The serial number MUST be a positive integer", at most 20 octets. Some old roots have 0: anchors are not asked.
    ({ serialNumber }, role) =>
      role !== 'anchor' &&
      ((serialNumber[0] as number) >= 0x80 || serialNumber.length > 20 || serialNumber.every((byte) => byte === 0)) &&
      'has a serial number that is not positive or over 20 octets',
  ],
  [
    'issuer.empty',
    'ERR_TLS_CERTIFICATE_CONSTRAINT',
    'RFC 5280 section 4.1.2.4',
    ({ issuer }) => issuer.isEmpty && 'has no issuer name',
  ],
  [
    'subject.empty',
    'ERR_TLS_CERTIFICATE_CONSTRAINT',
    'RFC 5280 section 4.1.2.6',
    ({ subject }, role) => role !== 'leaf' && subject.isEmpty && 'has no subject',
  ],
  [
    'extensions.criticality',
    'ERR_TLS_CERTIFICATE_CONSTRAINT',
    'RFC 5280 section 4.2.1',
    ({ extensions }) => {
      const marked = neverCritical.find((oid) => extensions.get(oid)?.critical)
      return marked !== undefined && `marks the extension ${marked} critical`
    },
  ],
]

/**
 * RFC 5280 section 6.1 as it stands, and what is broken since: MD5, SHA-1 and RSA keys below `minRsaBits` are refused.
 * For certificates of any kind and age.
 */
export const rfc5280: Profile = /* @__PURE__ */ profileOf('rfc5280', rfc5280Rules)

/**
 * What TLS asks of anybody's certificates, and what `createVerifier` starts from: `rfc5280` with keys that TLS knows, and names and serial numbers as RFC 5280 section 4 wants them.
 */
export const tls: Profile = /* @__PURE__ */ profileOf('tls', tlsRules)

function profileOf(name: string, rules: readonly Rule[]): Profile {
  const byName = rules.map(([rule, code, reference, broken]): [string, ProfileRule] => [
    rule,
    { code, reference, broken: (certificate, context) => broken(certificate, context.role, context) },
  ])
  return { name, rules: Object.fromEntries(byName), optional: {} }
}

/**
 * Rules of a profile with those of every path, which come first, and those of what a leaf's key does in a handshake, which
 * come last.
 *
 * @param switches by name
 */
export function rulesOfUse(rules: readonly Rule[], switches: Readonly<Record<string, boolean>> = {}): RulesOfUse {
  const withUsage = (name: string, reference: string, usage: KeyUsage, use: string): CertificateRules['rules'] => {
    const broken: Rule[3] = ({ keyUsage }, role) =>
      role === 'leaf' && keyUsage?.has(usage) === false && `has a key that is not for ${use}`
    const own: Rule = [name, 'ERR_TLS_CERTIFICATE_KEY_USAGE', reference, broken]
    return [...pathRules, ...rules, ...(switches[name] === false ? [] : [own])]
  }
  return {
    // "the digitalSignature bit MUST be set if the Key Usage extension is present": always so in TLS 1.3
    signing: withUsage(
      'key-usage.digital-signature',
      'RFC 9846 section 4.5.2.2',
      'digitalSignature',
      'digital signatures',
    ),
    // Static RSA: "the certificate MUST allow the key to be used for encryption (the keyEncipherment bit MUST be set if
    // the key usage extension is present)"
    decrypting: withUsage('key-usage.key-encipherment', 'RFC 5246 section 7.4.2', 'keyEncipherment', 'encryption'),
  }
}

export type RulesOfUse = Readonly<Record<'signing' | 'decrypting', CertificateRules['rules']>>

/**
 * The rules of a profile that are on. Certificates of a search with them must have been read by `Certificate`.
 *
 * @param switches by name; names that the profile does not have say nothing
 */
export function activeRules(profile: Profile, switches: Readonly<Record<string, boolean>> = {}): readonly Rule[] {
  const rules = [
    ...Object.entries(profile.rules).filter(([name]) => switches[name] !== false),
    ...Object.entries(profile.optional).filter(([name]) => switches[name] === true),
  ]
  return rules.map(([name, rule]) => [
    name,
    rule.code,
    rule.reference,
    (certificate, role, { purpose, minRsaBits }) =>
      rule.broken(certificate as Certificate, { role, purpose, minRsaBits }),
  ])
}

/** The kinds of keys that TLS has signature schemes for. */
const keyTypes: readonly string[] = [
  'rsa',
  'rsa-pss',
  'ec-secp256r1',
  'ec-secp384r1',
  'ec-secp521r1',
  'ed25519',
  'ed448',
  'ml-dsa-44',
  'ml-dsa-65',
  'ml-dsa-87',
]

/** "Conforming CAs MUST mark this extension as non-critical." sections 4.2.1.1, 4.2.1.2, 4.2.1.8, 4.2.1.15, 4.2.2 */
const neverCritical: readonly string[] = [
  extensionIds.authorityKeyIdentifier,
  extensionIds.subjectKeyIdentifier,
  extensionIds.subjectDirectoryAttributes,
  extensionIds.freshestCrl,
  extensionIds.authorityInfoAccess,
  extensionIds.subjectInfoAccess,
]
