import type { TlsError } from '@typetls/wire'
import type { PathCertificate } from './path-certificate.ts'
import type { CertificateRule } from './certificate-failure.ts'
import { certificateFailure } from './certificate-failure.ts'
import { hostNames } from './name-match.ts'

/** The failure of a certificate that is for others: `is for a.example, b.example, not for example.org` */
export function wrongName(certificate: PathCertificate, expected: string, remark = ''): TlsError {
  const names = hostNames(certificate)
  const others = names.length === 0 ? 'has no name' : `is for ${names.slice(0, maxNamesShown).map(shown).join(', ')}`
  const more = names.length > maxNamesShown ? ` and ${names.length - maxNamesShown} more` : ''
  const problem = `${others}${more}, not for ${shown(expected)}${remark}`
  return nameFailure(certificate, problem, 'host-name.mismatch', 'RFC 9525 section 6')
}

export function nameFailure(
  certificate: PathCertificate,
  problem: string,
  rule: CertificateRule,
  reference: string,
): TlsError {
  return certificateFailure({ certificate, index: 0 }, problem, rule, 'ERR_TLS_CERTIFICATE_NAME', reference)
}

/** Names come from a peer: nothing of them may steer a terminal. */
function shown(name: string): string {
  return name.replace(/[^\x21-\x7e]/g, '?').slice(0, 253)
}

const maxNamesShown = 5
