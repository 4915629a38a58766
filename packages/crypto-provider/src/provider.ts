import type { Answer, Mode } from './answer.ts'
import type { Secret } from './secret.ts'

/**
 * A cryptographic backend: lists of algorithms by name and a source of randomness. Nothing else in typetls computes
 * cryptography. Lists are plain records, so a provider can be made of parts of others.
 *
 * An algorithm that a backend lacks is absent from its list; the protocol offers only what is there.
 * `M` says whether answers come at once (`'sync'`) or may be promises (`'async'`).
 */
export interface CryptoProvider<M extends Mode = Mode> {
  /** For messages and reports, such as `node:crypto`. */
  readonly name: string
  readonly mode: M
  /** `length` bytes from a cryptographically secure source. */
  random(length: number): Uint8Array
  readonly hash: Listed<Hash<M>>
  readonly hmac: Listed<Hmac<M>>
  readonly hkdf: Listed<Hkdf<M>>
  readonly aead: Listed<Aead<M>>
  /** Block ciphers in CBC mode, for TLS 1.2 and for encrypted keys: they authenticate nothing. */
  readonly cbc: Listed<Cbc<M>>
  /** Named groups in the shape of a KEM, by IANA name: `x25519`, `secp256r1`, `X25519MLKEM768`. */
  readonly keyExchange: Listed<KeyExchange<M>>
  /**
   * Diffie-Hellman modulo a prime, in the shape of a named group; absent where a backend has none. Groups of RFC 7919, and
   * a look at parameters of others, are in `@typetls/crypto-provider/finite-field`.
   *
   * Shares and secrets are as long as the prime. TLS 1.2 strips zeros from the front of both on its own.
   *
   * @throws TlsError `ERR_TLS_DH_PARAMETERS` (insufficient_security) for weak parameters
   */
  readonly finiteField?: ((field: FiniteField) => KeyExchange<M>) | undefined
  /** Signature algorithms by our names: `ecdsa-sha256`, `rsa-pss-sha256`, `rsa-pkcs1-sha256`, `ed25519`, `ml-dsa-44`. */
  readonly signature: Listed<SignatureAlgorithm<M>>
  /** Secrets encrypted to a public key, by our names: `rsa-pkcs1`, for the RSA key exchange of TLS 1.2 and below. */
  readonly keyTransport: Listed<KeyTransport<M>>
  /**
   * A private key from PKCS#8 DER (RFC 5958). The input is not kept.
   *
   * @throws TlsError `ERR_TLS_KEY_PARSE` (internal_error) when it is not one, or of a kind the backend does not know
   */
  importPrivateKey(pkcs8: Uint8Array): Answer<M, PrivateKey>
}

/** Algorithms by name. Any name may be there: lists are open. */
export type Listed<T> = Readonly<Partial<Record<string, T>>>

/** By name `sha256`, `sha384`, `sha512`, `sha1`. */
export interface Hash<M extends Mode = Mode> {
  readonly name: string
  /** Bytes. */
  readonly outputLength: number
  digest(data: Uint8Array): Answer<M, Uint8Array>
  start(): RunningHash<M>
}

/** A hash that goes on after each look at it: the transcript. */
export interface RunningHash<M extends Mode = Mode> {
  /** `data` is only valid during the call. */
  update(data: Uint8Array): void
  /**
   * The hash of all bytes so far. May be called any number of times, between updates too; updates after the call do not
   * count, also when they come before the answer.
   */
  digest(): Answer<M, Uint8Array>
}

/** By the name of its hash. */
export interface Hmac<M extends Mode = Mode> {
  readonly hash: string
  readonly outputLength: number
  sign(key: Secret, data: Uint8Array): Answer<M, Uint8Array>
}

/** By the name of its hash. https://www.rfc-editor.org/rfc/rfc5869 */
export interface Hkdf<M extends Mode = Mode> {
  readonly hash: string
  readonly outputLength: number
  /** HKDF-Extract; the pseudorandom key is a new secret that the caller disposes of. */
  extract(salt: Secret | Uint8Array, inputKeyingMaterial: Secret | Uint8Array): Answer<M, Secret>
  /**
   * HKDF-Expand to `length` bytes; a new secret that the caller disposes of.
   *
   * @throws TlsError `ERR_TLS_CRYPTO` (internal_error) for more than 255 blocks of the hash
   */
  expand(pseudorandomKey: Secret, info: Uint8Array, length: number): Answer<M, Secret>
}

