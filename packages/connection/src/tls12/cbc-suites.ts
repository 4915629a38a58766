import { ecdhe } from '@typetls/handshake/tls12'
import { cbcWithHmac } from '@typetls/record/tls12'
import type { CipherSuiteRow } from './cipher-suites.ts'
import { row } from './cipher-suites.ts'

// Opt in, for peers that have nothing better: block ciphers whose MAC is under the encryption, unless both sides have
// encrypt_then_mac, have been attacked by their timing again and again.

const aes128Sha = /* @__PURE__ */ cbcWithHmac('aes-128-cbc', 'sha1')
const aes256Sha = /* @__PURE__ */ cbcWithHmac('aes-256-cbc', 'sha1')
const aes128Sha256 = /* @__PURE__ */ cbcWithHmac('aes-128-cbc', 'sha256')
const aes256Sha384 = /* @__PURE__ */ cbcWithHmac('aes-256-cbc', 'sha384')

export const TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA: CipherSuiteRow = /* @__PURE__ */ row(
  0xc009,
  'TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA',
  ecdhe,
  'ecdsa',
  aes128Sha,
  'sha256',
)
export const TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA: CipherSuiteRow = /* @__PURE__ */ row(
  0xc00a,
  'TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA',
  ecdhe,
  'ecdsa',
  aes256Sha,
  'sha256',
)
export const TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA: CipherSuiteRow = /* @__PURE__ */ row(
  0xc013,
  'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA',
  ecdhe,
  'rsa',
  aes128Sha,
  'sha256',
)
export const TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA: CipherSuiteRow = /* @__PURE__ */ row(
  0xc014,
  'TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA',
  ecdhe,
  'rsa',
  aes256Sha,
  'sha256',
)
export const TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256: CipherSuiteRow = /* @__PURE__ */ row(
  0xc023,
  'TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256',
  ecdhe,
  'ecdsa',
  aes128Sha256,
  'sha256',
)
export const TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384: CipherSuiteRow = /* @__PURE__ */ row(
  0xc024,
  'TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384',
  ecdhe,
  'ecdsa',
  aes256Sha384,
  'sha384',
)
export const TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256: CipherSuiteRow = /* @__PURE__ */ row(
  0xc027,
  'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256',
  ecdhe,
  'rsa',
  aes128Sha256,
  'sha256',
)
export const TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384: CipherSuiteRow = /* @__PURE__ */ row(
  0xc028,
  'TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384',
  ecdhe,
  'rsa',
  aes256Sha384,
  'sha384',
)

/** All of them, most wanted first: to be put behind `defaultTls12CipherSuites`. */
export const cbcTls12CipherSuites: readonly CipherSuiteRow[] = [
  TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256,
  TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256,
  TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384,
  TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384,
  TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA,
  TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA,
  TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA,
  TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA,
]
