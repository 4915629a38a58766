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
  declare readonly code: TlsErrorCode
  /** The alert sent to the peer, or `undefined` when none is (the peer told us, or the transport is gone). */
  declare readonly alert: AlertName | undefined
  declare readonly expected: unknown
  declare readonly received: unknown
  /** Where in the bytes, such as `ServerHello.extensions[2]`. */
  declare readonly path: string | undefined
  /** Facts about the failure that only some codes have: certificate verdicts, the peer's alert. */
  declare readonly details: unknown

  constructor(code: TlsErrorCode, message?: string, context: TlsErrorContext = {}) {
    super(message ?? inWords(code, context), context.cause === undefined ? undefined : context)
    const { expected, received, path, details } = context
    Object.assign(this, { code, alert: tlsErrorCodes[code] ?? undefined, expected, received, path, details })
  }

  /** One line for people: `TlsError ERR_TLS_COMPRESSION (illegal_parameter): …`, and the message. */
  override toString(): string {
    return `TlsError ${this.code}${this.alert ? ` (${this.alert})` : ''}: ${this.message}`
  }
}

export interface TlsErrorContext {
  readonly expected?: unknown
  readonly received?: unknown
  readonly path?: string | undefined
  readonly cause?: unknown
  readonly details?: unknown
}

function inWords(code: TlsErrorCode, context: TlsErrorContext): string {
  const facts = (['expected', 'received'] as const)
    .filter((name) => context[name] !== undefined)
    .map((name) => {
      const fact = context[name]
      return `${name} ${typeof fact === 'object' ? JSON.stringify(fact) : String(fact)}`
    })
  const where = context.path === undefined ? '' : `${context.path}: `
  const what = code.slice('ERR_TLS_'.length).toLowerCase().replaceAll('_', ' ')
  return where + what + (facts.length > 0 ? ` (${facts.join(', ')})` : '')
}

/** `ERR_TLS_` and what happened. A code is never renamed. */
export type TlsErrorCode = `ERR_TLS_${Uppercase<(typeof causes)[keyof typeof causes][number]>}`

/**
 * Every cause, under the alert that it is answered with; under `none`, nothing is sent. `psk_binder` is the code
 * `ERR_TLS_PSK_BINDER`: in the letters of alerts it costs a page less.
 */
const causes = {
  decode_error: [
    'decode_truncated',
    'decode_trailing',
    'decode_length',
    'decode_value',
    // In a hello or EncryptedExtensions; `duplicate_extension` everywhere else.
    'duplicate_hello_extension',
    'alert_length',
    'alert_warning',
    'certificate_empty',
    'certificate_context',
    'certificate_parse',
    'sct_parse',
    'psk_binder_length',
  ],
  internal_error: [
    'encode_range',
    'sequence_exhausted',
    'session_invalid',
    'options',
    'state',
    'unsupported',
    'internal',
    'crypto',
    'secret_disposed',
    'signer',
    'key_parse',
    'crl_parse',
    'revocation_fetch',
    'passphrase',
    'passphrase_required',
    'key_derivation_limit',
    'callback',
    'buffer_limit',
  ],
  illegal_parameter: [
    'duplicate_extension',
    // A wrong one of TLS 1.3, which means nothing; those of TLS 1.2, which mean something, are below.
    'change_cipher_spec_content',
    'alert_level',
    'message_too_large',
    'compression',
    'version_illegal',
    'downgrade',
    'extension_not_allowed',
    'duplicate_key_share',
    'wrong_key_share',
    'wrong_cipher',
    'session_id_echo',
    'random',
    'hello_retry_request_empty',
    'hello_retry_request_group',
    'second_client_hello',
    'cookie',
    'record_size_limit',
    'server_name',
    'alpn',
    'renegotiation_certificate',
    'renegotiation_main_secret',
    'point_formats',
    'max_fragment_length',
    'encrypt_then_mac',
    'session_changed',
    'key_share_invalid',
    'certificate_type',
    'certificate_key_usage',
    'signature_scheme',
    'psk_not_last',
    'psk_binder_count',
    'psk_identity',
    'psk_hash',
    'psk_changed',
    'key_update',
    'flags',
  ],
  record_overflow: ['record_overflow', 'record_ciphertext_overflow'],
  bad_record_mac: ['bad_record_mac'],
  unexpected_message: [
    'record_no_content_type',
    'record_outer_type',
    'record_unknown_type',
    'record_unexpected',
    'record_interleaved',
    'record_empty_handshake',
    'record_empty_alert',
    'too_many_empty_records',
    'too_many_warning_alerts',
    'too_many_key_updates',
    'too_much_early_data',
    'change_cipher_spec',
    'change_cipher_spec_unexpected',
    'unexpected_message',
    'excess_handshake_data',
    'post_handshake_auth',
    'data_after_close',
  ],
  protocol_version: [
    'record_version',
    'not_tls',
    'http_request',
    'https_proxy_request',
    'version',
    'renegotiation_version',
  ],
  handshake_failure: [
    'no_shared_cipher',
    'no_shared_group',
    'extended_main_secret',
    'renegotiation_info',
    'client_certificate_missing',
    'no_shared_signature_scheme',
    'certificate_curve',
    'no_credential',
    'psk_required',
    'no_psk',
  ],
  missing_extension: ['missing_extension'],
  unsupported_extension: ['unsupported_extension'],
  unrecognized_name: ['unrecognized_name'],
  no_application_protocol: ['no_application_protocol'],
  inappropriate_fallback: ['fallback'],
  access_denied: ['client_hello_refused'],
  no_renegotiation: ['no_renegotiation'],
  insufficient_security: ['dh_parameters'],
  certificate_required: ['certificate_required'],
  unknown_ca: ['certificate_unknown_ca'],
  certificate_expired: ['certificate_expired'],
  bad_certificate: [
    'certificate_not_yet_valid',
    'certificate_name',
    'certificate_signature',
    'certificate_constraint',
    'certificate_transparency',
    'certificate_work_limit',
  ],
  unsupported_certificate: ['certificate_unsupported', 'certificate_purpose'],
  certificate_revoked: ['certificate_revoked'],
  certificate_unknown: ['certificate_refused', 'certificate_status_unknown'],
  bad_certificate_status_response: ['certificate_status', 'ocsp_parse'],
  decrypt_error: ['signature', 'finished_mismatch', 'psk_binder'],
  unknown_psk_identity: ['psk_unknown_identity'],
  user_canceled: ['handshake_timeout', 'aborted'],
  none: ['peer_alert', 'truncated', 'closed', 'handshake_closed', 'upgrade_refused', 'upgrade_trailing', 'transport'],
} as const

/** Every code and the alert it is answered with; `null`: nothing is sent. */
export const tlsErrorCodes: Readonly<Record<TlsErrorCode, AlertName | null>> = /* @__PURE__ */ alertsByCode()

function alertsByCode(): Record<TlsErrorCode, AlertName | null> {
  const codes = Object.entries(causes).flatMap(([alert, names]) =>
    names.map((name) => [`ERR_TLS_${name.toUpperCase()}`, alert === 'none' ? null : alert]),
  )
  return Object.fromEntries(codes)
}
