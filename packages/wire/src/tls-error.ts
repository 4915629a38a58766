import type { AlertName } from './alert.ts'

/**
 * The one error of typetls. `code` is stable and says the cause; `alert` says what the peer is told, and is looked up
 * from the code, never chosen at the place that throws.
 *
 * Context is data: `expected`, `received`, `path` (such as `ServerHello.extensions[2]`), `cause`. It never holds secrets.
 *
 * `message` is for what the code does not say already. Without one it is made of the code and the context:
 * `ServerHello.legacyCompressionMethod: compression (expected 0, received 1)`.
 */
export class TlsError extends Error {
  override readonly name = 'TlsError'
  readonly code: TlsErrorCode
  /** The alert sent to the peer, or `undefined` when none is (the peer told us, or the transport is gone). */
  readonly alert: AlertName | undefined
  readonly expected: unknown
  readonly received: unknown
  /** Where in the bytes, such as `ServerHello.extensions[2]`. */
  readonly path: string | undefined
  /** Facts about the failure that only some codes have: certificate verdicts, the peer's alert. */
  readonly details: unknown

  constructor(code: TlsErrorCode, message?: string, context: TlsErrorContext = {}) {
    super(message ?? inWords(code, context), context.cause === undefined ? undefined : { cause: context.cause })
    this.code = code
    this.alert = tlsErrorCodes[code] ?? undefined
    this.expected = context.expected
    this.received = context.received
    this.path = context.path
    this.details = context.details
  }

  /** One line for people: `TlsError ERR_TLS_DECODE_TRUNCATED (decode_error): ServerHello.random needs 32 bytes, has 20`. */
  override toString(): string {
    return `TlsError ${this.code}${this.alert ? ` (${this.alert})` : ''}: ${this.message}`
  }
}

export interface TlsErrorContext {
  readonly expected?: unknown
  readonly received?: unknown
  readonly path?: string
  readonly cause?: unknown
  readonly details?: unknown
}

function inWords(code: TlsErrorCode, context: TlsErrorContext): string {
  const facts = (['expected', 'received'] as const)
    .filter((name) => context[name] !== undefined)
    .map(
      (name) => `${name} ${typeof context[name] === 'object' ? JSON.stringify(context[name]) : String(context[name])}`,
    )
  const where = context.path === undefined ? '' : `${context.path}: `
  const what = code.slice('ERR_TLS_'.length).toLowerCase().replaceAll('_', ' ')
  return `${where}${what}${facts.length === 0 ? '' : ` (${facts.join(', ')})`}`
}

export type TlsErrorCode = keyof typeof tlsErrorCodes

/**
 * Every cause and the alert it is answered with; `null`: nothing is sent.
 * A code is added here once and then never renamed.
 */