/** By name `aes-128-gcm`, `aes-256-gcm`, `chacha20-poly1305`, `aes-128-ccm`, `aes-128-ccm-8`. */
export interface Aead<M extends Mode = Mode> {
  readonly name: string
  /** Bytes. */
  readonly keyLength: number
  /** Bytes; 12 for everything TLS uses. */
  readonly nonceLength: number
  /** Bytes. */
  readonly tagLength: number
  /**
   * A key ready for use. It does not keep `key`, and lives until `dispose()`; its functions then throw
   * `ERR_TLS_SECRET_DISPOSED` (internal_error).
   *
   * @throws TlsError `ERR_TLS_CRYPTO` (internal_error) for a key that has not `keyLength` bytes
   */
  key(key: Secret): Answer<M, AeadKey<M>>
}

export interface AeadKey<M extends Mode = Mode> {
  /**
   * Encrypts `content` followed by `trailer` and writes ciphertext and tag into `into` at `offset`.
   * `into` has room for `content.length + trailer.length + tagLength` bytes there.
   * `nonce` and `additionalData` are only valid during the call: an asynchronous backend copies them.
   */
  seal(
    nonce: Uint8Array,
    additionalData: Uint8Array,
    content: Uint8Array,
    trailer: Uint8Array,
    into: Uint8Array,
    offset: number,
  ): Answer<M, void>
  /**
   * The plaintext of `ciphertext` (tag at its end), or `undefined` when it is not authentic; nothing else tells why.
   * `nonce` and `additionalData` are only valid during the call. The result may be a view of a buffer made for it.
   */
  open(nonce: Uint8Array, additionalData: Uint8Array, ciphertext: Uint8Array): Answer<M, Uint8Array | undefined>
  dispose(): void
}

/** CBC mode without padding, by name `aes-128-cbc`, `aes-256-cbc`. */
export interface Cbc<M extends Mode = Mode> {
  readonly name: string
  /** Bytes. */
  readonly keyLength: number
  /** Bytes of a block, and of an IV. */
  readonly blockLength: number
  /** As `Aead.key`. */
  key(key: Secret): Answer<M, CbcKey<M>>
}

/**
 * `iv` is only valid during a call: an asynchronous backend copies it.
 *
 * Each function throws `ERR_TLS_CRYPTO` (internal_error) for an IV that is not a block, and for data that is not whole
 * blocks, at least one; `ERR_TLS_SECRET_DISPOSED` (internal_error) after `dispose()`.
 */
export interface CbcKey<M extends Mode = Mode> {
  /** Encrypts `plaintext` and writes as many bytes into `into` at `offset`, which may be where `plaintext` is. */
  encrypt(iv: Uint8Array, plaintext: Uint8Array, into: Uint8Array, offset: number): Answer<M, void>
  /** The plaintext, in a buffer made for it. */
  decrypt(iv: Uint8Array, ciphertext: Uint8Array): Answer<M, Uint8Array>
  dispose(): void
}

/**
 * A named group. Diffie-Hellman, KEMs and hybrids of both have this one shape: the client makes a share, the server
 * answers it with its own share and the secret, the client derives the secret from the answer.
 */
export interface KeyExchange<M extends Mode = Mode> {
  /** IANA "TLS Supported Groups" name. */
  readonly name: string
  /** IANA "TLS Supported Groups" number. */
  readonly id: number
  /** Bytes of the client's `key_exchange`. */
  readonly clientShareLength: number
  /** Bytes of the server's `key_exchange`. */
  readonly serverShareLength: number
  start(): Answer<M, KeyExchangeStart<M>>
  /**
   * @throws TlsError `ERR_TLS_KEY_SHARE_INVALID` (illegal_parameter) for a share of the wrong length, a point that is
   *   not on the curve, a low-order point (zero shared secret), or an encapsulation key that is not reduced
   */
  respond(clientShare: Uint8Array): Answer<M, { readonly share: Uint8Array; readonly secret: Secret }>
}

