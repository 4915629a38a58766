import { dhe } from '@typetls/handshake/tls12'
import { explicitNonceAead, implicitNonceAead } from '@typetls/record/tls12'
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

/** All of them, most wanted first: to be put behind `defaultTls12CipherSuites`. */
export const dheTls12CipherSuites: readonly CipherSuiteRow[] = [
  TLS_DHE_RSA_WITH_AES_128_GCM_SHA256,
  TLS_DHE_RSA_WITH_AES_256_GCM_SHA384,
  TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
]
