export { isPromiseLike } from './answer.ts'
export type { Answer, Mode } from './answer.ts'
export {
  cipherSuites,
  defaultCipherSuites,
  TLS_AES_128_CCM_8_SHA256,
  TLS_AES_128_CCM_SHA256,
  TLS_AES_128_GCM_SHA256,
  TLS_AES_256_GCM_SHA384,
  TLS_CHACHA20_POLY1305_SHA256,
} from './cipher-suites.ts'
export type { CipherSuite } from './cipher-suites.ts'
export { complete, compose, pick } from './compose.ts'
export type { PartMode, ProviderPart } from './compose.ts'
export { clientHybrid, hybrid } from './hybrid.ts'
export type { ClientKeyExchange } from './hybrid.ts'
export { defaultGroupNames, namedGroups } from './named-groups.ts'
export type { NamedGroup, NamedGroupName } from './named-groups.ts'
export type { CbcDecryption, PasswordCrypto, Pbkdf2, Scrypt, ScryptCost } from './password-crypto.ts'
export type {
  Aead,
  AeadKey,
  Cbc,
  CbcKey,
  CryptoProvider,
  FiniteField,
  Hash,
  Hkdf,
  Hmac,
  KeyExchange,
  KeyExchangeStart,
  KeyTransport,
  KeyType,
  Listed,
  PrivateKey,
  PublicKey,
  RunningHash,
  SignatureAlgorithm,
} from './provider.ts'
export {
  disposedKey,
  foreignKey,
  invalidShare,
  requireBlocks,
  requireKeyLength,
  requireShareLength,
  unfitKey,
} from './refusals.ts'
export { required } from './required.ts'
export { secretWithin } from './rsaes-pkcs1.ts'
export { Secret } from './secret.ts'
export {
  defaultSignatureSchemes,
  ecdsa_secp256r1_sha256,
  ecdsa_secp384r1_sha384,
  ecdsa_secp521r1_sha512,
  ed25519,
  ed448,
  mldsa44,
  mldsa65,
  mldsa87,
  rsa_pkcs1_sha256,
  rsa_pkcs1_sha256_legacy,
  rsa_pkcs1_sha384,
  rsa_pkcs1_sha384_legacy,
  rsa_pkcs1_sha512,
  rsa_pkcs1_sha512_legacy,
  rsa_pss_pss_sha256,
  rsa_pss_pss_sha384,
  rsa_pss_pss_sha512,
  rsa_pss_rsae_sha256,
  rsa_pss_rsae_sha384,
  rsa_pss_rsae_sha512,
  signatureSchemes,
} from './signature-schemes.ts'
export type { SignatureScheme } from './signature-schemes.ts'