/** Parameters of Diffie-Hellman modulo a prime. */
export interface FiniteField {
  /** IANA "TLS Supported Groups" name, or whatever it is called. */
  readonly name: string
  /** IANA "TLS Supported Groups" number, 0 for parameters without one. */
  readonly id: number
  /** Big-endian, without zeros in front. */
  readonly prime: Uint8Array
  /** Big-endian. */
  readonly generator: Uint8Array
}

export interface KeyExchangeStart<M extends Mode = Mode> {
  readonly share: Uint8Array
  /**
   * @throws TlsError `ERR_TLS_KEY_SHARE_INVALID` (illegal_parameter), as `respond`; `ERR_TLS_SECRET_DISPOSED`
   *   (internal_error) after `dispose()`
   */
  finish(serverShare: Uint8Array): Answer<M, Secret>
  /** Forgets the private part. */
  dispose(): void
}

export interface SignatureAlgorithm<M extends Mode = Mode> {
  readonly name: string
  /**
   * Whether `signature` is one of `data` by `key`. A malformed key or signature is a `false`, not an exception;
   * so is a key of a kind that does not fit the algorithm.
   */
  verify(key: PublicKey, data: Uint8Array, signature: Uint8Array): Answer<M, boolean>
  /**
   * @throws TlsError `ERR_TLS_CRYPTO` (internal_error) when `key` does not fit the algorithm or is of another backend;
   *   `ERR_TLS_SECRET_DISPOSED` (internal_error) after its `dispose()`
   */
  sign(key: PrivateKey, data: Uint8Array): Answer<M, Uint8Array>
}

/**
 * A secret of known length, encrypted to a public key. `rsa-pkcs1` is RSAES-PKCS1-v1_5, by keys of type `rsa`.
 * https://www.rfc-editor.org/rfc/rfc8017#section-7.2
 */
export interface KeyTransport<M extends Mode = Mode> {
  readonly name: string
  /**
   * The ciphertext of `secret`, another one at each call.
   *
   * @throws TlsError `ERR_TLS_CRYPTO` (internal_error) when `key` is malformed, does not fit the algorithm, or is too
   *   small for the secret; `ERR_TLS_SECRET_DISPOSED` (internal_error) for a disposed secret
   */
  encrypt(key: PublicKey, secret: Secret): Answer<M, Uint8Array>
  /**
   * The secret within, if `ciphertext` is well-formed and holds exactly as many bytes as `fallback` has; otherwise a copy
   * of `fallback`, which the caller filled with random bytes beforehand. Which of the two nobody learns: not from an
   * error, as there is none, and as little from the time it takes as the backend can help. That is what keeps the
   * attacks of Bleichenbacher and Klíma off: https://www.rfc-editor.org/rfc/rfc5246#section-7.4.7.1. To keep them off, do
   * the same with the result either way.
   *
   * A new secret that the caller disposes of, as of `fallback`.
   *
   * @throws TlsError `ERR_TLS_CRYPTO` (internal_error) when `key` does not fit the algorithm or is of another backend;
   *   `ERR_TLS_SECRET_DISPOSED` (internal_error) after the `dispose()` of the key or of `fallback`
   */
  decrypt(key: PrivateKey, ciphertext: Uint8Array, fallback: Secret): Answer<M, Secret>
}

/** What a key is for. `ec-` is followed by the IANA group name of its curve. */
export type KeyType =
  | 'rsa'
  | 'rsa-pss'
  | 'ec-secp256r1'
  | 'ec-secp384r1'
  | 'ec-secp521r1'
  | 'ed25519'
  | 'ed448'
  | 'ml-dsa-44'
  | 'ml-dsa-65'
  | 'ml-dsa-87'
  | (string & {})

/** A public key as data. Backends keep what they import from it in a `WeakMap` under this object. */
export interface PublicKey {
  readonly keyType: KeyType
  /** SubjectPublicKeyInfo, DER (RFC 5280 section 4.1.2.7). */
  readonly spki: Uint8Array
}

/** A private key inside a backend. Its bytes are not reachable from here. */
export interface PrivateKey {
  readonly keyType: KeyType
  /** The matching public key, where the backend can tell. */
  readonly spki: Uint8Array | undefined
  dispose(): void
}
