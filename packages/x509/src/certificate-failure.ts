import { TlsError } from '@typetls/wire'
import type { Certificate, CertificateSummary } from './certificate.ts'

/** `details` of a `TlsError` about a certificate: which one broke which rule. Plain data. */
export interface CertificateFailure {
  readonly rule: CertificateRule
  /** Where the rule is written, such as `RFC 5280 section 4.2.1.9`. */
  readonly reference: string
  /** Position in the chain as it was sent, 0 is the leaf; `undefined`: a trust anchor of ours. */
  readonly index: number | undefined
  readonly certificate: CertificateSummary
}

/** A certificate with its place. */
export interface PlacedCertificate {
  readonly certificate: Certificate
  /** Position in the chain as it was sent, 0 is the leaf; `undefined`: a trust anchor of ours. */
  readonly index: number | undefined
}

export type CertificateRule = keyof typeof rules

/** The error for a broken rule: `the certificate CN=example.org expired on 2026-01-01T00:00:00.000Z`. */
export function certificateFailure(rule: CertificateRule, about: PlacedCertificate, problem: string): TlsError {
  const { code, reference } = rules[rule]
  const summary = about.certificate.toJSON()
  const role =
    about.index === undefined ? 'trust anchor' : about.index === 0 ? 'certificate' : `CA certificate (#${about.index})`
  const details: CertificateFailure = { rule, reference, index: about.index, certificate: summary }
  return new TlsError(code, `the ${role} ${summary.subject} ${problem}`, { details })
}

/** Whether an error says something about a certificate, and not about our own side. */
export function isCertificateFailure(error: unknown): error is TlsError {
  return error instanceof TlsError && error.code.startsWith('ERR_TLS_CERTIFICATE_')
}

