import type { TlsError } from '@typetls/wire'
import type { PathCertificate } from './path-certificate.ts'
import type { CertificateFailure, CertificateRule, PlacedCertificate } from './certificate-failure.ts'
import { certificateFailure, isCertificateFailure } from './certificate-failure.ts'
import * as extensionIds from './extension-ids.ts'
import type { PathRule, RuleContext } from './profile.ts'

/** What a certificate is held to wherever it stands in a path. */
export interface CertificateRules {
  /** Milliseconds since 1970. */
  readonly time: number
  /** Object identifier of what the leaf is for; `undefined`: anything. */
  readonly purpose: string | undefined
  readonly minRsaBits: number
  /** Of the profile. */
  readonly rules: readonly (readonly [name: string, rule: PathRule])[]
  /** Extensions that may be critical, since somebody else judges them. */
  readonly alsoUnderstood: ReadonlySet<string> | undefined
}

/** All that is wrong with a certificate, whatever is below and above it. The order is that of RFC 5280 section 6.1. */
export function brokenRules(placed: PlacedCertificate, role: RuleContext['role'], rules: CertificateRules): TlsError[] {
  const { certificate } = placed
  const failures: TlsError[] = []
  const ask = (rule: CertificateRule, broken: () => string | undefined): void => {
    const failure = refusalOf(() => {
      const problem = broken()
      return problem === undefined ? undefined : certificateFailure(rule, placed, problem)
    })
    if (failure !== undefined) failures.push(failure)
  }

  const unreadable = refusalOf(() => readAll(certificate, role))
  if (unreadable !== undefined) return [unreadable]
  if (role !== 'leaf') {
    ask('basic-constraints.ca', () => notAuthority(certificate, role))
    ask('key-usage.cert-sign', () =>
      certificate.keyUsage?.has('keyCertSign') === false ? 'has a key that is not for signing certificates' : undefined,
    )
  }
  ask('extensions.unknown-critical', () => unknownCritical(certificate, rules))
  ask('validity.not-before', () => notYetValid(certificate, rules.time))
  ask('validity.not-after', () => expired(certificate, rules.time))
  ask('extended-key-usage', () => otherPurpose(certificate, rules.purpose))
  ask('key.rsa-limit', () => weaponKey(certificate))
  for (const [name, rule] of rules.rules) {
    const failure = refusalOf(() => {
      const problem = rule.broken(certificate, { role, purpose: rules.purpose, minRsaBits: rules.minRsaBits })
      return problem === undefined ? undefined : certificateFailure({ name, ...rule }, placed, problem)
    })
    if (failure !== undefined) failures.push(failure)
  }
  return failures
}

/** "from the date on which … notBefore through the date … notAfter, inclusive", and times here have whole seconds. */
export function isValidAt(certificate: PathCertificate, time: number): boolean {
  return notYetValid(certificate, time) === undefined && expired(certificate, time) === undefined
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

/** Whether the search has ended, and not only a candidate of it. */
export function isBudgetSpent(error: unknown): error is TlsError {
  if (!isCertificateFailure(error) || error.code !== 'ERR_TLS_CERTIFICATE_WORK_LIMIT') return false
  return (error.details as Partial<CertificateFailure> | undefined)?.rule !== 'path.length'
}

function readAll(certificate: PathCertificate, role: RuleContext['role']): void {
  certificate.readAll()
  // Whether an intermediate is self-issued is asked only where something depends on it: its names can be read always.
  if (role === 'intermediate') void [certificate.subject.relativeNames, certificate.issuer.relativeNames]
}

function notAuthority(certificate: PathCertificate, role: RuleContext['role']): string | undefined {
  const constraints = certificate.basicConstraints
  // Before version 3 there is no way to say it; then trusting it says it.
  const unsaid = constraints === undefined && role === 'anchor' && certificate.version < 3
  return unsaid || constraints?.ca === true ? undefined : 'is not a certificate authority, but issued another'
}

/** "A certificate-using system MUST reject the certificate if it encounters a critical extension it does not recognize" */
function unknownCritical(certificate: PathCertificate, { alsoUnderstood }: CertificateRules): string | undefined {
  for (const { oid, critical } of certificate.extensions.values()) {
    if (critical && !understood.has(oid) && alsoUnderstood?.has(oid) !== true) {
      return `has the critical extension ${oid}, which is not supported`
    }
  }
  return undefined
}

function notYetValid({ notBefore }: PathCertificate, time: number): string | undefined {
  return time < notBefore ? `is not valid before ${new Date(notBefore).toISOString()}` : undefined
}

function expired({ notAfter }: PathCertificate, time: number): string | undefined {
  return time < notAfter + 1000 ? undefined : `expired on ${new Date(notAfter).toISOString()}`
}

/** A purpose that an authority lacks, nobody below it has: what browsers do, and RFC 5280 leaves open. */
function otherPurpose({ extendedKeyUsage }: PathCertificate, purpose: string | undefined): string | undefined {
  if (purpose === undefined || extendedKeyUsage === undefined) return undefined
  if (extendedKeyUsage.has(anyExtendedKeyUsage) || extendedKeyUsage.has(purpose)) return undefined
  return `is not for ${purposeNames[purpose] ?? `the purpose ${purpose}`}`
}

function weaponKey({ publicKey: { rsa } }: PathCertificate): string | undefined {
  return rsa !== undefined && (rsa.modulusBits > maxRsaBits || rsa.exponentBits > maxRsaExponentBits)
    ? 'has an RSA key that would take too long to use'
    : undefined
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
const understood: ReadonlySet<string> = /* @__PURE__ */ new Set([
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
])

/** OpenSSL's limits, so that a key cannot be a weapon. */
const maxRsaBits = 16_384
const maxRsaExponentBits = 64
