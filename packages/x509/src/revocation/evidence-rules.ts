import type { RuleSource } from '../certificate-failure.ts'
import type { CheckerRule } from '../revocation.ts'

/** Why a CRL or an OCSP response does not count, or that nothing is known. */
export type EvidenceRule = keyof typeof rules | Extract<CheckerRule, 'revocation.unknown'>

/** A rule as failures tell of it. */
export function ruleNamed(name: EvidenceRule): CheckerRule | RuleSource {
  return name === 'revocation.unknown' ? name : { name, ...rules[name] }
}

// Here, and not with the rules of paths: a client that does not check revocation carries none of it.
const rules = {
  'crl.malformed': { code: 'ERR_TLS_CERTIFICATE_STATUS_UNKNOWN', reference: 'RFC 5280 section 5.1' },
  'crl.unknown-critical': { code: 'ERR_TLS_CERTIFICATE_STATUS_UNKNOWN', reference: 'RFC 5280 section 5.2' },
  'crl.not-yet-valid': { code: 'ERR_TLS_CERTIFICATE_STATUS_UNKNOWN', reference: 'RFC 5280 section 5.1.2.4' },
  'crl.expired': { code: 'ERR_TLS_CERTIFICATE_STATUS_UNKNOWN', reference: 'RFC 5280 section 5.1.2.5' },
  'crl.number': { code: 'ERR_TLS_CERTIFICATE_STATUS_UNKNOWN', reference: 'RFC 5280 section 5.2.3' },
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
} as const
