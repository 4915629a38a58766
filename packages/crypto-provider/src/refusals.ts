import { TlsError } from '@typetls/wire'
import type { NamedGroup } from './named-groups.ts'
import type { KeyType } from './provider.ts'
import type { Secret } from './secret.ts'

// What every backend refuses, in the same words.

/** @throws TlsError `ERR_TLS_CRYPTO` (internal_error) for a key that is not as long as those of the cipher */
export function requireKeyLength(
  { name, keyLength }: { readonly name: string; readonly keyLength: number },
  key: Secret,
): void {
  if (key.length === keyLength) return
  throw new TlsError('ERR_TLS_CRYPTO', `a key for ${name} has ${keyLength} bytes, not ${key.length}`, {
    expected: keyLength,
    received: key.length,
  })
}

/** @throws TlsError `ERR_TLS_CRYPTO` (internal_error) for what AES in CBC mode does not take without padding */
export function requireBlocks(iv: Uint8Array, data: Uint8Array): void {
  if (iv.length === aesBlock && data.length > 0 && data.length % aesBlock === 0) return
  throw new TlsError('ERR_TLS_CRYPTO', 'CBC mode takes an IV of one block, and whole blocks', {
    received: { iv: iv.length, data: data.length },
  })
}

/** @throws TlsError `ERR_TLS_KEY_SHARE_INVALID` (illegal_parameter) for a share that has not `expected` bytes */
export function requireShareLength({ name }: Pick<NamedGroup, 'name'>, expected: number, share: Uint8Array): void {
  if (share.length === expected) return
  throw new TlsError('ERR_TLS_KEY_SHARE_INVALID', `a ${name} key share has ${expected} bytes, not ${share.length}`, {
    expected,
    received: share.length,
  })
}

/** The error for a key share that no honest peer sends. */
export function invalidShare(group: string, why: string, cause?: unknown): TlsError {
  return new TlsError('ERR_TLS_KEY_SHARE_INVALID', `the ${group} key share ${why}`, { cause })
}

/** The error for the private key of another backend. */
export function foreignKey(): TlsError {
  return new TlsError('ERR_TLS_CRYPTO', 'this private key was imported by another crypto provider')
}

/** The error for a key that is not of the algorithm's kind. */
export function unfitKey(keyType: KeyType, verb: 'sign' | 'encrypt' | 'decrypt', algorithm: string): TlsError {
  return new TlsError('ERR_TLS_CRYPTO', `a key of type ${keyType} cannot ${verb} with ${algorithm}`, {
    expected: algorithm,
    received: keyType,
  })
}

/** The error for the use of a key after its end. */
export function disposedKey(): TlsError {
  return new TlsError('ERR_TLS_SECRET_DISPOSED', 'this key was disposed of already')
}

/** Bytes. */
const aesBlock = 16
