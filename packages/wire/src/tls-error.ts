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
export type TlsErrorCode =
  `ERR_TLS_${Uppercase<Exclude<Alerts[AlertName][number], number> | (typeof unanswered)[number]>}`

/** The names of the IANA "TLS Alerts" registry, verbatim. */
export type AlertName = keyof Alerts

type Alerts = typeof alerts

/**
 * Every alert: its number, and every cause that is answered with it. `psk_binder` is the code `ERR_TLS_PSK_BINDER`: in the
 * letters of alerts it costs a page less.
 */
export const alerts = {
  close_notify: [0],
  unexpected_message: [
    10,
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
    // A wrong one of TLS 1.3, which means nothing; the other codes are of TLS 1.2, where it means something.
    'change_cipher_spec',
    'change_cipher_spec_unexpected',
    'unexpected_message',
    'excess_handshake_data',
    'post_handshake_auth',
    'data_after_close',
  ],
  bad_record_mac: [20, 'bad_record_mac'],
  decryption_failed: [21],
  record_overflow: [22, 'record_overflow', 'record_ciphertext_overflow'],
  decompression_failure: [30],
  handshake_failure: [
    40,
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
  no_certificate: [41],
  bad_certificate: [
    42,
    'certificate_not_yet_valid',
    'certificate_name',
    'certificate_signature',
    'certificate_constraint',
    'certificate_transparency',
    'certificate_work_limit',
  ],
  unsupported_certificate: [43, 'certificate_unsupported', 'certificate_purpose'],
  certificate_revoked: [44, 'certificate_revoked'],
  certificate_expired: [45, 'certificate_expired'],
  certificate_unknown: [46, 'certificate_refused', 'certificate_status_unknown'],
  illegal_parameter: [
    47,
    'duplicate_extension',
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
  unknown_ca: [48, 'certificate_unknown_ca'],
  access_denied: [49, 'client_hello_refused'],
  decode_error: [
    50,
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
  decrypt_error: [51, 'signature', 'finished_mismatch', 'psk_binder'],
  export_restriction: [60],
  protocol_version: [
    70,
    'record_version',
    'not_tls',
    'http_request',
    'https_proxy_request',
    'version',
    'renegotiation_version',
  ],
  insufficient_security: [71, 'dh_parameters'],
  internal_error: [
    80,
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
  inappropriate_fallback: [86, 'fallback'],
  user_canceled: [90, 'handshake_timeout', 'aborted'],
  no_renegotiation: [100, 'no_renegotiation'],
  missing_extension: [109, 'missing_extension'],
  unsupported_extension: [110, 'unsupported_extension'],
  certificate_unobtainable: [111],
  unrecognized_name: [112, 'unrecognized_name'],
  bad_certificate_status_response: [113, 'certificate_status', 'ocsp_parse'],
  bad_certificate_hash_value: [114],
  unknown_psk_identity: [115, 'psk_unknown_identity'],
  certificate_required: [116, 'certificate_required'],
  general_error: [117],
  no_application_protocol: [120, 'no_application_protocol'],
  ech_required: [121],
} as const

/** Causes of which the peer is told nothing. */
const unanswered = [
  'peer_alert',
  'truncated',
  'closed',
  'handshake_closed',
  'upgrade_refused',
  'upgrade_trailing',
  'transport',
] as const

/** Every code and the alert it is answered with; `null`: nothing is sent. */
export const tlsErrorCodes: Readonly<Record<TlsErrorCode, AlertName | null>> = /* @__PURE__ */ alertsByCode()

function alertsByCode(): Record<TlsErrorCode, AlertName | null> {
  const answered = Object.entries(alerts).flatMap(([alert, [, ...causes]]) => causes.map((cause) => [cause, alert]))
  const all = [...answered, ...unanswered.map((cause) => [cause, null])] as [string, AlertName | null][]
  const codes = all.map(([cause, alert]) => [`ERR_TLS_${cause.toUpperCase()}`, alert])
  return Object.fromEntries(codes) as Record<TlsErrorCode, AlertName | null>
}
