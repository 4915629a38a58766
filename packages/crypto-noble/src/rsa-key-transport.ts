import type { KeyTransport } from '@typetls/crypto-provider'
import { secretWithin, unfitKey } from '@typetls/crypto-provider'
import { TlsError } from '@typetls/wire'
import { materialOf } from './noble-private-key.ts'
import { random } from './random.ts'
import { decryptMessage, encryptMessage, modulusLength } from './rsa.ts'
import { readRsaPublicKey } from './rsa-key.ts'
import { encodeForEncryption } from './rsa-padding.ts'

/** RSAES-PKCS1-v1_5 by keys of type `rsa`. Read about constant time in the README before you decrypt with it. */
export const rsaPkcs1: KeyTransport<'sync'> = {
  name: 'rsa-pkcs1',
  encrypt(publicKey, secret) {
    const bytes = secret.reveal()
    const key = readRsaPublicKey(publicKey)
    if (key?.keyType !== 'rsa') throw unfitKey(publicKey.keyType, 'encrypt', 'rsa-pkcs1')
    const encoded = encodeForEncryption(bytes, modulusLength(key), random)
    if (encoded === undefined) throw new TlsError('ERR_TLS_CRYPTO', 'the RSA key is too small for the secret')
    try {
      return encryptMessage(key, encoded)
    } finally {
      encoded.fill(0)
    }
  },
  decrypt(privateKey, ciphertext, fallback) {
    fallback.reveal()
    const material = materialOf(privateKey)
    if (material.kind !== 'rsa' || privateKey.keyType !== 'rsa')
      throw unfitKey(privateKey.keyType, 'decrypt', 'rsa-pkcs1')
    const encoded = decryptMessage(material.key, ciphertext)
    // That a number is no ciphertext everybody can see.
    if (encoded === undefined) return fallback.clone()
    try {
      return secretWithin(encoded, fallback)
    } finally {
      encoded.fill(0)
    }
  },
}
