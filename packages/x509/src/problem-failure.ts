import type { TlsError } from '@typetls/wire'
import type { PlacedCertificate, RuleSource } from './certificate-failure.ts'
import { certificateFailure } from './certificate-failure.ts'
import type { CheckerRule, RevocationProblem } from './revocation.ts'

/** The error for what a checker of revocation or transparency found wrong. */
export function problemFailure(about: PlacedCertificate, { rule, problem }: RevocationProblem): TlsError {
  const { name, code, reference } = typeof rule === 'string' ? { name: rule, ...checkerRules[rule] } : rule
  return certificateFailure(about, problem, name, code, reference)
}

const checkerRules: Readonly<Record<CheckerRule, Omit<RuleSource, 'name'>>> = {
  'revocation.revoked': { code: 'ERR_TLS_CERTIFICATE_REVOKED', reference: 'RFC 5280 section 6.1.3' },
  'revocation.unknown': { code: 'ERR_TLS_CERTIFICATE_STATUS_UNKNOWN', reference: 'RFC 5280 section 6.3.3' },
  'transparency.policy': { code: 'ERR_TLS_CERTIFICATE_TRANSPARENCY', reference: 'RFC 6962 section 5.2' },
}
