import type { KeyExchangeMethod } from '@typetls/handshake/tls12'
import { ecdhePsk, psk } from '@typetls/handshake/tls12'
import type { RecordCipher } from '@typetls/record/tls12'
import { cbcWithHmac, explicitNonceAead, implicitNonceAead } from '@typetls/record/tls12'
import type { CipherSuiteRow } from './cipher-suites.ts'
import { row } from './cipher-suites.ts'

// Opt in, for peers that share a key. With TLS_PSK whoever gets the key later reads what was recorded, and anybody who
// plays the server can try short keys at home.

const aes128Gcm = /* @__PURE__ */ explicitNonceAead('aes-128-gcm')
const aes256Gcm = /* @__PURE__ */ explicitNonceAead('aes-256-gcm')
const chacha20 = /* @__PURE__ */ implicitNonceAead('chacha20-poly1305')
const aes128Ccm = /* @__PURE__ */ explicitNonceAead('aes-128-ccm')
const aes128Ccm8 = /* @__PURE__ */ explicitNonceAead('aes-128-ccm-8')
const aes128Sha = /* @__PURE__ */ cbcWithHmac('aes-128-cbc', 'sha1')
const aes256Sha = /* @__PURE__ */ cbcWithHmac('aes-256-cbc', 'sha1')
const aes128Sha256 = /* @__PURE__ */ cbcWithHmac('aes-128-cbc', 'sha256')
const aes256Sha384 = /* @__PURE__ */ cbcWithHmac('aes-256-cbc', 'sha384')

/** https://www.rfc-editor.org/rfc/rfc8442 */
export const TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256: CipherSuiteRow = /* @__PURE__ */ pskRow(
  0xd001,
  'TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256',
  ecdhePsk,
  aes128Gcm,
  'sha256',
)
export const TLS_ECDHE_PSK_WITH_AES_256_GCM_SHA384: CipherSuiteRow = /* @__PURE__ */ pskRow(
  0xd002,
  'TLS_ECDHE_PSK_WITH_AES_256_GCM_SHA384',
  ecdhePsk,
  aes256Gcm,
  'sha384',
)
/** https://www.rfc-editor.org/rfc/rfc7905 */
export const TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256: CipherSuiteRow = /* @__PURE__ */ pskRow(
  0xccac,
  'TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256',
  ecdhePsk,
  chacha20,
  'sha256',
)
export const TLS_ECDHE_PSK_WITH_AES_128_CCM_SHA256: CipherSuiteRow = /* @__PURE__ */ pskRow(
  0xd005,
  'TLS_ECDHE_PSK_WITH_AES_128_CCM_SHA256',
  ecdhePsk,
  aes128Ccm,
  'sha256',
)
export const TLS_ECDHE_PSK_WITH_AES_128_CCM_8_SHA256: CipherSuiteRow = /* @__PURE__ */ pskRow(
  0xd003,
  'TLS_ECDHE_PSK_WITH_AES_128_CCM_8_SHA256',
  ecdhePsk,
  aes128Ccm8,
  'sha256',
)
/** https://www.rfc-editor.org/rfc/rfc5489 */
export const TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA256: CipherSuiteRow = /* @__PURE__ */ pskRow(
  0xc037,
  'TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA256',
  ecdhePsk,
  aes128Sha256,
  'sha256',
)
export const TLS_ECDHE_PSK_WITH_AES_256_CBC_SHA384: CipherSuiteRow = /* @__PURE__ */ pskRow(
  0xc038,
  'TLS_ECDHE_PSK_WITH_AES_256_CBC_SHA384',
  ecdhePsk,
  aes256Sha384,
  'sha384',
)
export const TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA: CipherSuiteRow = /* @__PURE__ */ pskRow(
  0xc035,
  'TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA',
  ecdhePsk,
  aes128Sha,
  'sha256',
)
export const TLS_ECDHE_PSK_WITH_AES_256_CBC_SHA: CipherSuiteRow = /* @__PURE__ */ pskRow(
  0xc036,
  'TLS_ECDHE_PSK_WITH_AES_256_CBC_SHA',
  ecdhePsk,
  aes256Sha,
  'sha256',
)
/** https://www.rfc-editor.org/rfc/rfc5487 */
export const TLS_PSK_WITH_AES_128_GCM_SHA256: CipherSuiteRow = /* @__PURE__ */ pskRow(
  0x00a8,
  'TLS_PSK_WITH_AES_128_GCM_SHA256',
  psk,
  aes128Gcm,
  'sha256',
)
export const TLS_PSK_WITH_AES_256_GCM_SHA384: CipherSuiteRow = /* @__PURE__ */ pskRow(
  0x00a9,
  'TLS_PSK_WITH_AES_256_GCM_SHA384',
  psk,
  aes256Gcm,
  'sha384',
)
export const TLS_PSK_WITH_CHACHA20_POLY1305_SHA256: CipherSuiteRow = /* @__PURE__ */ pskRow(
  0xccab,
  'TLS_PSK_WITH_CHACHA20_POLY1305_SHA256',
  psk,
  chacha20,
  'sha256',
)
/** https://www.rfc-editor.org/rfc/rfc6655 */
export const TLS_PSK_WITH_AES_128_CCM: CipherSuiteRow = /* @__PURE__ */ pskRow(
  0xc0a4,
  'TLS_PSK_WITH_AES_128_CCM',
  psk,
  aes128Ccm,
  'sha256',
)
export const TLS_PSK_WITH_AES_128_CCM_8: CipherSuiteRow = /* @__PURE__ */ pskRow(
  0xc0a8,
  'TLS_PSK_WITH_AES_128_CCM_8',
  psk,
  aes128Ccm8,
  'sha256',
)
export const TLS_PSK_WITH_AES_128_CBC_SHA256: CipherSuiteRow = /* @__PURE__ */ pskRow(
  0x00ae,
  'TLS_PSK_WITH_AES_128_CBC_SHA256',
  psk,
  aes128Sha256,
  'sha256',
)
export const TLS_PSK_WITH_AES_256_CBC_SHA384: CipherSuiteRow = /* @__PURE__ */ pskRow(
  0x00af,
  'TLS_PSK_WITH_AES_256_CBC_SHA384',
  psk,
  aes256Sha384,
  'sha384',
)
/** https://www.rfc-editor.org/rfc/rfc4279 */
export const TLS_PSK_WITH_AES_128_CBC_SHA: CipherSuiteRow = /* @__PURE__ */ pskRow(
  0x008c,
  'TLS_PSK_WITH_AES_128_CBC_SHA',
  psk,
  aes128Sha,
  'sha256',
)
export const TLS_PSK_WITH_AES_256_CBC_SHA: CipherSuiteRow = /* @__PURE__ */ pskRow(
  0x008d,
  'TLS_PSK_WITH_AES_256_CBC_SHA',
  psk,
  aes256Sha,
  'sha256',
)

