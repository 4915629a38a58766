import type { TlsErrorCode } from '@typetls/wire'
import { TlsError } from '@typetls/wire'
import type { CertificateSummary, PathCertificate } from './path-certificate.ts'

/** What was wrong with a certificate: which one broke which rule. Plain data, as JSON the same. */
export interface CertificateFailure {
  readonly code: TlsErrorCode
  /** One of `CertificateRule`, or a rule that a profile adds. */
  readonly rule: string
  /** Where the rule is written, such as `RFC 5280 section 4.2.1.9`. */
  readonly reference: string
  /** A sentence: `the certificate CN=example.org expired on 2026-01-01T00:00:00.000Z`. */
  readonly message: string
  /** Position in the chain as it was sent, 0 is the leaf; `undefined`: a trust anchor of ours. */
  readonly index: number | undefined
  readonly certificate: CertificateSummary
  /** Where in the certificate, if it could not be read. */
  readonly path?: string
}

/** A certificate with its place. */
export interface PlacedCertificate {
  readonly certificate: PathCertificate
  /** Position in the chain as it was sent, 0 is the leaf; `undefined`: a trust anchor of ours. */
  readonly index: number | undefined
}

/** A rule that `verifyPath` has whatever the profile. */
export type CertificateRule = keyof typeof rules

/** A rule as failures tell of it. */
export interface RuleSource {
  readonly name: string
  readonly code: CertificateErrorCode
  /** Where it is written, such as `RFC 5280 section 4.2.1.9`. */
  readonly reference: string
}

export type CertificateErrorCode = Extract<TlsErrorCode, `ERR_TLS_CERTIFICATE_${string}`>

/**
 * The error for a broken rule: `the certificate CN=example.org expired on 2026-01-01T00:00:00.000Z`. Its `details` are a
 * `CertificateFailure`.
 */
export function certificateFailure(
  rule: CertificateRule | RuleSource,
  about: PlacedCertificate,
  problem: string,
): TlsError {
  const { name, code, reference } = typeof rule === 'string' ? { name: rule, ...rules[rule] } : rule
  const certificate = about.certificate.summary()
  const role =
    about.index === undefined ? 'trust anchor' : about.index === 0 ? 'certificate' : `CA certificate (#${about.index})`
  const message = `the ${role} ${certificate.subject} ${problem}`
  const details: CertificateFailure = { code, rule: name, reference, message, index: about.index, certificate }
  return new TlsError(code, message, { details })
}

/** Whether an error says something about a certificate, and not about our own side. */
export function isCertificateFailure(error: unknown): error is TlsError {
  return error instanceof TlsError && error.code.startsWith('ERR_TLS_CERTIFICATE_')
}

/** The failure that an error tells of. A certificate that cannot be read is told of by its frame. */
export function failureOf(error: TlsError, about: PlacedCertificate): CertificateFailure {
  if (error.details !== undefined) return error.details as CertificateFailure
  return {
    code: error.code,
    rule: 'encoding',
    reference: 'RFC 5280 section 4.1',
    message: error.message,
    index: about.index,
    certificate: about.certificate.summary(),
    ...(error.path === undefined ? {} : { path: error.path }),
  }
}

const rules = {
  'path.trust-anchor': { code: 'ERR_TLS_CERTIFICATE_UNKNOWN_CA', reference: 'RFC 5280 section 6.1' },
  'path.length': { code: 'ERR_TLS_CERTIFICATE_WORK_LIMIT', reference: 'option maxPathLength' },
  'path.intermediates': { code: 'ERR_TLS_CERTIFICATE_CONSTRAINT', reference: 'option maxIntermediates' },
  'path.signature-checks': { code: 'ERR_TLS_CERTIFICATE_WORK_LIMIT', reference: 'option maxSignatureChecks' },
  'path.candidates': { code: 'ERR_TLS_CERTIFICATE_WORK_LIMIT', reference: 'RFC 5280 section 8' },
  'path.name-comparisons': { code: 'ERR_TLS_CERTIFICATE_WORK_LIMIT', reference: 'RFC 5280 section 8' },
  'chain.size': { code: 'ERR_TLS_CERTIFICATE_WORK_LIMIT', reference: 'RFC 5280 section 8' },
  'validity.not-before': { code: 'ERR_TLS_CERTIFICATE_NOT_YET_VALID', reference: 'RFC 5280 section 4.1.2.5' },
  'validity.not-after': { code: 'ERR_TLS_CERTIFICATE_EXPIRED', reference: 'RFC 5280 section 4.1.2.5' },
  'signature.value': { code: 'ERR_TLS_CERTIFICATE_SIGNATURE', reference: 'RFC 5280 section 6.1.3' },
  'signature.algorithm': { code: 'ERR_TLS_CERTIFICATE_UNSUPPORTED', reference: 'RFC 5280 section 4.1.1.2' },
  'key.rsa-limit': { code: 'ERR_TLS_CERTIFICATE_CONSTRAINT', reference: 'RFC 5280 section 8' },
  'basic-constraints.ca': { code: 'ERR_TLS_CERTIFICATE_CONSTRAINT', reference: 'RFC 5280 section 4.2.1.9' },
  'basic-constraints.path-length': { code: 'ERR_TLS_CERTIFICATE_CONSTRAINT', reference: 'RFC 5280 section 4.2.1.9' },
  'key-usage.cert-sign': { code: 'ERR_TLS_CERTIFICATE_CONSTRAINT', reference: 'RFC 5280 section 4.2.1.3' },
  'extended-key-usage': { code: 'ERR_TLS_CERTIFICATE_PURPOSE', reference: 'RFC 5280 section 4.2.1.12' },
  'name-constraints.permitted': { code: 'ERR_TLS_CERTIFICATE_CONSTRAINT', reference: 'RFC 5280 section 4.2.1.10' },
  'name-constraints.excluded': { code: 'ERR_TLS_CERTIFICATE_CONSTRAINT', reference: 'RFC 5280 section 4.2.1.10' },
  'name-constraints.unsupported': { code: 'ERR_TLS_CERTIFICATE_CONSTRAINT', reference: 'RFC 5280 section 4.2.1.10' },
  'extensions.unknown-critical': { code: 'ERR_TLS_CERTIFICATE_UNSUPPORTED', reference: 'RFC 5280 section 4.2' },
  'policy.explicit': { code: 'ERR_TLS_CERTIFICATE_CONSTRAINT', reference: 'RFC 5280 section 6.1.5' },
  'policy.mapping': { code: 'ERR_TLS_CERTIFICATE_CONSTRAINT', reference: 'RFC 5280 section 4.2.1.5' },
  'revocation.revoked': { code: 'ERR_TLS_CERTIFICATE_REVOKED', reference: 'RFC 5280 section 6.1.3' },
  'revocation.unknown': { code: 'ERR_TLS_CERTIFICATE_STATUS_UNKNOWN', reference: 'RFC 5280 section 6.3.3' },
  'transparency.policy': { code: 'ERR_TLS_CERTIFICATE_TRANSPARENCY', reference: 'RFC 6962 section 5.2' },
  'host-name.mismatch': { code: 'ERR_TLS_CERTIFICATE_NAME', reference: 'RFC 9525 section 6' },
  'host-name.unknown': { code: 'ERR_TLS_CERTIFICATE_NAME', reference: 'RFC 9525 section 3' },
} as const
