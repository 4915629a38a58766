import { TlsError } from '@typetls/wire'
import type { PathCertificate } from './path-certificate.ts'
import type { PlacedCertificate } from './certificate-failure.ts'
import { certificateFailure, isCertificateFailure } from './certificate-failure.ts'
import * as extensionIds from './extension-ids.ts'
import type { Rule, RuleContext } from './profile.ts'

/** What a certificate is held to wherever it stands in a path. */
export interface CertificateRules {
  /** Milliseconds since 1970. */
  readonly time: number
  /** Object identifier of what the leaf is for; `undefined`: anything. */
  readonly purpose: string | undefined
  readonly minRsaBits: number
  /** `pathRules`, and those of the profile. */
  readonly rules: readonly Rule<CertificateRules>[]
  /** Extensions that may be critical, since somebody else judges them. */
  readonly alsoUnderstood?: ReadonlySet<string> | undefined
}

/** All that is wrong with a certificate, whatever is below and above it. The order is that of RFC 5280 section 6.1. */
export function brokenRules(
  placed: PlacedCertificate,
  role: RuleContext['role'],
  search: CertificateRules,
): TlsError[] {
  const { certificate } = placed
  const unreadable = refusalOf(() => readAll(certificate, role))
  if (unreadable !== undefined) return [unreadable]
  const failures: TlsError[] = []
  for (const [name, code, reference, broken] of search.rules) {
    const failure = refusalOf(() => {
      const problem = broken(certificate, role, search)
      return problem ? certificateFailure(placed, problem, name, code, reference) : undefined
    })
    if (failure !== undefined) failures.push(failure)
  }
  return failures
}

/** "from the date on which … notBefore through the date … notAfter, inclusive", and times here have whole seconds. */
export function isValidAt({ notBefore, notAfter }: PathCertificate, time: number): boolean {
  return time >= notBefore && time < notAfter + 1000
}

/** What a function returns, or the certificate failure that it throws. A spent budget ends the whole search. */
export function refusalOf<T>(check: () => T): T | TlsError {
  try {
    return check()
  } catch (error) {
    if (isCertificateFailure(error) && !isBudgetSpent(error)) return error
    throw error
  }
}

/** Whether what was thrown ends the search, and not only a candidate of it. */
export function isBudgetSpent(error: unknown): error is TlsError {
  return error instanceof TlsError && error.code === 'ERR_TLS_CERTIFICATE_WORK_LIMIT'
}

function readAll(certificate: PathCertificate, role: RuleContext['role']): void {
  certificate.readAll()
  // Whether an intermediate is self-issued is asked only where something depends on it: its names can be read always.
  if (role === 'intermediate') void [certificate.subject.relativeNames, certificate.issuer.relativeNames]
}

function notAuthority({ basicConstraints, version }: PathCertificate, role: RuleContext['role']): string | false {
  // Before version 3 there is no way to say it; then trusting it says it.
  const isAuthority = basicConstraints?.ca ?? (role === 'anchor' && version < 3)
  return role !== 'leaf' && !isAuthority && 'is not a certificate authority, but issued another'
}

/** "A certificate-using system MUST reject the certificate if it encounters a critical extension it does not recognize" */
function unknownCritical(
  { extensions }: PathCertificate,
  _: unknown,
  { alsoUnderstood }: CertificateRules,
): string | false {
  for (const { oid, critical } of extensions.values()) {
    if (critical && !understood.includes(oid) && alsoUnderstood?.has(oid) !== true) {
      return `has the critical extension ${oid}, which is not supported`
    }
  }
  return false
}

/** A purpose that an authority lacks, nobody below it has: what browsers do, and RFC 5280 leaves open. */
function otherPurpose(
  { extendedKeyUsage }: PathCertificate,
  _: unknown,
  { purpose }: CertificateRules,
): string | false {
  if (purpose === undefined || extendedKeyUsage === undefined) return false
  if (extendedKeyUsage.has(anyExtendedKeyUsage) || extendedKeyUsage.has(purpose)) return false
  return `is not for ${purposeNames[purpose] ?? `the purpose ${purpose}`}`
}

/** By the role of the leaf's owner. */
export const tlsPurposes = { server: '1.3.6.1.5.5.7.3.1', client: '1.3.6.1.5.5.7.3.2' } as const

export const anyExtendedKeyUsage = '2.5.29.37.0'

const purposeNames: Readonly<Record<string, string>> = {
  [tlsPurposes.server]: 'TLS servers',
  [tlsPurposes.client]: 'TLS clients',
}

/**
 * What may be critical: what is enforced here, what only demands something of others (distribution points), and
 * certificatePolicies and inhibitAnyPolicy, which can only fail a path if a policy is required.
 */
const understood: readonly string[] = [
  extensionIds.subjectKeyIdentifier,
  extensionIds.authorityKeyIdentifier,
  extensionIds.keyUsage,
  extensionIds.subjectAltName,
  extensionIds.issuerAltName,
  extensionIds.basicConstraints,
  extensionIds.nameConstraints,
  extensionIds.extendedKeyUsage,
  extensionIds.certificatePolicies,
  extensionIds.inhibitAnyPolicy,
  extensionIds.crlDistributionPoints,
  extensionIds.tlsFeature,
]

/** OpenSSL's limits, so that a key cannot be a weapon. */
const maxRsaBits = 16_384
const maxRsaExponentBits = 64

/** What is asked whatever the profile. */
export const pathRules: readonly Rule<CertificateRules>[] = [
  ['basic-constraints.ca', 'ERR_TLS_CERTIFICATE_CONSTRAINT', 'RFC 5280 section 4.2.1.9', notAuthority],
  [
    'key-usage.cert-sign',
    'ERR_TLS_CERTIFICATE_CONSTRAINT',
    'RFC 5280 section 4.2.1.3',
    ({ keyUsage }, role) =>
      role !== 'leaf' && keyUsage?.has('keyCertSign') === false && 'has a key that is not for signing certificates',
  ],
  ['extensions.unknown-critical', 'ERR_TLS_CERTIFICATE_UNSUPPORTED', 'RFC 5280 section 4.2', unknownCritical],
  [
    'validity.not-before',
    'ERR_TLS_CERTIFICATE_NOT_YET_VALID',
    'RFC 5280 section 4.1.2.5',
    ({ notBefore }, _, { time }) => time < notBefore && `is not valid before ${new Date(notBefore).toISOString()}`,
  ],
  [
    'validity.not-after',
    'ERR_TLS_CERTIFICATE_EXPIRED',
    'RFC 5280 section 4.1.2.5',
    ({ notAfter }, _, { time }) => time >= notAfter + 1000 && `expired on ${new Date(notAfter).toISOString()}`,
  ],
  ['extended-key-usage', 'ERR_TLS_CERTIFICATE_PURPOSE', 'RFC 5280 section 4.2.1.12', otherPurpose],
  [
    'key.rsa-limit',
    'ERR_TLS_CERTIFICATE_CONSTRAINT',
    'RFC 5280 section 8',
    ({ publicKey: { rsa } }) =>
      rsa !== undefined &&
      (rsa.modulusBits > maxRsaBits || rsa.exponentBits > maxRsaExponentBits) &&
      'has an RSA key that would take too long to use',
  ],
]
