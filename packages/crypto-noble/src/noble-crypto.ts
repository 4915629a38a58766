import type { CryptoProvider } from '@typetls/crypto-provider'
import { aes128Gcm, aes256Gcm, chacha20Poly1305 } from './aead.ts'
import { aes128Cbc, aes256Cbc } from './cbc.ts'
import { ecdsaSha256, ecdsaSha384, ecdsaSha512 } from './ecdsa.ts'
import { ed25519 } from './ed25519.ts'
import { ed448 } from './ed448.ts'
import { finiteField } from './finite-field.ts'
import { sha1, sha256, sha384, sha512 } from './hash.ts'
import { hkdfSha256, hkdfSha384, hkdfSha512 } from './hkdf.ts'
import { hmacSha1, hmacSha256, hmacSha384, hmacSha512 } from './hmac.ts'
import { SecP256r1MLKEM768, X25519MLKEM768 } from './hybrid-groups.ts'
import { mlDsa44, mlDsa65, mlDsa87 } from './ml-dsa.ts'
import { secp256r1, secp384r1, secp521r1 } from './nist-curve.ts'
import { importPrivateKey } from './private-key.ts'
import { random } from './random.ts'
import { rsaPkcs1 } from './rsa-key-transport.ts'
import {
  rsaPkcs1Sha256,
  rsaPkcs1Sha384,
  rsaPkcs1Sha512,
  rsaPssSha256,
  rsaPssSha384,
  rsaPssSha512,
} from './rsa-signature.ts'
import { x25519 } from './x25519.ts'
import { x448 } from './x448.ts'

/**
 * The backend in pure JavaScript, on the noble libraries, synchronous: for everywhere. It needs
 * `globalThis.crypto.getRandomValues` and nothing else of the platform. AES-CCM is left out: noble has none.
 *
 * This value holds everything. A bundle that wants less is built from the parts this package exports one by one.
 */
export const nobleCrypto: CryptoProvider<'sync'> = {
  name: 'noble',
  mode: 'sync',
  random,
  hash: { sha1, sha256, sha384, sha512 },
  hmac: { sha1: hmacSha1, sha256: hmacSha256, sha384: hmacSha384, sha512: hmacSha512 },
  hkdf: { sha256: hkdfSha256, sha384: hkdfSha384, sha512: hkdfSha512 },
  aead: { 'aes-128-gcm': aes128Gcm, 'aes-256-gcm': aes256Gcm, 'chacha20-poly1305': chacha20Poly1305 },
  cbc: { 'aes-128-cbc': aes128Cbc, 'aes-256-cbc': aes256Cbc },
  keyExchange: { x25519, x448, secp256r1, secp384r1, secp521r1, X25519MLKEM768, SecP256r1MLKEM768 },
  finiteField,
  signature: {
    'ecdsa-sha256': ecdsaSha256,
    'ecdsa-sha384': ecdsaSha384,
    'ecdsa-sha512': ecdsaSha512,
    'rsa-pss-sha256': rsaPssSha256,
    'rsa-pss-sha384': rsaPssSha384,
    'rsa-pss-sha512': rsaPssSha512,
    'rsa-pkcs1-sha256': rsaPkcs1Sha256,
    'rsa-pkcs1-sha384': rsaPkcs1Sha384,
    'rsa-pkcs1-sha512': rsaPkcs1Sha512,
    ed25519,
    ed448,
    'ml-dsa-44': mlDsa44,
    'ml-dsa-65': mlDsa65,
    'ml-dsa-87': mlDsa87,
  },
  keyTransport: { 'rsa-pkcs1': rsaPkcs1 },
  importPrivateKey,
}