const rules = {
  'path.trust-anchor': { code: 'ERR_TLS_CERTIFICATE_UNKNOWN_CA', reference: 'RFC 5280 section 6.1' },
  'path.length': { code: 'ERR_TLS_CERTIFICATE_WORK_LIMIT', reference: 'option maxPathLength' },
  'path.signature-checks': { code: 'ERR_TLS_CERTIFICATE_WORK_LIMIT', reference: 'option maxSignatureChecks' },
  'path.name-comparisons': { code: 'ERR_TLS_CERTIFICATE_WORK_LIMIT', reference: 'RFC 5280 section 8' },
  'chain.size': { code: 'ERR_TLS_CERTIFICATE_WORK_LIMIT', reference: 'RFC 5280 section 8' },
  'validity.not-before': { code: 'ERR_TLS_CERTIFICATE_NOT_YET_VALID', reference: 'RFC 5280 section 4.1.2.5' },
  'validity.not-after': { code: 'ERR_TLS_CERTIFICATE_EXPIRED', reference: 'RFC 5280 section 4.1.2.5' },
  'serial-number': { code: 'ERR_TLS_CERTIFICATE_CONSTRAINT', reference: 'RFC 5280 section 4.1.2.2' },
  'issuer.empty': { code: 'ERR_TLS_CERTIFICATE_CONSTRAINT', reference: 'RFC 5280 section 4.1.2.4' },
  'subject.empty': { code: 'ERR_TLS_CERTIFICATE_CONSTRAINT', reference: 'RFC 5280 section 4.1.2.6' },
  'signature.value': { code: 'ERR_TLS_CERTIFICATE_SIGNATURE', reference: 'RFC 5280 section 6.1.3' },
  'signature.weak': { code: 'ERR_TLS_CERTIFICATE_SIGNATURE', reference: 'RFC 9846 section 4.5.2.4' },
  'signature.algorithm': { code: 'ERR_TLS_CERTIFICATE_UNSUPPORTED', reference: 'RFC 5280 section 4.1.1.2' },
  'key.type': { code: 'ERR_TLS_CERTIFICATE_UNSUPPORTED', reference: 'RFC 5280 section 4.1.2.7' },
  'key.rsa-size': { code: 'ERR_TLS_CERTIFICATE_CONSTRAINT', reference: 'option minRsaBits' },
  'basic-constraints.ca': { code: 'ERR_TLS_CERTIFICATE_CONSTRAINT', reference: 'RFC 5280 section 4.2.1.9' },
  'basic-constraints.path-length': { code: 'ERR_TLS_CERTIFICATE_CONSTRAINT', reference: 'RFC 5280 section 4.2.1.9' },
  'key-usage.cert-sign': { code: 'ERR_TLS_CERTIFICATE_CONSTRAINT', reference: 'RFC 5280 section 4.2.1.3' },
  'key-usage.digital-signature': { code: 'ERR_TLS_CERTIFICATE_KEY_USAGE', reference: 'RFC 9846 section 4.5.2.2' },
  'extended-key-usage': { code: 'ERR_TLS_CERTIFICATE_PURPOSE', reference: 'RFC 5280 section 4.2.1.12' },
  'name-constraints.permitted': { code: 'ERR_TLS_CERTIFICATE_CONSTRAINT', reference: 'RFC 5280 section 4.2.1.10' },
  'name-constraints.excluded': { code: 'ERR_TLS_CERTIFICATE_CONSTRAINT', reference: 'RFC 5280 section 4.2.1.10' },
  'name-constraints.unsupported': { code: 'ERR_TLS_CERTIFICATE_CONSTRAINT', reference: 'RFC 5280 section 4.2.1.10' },
  'extensions.unknown-critical': { code: 'ERR_TLS_CERTIFICATE_UNSUPPORTED', reference: 'RFC 5280 section 4.2' },
  'extensions.criticality': { code: 'ERR_TLS_CERTIFICATE_CONSTRAINT', reference: 'RFC 5280 section 4.2.1' },
  'revocation.revoked': { code: 'ERR_TLS_CERTIFICATE_REVOKED', reference: 'RFC 5280 section 6.1.3' },
  'revocation.unknown': { code: 'ERR_TLS_CERTIFICATE_STATUS_UNKNOWN', reference: 'RFC 5280 section 6.3.3' },
  'crl.malformed': { code: 'ERR_TLS_CERTIFICATE_STATUS_UNKNOWN', reference: 'RFC 5280 section 5.1' },
  'crl.unknown-critical': { code: 'ERR_TLS_CERTIFICATE_STATUS_UNKNOWN', reference: 'RFC 5280 section 5.2' },
  'crl.not-yet-valid': { code: 'ERR_TLS_CERTIFICATE_STATUS_UNKNOWN', reference: 'RFC 5280 section 5.1.2.4' },
  'crl.expired': { code: 'ERR_TLS_CERTIFICATE_STATUS_UNKNOWN', reference: 'RFC 5280 section 5.1.2.5' },
  'crl.issuer': { code: 'ERR_TLS_CERTIFICATE_STATUS_UNKNOWN', reference: 'RFC 5280 section 6.3.3 (f)' },
  'crl.signature': { code: 'ERR_TLS_CERTIFICATE_STATUS_UNKNOWN', reference: 'RFC 5280 section 6.3.3 (g)' },
  'crl.reasons': { code: 'ERR_TLS_CERTIFICATE_STATUS_UNKNOWN', reference: 'RFC 5280 section 6.3.3 (e)' },
  'ocsp.malformed': { code: 'ERR_TLS_CERTIFICATE_STATUS', reference: 'RFC 6960 section 4.2.1' },
  'ocsp.response-status': { code: 'ERR_TLS_CERTIFICATE_STATUS', reference: 'RFC 6960 section 2.3' },
  'ocsp.unknown-critical': { code: 'ERR_TLS_CERTIFICATE_STATUS', reference: 'RFC 6960 section 4.4' },
  'ocsp.nonce': { code: 'ERR_TLS_CERTIFICATE_STATUS', reference: 'RFC 9654 section 2.1' },
  'ocsp.certificate': { code: 'ERR_TLS_CERTIFICATE_STATUS', reference: 'RFC 6960 section 3.2 (1)' },
  'ocsp.signature': { code: 'ERR_TLS_CERTIFICATE_STATUS', reference: 'RFC 6960 section 3.2 (2)' },
  'ocsp.responder': { code: 'ERR_TLS_CERTIFICATE_STATUS', reference: 'RFC 6960 section 4.2.2.2' },
  'ocsp.not-yet-valid': { code: 'ERR_TLS_CERTIFICATE_STATUS', reference: 'RFC 6960 section 3.2 (5)' },
  'ocsp.expired': { code: 'ERR_TLS_CERTIFICATE_STATUS', reference: 'RFC 6960 section 3.2 (6)' },
  'ocsp.unknown': { code: 'ERR_TLS_CERTIFICATE_STATUS', reference: 'RFC 6960 section 2.2' },
  'ocsp.must-staple': { code: 'ERR_TLS_CERTIFICATE_STATUS', reference: 'RFC 7633 section 4' },
  'transparency.policy': { code: 'ERR_TLS_CERTIFICATE_TRANSPARENCY', reference: 'RFC 6962 section 5.2' },
  'host-name.mismatch': { code: 'ERR_TLS_CERTIFICATE_NAME', reference: 'RFC 9525 section 6' },
  'host-name.unknown': { code: 'ERR_TLS_CERTIFICATE_NAME', reference: 'RFC 9525 section 3' },
} as const
