import type { AlertName, TlsError, TlsErrorCode } from '@typetls/wire'
import type { Flags } from './flags.ts'
import { Refusal } from './refusal.ts'

/** What the shim prints of a failure: our code, BoringSSL's names for the cause, and what happened. */
export function describe(error: TlsError, refusal: readonly string[]): string {
  return [error.code, ...namesOf(error, refusal).map((name) => `:${name}:`), error.message].join(' ')
}

function namesOf(error: TlsError, refusal: readonly string[]): readonly string[] {
  if (error.code === 'ERR_TLS_NO_CREDENTIAL') return refusal
  if (error.cause instanceof Refusal) return [error.cause.message]
  const names = causes[error.code] ?? []
  return typeof names === 'function' ? [names(error)].flat() : names
}

/** Where in a message bytes do not parse: BoringSSL has a name for ClientHellos, and some for extensions. */
function unparsable({ path = '' }: TlsError): string {
  const [, message, extension] = /^(\w+)(?:.*\.extensions\[\d+\] \((\w+)\))?/.exec(path) ?? []
  if (message === 'hello_request') return 'BAD_HELLO_REQUEST'
  if (extension === undefined) return message === 'ClientHello' ? 'CLIENTHELLO_PARSE_FAILED' : 'DECODE_ERROR'
  if (extension === 'application_layer_protocol_negotiation') return 'PARSE_TLSEXT'
  const byCallback = ['server_name', 'certificate_authorities', 'signed_certificate_timestamp']
  const inCallback = byCallback.includes(extension) || (extension === 'status_request' && message === 'ServerHello')
  return inCallback ? 'ERROR_PARSING_EXTENSION' : 'DECODE_ERROR'
}

function misplaced({ expected }: TlsError): string {
  if (`${expected}` === 'hello_request') return 'BAD_HELLO_REQUEST'
  // BoringSSL waits for a record, not for a message.
  return `${expected}` === 'change_cipher_spec' ? 'UNEXPECTED_RECORD' : 'UNEXPECTED_MESSAGE'
}

function compressed({ path }: TlsError): string {
  if (path === 'ClientHello.legacyCompressionMethods') return 'INVALID_COMPRESSION_LIST'
  return path === 'ServerHello.compressionMethod' ? 'UNSUPPORTED_COMPRESSION_ALGORITHM' : 'DECODE_ERROR'
}

function illegalVersion({ path }: TlsError): string | readonly string[] {
  if (path === undefined) return 'SECOND_SERVERHELLO_VERSION_MISMATCH'
  if (path.endsWith('(supported_versions)')) return 'UNEXPECTED_EXTENSION'
  // Which of them says whether there was a HelloRetryRequest.
  return ['UNSUPPORTED_PROTOCOL', 'DECODE_ERROR']
}

function missing({ expected }: TlsError): string {
  const names: Readonly<Record<string, string>> = {
    key_share: 'MISSING_KEY_SHARE',
    signature_algorithms: 'NO_COMMON_SIGNATURE_ALGORITHMS',
    supported_groups: 'NO_SHARED_GROUP',
  }
  return names[`${expected}`] ?? 'MISSING_EXTENSION'
}

function wrongCertificate({ expected, received }: TlsError): string {
  // A list: of curves.
  if (Array.isArray(expected)) return 'BAD_ECC_CERT'
  return received === 'rsa-pss' ? 'UNSUPPORTED_ALGORITHM' : 'WRONG_CERTIFICATE_TYPE'
}

/**
 * Our causes, and what BoringSSL calls them: a function where it tells apart what has one code with us, by what our error
 * says of it. There are several names where it does not.
 */
