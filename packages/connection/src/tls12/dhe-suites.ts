import { dhe, dhePsk } from '@typetls/handshake/tls12'
import { cbcWithHmac, explicitNonceAead, implicitNonceAead } from '@typetls/record/tls12'
import type { CipherSuiteRow } from './cipher-suites.ts'
import { row } from './cipher-suites.ts'

// Opt in, for peers without elliptic curves: slow, and a client cannot tell whether a server's own parameters are honest.

export const TLS_DHE_RSA_WITH_AES_128_GCM_SHA256: CipherSuiteRow = /* @__PURE__ */ row(
  0x009e,
  'TLS_DHE_RSA_WITH_AES_128_GCM_SHA256',
  dhe,
  'rsa',
  /* @__PURE__ */ explicitNonceAead('aes-128-gcm'),
  'sha256',
)
export const TLS_DHE_RSA_WITH_AES_256_GCM_SHA384: CipherSuiteRow = /* @__PURE__ */ row(
  0x009f,
  'TLS_DHE_RSA_WITH_AES_256_GCM_SHA384',
  dhe,
  'rsa',
  /* @__PURE__ */ explicitNonceAead('aes-256-gcm'),
  'sha384',
)
export const TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256: CipherSuiteRow = /* @__PURE__ */ row(
  0xccaa,
  'TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256',
  dhe,
  'rsa',
  /* @__PURE__ */ implicitNonceAead('chacha20-poly1305'),
  'sha256',
)

export const TLS_DHE_RSA_WITH_AES_128_CBC_SHA256: CipherSuiteRow = /* @__PURE__ */ row(
  0x0067,
  'TLS_DHE_RSA_WITH_AES_128_CBC_SHA256',
  dhe,
  'rsa',
  /* @__PURE__ */ cbcWithHmac('aes-128-cbc', 'sha256'),
  'sha256',
)
export const TLS_DHE_RSA_WITH_AES_256_CBC_SHA256: CipherSuiteRow = /* @__PURE__ */ row(
  0x006b,
  'TLS_DHE_RSA_WITH_AES_256_CBC_SHA256',
  dhe,
  'rsa',
  /* @__PURE__ */ cbcWithHmac('aes-256-cbc', 'sha256'),
  'sha256',
)
export const TLS_DHE_RSA_WITH_AES_128_CBC_SHA: CipherSuiteRow = /* @__PURE__ */ row(
  0x0033,
  'TLS_DHE_RSA_WITH_AES_128_CBC_SHA',
  dhe,
  'rsa',
  /* @__PURE__ */ cbcWithHmac('aes-128-cbc', 'sha1'),
  'sha256',
)
export const TLS_DHE_RSA_WITH_AES_256_CBC_SHA: CipherSuiteRow = /* @__PURE__ */ row(
  0x0039,
  'TLS_DHE_RSA_WITH_AES_256_CBC_SHA',
  dhe,
  'rsa',
  /* @__PURE__ */ cbcWithHmac('aes-256-cbc', 'sha1'),
  'sha256',
)
/** https://www.rfc-editor.org/rfc/rfc5487 */
export const TLS_DHE_PSK_WITH_AES_128_GCM_SHA256: CipherSuiteRow = /* @__PURE__ */ row(
  0x00aa,
  'TLS_DHE_PSK_WITH_AES_128_GCM_SHA256',
  dhePsk,
  undefined,
  /* @__PURE__ */ explicitNonceAead('aes-128-gcm'),
  'sha256',
)
export const TLS_DHE_PSK_WITH_AES_256_GCM_SHA384: CipherSuiteRow = /* @__PURE__ */ row(
  0x00ab,
  'TLS_DHE_PSK_WITH_AES_256_GCM_SHA384',
  dhePsk,
  undefined,
  /* @__PURE__ */ explicitNonceAead('aes-256-gcm'),
  'sha384',
)
/** https://www.rfc-editor.org/rfc/rfc7905 */
export const TLS_DHE_PSK_WITH_CHACHA20_POLY1305_SHA256: CipherSuiteRow = /* @__PURE__ */ row(
  0xccad,
  'TLS_DHE_PSK_WITH_CHACHA20_POLY1305_SHA256',
  dhePsk,
  undefined,
  /* @__PURE__ */ implicitNonceAead('chacha20-poly1305'),
  'sha256',
)

/** Those with certificates and an AEAD, most wanted first: to be put behind `defaultTls12CipherSuites`. */
export const dheTls12CipherSuites: readonly CipherSuiteRow[] = [
  TLS_DHE_RSA_WITH_AES_128_GCM_SHA256,
  TLS_DHE_RSA_WITH_AES_256_GCM_SHA384,
  TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
]

/** Those with CBC, most wanted first. */
export const dheCbcTls12CipherSuites: readonly CipherSuiteRow[] = [
  TLS_DHE_RSA_WITH_AES_128_CBC_SHA256,
  TLS_DHE_RSA_WITH_AES_256_CBC_SHA256,
  TLS_DHE_RSA_WITH_AES_128_CBC_SHA,
  TLS_DHE_RSA_WITH_AES_256_CBC_SHA,
]

/** Those for PSKs, most wanted first. */
export const dhePskTls12CipherSuites: readonly CipherSuiteRow[] = [
  TLS_DHE_PSK_WITH_AES_128_GCM_SHA256,
  TLS_DHE_PSK_WITH_AES_256_GCM_SHA384,
  TLS_DHE_PSK_WITH_CHACHA20_POLY1305_SHA256,
]
