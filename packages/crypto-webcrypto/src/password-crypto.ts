import type { CbcDecryption, Listed, PasswordCrypto, Pbkdf2 } from '@typetls/crypto-provider'
import { Secret } from '@typetls/crypto-provider'
import { TlsError } from '@typetls/wire'
import { errorName } from './error-name.ts'
import type { HashRow } from './hash.ts'
import { hash, sha1, sha256, sha384, sha512 } from './hash.ts'
import { hmac } from './hmac.ts'
import type { Subtle, WebCryptoPlatform } from './platform.ts'
import { platformOf } from './platform.ts'
import { platformCall } from './platform-call.ts'

/**
 * What encrypted keys and PKCS#12 are read with, on the Web Cryptography API. It has no scrypt, no MD5, no 3DES and no
 * RC2, and Chromium has no AES with 192 bits.
 *
 * @param platform default `globalThis.crypto`
 * @throws TlsError `ERR_TLS_UNSUPPORTED` (internal_error) on a platform without `crypto.subtle`
 */
export function webPasswordCrypto(platform?: WebCryptoPlatform): PasswordCrypto<'async'> {
  const { subtle } = platformOf(platform)
  const listed = <T>(make: (subtle: Subtle, row: HashRow) => T): Listed<T> =>
    Object.fromEntries([sha1, sha256, sha384, sha512].map((row) => [row.name, make(subtle, row)]))
  return {
    name: 'webcrypto',
    mode: 'async',
    hash: listed(hash),
    hmac: listed(hmac),
    pbkdf2: listed(pbkdf2),
    scrypt: undefined,
    cbc: {
      'aes-128-cbc': cbc(subtle, 'aes-128-cbc', 16),
      'aes-192-cbc': cbc(subtle, 'aes-192-cbc', 24),
      'aes-256-cbc': cbc(subtle, 'aes-256-cbc', 32),
    },
  }
}

function pbkdf2(subtle: Subtle, { name, webName }: HashRow): Pbkdf2<'async'> {
  return {
    hash: name,
    async derive(password, salt, iterations, length) {
      const pbkdf2 = { name: 'PBKDF2' }
      const key = await platformCall(subtle, 'importKey', 'raw', password.reveal(), pbkdf2, false, ['deriveBits'])
      const algorithm = { ...pbkdf2, hash: webName, salt, iterations }
      const bits = await platformCall(subtle, 'deriveBits', algorithm, key, 8 * length)
      return new Secret(new Uint8Array(bits))
    },
  }
}

function cbc(subtle: Subtle, name: string, keyLength: number): CbcDecryption<'async'> {
  return {
    name,
    keyLength,
    blockLength: 16,
    async decrypt(key, iv, ciphertext) {
      const aes = { name: 'AES-CBC' }
      const imported = await platformCall(subtle, 'importKey', 'raw', key.reveal(), aes, false, ['decrypt'])
      try {
        return new Uint8Array(await subtle.decrypt({ ...aes, iv }, imported, ciphertext))
      } catch (cause) {
        if (errorName(cause) === 'OperationError') return undefined
        throw new TlsError('ERR_TLS_CRYPTO', `the platform failed to decrypt with ${name}`, { cause })
      }
    },
  }
}
