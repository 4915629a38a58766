export { aes128Gcm, aes256Gcm, chacha20Poly1305 } from './aead.ts'
export { aes128Cbc, aes256Cbc } from './cbc.ts'
export { ecdsaSha256, ecdsaSha384, ecdsaSha512 } from './ecdsa.ts'
export { ed25519 } from './ed25519.ts'
export { ed448 } from './ed448.ts'
export { finiteField } from './finite-field.ts'
export { sha1, sha256, sha384, sha512 } from './hash.ts'
export { hkdfSha256, hkdfSha384, hkdfSha512 } from './hkdf.ts'
export { hmacSha1, hmacSha256, hmacSha384, hmacSha512 } from './hmac.ts'
export { SecP256r1MLKEM768, X25519MLKEM768 } from './hybrid-groups.ts'
export { mlDsa44, mlDsa65, mlDsa87 } from './ml-dsa.ts'
export { mlkem1024, mlkem512, mlkem768 } from './ml-kem.ts'
export { secp256r1, secp384r1, secp521r1 } from './nist-curve.ts'
export { nobleCrypto } from './noble-crypto.ts'
export { noblePasswordCrypto } from './password-crypto.ts'
export { importPrivateKey } from './private-key.ts'
export { random } from './random.ts'
export { rsaPkcs1 } from './rsa-key-transport.ts'
export {
  rsaPkcs1Sha256,
  rsaPkcs1Sha384,
  rsaPkcs1Sha512,
  rsaPssSha256,
  rsaPssSha384,
  rsaPssSha512,
} from './rsa-signature.ts'
export { x25519 } from './x25519.ts'
export { x448 } from './x448.ts'
