import type { Certificate } from './certificate.ts'
import type { CertificateErrorCode } from './certificate-failure.ts'
import * as extensionIds from './extension-ids.ts'
import type { PathCertificate } from './path-certificate.ts'

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
   * What is wrong, to be read after the name of the certificate (`has no subject`), or `undefined`.
   *
   * @throws TlsError `ERR_TLS_CERTIFICATE_PARSE` (decode_error) for a field that cannot be read
   */
  broken(certificate: Certificate, context: RuleContext): string | undefined
}

/** A rule that asks for no more than a path does. */
export interface PathRule extends Omit<ProfileRule, 'broken'> {
  broken(certificate: PathCertificate, context: RuleContext): string | undefined
}

export interface RuleContext {
  readonly role: 'leaf' | 'intermediate' | 'anchor'
  /** Object identifier of what the leaf is for; `undefined`: anything. */
  readonly purpose: string | undefined
  /** Bits. */
  readonly minRsaBits: number
}

/**
 * RFC 5280 section 6.1 as it stands, and what is broken since: MD5, SHA-1 and RSA keys below `minRsaBits` are refused.
 * For certificates of any kind and age.
 */
export const rfc5280: Profile = {
  name: 'rfc5280',
  rules: { 'signature.weak': weakSignature(), 'key.rsa-size': smallRsaKey() },
  optional: {},
}

/**
 * What TLS asks of anybody's certificates, and what `createVerifier` starts from: `rfc5280` with keys that TLS knows, and names and serial numbers as RFC 5280 section 4 wants them.
 */
export const tls: Profile = {
  name: 'tls',
  rules: {
    ...rfc5280.rules,
    'key.type': {
      code: 'ERR_TLS_CERTIFICATE_UNSUPPORTED',
      reference: 'RFC 5280 section 4.1.2.7',
      broken({ publicKey: { keyType } }) {
        return keyTypes.has(keyType) ? undefined : `has a key of the kind ${keyType}, which is not supported`
      },
    },
    'serial-number': {
      code: 'ERR_TLS_CERTIFICATE_CONSTRAINT',
      reference: 'RFC 5280 section 4.1.2.2',
      // "The serial number MUST be a positive integer", at most 20 octets. Some old roots have 0: anchors are not asked.
      broken({ serialNumber }, { role }) {
        const positive = (serialNumber[0] as number) < 0x80 && serialNumber.some((byte) => byte !== 0)
        return role === 'anchor' || (positive && serialNumber.length <= 20)
          ? undefined
          : 'has a serial number that is not positive or over 20 octets'
      },
    },
    'issuer.empty': {
      code: 'ERR_TLS_CERTIFICATE_CONSTRAINT',
      reference: 'RFC 5280 section 4.1.2.4',
      broken: ({ issuer }) => (issuer.isEmpty ? 'has no issuer name' : undefined),
    },
    'subject.empty': {
      code: 'ERR_TLS_CERTIFICATE_CONSTRAINT',
      reference: 'RFC 5280 section 4.1.2.6',
      broken: ({ subject }, { role }) => (role !== 'leaf' && subject.isEmpty ? 'has no subject' : undefined),
    },
    'extensions.criticality': {
      code: 'ERR_TLS_CERTIFICATE_CONSTRAINT',
      reference: 'RFC 5280 section 4.2.1',
      broken({ extensions }) {
        for (const { oid, critical } of extensions.values()) {
          if (critical && neverCritical.has(oid)) return `marks the extension ${oid} critical`
        }
        return undefined
      },
    },
  },
  optional: {},
}

/** Of those whose key signs a handshake: always so in TLS 1.3. */
const digitalSignature: ProfileRule = {
  code: 'ERR_TLS_CERTIFICATE_KEY_USAGE',
  reference: 'RFC 9846 section 4.5.2.2',
  // "the digitalSignature bit MUST be set if the Key Usage extension is present"
  broken: ({ keyUsage }, { role }) =>
    role === 'leaf' && keyUsage?.has('digitalSignature') === false
      ? 'has a key that is not for digital signatures'
      : undefined,
}

/** Of those whose key decrypts what a client sends it: static RSA. */
const keyEncipherment: ProfileRule = {
  code: 'ERR_TLS_CERTIFICATE_KEY_USAGE',
  reference: 'RFC 5246 section 7.4.2',
  // "the certificate MUST allow the key to be used for encryption (the keyEncipherment bit MUST be set if the key usage
  // extension is present)"
  broken: ({ keyUsage }, { role }) =>
    role === 'leaf' && keyUsage?.has('keyEncipherment') === false ? 'has a key that is not for encryption' : undefined,
}

/**
 * The rules of a profile that are on, with those of what a leaf's key does in a handshake.
 *
 * @param switches by name; names that there are not say nothing
 */
export function rulesOfUse(profile: Profile, switches?: Readonly<Record<string, boolean>>): RulesOfUse {
  const rulesWith = (usage: Readonly<Record<string, ProfileRule>>): ActiveRules =>
    activeRules({ ...profile, rules: { ...profile.rules, ...usage } }, switches)
  return {
    signing: rulesWith({ 'key-usage.digital-signature': digitalSignature }),
    decrypting: rulesWith({ 'key-usage.key-encipherment': keyEncipherment }),
  }
}

export type RulesOfUse = Readonly<Record<'signing' | 'decrypting', ActiveRules>>

type ActiveRules = readonly (readonly [name: string, rule: ProfileRule])[]

/** The rules of a profile that are on. @param switches by name; names that the profile does not have say nothing */
export function activeRules(profile: Profile, switches: Readonly<Record<string, boolean>> = {}): ActiveRules {
  return [
    ...Object.entries(profile.rules).filter(([name]) => switches[name] !== false),
    ...Object.entries(profile.optional).filter(([name]) => switches[name] === true),
  ]
}

function weakSignature(): ProfileRule {
  return {
    code: 'ERR_TLS_CERTIFICATE_SIGNATURE',
    reference: 'RFC 9846 section 4.5.2.4',
    // What an anchor is signed with says nothing: it is not its signature that it is trusted for.
    broken: ({ signatureAlgorithm: { isWeak, oid } }, { role }) =>
      isWeak && role !== 'anchor' ? `is signed with a broken algorithm (${oid})` : undefined,
  }
}

function smallRsaKey(): ProfileRule {
  return {
    code: 'ERR_TLS_CERTIFICATE_CONSTRAINT',
    reference: 'option minRsaBits',
    broken: ({ publicKey: { rsa } }, { minRsaBits }) =>
      rsa !== undefined && rsa.modulusBits < minRsaBits
        ? `has an RSA key of ${rsa.modulusBits} bits, less than ${minRsaBits}`
        : undefined,
  }
}

/** "Conforming CAs MUST mark this extension as non-critical." sections 4.2.1.1, 4.2.1.2, 4.2.1.8, 4.2.1.15, 4.2.2 */
const neverCritical: ReadonlySet<string> = /* @__PURE__ */ new Set([
  extensionIds.authorityKeyIdentifier,
  extensionIds.subjectKeyIdentifier,
  extensionIds.subjectDirectoryAttributes,
  extensionIds.freshestCrl,
  extensionIds.authorityInfoAccess,
  extensionIds.subjectInfoAccess,
])

/** The kinds of keys that TLS has signature schemes for. */
const keyTypes: ReadonlySet<string> = /* @__PURE__ */ new Set([
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
])
