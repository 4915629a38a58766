import { constants, privateDecrypt, publicEncrypt } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import type { KeyTransport, Listed } from '@typetls/crypto-provider'
import { secretWithin, unfitKey } from '@typetls/crypto-provider'
import { TlsError } from '@typetls/wire'
import { plainBytes } from './plain-bytes.ts'
import { keyObjectOfPrivate } from './private-key.ts'
import { keyObjectOfPublic } from './public-key.ts'

export const keyTransport: Listed<KeyTransport<'sync'>> = {
  'rsa-pkcs1': {
    name: 'rsa-pkcs1',
    encrypt(key, secret) {
      const bytes = secret.reveal()
      const keyObject = key.keyType === 'rsa' ? keyObjectOfPublic(key) : undefined
      if (keyObject === undefined) throw unfitKey(key.keyType, 'encrypt', 'rsa-pkcs1')
      try {
        return plainBytes(publicEncrypt({ key: keyObject, padding: constants.RSA_PKCS1_PADDING }, bytes))
      } catch (cause) {
        throw new TlsError('ERR_TLS_CRYPTO', 'node:crypto could not encrypt with rsa-pkcs1', { cause })
      }
    },
    decrypt(key, ciphertext, fallback) {
      fallback.reveal()
      const keyObject = keyObjectOfPrivate(key)
      if (key.keyType !== 'rsa') throw unfitKey(key.keyType, 'decrypt', 'rsa-pkcs1')
      const encoded = rawDecryption(keyObject, ciphertext)
      if (encoded === undefined) return fallback.clone()
      try {
        return secretWithin(encoded, fallback)
      } finally {
        encoded.fill(0)
      }
    },
  },
}

/**
 * The encoded message, padding and all: node:crypto refuses to take PKCS#1 v1.5 padding off where OpenSSL does not hide
 * what came of it (CVE-2023-46809), and where it does, by a fallback that is OpenSSL's and not ours. OpenSSL blinds.
 *
 * @returns `undefined` for a number that is no ciphertext, which everybody can see
 */
function rawDecryption(key: KeyObject, ciphertext: Uint8Array): Buffer | undefined {
  const { modulusLength = 0 } = key.asymmetricKeyDetails ?? {}
  if (ciphertext.length !== Math.ceil(modulusLength / 8)) return undefined
  try {
    return privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, ciphertext)
  } catch {
    // Not below the modulus.
    return undefined
  }
}
