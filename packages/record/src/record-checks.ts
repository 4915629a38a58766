import type { TlsErrorCode } from '@typetls/wire'
import { fromAscii, TlsError, toHex } from '@typetls/wire'
import { typeAlert, typeApplicationData, typeHandshake } from './content-type.ts'
import { headerLength } from './record-header.ts'

/** Of a record that no key protects, and that is neither a ChangeCipherSpec nor early data to be dropped. */
export function checkPlaintextHeader(type: number, length: number, limit: number): void {
  if (type === typeApplicationData) {
    throw new TlsError('ERR_TLS_RECORD_UNEXPECTED', 'application data came before there are keys for it')
  }
  // The type first: bytes that are no record at all should not be called too long.
  if (type === typeHandshake) checkLength('ERR_TLS_RECORD_OVERFLOW', length, limit)
  checkType(type, length)
}

/**
 * "Implementations MUST NOT send Handshake and Alert records that have a zero-length TLSInnerPlaintext.content", and
 * "a record with an Alert type MUST contain exactly one message".
 */
export function checkType(type: number, length: number): void {
  if (type === typeHandshake) {
    if (length === 0) throw new TlsError('ERR_TLS_RECORD_EMPTY_HANDSHAKE')
  } else if (type !== typeAlert) {
    throw new TlsError('ERR_TLS_RECORD_UNKNOWN_TYPE', undefined, { received: type })
  } else if (length !== 2) {
    const code = length === 0 ? 'ERR_TLS_RECORD_EMPTY_ALERT' : 'ERR_TLS_ALERT_LENGTH'
    throw new TlsError(code, undefined, { expected: 2, received: length })
  }
}

export function checkLength(code: TlsErrorCode, length: number, max: number): void {
  if (length > max) throw new TlsError(code, undefined, { expected: { max }, received: length })
}

/**
 * Where it means nothing it is a record that should not have come; where it means something, one with a wrong value.
 *
 * @param right whether it is the single byte 1
 */
export function checkChangeCipherSpec(rule: 'refuse' | 'drop' | 'take', isProtected: boolean, right: boolean): void {
  if (rule === 'refuse' || (rule === 'drop' && isProtected)) throw new TlsError('ERR_TLS_CHANGE_CIPHER_SPEC_UNEXPECTED')
  if (right) return
  const code = rule === 'take' ? 'ERR_TLS_CHANGE_CIPHER_SPEC_CONTENT' : 'ERR_TLS_CHANGE_CIPHER_SPEC'
  throw new TlsError(code, 'a ChangeCipherSpec must be the single byte 1')
}

/** Forged, damaged, or too short to hold a tag: nobody outside learns which. */
export function notAuthentic(): TlsError {
  return new TlsError('ERR_TLS_BAD_RECORD_MAC', 'a record is not authentic')
}

export function wrongVersion(bytes: Uint8Array, at: number, expected: string): TlsError {
  const received = `0x${toHex(bytes.subarray(at + 1, at + 3))}`
  return new TlsError('ERR_TLS_RECORD_VERSION', undefined, { expected, received })
}

export function notTls(bytes: Uint8Array, at: number, known?: (firstBytes: string) => TlsError | undefined): TlsError {
  const header = bytes.subarray(at, at + headerLength)
  const text = fromAscii(header)
  const message = text === 'HTTP/' ? 'the server answers in plain HTTP, not TLS' : 'the first bytes are not TLS'
  return known?.(text) ?? new TlsError('ERR_TLS_NOT_TLS', message, { received: toHex(header) })
}
