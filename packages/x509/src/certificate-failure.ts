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
  readonly path?: string | undefined
}

/** A certificate with its place. */
export interface PlacedCertificate {
  readonly certificate: PathCertificate
  /** Position in the chain as it was sent, 0 is the leaf; `undefined`: a trust anchor of ours. */
  readonly index: number | undefined
}

/** A rule that `verifyPath` has whatever the profile. */
export type CertificateRule =
  | 'path.trust-anchor'
  | 'path.length'
  | 'path.intermediates'
  | 'path.signature-checks'
  | 'path.candidates'
  | 'path.name-comparisons'
  | 'chain.size'
  | 'validity.not-before'
  | 'validity.not-after'
  | 'signature.value'
  | 'signature.algorithm'
  | 'key.rsa-limit'
  | 'basic-constraints.ca'
  | 'basic-constraints.path-length'
  | 'key-usage.cert-sign'
  | 'extended-key-usage'
  | 'name-constraints.permitted'
  | 'name-constraints.excluded'
  | 'name-constraints.unsupported'
  | 'extensions.unknown-critical'
  | 'policy.explicit'
  | 'policy.mapping'
  | 'revocation.revoked'
  | 'revocation.unknown'
  | 'transparency.policy'
  | 'host-name.mismatch'
  | 'host-name.unknown'

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
 *
 * @param reference where the rule is written, such as `RFC 5280 section 4.2.1.9`
 */
export function certificateFailure(
  { certificate, index }: PlacedCertificate,
  problem: string,
  rule: string,
  code: CertificateErrorCode,
  reference: string,
): TlsError {
  const summary = certificate.summary()
  const role = index === undefined ? 'trust anchor' : index === 0 ? 'certificate' : `CA certificate (#${index})`
  const message = `the ${role} ${summary.subject} ${problem}`
  const details: CertificateFailure = { code, rule, reference, message, index, certificate: summary }
  return new TlsError(code, message, { details })
}

/** Whether an error says something about a certificate, and not about our own side. */
export function isCertificateFailure(error: unknown): error is TlsError {
  return error instanceof TlsError && error.code.startsWith('ERR_TLS_CERTIFICATE_')
}

/** The failure that an error tells of. A certificate that cannot be read is told of by its frame. */
export function failureOf(error: TlsError, { certificate, index }: PlacedCertificate): CertificateFailure {
  const { code, message, path, details } = error
  if (details !== undefined) return details as CertificateFailure
  return {
    code,
    rule: 'encoding',
    reference: 'RFC 5280 section 4.1',
    message,
    index,
    certificate: certificate.summary(),
    path,
  }
}
