import type { AlertName } from '@typetls/wire'
import { AlertDescription, TlsError } from '@typetls/wire'
import type { CertificateFailure } from '@typetls/x509'
import { openSslError } from './openssl-error.ts'

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
  // What a program's own callback said.
  if (ofCallbacks.has(error.code) && error.cause instanceof Error) return error.cause
  if (error.code === 'ERR_TLS_HANDSHAKE_TIMEOUT') {
    return Object.assign(new Error('TLS handshake timeout', { cause: error }), { code: error.code })
  }
  const verification = verificationCode(error)
  if (verification !== undefined) {
    const [code, message] = verification
    return Object.assign(new Error(message, { cause: error }), { code })
  }
  const [number, reason] = reasonOf(error) ?? []
  if (number === undefined || reason === undefined) return error
  return openSslError((0x0a000000 + number).toString(16).toUpperCase().padStart(8, '0'), 'SSL routines', reason, error)
}

function reasonOf(error: TlsError): readonly [number, string] | readonly [] | undefined {
  const { code, received } = error
  if (code === 'ERR_TLS_PEER_ALERT') return alertReason(received)
  return isTooLongToOpenSsl(error) ? [198, 'packet length too long'] : reasons[code]
}

/** The alert that OpenSSL sends, where it is another than ours. */
export function alertOfOpenSsl(error: TlsError): AlertName | undefined {
  return isTooLongToOpenSsl(error) ? 'record_overflow' : undefined
}

/** From 3.2 to 3.5.5 OpenSSL looked at the length of a record first, and that of what is no TLS may be anything. */
function isTooLongToOpenSsl({ code, received }: TlsError): boolean {
  if (!looksAtLengthFirst()) return false
  if (code === 'ERR_TLS_RECORD_VERSION') return !String(received).startsWith('0x03')
  return code === 'ERR_TLS_NOT_TLS' && Number.parseInt(String(received).slice(6), 16) > maxCiphertextLength
}

function looksAtLengthFirst(): boolean {
  const [major = 0, minor = 0, patch = 0] = (process.versions['openssl'] ?? '').split('.').map((one) => parseInt(one))
  return major === 3 && minor >= 2 && (minor < 5 || (minor === 5 && patch <= 5))
}

/** Bytes: SSL3_RT_MAX_ENCRYPTED_LENGTH. */
const maxCiphertextLength = 18432

/** Whose cause is what a callback threw or answered, if there is one. */
const ofCallbacks: ReadonlySet<string> = /* @__PURE__ */ new Set([
  'ERR_TLS_CALLBACK',
  'ERR_TLS_CERTIFICATE_NAME',
  'ERR_TLS_NO_APPLICATION_PROTOCOL',
])

function verificationCode(error: TlsError): readonly [string, string] | undefined {
  const details = error.details as Partial<CertificateFailure> | undefined
  if (error.code === 'ERR_TLS_CERTIFICATE_UNKNOWN_CA') return unknownAuthority(details)
  // A root of version 1 that nobody trusts.
  if (details?.rule === 'basic-constraints.ca' && isSelfIssued(details)) return unknownAuthority(details)
  return verificationRules[details?.rule ?? ''] ?? verifications[error.code]
}

/** What OpenSSL tells apart by the shape of the chain. */
function unknownAuthority(details: Partial<CertificateFailure> | undefined): readonly [string, string] {
  const selfIssued = isSelfIssued(details)
  if (details === undefined || details.index === 0) {
    return selfIssued
      ? ['DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed certificate']
      : ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'unable to verify the first certificate']
  }
  if (selfIssued) return ['SELF_SIGNED_CERT_IN_CHAIN', 'self-signed certificate in certificate chain']
  // One of our own that is not a root.
  if (details.index === undefined) return ['UNABLE_TO_GET_ISSUER_CERT', 'unable to get issuer certificate']
  return ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'unable to get local issuer certificate']
}

function isSelfIssued(details: Partial<CertificateFailure> | undefined): boolean {
  const { certificate } = details ?? {}
  return certificate !== undefined && certificate.subject === certificate.issuer
}

/** OpenSSL names alerts of SSL 3.0, those of TLS 1.0 and those that came with extensions and TLS 1.3 apart. */
function alertReason(alert: unknown): readonly [number, string] | readonly [] {
  if (typeof alert !== 'string' || !(alert in AlertDescription.ids)) return []
  const name = alert as AlertName
  const prefix = olderAlerts.has(name) ? ssl3Prefix : (otherPrefixes[name] ?? 'tlsv1 alert')
  const words = name === 'user_canceled' ? 'user cancelled' : name.replaceAll('_', ' ')
  return [1000 + AlertDescription.ids[name], `${prefix} ${words}`]
}

/** Since 3.2 OpenSSL has another name for it. */
const ssl3Prefix = /^3\.[01]\./.test(process.versions.openssl ?? '') ? 'sslv3 alert' : 'ssl/tls alert'

const otherPrefixes: Partial<Readonly<Record<AlertName, string>>> = {
  missing_extension: 'tlsv13 alert',
  certificate_required: 'tlsv13 alert',
  unsupported_extension: 'tlsv1',
  unrecognized_name: 'tlsv1',
  certificate_unobtainable: 'tlsv1',
  bad_certificate_hash_value: 'tlsv1',
  bad_certificate_status_response: 'tlsv1',
}

