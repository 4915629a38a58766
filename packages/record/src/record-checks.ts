import { TlsError, toHex } from '@typetls/wire'
import { typeAlert, typeApplicationData, typeChangeCipherSpec, typeHandshake } from './content-type.ts'
import { maxExpansion, maxFragmentLength } from './limits.ts'
import type { RecordFormat } from './protection.ts'

export function checkPlaintextHeader(type: number, length: number, limit: number, skipping: boolean): void {
  if (type === typeApplicationData) {
    const max = maxFragmentLength + maxExpansion
    if (skipping && length > max) throw tooLong(length, max)
    if (skipping) return
    throw new TlsError('ERR_TLS_RECORD_UNEXPECTED', 'application data came before there are keys for it')
  }
  // The type first: bytes that are no record at all should not be called too long.
  if (type === typeHandshake && length > limit) {
    throw new TlsError('ERR_TLS_RECORD_OVERFLOW', 'a record in plaintext announces too many bytes', {
      expected: { max: limit },
      received: length,
    })
  }
  checkType(type, length)
}

/**
 * "Implementations MUST NOT send Handshake and Alert records that have a zero-length TLSInnerPlaintext.content", and
 * "a record with an Alert type MUST contain exactly one message".
 */
export function checkType(type: number, length: number): void {
  if (type === typeHandshake) {
    if (length === 0) throw new TlsError('ERR_TLS_RECORD_EMPTY_HANDSHAKE', 'a handshake record is empty')
  } else if (type === typeAlert) {
    if (length === 0) throw new TlsError('ERR_TLS_RECORD_EMPTY_ALERT', 'an alert record is empty')
    if (length !== 2) {
      throw new TlsError('ERR_TLS_ALERT_LENGTH', 'an alert record must hold one alert', {
        expected: 2,
        received: length,
      })
    }
  } else {
    throw new TlsError('ERR_TLS_RECORD_UNKNOWN_TYPE', `a record has the unknown content type ${type}`, {
      received: type,
    })
  }
}

export function tooLong(length: number, max: number): TlsError {
  return new TlsError('ERR_TLS_RECORD_CIPHERTEXT_OVERFLOW', 'a protected record announces too many bytes', {
    expected: { max },
    received: length,
  })
}

/** Forged, damaged, or too short to hold a tag: nobody outside learns which. */
export function notAuthentic(): TlsError {
  return new TlsError('ERR_TLS_BAD_RECORD_MAC', 'a record is not authentic')
}

export function changeCipherSpecUnexpected(): TlsError {
  return new TlsError('ERR_TLS_CHANGE_CIPHER_SPEC_UNEXPECTED', 'a ChangeCipherSpec has no place here')
}

/** Where it means nothing it is a record that should not have come; where it means something, one with a wrong value. */
export function wrongChangeCipherSpec(rule: 'refuse' | 'drop' | 'take'): TlsError {
  const code = rule === 'take' ? 'ERR_TLS_CHANGE_CIPHER_SPEC_CONTENT' : 'ERR_TLS_CHANGE_CIPHER_SPEC'
  return new TlsError(code, 'a ChangeCipherSpec must be the single byte 1')
}

/** Whether there is a header of a record that may be protected by a key of this format. */
export function looksProtected(
  { hidesType, version }: RecordFormat,
  versionMatters: boolean,
  bytes: Uint8Array,
  at: number,
): boolean {
  if (bytes[at + 1] !== 3 || (versionMatters && bytes[at + 2] !== (version & 0xff))) return false
  const type = bytes[at] as number
  return hidesType ? type === typeApplicationData : type >= typeChangeCipherSpec && type <= typeApplicationData
}

export function wrongVersion(header: Uint8Array, version?: number): TlsError {
  return new TlsError('ERR_TLS_RECORD_VERSION', 'a record is of another protocol version', {
    expected: version === undefined ? '0x03**' : `0x0${version.toString(16)}`,
    received: `0x${toHex(header.subarray(1, 3))}`,
  })
}
export function notTls(header: Uint8Array, known?: (firstBytes: string) => TlsError | undefined): TlsError {
  const text = String.fromCharCode(...header)
  const message = text === 'HTTP/' ? 'the server answers in plain HTTP, not TLS' : 'the first bytes are not TLS'
  return known?.(text) ?? new TlsError('ERR_TLS_NOT_TLS', message, { received: toHex(header) })
}
