import type { AlertName } from '@typetls/wire'
import { AlertDescription, TlsError } from '@typetls/wire'
import type { CertificateFailure } from '@typetls/x509'

/**
 * An error with the code and the shape that programs written for node:tls test for. `cause` is our own `TlsError`, which
 * says more.
 */
export interface NodeTlsError extends Error {
  code: string
  /** `SSL routines` for what OpenSSL would have said. */
  library?: string
  /** OpenSSL's words, such as `tlsv1 alert unknown ca`. */
  reason?: string
}

/** An error of ours in the words of node:tls; what has no counterpart there stays as it is. */
export function inNodeWords(error: Error): Error {
  if (!(error instanceof TlsError)) return error
  // What a callback of the program threw is the program's own.
  if (isIdentityError(error.cause) || (error.code === 'ERR_TLS_CALLBACK' && isError(error.cause))) return error.cause
  const verification = verificationCode(error)
  if (verification !== undefined) {
    const [code, message] = verification
    return Object.assign(new Error(message, { cause: error }), { code })
  }
  const reason = error.code === 'ERR_TLS_PEER_ALERT' ? alertReason(error.received) : reasons[error.code]
  if (reason === undefined) return error
  const code = `ERR_SSL_${reason.toUpperCase().replace(/[^A-Z0-9]+/g, '_')}`
  const message = `error:0A000000:SSL routines::${reason}`
  return Object.assign(new Error(message, { cause: error }), { library: 'SSL routines', reason, code })
}

function isError(cause: unknown): cause is Error {
  return cause instanceof Error
}

function isIdentityError(cause: unknown): cause is Error {
  return cause instanceof Error && (cause as Partial<NodeTlsError>).code === 'ERR_TLS_CERT_ALTNAME_INVALID'
}

function verificationCode(error: TlsError): readonly [string, string] | undefined {
  if (error.code === 'ERR_TLS_CERTIFICATE_UNKNOWN_CA')
    return unknownAuthority(error.details as Partial<CertificateFailure>)
  return verifications[error.code]
}

/** What OpenSSL tells apart by the shape of the chain. */
function unknownAuthority(details: Partial<CertificateFailure> | undefined): readonly [string, string] {
  const { index, certificate } = details ?? {}
  const selfIssued = certificate !== undefined && certificate.subject === certificate.issuer
  if (index === undefined || index === 0) {
    return selfIssued
      ? ['DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed certificate']
      : ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'unable to verify the first certificate']
  }
  return selfIssued
    ? ['SELF_SIGNED_CERT_IN_CHAIN', 'self-signed certificate in certificate chain']
    : ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'unable to get local issuer certificate']
}

/** OpenSSL names alerts of SSL 3.0 and those that came later apart. */
function alertReason(alert: unknown): string | undefined {
  if (typeof alert !== 'string' || !(alert in AlertDescription.ids)) return undefined
  const prefix = olderAlerts.has(alert as AlertName) ? 'ssl/tls alert' : alertPrefix(alert as AlertName)
  const words =
    alert === 'bad_certificate_status_response' ? 'bad certificate status response' : alert.replaceAll('_', ' ')
  return `${olderAlerts.has(alert as AlertName) ? prefix.replace('ssl/tls', 'sslv3') : prefix} ${words}`
}

function alertPrefix(alert: AlertName): string {
  return alert === 'missing_extension' || alert === 'certificate_required' ? 'tlsv13 alert' : 'tlsv1 alert'
}

const olderAlerts: ReadonlySet<AlertName> = /* @__PURE__ */ new Set<AlertName>([
  'unexpected_message',
  'bad_record_mac',
  'handshake_failure',
  'bad_certificate',
  'unsupported_certificate',
  'certificate_revoked',
  'certificate_expired',
  'certificate_unknown',
  'illegal_parameter',
])

/** OpenSSL's reasons for what we refuse, by our code. */
const reasons: Readonly<Record<string, string>> = {
  ERR_TLS_NO_SHARED_CIPHER: 'no shared cipher',
  ERR_TLS_VERSION: 'unsupported protocol',
  ERR_TLS_NOT_TLS: 'wrong version number',
  ERR_TLS_RECORD_VERSION: 'wrong version number',
  ERR_TLS_HTTP_REQUEST: 'http request',
  ERR_TLS_HTTPS_PROXY_REQUEST: 'https proxy request',
  ERR_TLS_CERTIFICATE_REQUIRED: 'peer did not return a certificate',
  ERR_TLS_NO_SHARED_GROUP: 'no suitable key share',
  ERR_TLS_NO_SHARED_SIGNATURE_SCHEME: 'no shared signature algorithms',
  ERR_TLS_NO_CREDENTIAL: 'no suitable signature algorithm',
  ERR_TLS_NO_APPLICATION_PROTOCOL: 'no application protocol',
  ERR_TLS_BAD_RECORD_MAC: 'decryption failed or bad record mac',
  ERR_TLS_UNEXPECTED_MESSAGE: 'unexpected message',
  ERR_TLS_FALLBACK: 'inappropriate fallback',
  ERR_TLS_SIGNATURE: 'bad signature',
  ERR_TLS_FINISHED_MISMATCH: 'digest check failed',
  ERR_TLS_NO_PSK: 'psk identity not found',
  ERR_TLS_PSK_UNKNOWN_IDENTITY: 'psk identity not found',
  ERR_TLS_RECORD_OVERFLOW: 'data length too long',
  ERR_TLS_RECORD_CIPHERTEXT_OVERFLOW: 'encrypted length too long',
  ERR_TLS_TRUNCATED: 'unexpected eof while reading',
}

/** OpenSSL's codes and words for chains that do not verify, by our code. */
const verifications: Readonly<Record<string, readonly [string, string]>> = {
  ERR_TLS_CERTIFICATE_EXPIRED: ['CERT_HAS_EXPIRED', 'certificate has expired'],
  ERR_TLS_CERTIFICATE_NOT_YET_VALID: ['CERT_NOT_YET_VALID', 'certificate is not yet valid'],
  ERR_TLS_CERTIFICATE_SIGNATURE: ['CERT_SIGNATURE_FAILURE', 'certificate signature failure'],
  ERR_TLS_CERTIFICATE_CONSTRAINT: ['INVALID_CA', 'invalid CA certificate'],
  ERR_TLS_CERTIFICATE_PURPOSE: ['INVALID_PURPOSE', 'unsuitable certificate purpose'],
  ERR_TLS_CERTIFICATE_REVOKED: ['CERT_REVOKED', 'certificate revoked'],
  ERR_TLS_CERTIFICATE_WORK_LIMIT: ['CERT_CHAIN_TOO_LONG', 'certificate chain too long'],
  ERR_TLS_CERTIFICATE_UNSUPPORTED: ['INVALID_CA', 'invalid CA certificate'],
}