/** Those with an AEAD, most wanted first; without the short tags of CCM_8. */
export const pskTls12CipherSuites: readonly CipherSuiteRow[] = [
  TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256,
  TLS_ECDHE_PSK_WITH_AES_256_GCM_SHA384,
  TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256,
  TLS_ECDHE_PSK_WITH_AES_128_CCM_SHA256,
  TLS_PSK_WITH_AES_128_GCM_SHA256,
  TLS_PSK_WITH_AES_256_GCM_SHA384,
  TLS_PSK_WITH_CHACHA20_POLY1305_SHA256,
  TLS_PSK_WITH_AES_128_CCM,
]

/** The rest: CBC, and CCM_8. */
export const pskLegacyTls12CipherSuites: readonly CipherSuiteRow[] = [
  TLS_ECDHE_PSK_WITH_AES_128_CCM_8_SHA256,
  TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA256,
  TLS_ECDHE_PSK_WITH_AES_256_CBC_SHA384,
  TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA,
  TLS_ECDHE_PSK_WITH_AES_256_CBC_SHA,
  TLS_PSK_WITH_AES_128_CCM_8,
  TLS_PSK_WITH_AES_128_CBC_SHA256,
  TLS_PSK_WITH_AES_256_CBC_SHA384,
  TLS_PSK_WITH_AES_128_CBC_SHA,
  TLS_PSK_WITH_AES_256_CBC_SHA,
]

function pskRow(
  id: number,
  name: string,
  keyExchange: KeyExchangeMethod,
  cipher: RecordCipher,
  hash: string,
): CipherSuiteRow {
  return row(id, name, keyExchange, undefined, cipher, hash)
}
