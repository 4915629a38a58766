import type { RecordCipher } from '@typetls/record/tls12'
import { explicitNonceAead, implicitNonceAead } from '@typetls/record/tls12'
import type { KeyExchangeMethod, Tls12CipherSuite } from '@typetls/handshake/tls12'
import { ecdhe } from '@typetls/handshake/tls12'

const aes128Gcm = /* @__PURE__ */ explicitNonceAead('aes-128-gcm')
const aes256Gcm = /* @__PURE__ */ explicitNonceAead('aes-256-gcm')
const chacha20 = /* @__PURE__ */ implicitNonceAead('chacha20-poly1305')
const aes128Ccm = /* @__PURE__ */ explicitNonceAead('aes-128-ccm')
const aes128Ccm8 = /* @__PURE__ */ explicitNonceAead('aes-128-ccm-8')

export const TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: CipherSuiteRow = /* @__PURE__ */ row(
  0xc02b,
  'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
  ecdhe,
  'ecdsa',
  aes128Gcm,
  'sha256',
)
export const TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384: CipherSuiteRow = /* @__PURE__ */ row(
  0xc02c,
  'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384',
  ecdhe,
  'ecdsa',
  aes256Gcm,
  'sha384',
)
export const TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256: CipherSuiteRow = /* @__PURE__ */ row(
  0xc02f,
  'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
  ecdhe,
  'rsa',
  aes128Gcm,
  'sha256',
)
export const TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384: CipherSuiteRow = /* @__PURE__ */ row(
  0xc030,
  'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384',
  ecdhe,
  'rsa',
  aes256Gcm,
  'sha384',
)
export const TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256: CipherSuiteRow = /* @__PURE__ */ row(
  0xcca9,
  'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256',
  ecdhe,
  'ecdsa',
  chacha20,
  'sha256',
)
export const TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256: CipherSuiteRow = /* @__PURE__ */ row(
  0xcca8,
  'TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256',
  ecdhe,
  'rsa',
  chacha20,
  'sha256',
)
/** Opt in: for constrained devices. https://www.rfc-editor.org/rfc/rfc7251 */
export const TLS_ECDHE_ECDSA_WITH_AES_128_CCM: CipherSuiteRow = /* @__PURE__ */ row(
  0xc0ac,
  'TLS_ECDHE_ECDSA_WITH_AES_128_CCM',
  ecdhe,
  'ecdsa',
  aes128Ccm,
  'sha256',
)
/** Opt in: its tag is short. */
export const TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8: CipherSuiteRow = /* @__PURE__ */ row(
  0xc0ae,
  'TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8',
  ecdhe,
  'ecdsa',
  aes128Ccm8,
  'sha256',
)

/** A suite whose cipher the record layer knows. */
export interface CipherSuiteRow extends Tls12CipherSuite {
  readonly cipher: RecordCipher
}

/** Forward secret with an AEAD: what is offered and accepted without being asked for, most wanted first. */
export const defaultTls12CipherSuites: readonly CipherSuiteRow[] = [
  TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
  TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
]

export function row(
  id: number,
  name: string,
  keyExchange: KeyExchangeMethod,
  authentication: Tls12CipherSuite['authentication'],
  cipher: RecordCipher,
  hash: string,
): CipherSuiteRow {
  return { id, name, keyExchange, authentication, cipher, hash }
}