export const tlsErrorCodes = {
  // Bytes
  ERR_TLS_DECODE_TRUNCATED: 'decode_error',
  ERR_TLS_DECODE_TRAILING: 'decode_error',
  ERR_TLS_DECODE_LENGTH: 'decode_error',
  ERR_TLS_DECODE_VALUE: 'decode_error',
  ERR_TLS_ENCODE_RANGE: 'internal_error',
  // The same extension twice: in a hello or EncryptedExtensions, and everywhere else
  ERR_TLS_DUPLICATE_HELLO_EXTENSION: 'decode_error',
  ERR_TLS_DUPLICATE_EXTENSION: 'illegal_parameter',

  // Records
  ERR_TLS_RECORD_OVERFLOW: 'record_overflow',
  ERR_TLS_RECORD_CIPHERTEXT_OVERFLOW: 'record_overflow',
  ERR_TLS_BAD_RECORD_MAC: 'bad_record_mac',
  ERR_TLS_RECORD_NO_CONTENT_TYPE: 'unexpected_message',
  ERR_TLS_RECORD_OUTER_TYPE: 'unexpected_message',
  ERR_TLS_RECORD_UNKNOWN_TYPE: 'unexpected_message',
  ERR_TLS_RECORD_UNEXPECTED: 'unexpected_message',
  ERR_TLS_RECORD_INTERLEAVED: 'unexpected_message',
  ERR_TLS_RECORD_EMPTY_HANDSHAKE: 'unexpected_message',
  ERR_TLS_RECORD_EMPTY_ALERT: 'unexpected_message',
  ERR_TLS_RECORD_VERSION: 'protocol_version',
  ERR_TLS_NOT_TLS: 'protocol_version',
  ERR_TLS_HTTP_REQUEST: 'protocol_version',
  ERR_TLS_HTTPS_PROXY_REQUEST: 'protocol_version',
  ERR_TLS_TOO_MANY_EMPTY_RECORDS: 'unexpected_message',
  ERR_TLS_TOO_MANY_WARNING_ALERTS: 'unexpected_message',
  ERR_TLS_TOO_MANY_KEY_UPDATES: 'unexpected_message',
  ERR_TLS_TOO_MUCH_EARLY_DATA: 'unexpected_message',
  ERR_TLS_SEQUENCE_EXHAUSTED: 'internal_error',
  // A wrong one of TLS 1.3, which means nothing, and of TLS 1.2, which means something
  ERR_TLS_CHANGE_CIPHER_SPEC: 'unexpected_message',
  ERR_TLS_CHANGE_CIPHER_SPEC_CONTENT: 'illegal_parameter',
  ERR_TLS_CHANGE_CIPHER_SPEC_UNEXPECTED: 'unexpected_message',

  // Alerts
  ERR_TLS_ALERT_LENGTH: 'decode_error',
  ERR_TLS_ALERT_LEVEL: 'illegal_parameter',
  ERR_TLS_ALERT_WARNING: 'decode_error',
  ERR_TLS_PEER_ALERT: null,

  // Handshake framing and order
  ERR_TLS_UNEXPECTED_MESSAGE: 'unexpected_message',
  ERR_TLS_MESSAGE_TOO_LARGE: 'illegal_parameter',
  ERR_TLS_EXCESS_HANDSHAKE_DATA: 'unexpected_message',

  // Hellos
  ERR_TLS_COMPRESSION: 'illegal_parameter',
  ERR_TLS_VERSION: 'protocol_version',
  ERR_TLS_VERSION_ILLEGAL: 'illegal_parameter',
  ERR_TLS_DOWNGRADE: 'illegal_parameter',
  ERR_TLS_NO_SHARED_CIPHER: 'handshake_failure',
  ERR_TLS_NO_SHARED_GROUP: 'handshake_failure',
  ERR_TLS_MISSING_EXTENSION: 'missing_extension',
  ERR_TLS_UNSUPPORTED_EXTENSION: 'unsupported_extension',
  ERR_TLS_EXTENSION_NOT_ALLOWED: 'illegal_parameter',
  ERR_TLS_DUPLICATE_KEY_SHARE: 'illegal_parameter',
  ERR_TLS_WRONG_KEY_SHARE: 'illegal_parameter',
  ERR_TLS_WRONG_CIPHER: 'illegal_parameter',
  ERR_TLS_SESSION_ID_ECHO: 'illegal_parameter',
  ERR_TLS_RANDOM: 'illegal_parameter',
  ERR_TLS_HELLO_RETRY_REQUEST_EMPTY: 'illegal_parameter',
  ERR_TLS_HELLO_RETRY_REQUEST_GROUP: 'illegal_parameter',
  ERR_TLS_SECOND_CLIENT_HELLO: 'illegal_parameter',
  ERR_TLS_COOKIE: 'illegal_parameter',
  ERR_TLS_RECORD_SIZE_LIMIT: 'illegal_parameter',
  ERR_TLS_SERVER_NAME: 'illegal_parameter',
  ERR_TLS_UNRECOGNIZED_NAME: 'unrecognized_name',
  ERR_TLS_ALPN: 'illegal_parameter',
  ERR_TLS_NO_APPLICATION_PROTOCOL: 'no_application_protocol',
  ERR_TLS_FALLBACK: 'inappropriate_fallback',
  ERR_TLS_CLIENT_HELLO_REFUSED: 'access_denied',
  // Hellos of TLS 1.2
  ERR_TLS_EXTENDED_MAIN_SECRET: 'handshake_failure',
  ERR_TLS_RENEGOTIATION_INFO: 'handshake_failure',
  ERR_TLS_RENEGOTIATION_VERSION: 'protocol_version',
  ERR_TLS_RENEGOTIATION_CERTIFICATE: 'illegal_parameter',
  ERR_TLS_RENEGOTIATION_MAIN_SECRET: 'illegal_parameter',
  ERR_TLS_NO_RENEGOTIATION: 'no_renegotiation',
  ERR_TLS_POINT_FORMATS: 'illegal_parameter',
  ERR_TLS_MAX_FRAGMENT_LENGTH: 'illegal_parameter',
  ERR_TLS_ENCRYPT_THEN_MAC: 'illegal_parameter',
  ERR_TLS_SESSION_CHANGED: 'illegal_parameter',

  // Key exchange
  ERR_TLS_KEY_SHARE_INVALID: 'illegal_parameter',
  ERR_TLS_DH_PARAMETERS: 'insufficient_security',

  // Authentication
  ERR_TLS_CERTIFICATE_EMPTY: 'decode_error',
  ERR_TLS_CERTIFICATE_CONTEXT: 'decode_error',
  ERR_TLS_CERTIFICATE_REQUIRED: 'certificate_required',
  ERR_TLS_CLIENT_CERTIFICATE_MISSING: 'handshake_failure',
  ERR_TLS_CERTIFICATE_TYPE: 'illegal_parameter',
  ERR_TLS_CERTIFICATE_PARSE: 'decode_error',
  ERR_TLS_CERTIFICATE_UNKNOWN_CA: 'unknown_ca',
  ERR_TLS_CERTIFICATE_EXPIRED: 'certificate_expired',
  ERR_TLS_CERTIFICATE_NOT_YET_VALID: 'bad_certificate',
  ERR_TLS_CERTIFICATE_NAME: 'bad_certificate',
  ERR_TLS_CERTIFICATE_SIGNATURE: 'bad_certificate',
  ERR_TLS_CERTIFICATE_CONSTRAINT: 'bad_certificate',
  ERR_TLS_CERTIFICATE_UNSUPPORTED: 'unsupported_certificate',
  ERR_TLS_CERTIFICATE_PURPOSE: 'unsupported_certificate',
  ERR_TLS_CERTIFICATE_KEY_USAGE: 'illegal_parameter',
  ERR_TLS_CERTIFICATE_REVOKED: 'certificate_revoked',
  ERR_TLS_CERTIFICATE_REFUSED: 'certificate_unknown',
  ERR_TLS_CERTIFICATE_STATUS: 'bad_certificate_status_response',
  ERR_TLS_CERTIFICATE_STATUS_UNKNOWN: 'certificate_unknown',
  ERR_TLS_CERTIFICATE_TRANSPARENCY: 'bad_certificate',
  ERR_TLS_OCSP_PARSE: 'bad_certificate_status_response',
  ERR_TLS_SCT_PARSE: 'decode_error',
  ERR_TLS_CERTIFICATE_WORK_LIMIT: 'bad_certificate',
  ERR_TLS_SIGNATURE: 'decrypt_error',
  ERR_TLS_SIGNATURE_SCHEME: 'illegal_parameter',
  ERR_TLS_NO_SHARED_SIGNATURE_SCHEME: 'handshake_failure',
  ERR_TLS_CERTIFICATE_CURVE: 'handshake_failure',
  ERR_TLS_NO_CREDENTIAL: 'handshake_failure',
  ERR_TLS_FINISHED_MISMATCH: 'decrypt_error',

  // Pre-shared keys and sessions
  ERR_TLS_PSK_NOT_LAST: 'illegal_parameter',
  ERR_TLS_PSK_BINDER_COUNT: 'illegal_parameter',
  ERR_TLS_PSK_BINDER: 'decrypt_error',
  ERR_TLS_PSK_BINDER_LENGTH: 'decode_error',
  ERR_TLS_PSK_IDENTITY: 'illegal_parameter',
  ERR_TLS_PSK_HASH: 'illegal_parameter',
  ERR_TLS_PSK_CHANGED: 'illegal_parameter',
  ERR_TLS_PSK_REQUIRED: 'handshake_failure',
  ERR_TLS_PSK_UNKNOWN_IDENTITY: 'unknown_psk_identity',
  ERR_TLS_NO_PSK: 'handshake_failure',
  ERR_TLS_SESSION_INVALID: 'internal_error',

  // After the handshake
  ERR_TLS_KEY_UPDATE: 'illegal_parameter',
  ERR_TLS_FLAGS: 'illegal_parameter',
  ERR_TLS_POST_HANDSHAKE_AUTH: 'unexpected_message',
  ERR_TLS_DATA_AFTER_CLOSE: 'unexpected_message',
  ERR_TLS_TRUNCATED: null,
  ERR_TLS_CLOSED: null,
  ERR_TLS_HANDSHAKE_CLOSED: null,
  ERR_TLS_HANDSHAKE_TIMEOUT: 'user_canceled',
  // Asked for TLS in the clear: the server has none, or something came behind its answer
  ERR_TLS_UPGRADE_REFUSED: null,
  ERR_TLS_UPGRADE_TRAILING: null,
  ERR_TLS_ABORTED: 'user_canceled',

  // Our own side
  ERR_TLS_OPTIONS: 'internal_error',
  ERR_TLS_STATE: 'internal_error',
  ERR_TLS_UNSUPPORTED: 'internal_error',
  ERR_TLS_INTERNAL: 'internal_error',
  ERR_TLS_CRYPTO: 'internal_error',
  ERR_TLS_SECRET_DISPOSED: 'internal_error',
  ERR_TLS_SIGNER: 'internal_error',
  ERR_TLS_KEY_PARSE: 'internal_error',
  ERR_TLS_CRL_PARSE: 'internal_error',
  ERR_TLS_REVOCATION_FETCH: 'internal_error',
  ERR_TLS_PASSPHRASE: 'internal_error',
  ERR_TLS_PASSPHRASE_REQUIRED: 'internal_error',
  ERR_TLS_KEY_DERIVATION_LIMIT: 'internal_error',
  ERR_TLS_CALLBACK: 'internal_error',
  ERR_TLS_BUFFER_LIMIT: 'internal_error',
  ERR_TLS_TRANSPORT: null,
} as const
