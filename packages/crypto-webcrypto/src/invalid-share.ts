import { TlsError } from '@typetls/wire'

/** @throws TlsError `ERR_TLS_KEY_SHARE_INVALID` (illegal_parameter) */
export function requireShareLength(name: string, length: number, share: Uint8Array): void {
  if (share.length === length) return
  throw new TlsError('ERR_TLS_KEY_SHARE_INVALID', `a ${name} key share has ${length} bytes, not ${share.length}`, {
    expected: length,
    received: share.length,
  })
}

/** The error for a key share that no honest peer sends. */
export function invalidShare(message: string, cause?: unknown): TlsError {
  return new TlsError('ERR_TLS_KEY_SHARE_INVALID', message, { cause })
}
