/** A TLS 1.3 cipher suite: a row that says which AEAD and which hash. https://www.rfc-editor.org/rfc/rfc9846#appendix-B.4 */
export interface CipherSuite {
  /** IANA number. */
  readonly id: number
  /** IANA name. */
  readonly name: string
  /** Name in `CryptoProvider.aead`. */
  readonly aead: string
  /** Name in `CryptoProvider.hash`, `.hmac` and `.hkdf`. */
  readonly hash: string
  /**
   * Records one key may protect before KeyUpdate is due, a defended fraction of the AEAD's limit.
   * https://www.rfc-editor.org/rfc/rfc9846#section-5.5
   */
  readonly recordLimit: number
}

// 2^24.5 full-size records keep AES-GCM's advantage below 2^-57; we turn over at 2^24.
const gcmRecordLimit = 2 ** 24
// ChaCha20-Poly1305's limit is above the sequence number's own; we turn over at 2^48, which a number still counts.
const chachaRecordLimit = 2 ** 48
// https://www.rfc-editor.org/rfc/rfc9001#appendix-B.2: 2^21.5 for CCM packets of 2^11 blocks; records are no larger.
const ccmRecordLimit = 2 ** 21

export const TLS_AES_128_GCM_SHA256: CipherSuite = {
  id: 0x1301,
  name: 'TLS_AES_128_GCM_SHA256',
  aead: 'aes-128-gcm',
  hash: 'sha256',
  recordLimit: gcmRecordLimit,
}

export const TLS_AES_256_GCM_SHA384: CipherSuite = {
  id: 0x1302,
  name: 'TLS_AES_256_GCM_SHA384',
  aead: 'aes-256-gcm',
  hash: 'sha384',
  recordLimit: gcmRecordLimit,
}

export const TLS_CHACHA20_POLY1305_SHA256: CipherSuite = {
  id: 0x1303,
  name: 'TLS_CHACHA20_POLY1305_SHA256',
  aead: 'chacha20-poly1305',
  hash: 'sha256',
  recordLimit: chachaRecordLimit,
}

export const TLS_AES_128_CCM_SHA256: CipherSuite = {
  id: 0x1304,
  name: 'TLS_AES_128_CCM_SHA256',
  aead: 'aes-128-ccm',
  hash: 'sha256',
  recordLimit: ccmRecordLimit,
}

export const TLS_AES_128_CCM_8_SHA256: CipherSuite = {
  id: 0x1305,
  name: 'TLS_AES_128_CCM_8_SHA256',
  aead: 'aes-128-ccm-8',
  hash: 'sha256',
  recordLimit: ccmRecordLimit,
}

/** What is offered and accepted without being asked for. CCM_8's short tag keeps CCM out: constrained devices opt in. */
export const defaultCipherSuites: readonly CipherSuite[] = [
  TLS_AES_128_GCM_SHA256,
  TLS_AES_256_GCM_SHA384,
  TLS_CHACHA20_POLY1305_SHA256,
]

/** Every suite we have a row for. Written out, since bundlers keep what is spread even if nobody asks for it. */
export const cipherSuites: readonly CipherSuite[] = [
  TLS_AES_128_GCM_SHA256,
  TLS_AES_256_GCM_SHA384,
  TLS_CHACHA20_POLY1305_SHA256,
  TLS_AES_128_CCM_SHA256,
  TLS_AES_128_CCM_8_SHA256,
]