const causes: {
  readonly [Code in TlsErrorCode]?: readonly string[] | ((error: TlsError) => string | readonly string[])
} = {
  // Bytes
  ERR_TLS_DECODE_TRUNCATED: unparsable,
  ERR_TLS_DECODE_TRAILING: unparsable,
  ERR_TLS_DECODE_LENGTH: unparsable,
  ERR_TLS_DECODE_VALUE: unparsable,
  ERR_TLS_DUPLICATE_HELLO_EXTENSION: ['DUPLICATE_EXTENSION'],
  ERR_TLS_DUPLICATE_EXTENSION: ['DUPLICATE_EXTENSION'],

  // Records
  ERR_TLS_RECORD_OVERFLOW: ['DATA_LENGTH_TOO_LONG'],
  ERR_TLS_RECORD_CIPHERTEXT_OVERFLOW: ['ENCRYPTED_LENGTH_TOO_LONG'],
  ERR_TLS_BAD_RECORD_MAC: ['DECRYPTION_FAILED_OR_BAD_RECORD_MAC', 'BAD_DECRYPT'],
  ERR_TLS_RECORD_NO_CONTENT_TYPE: ['DECRYPTION_FAILED_OR_BAD_RECORD_MAC'],
  ERR_TLS_RECORD_OUTER_TYPE: ['INVALID_OUTER_RECORD_TYPE'],
  ERR_TLS_RECORD_UNKNOWN_TYPE: ['UNEXPECTED_RECORD'],
  ERR_TLS_RECORD_UNEXPECTED: ['UNEXPECTED_RECORD'],
  ERR_TLS_RECORD_INTERLEAVED: ['UNEXPECTED_RECORD'],
  ERR_TLS_RECORD_VERSION: ['WRONG_VERSION_NUMBER'],
  ERR_TLS_NOT_TLS: ['WRONG_VERSION_NUMBER'],
  ERR_TLS_HTTP_REQUEST: ['HTTP_REQUEST'],
  ERR_TLS_HTTPS_PROXY_REQUEST: ['HTTPS_PROXY_REQUEST'],
  ERR_TLS_TOO_MANY_EMPTY_RECORDS: ['TOO_MANY_EMPTY_FRAGMENTS'],
  ERR_TLS_TOO_MANY_WARNING_ALERTS: ['TOO_MANY_WARNING_ALERTS'],
  ERR_TLS_TOO_MANY_KEY_UPDATES: ['TOO_MANY_KEY_UPDATES'],
  ERR_TLS_TOO_MUCH_EARLY_DATA: ['TOO_MUCH_SKIPPED_EARLY_DATA'],
  ERR_TLS_CHANGE_CIPHER_SPEC: ['UNEXPECTED_RECORD'],
  ERR_TLS_CHANGE_CIPHER_SPEC_CONTENT: ['BAD_CHANGE_CIPHER_SPEC'],
  ERR_TLS_CHANGE_CIPHER_SPEC_UNEXPECTED: ['UNEXPECTED_RECORD'],

  // Alerts
  ERR_TLS_ALERT_LENGTH: ['BAD_ALERT'],
  ERR_TLS_ALERT_LEVEL: ['UNKNOWN_ALERT_TYPE'],
  ERR_TLS_ALERT_WARNING: ['BAD_ALERT'],
  ERR_TLS_PEER_ALERT: ({ received }) => alertNames[`${received}`] ?? [],
  ERR_TLS_TRUNCATED: ['TYPETLS_TRUNCATED'],

  // Handshake framing and order
  ERR_TLS_UNEXPECTED_MESSAGE: misplaced,
  ERR_TLS_MESSAGE_TOO_LARGE: ['EXCESSIVE_MESSAGE_SIZE'],
  ERR_TLS_EXCESS_HANDSHAKE_DATA: ['EXCESS_HANDSHAKE_DATA'],

  // Hellos
  ERR_TLS_COMPRESSION: compressed,
  ERR_TLS_VERSION: ['UNSUPPORTED_PROTOCOL'],
  ERR_TLS_VERSION_ILLEGAL: illegalVersion,
  ERR_TLS_DOWNGRADE: ['TLS13_DOWNGRADE'],
  ERR_TLS_NO_SHARED_CIPHER: ['NO_SHARED_CIPHER'],
  ERR_TLS_NO_SHARED_GROUP: ['NO_SHARED_GROUP'],
  ERR_TLS_MISSING_EXTENSION: missing,
  ERR_TLS_UNSUPPORTED_EXTENSION: ['UNEXPECTED_EXTENSION'],
  ERR_TLS_EXTENSION_NOT_ALLOWED: ({ path }) =>
    path?.startsWith('EncryptedExtensions') ? 'ERROR_PARSING_EXTENSION' : 'UNEXPECTED_EXTENSION',
  ERR_TLS_POINT_FORMATS: ['ERROR_PARSING_EXTENSION'],
  ERR_TLS_DUPLICATE_KEY_SHARE: ['DUPLICATE_KEY_SHARE'],
  ERR_TLS_WRONG_KEY_SHARE: ['WRONG_CURVE'],
  ERR_TLS_CERTIFICATE_CURVE: ['WRONG_CURVE'],
  ERR_TLS_WRONG_CIPHER: ['WRONG_CIPHER_RETURNED'],
  ERR_TLS_SESSION_ID_ECHO: ({ path }) =>
    path === undefined ? ['SERVER_ECHOED_INVALID_SESSION_ID', 'OLD_SESSION_VERSION_NOT_RETURNED'] : 'DECODE_ERROR',
  ERR_TLS_HELLO_RETRY_REQUEST_EMPTY: ['EMPTY_HELLO_RETRY_REQUEST'],
  ERR_TLS_HELLO_RETRY_REQUEST_GROUP: ['WRONG_CURVE'],
  ERR_TLS_ALPN: ['INVALID_ALPN_PROTOCOL'],
  ERR_TLS_NO_APPLICATION_PROTOCOL: ['NO_APPLICATION_PROTOCOL'],
  ERR_TLS_FALLBACK: ['INAPPROPRIATE_FALLBACK'],

  // Key exchange
  ERR_TLS_KEY_SHARE_INVALID: ['BAD_ECPOINT'],

  // Authentication
  ERR_TLS_CERTIFICATE_EMPTY: ['PEER_DID_NOT_RETURN_A_CERTIFICATE', 'DECODE_ERROR'],
  ERR_TLS_CLIENT_CERTIFICATE_MISSING: ['PEER_DID_NOT_RETURN_A_CERTIFICATE'],
  ERR_TLS_CERTIFICATE_TYPE: wrongCertificate,
  ERR_TLS_CERTIFICATE_CONTEXT: ['DECODE_ERROR'],
  ERR_TLS_CERTIFICATE_REQUIRED: ['PEER_DID_NOT_RETURN_A_CERTIFICATE'],
  ERR_TLS_CERTIFICATE_PARSE: ['CANNOT_PARSE_LEAF_CERT'],
  ERR_TLS_CERTIFICATE_KEY_USAGE: ['KEY_USAGE_BIT_INCORRECT'],
  ERR_TLS_CERTIFICATE_REFUSED: ['CERTIFICATE_VERIFY_FAILED'],
  ERR_TLS_CERTIFICATE_STATUS: ['OCSP_CB_ERROR'],
  ERR_TLS_SIGNATURE: ['BAD_SIGNATURE'],
  ERR_TLS_SIGNATURE_SCHEME: ({ received }) =>
    received === 'rsa-pss' ? 'UNSUPPORTED_ALGORITHM' : 'WRONG_SIGNATURE_TYPE',
  ERR_TLS_NO_SHARED_SIGNATURE_SCHEME: ['NO_COMMON_SIGNATURE_ALGORITHMS'],
  ERR_TLS_FINISHED_MISMATCH: ['DIGEST_CHECK_FAILED'],

  // Pre-shared keys
  ERR_TLS_PSK_NOT_LAST: ['PRE_SHARED_KEY_MUST_BE_LAST'],
  ERR_TLS_PSK_BINDER_COUNT: ['PSK_IDENTITY_BINDER_COUNT_MISMATCH'],
  ERR_TLS_PSK_BINDER: ['DIGEST_CHECK_FAILED'],
  ERR_TLS_PSK_BINDER_LENGTH: ['DIGEST_CHECK_FAILED'],
  ERR_TLS_PSK_IDENTITY: ['PSK_IDENTITY_NOT_FOUND'],
  ERR_TLS_PSK_UNKNOWN_IDENTITY: ['PSK_IDENTITY_NOT_FOUND'],
  ERR_TLS_NO_PSK: ['PSK_IDENTITY_NOT_FOUND'],
  ERR_TLS_PSK_HASH: ['OLD_SESSION_PRF_HASH_MISMATCH'],

  // Resumption and renegotiation in TLS 1.2
  ERR_TLS_EXTENDED_MAIN_SECRET: ({ received }) =>
    received === true ? 'RESUMED_NON_EMS_SESSION_WITH_EMS_EXTENSION' : 'RESUMED_EMS_SESSION_WITHOUT_EMS_EXTENSION',
  ERR_TLS_SESSION_CHANGED: ['OLD_SESSION_CIPHER_NOT_RETURNED'],
  ERR_TLS_RENEGOTIATION_INFO: ({ expected }) =>
    expected === undefined ? 'RENEGOTIATION_MISMATCH' : 'UNSAFE_LEGACY_RENEGOTIATION_DISABLED',
  ERR_TLS_RENEGOTIATION_VERSION: ['WRONG_SSL_VERSION'],
  ERR_TLS_RENEGOTIATION_CERTIFICATE: ['SERVER_CERT_CHANGED'],
  ERR_TLS_RENEGOTIATION_MAIN_SECRET: ['RENEGOTIATION_EMS_MISMATCH'],
  ERR_TLS_NO_RENEGOTIATION: ['NO_RENEGOTIATION'],

  // After the handshake
  ERR_TLS_KEY_UPDATE: ['DECODE_ERROR'],
  ERR_TLS_FLAGS: ['DECODE_ERROR'],
}

