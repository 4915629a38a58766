import { expect, test } from 'vitest'
import { Alert, AlertDescription } from './alert.ts'
import type { AlertName } from './tls-error.ts'
import { decode, encode } from './codec.ts'
import { toHex } from './bytes.ts'

test('an alert is its level and its description, one byte each', () => {
  expect(toHex(encode(Alert, { level: 'warning', description: 'close_notify' }))).toBe('0100')
  expect(toHex(encode(Alert, { level: 'fatal', description: 'no_application_protocol' }))).toBe('0278')
  expect(decode(Alert, Uint8Array.of(2, 50))).toEqual({ level: 'fatal', description: 'decode_error' })
})

test('every description, named or not, survives both ways', () => {
  for (let description = 0; description < 256; description++) {
    const bytes = Uint8Array.of(2, description)
    const alert = decode(Alert, bytes)
    expect(alert.description).toBe(AlertDescription.nameOf(description) ?? description)
    expect(encode(Alert, alert)).toEqual(bytes)
  }
})

test('a level that is neither warning nor fatal is refused', () => {
  for (const level of [0, 3, 255]) {
    expect(() => decode(Alert, Uint8Array.of(level, 0))).toThrow(
      expect.objectContaining({ code: 'ERR_TLS_ALERT_LEVEL', alert: 'illegal_parameter', received: level }),
    )
  }
})

test('an alert is exactly two bytes', () => {
  expect(() => decode(Alert, Uint8Array.of(2))).toThrow(
    expect.objectContaining({ code: 'ERR_TLS_DECODE_TRUNCATED', path: 'Alert' }),
  )
  expect(() => decode(Alert, Uint8Array.of(2, 0, 2))).toThrow(
    expect.objectContaining({ code: 'ERR_TLS_DECODE_TRAILING', path: 'Alert' }),
  )
})

test('the alerts of RFC 9846 have their numbers', () => {
  const rfc9846: [AlertName, number][] = [
    ['close_notify', 0],
    ['unexpected_message', 10],
    ['bad_record_mac', 20],
    ['record_overflow', 22],
    ['handshake_failure', 40],
    ['bad_certificate', 42],
    ['unsupported_certificate', 43],
    ['certificate_revoked', 44],
    ['certificate_expired', 45],
    ['certificate_unknown', 46],
    ['illegal_parameter', 47],
    ['unknown_ca', 48],
    ['access_denied', 49],
    ['decode_error', 50],
    ['decrypt_error', 51],
    ['protocol_version', 70],
    ['insufficient_security', 71],
    ['internal_error', 80],
    ['inappropriate_fallback', 86],
    ['user_canceled', 90],
    ['missing_extension', 109],
    ['unsupported_extension', 110],
    ['unrecognized_name', 112],
    ['bad_certificate_status_response', 113],
    ['unknown_psk_identity', 115],
    ['certificate_required', 116],
    ['general_error', 117],
    ['no_application_protocol', 120],
  ]
  for (const [name, id] of rfc9846) {
    expect(AlertDescription.ids[name]).toBe(id)
    expect(AlertDescription.nameOf(id)).toBe(name)
  }
})