const olderAlerts: ReadonlySet<AlertName> = /* @__PURE__ */ new Set<AlertName>([
  'unexpected_message',
  'bad_record_mac',
  'decompression_failure',
  'handshake_failure',
  'no_certificate',
  'bad_certificate',
  'unsupported_certificate',
  'certificate_revoked',
  'certificate_expired',
  'certificate_unknown',
  'illegal_parameter',
])

/** OpenSSL's reasons for what we refuse, with their numbers, by our code. */
const reasons: Readonly<Record<string, readonly [number, string]>> = {
  ERR_TLS_NO_SHARED_CIPHER: [193, 'no shared cipher'],
  ERR_TLS_VERSION: [258, 'unsupported protocol'],
  ERR_TLS_NOT_TLS: [267, 'wrong version number'],
  ERR_TLS_RECORD_VERSION: [267, 'wrong version number'],
  ERR_TLS_HTTP_REQUEST: [156, 'http request'],
  ERR_TLS_HTTPS_PROXY_REQUEST: [155, 'https proxy request'],
  ERR_TLS_CERTIFICATE_REQUIRED: [199, 'peer did not return a certificate'],
  ERR_TLS_CLIENT_CERTIFICATE_MISSING: [199, 'peer did not return a certificate'],
  ERR_TLS_NO_SHARED_GROUP: [101, 'no suitable key share'],
  ERR_TLS_NO_SHARED_SIGNATURE_SCHEME: [376, 'no shared signature algorithms'],
  ERR_TLS_NO_CREDENTIAL: [118, 'no suitable signature algorithm'],
  ERR_TLS_NO_APPLICATION_PROTOCOL: [235, 'no application protocol'],
  ERR_TLS_BAD_RECORD_MAC: [281, 'decryption failed or bad record mac'],
  ERR_TLS_UNEXPECTED_MESSAGE: [244, 'unexpected message'],
  ERR_TLS_RECORD_UNKNOWN_TYPE: [244, 'unexpected message'],
  ERR_TLS_MESSAGE_TOO_LARGE: [152, 'excessive message size'],
  ERR_TLS_FALLBACK: [373, 'inappropriate fallback'],
  ERR_TLS_SIGNATURE: [123, 'bad signature'],
  ERR_TLS_FINISHED_MISMATCH: [149, 'digest check failed'],
  ERR_TLS_NO_PSK: [223, 'psk identity not found'],
  ERR_TLS_PSK_UNKNOWN_IDENTITY: [223, 'psk identity not found'],
  ERR_TLS_RECORD_OVERFLOW: [146, 'data length too long'],
  ERR_TLS_RECORD_CIPHERTEXT_OVERFLOW: [150, 'encrypted length too long'],
  ERR_TLS_TRUNCATED: [294, 'unexpected eof while reading'],
  ERR_TLS_DH_PARAMETERS: [394, 'dh key too small'],
  ERR_TLS_NO_RENEGOTIATION: [339, 'no renegotiation'],
  ERR_TLS_RENEGOTIATION_INFO: [337, 'renegotiation mismatch'],
  ERR_TLS_RENEGOTIATION_VERSION: [266, 'wrong ssl version'],
}

/** OpenSSL's codes and words for rules that our codes do not tell apart. */
const verificationRules: Readonly<Record<string, readonly [string, string]>> = {
  'basic-constraints.path-length': ['PATH_LENGTH_EXCEEDED', 'path length constraint exceeded'],
  'key.rsa-size': ['UNSPECIFIED', 'certificate key too weak'],
  'signature.weak': ['UNSPECIFIED', 'CA signature digest algorithm too weak'],
  'name-constraints.permitted': ['UNSPECIFIED', 'permitted subtree violation'],
  'name-constraints.excluded': ['UNSPECIFIED', 'excluded subtree violation'],
}

/** OpenSSL's codes and words for chains that do not verify, by our code. */
const verifications: Readonly<Record<string, readonly [string, string]>> = {
  ERR_TLS_CERTIFICATE_EXPIRED: ['CERT_HAS_EXPIRED', 'certificate has expired'],
  ERR_TLS_CERTIFICATE_NOT_YET_VALID: ['CERT_NOT_YET_VALID', 'certificate is not yet valid'],
  ERR_TLS_CERTIFICATE_SIGNATURE: ['CERT_SIGNATURE_FAILURE', 'certificate signature failure'],
  ERR_TLS_CERTIFICATE_CONSTRAINT: ['INVALID_CA', 'invalid CA certificate'],
  ERR_TLS_CERTIFICATE_PURPOSE: ['INVALID_PURPOSE', 'unsuitable certificate purpose'],
  ERR_TLS_CERTIFICATE_REVOKED: ['CERT_REVOKED', 'certificate revoked'],
  ERR_TLS_CERTIFICATE_STATUS_UNKNOWN: ['UNABLE_TO_GET_CRL', 'unable to get certificate CRL'],
  ERR_TLS_CERTIFICATE_WORK_LIMIT: ['CERT_CHAIN_TOO_LONG', 'certificate chain too long'],
  ERR_TLS_CERTIFICATE_UNSUPPORTED: ['INVALID_CA', 'invalid CA certificate'],
}