/** The alerts that tests send us, by the names BoringSSL has for having got them. */
const alertNames: Readonly<Record<string, readonly string[]>> = {
  decompression_failure: ['SSLV3_ALERT_DECOMPRESSION_FAILURE'],
  handshake_failure: ['SSLV3_ALERT_HANDSHAKE_FAILURE', 'HANDSHAKE_FAILURE_ON_CLIENT_HELLO'],
  record_overflow: ['TLSV1_ALERT_RECORD_OVERFLOW'],
}

/** Where BoringSSL sends another alert than the RFC asks for, or leaves to whoever is asked. */
export function alertFor(error: TlsError, flags: Flags): AlertName | undefined {
  switch (error.code) {
    case 'ERR_TLS_EXTENSION_NOT_ALLOWED':
      // The extension was asked for, but not in this message.
      return 'unsupported_extension'
    case 'ERR_TLS_CLIENT_HELLO_REFUSED':
      return 'handshake_failure'
    case 'ERR_TLS_PSK_BINDER_LENGTH':
      return 'decrypt_error'
    case 'ERR_TLS_COMPRESSION':
      // In TLS 1.3 the field is no choice but a constant, and another value does not parse.
      return error.path === 'ServerHello.legacyCompressionMethod' ? 'decode_error' : undefined
    case 'ERR_TLS_CERTIFICATE_REFUSED':
      // OpenSSL's verification callback cannot say which alert.
      return flags['use-custom-verify-callback'] ? undefined : 'handshake_failure'
    case 'ERR_TLS_ABORTED':
      return flags['send-alert'] ? 'decompression_failure' : undefined
    default:
      return undefined
  }
}
