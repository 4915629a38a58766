import { rsa } from '@typetls/handshake/tls12'
import { cbcWithHmac, explicitNonceAead } from '@typetls/record/tls12'
import type { CipherSuiteRow } from './cipher-suites.ts'
import { row } from './cipher-suites.ts'

// Opt in, for peers that have nothing better: whoever gets the key of the certificate later reads what was recorded, and
// a server must hide from its peers what it decrypted, which no JavaScript can promise.

export const TLS_RSA_WITH_AES_128_GCM_SHA256: CipherSuiteRow = /* @__PURE__ */ row(
  0x009c,
  'TLS_RSA_WITH_AES_128_GCM_SHA256',
  rsa,
  'rsa',
  /* @__PURE__ */ explicitNonceAead('aes-128-gcm'),
  'sha256',
)
export const TLS_RSA_WITH_AES_256_GCM_SHA384: CipherSuiteRow = /* @__PURE__ */ row(
  0x009d,
  'TLS_RSA_WITH_AES_256_GCM_SHA384',
  rsa,
  'rsa',
  /* @__PURE__ */ explicitNonceAead('aes-256-gcm'),
  'sha384',
)
export const TLS_RSA_WITH_AES_128_CBC_SHA: CipherSuiteRow = /* @__PURE__ */ row(
  0x002f,
  'TLS_RSA_WITH_AES_128_CBC_SHA',
  rsa,
  'rsa',
  /* @__PURE__ */ cbcWithHmac('aes-128-cbc', 'sha1'),
  'sha256',
)
export const TLS_RSA_WITH_AES_256_CBC_SHA: CipherSuiteRow = /* @__PURE__ */ row(
  0x0035,
  'TLS_RSA_WITH_AES_256_CBC_SHA',
  rsa,
  'rsa',
  /* @__PURE__ */ cbcWithHmac('aes-256-cbc', 'sha1'),
  'sha256',
)
export const TLS_RSA_WITH_AES_128_CBC_SHA256: CipherSuiteRow = /* @__PURE__ */ row(
  0x003c,
  'TLS_RSA_WITH_AES_128_CBC_SHA256',
  rsa,
  'rsa',
  /* @__PURE__ */ cbcWithHmac('aes-128-cbc', 'sha256'),
  'sha256',
)
export const TLS_RSA_WITH_AES_256_CBC_SHA256: CipherSuiteRow = /* @__PURE__ */ row(
  0x003d,
  'TLS_RSA_WITH_AES_256_CBC_SHA256',
  rsa,
  'rsa',
  /* @__PURE__ */ cbcWithHmac('aes-256-cbc', 'sha256'),
  'sha256',
)

/** All of them, most wanted first: to be put behind all others. */
export const rsaTls12CipherSuites: readonly CipherSuiteRow[] = [
  TLS_RSA_WITH_AES_128_GCM_SHA256,
  TLS_RSA_WITH_AES_256_GCM_SHA384,
  TLS_RSA_WITH_AES_128_CBC_SHA256,
  TLS_RSA_WITH_AES_256_CBC_SHA256,
  TLS_RSA_WITH_AES_128_CBC_SHA,
  TLS_RSA_WITH_AES_256_CBC_SHA,
]
