import type { Codec } from './codec.ts'
import { uint8 } from './codec.ts'
import type { OpenEnum } from './registry.ts'
import { openEnum } from './registry.ts'

/** https://www.rfc-editor.org/rfc/rfc9846#section-6 */
export interface Alert {
  readonly level: AlertLevelName
  readonly description: AlertName | number
}

export type AlertLevelName = 'warning' | 'fatal'

/** The names of the IANA "TLS Alerts" registry, verbatim. */
export type AlertName = keyof typeof alertIds

const alertIds = {
  close_notify: 0,
  unexpected_message: 10,
  bad_record_mac: 20,
  decryption_failed: 21,
  record_overflow: 22,
  decompression_failure: 30,
  handshake_failure: 40,
  no_certificate: 41,
  bad_certificate: 42,
  unsupported_certificate: 43,
  certificate_revoked: 44,
  certificate_expired: 45,
  certificate_unknown: 46,
  illegal_parameter: 47,
  unknown_ca: 48,
  access_denied: 49,
  decode_error: 50,
  decrypt_error: 51,
  export_restriction: 60,
  protocol_version: 70,
  insufficient_security: 71,
  internal_error: 80,
  inappropriate_fallback: 86,
  user_canceled: 90,
  no_renegotiation: 100,
  missing_extension: 109,
  unsupported_extension: 110,
  certificate_unobtainable: 111,
  unrecognized_name: 112,
  bad_certificate_status_response: 113,
  bad_certificate_hash_value: 114,
  unknown_psk_identity: 115,
  certificate_required: 116,
  general_error: 117,
  no_application_protocol: 120,
  ech_required: 121,
} as const

/** Alert descriptions by name and number; numbers without a name survive. */
export const AlertDescription: OpenEnum<AlertName> = /* @__PURE__ */ openEnum('AlertDescription', alertIds)

/**
 * The two bytes of an alert record. Decoding refuses a level that is neither warning nor fatal.
 *
 * @throws TlsError `ERR_TLS_ALERT_LEVEL` (illegal_parameter) for an unknown level
 */
export const Alert: Codec<Alert> = {
  name: 'Alert',
  encode(alert, writer) {
    uint8.encode(alert.level === 'warning' ? 1 : 2, writer)
    uint8.encode(typeof alert.description === 'number' ? alert.description : alertIds[alert.description], writer)
  },
  decode(reader) {
    const level = uint8.decode(reader)
    const description = uint8.decode(reader)
    if (level !== 1 && level !== 2) reader.fail('ERR_TLS_ALERT_LEVEL', level, 'warning (1) or fatal (2)')
    return {
      level: level === 1 ? 'warning' : 'fatal',
      description: AlertDescription.nameOf(description) ?? description,
    }
  },
}
