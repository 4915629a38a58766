import type { Answer, Mode } from './answer.ts'
import type { Hash, Hmac, Listed } from './provider.ts'
import type { Secret } from './secret.ts'

/**
 * What files that a passphrase protects are read with: encrypted keys, PKCS#12. It stands apart from `CryptoProvider`
 * because no connection needs it, so that no bundle of a TLS client carries it.
 *
 * An algorithm that a backend lacks is absent from its list. Lists are plain records and may be made of parts of others.
 */
export interface PasswordCrypto<M extends Mode = Mode> {
  /** For messages, such as `node:crypto`. */
  readonly name: string
  readonly mode: M
  /** `sha1`, `sha256`, `sha384`, `sha512`; `md5` for PEM that OpenSSL encrypted before PKCS#8. */
  readonly hash: Listed<Hash<M>>
  /** By the name of its hash. */
  readonly hmac: Listed<Hmac<M>>
  /** By the name of its hash. */
  readonly pbkdf2: Listed<Pbkdf2<M>>
  readonly scrypt: Scrypt<M> | undefined
  /**
   * `aes-128-cbc`, `aes-192-cbc`, `aes-256-cbc`; of old files `des-ede3-cbc`, `rc2-40-cbc`,
   * `rc2-128-cbc`.
   */
  readonly cbc: Listed<CbcDecryption<M>>
}

/** https://www.rfc-editor.org/rfc/rfc8018#section-5.2 */
export interface Pbkdf2<M extends Mode = Mode> {
  readonly hash: string
  /** `length` bytes; a new secret that the caller disposes of. Whoever calls bounds `iterations`. */
  derive(password: Secret, salt: Uint8Array, iterations: number, length: number): Answer<M, Secret>
}

/** https://www.rfc-editor.org/rfc/rfc7914 */
export interface Scrypt<M extends Mode = Mode> {
  /** `length` bytes; a new secret that the caller disposes of. Whoever calls bounds `cost`. */
  derive(password: Secret, salt: Uint8Array, cost: ScryptCost, length: number): Answer<M, Secret>
}

/** Memory is about 128 · N · r bytes, time is proportional to N · r · p. */
export interface ScryptCost {
  /** CPU and memory cost, a power of two above 1. */
  readonly N: number
  /** Block size. */
  readonly r: number
  /** Parallelization. */
  readonly p: number
}

/** A block cipher in CBC mode with the padding of PKCS#7 (RFC 5652 section 6.3), for decrypting only. */
export interface CbcDecryption<M extends Mode = Mode> {
  readonly name: string
  /** Bytes. */
  readonly keyLength: number
  /** Bytes of a block and of the initialization vector. */
  readonly blockLength: number
  /** The plaintext without its padding, or `undefined` when the padding, or the length of the ciphertext, is wrong. */
  decrypt(key: Secret, iv: Uint8Array, ciphertext: Uint8Array): Answer<M, Uint8Array | undefined>
}
