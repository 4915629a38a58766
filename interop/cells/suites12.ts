import type { CipherSuiteRow } from '@typetls/connection/tls12'
import {
  TLS_ECDHE_ECDSA_WITH_AES_128_CCM,
  TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8,
  cbcTls12CipherSuites,
  defaultTls12CipherSuites,
  dheCbcTls12CipherSuites,
  dheTls12CipherSuites,
  rsaTls12CipherSuites,
} from '@typetls/connection/tls12'
import type { TestKeyType } from '@typetls/testing'

/** The suites of TLS 1.2 that are played: each row here is a row of the table, and part of the combinations. */
export const suites12: readonly CipherSuiteRow[] = [
  ...defaultTls12CipherSuites,
  TLS_ECDHE_ECDSA_WITH_AES_128_CCM,
  TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8,
  ...cbcTls12CipherSuites,
  ...dheTls12CipherSuites,
  ...dheCbcTls12CipherSuites,
  ...rsaTls12CipherSuites,
]

/** The certificates that go with a suite, the plainest first. Without a signature the key must decrypt. */
export function keyTypesOf({ authentication, keyExchange }: CipherSuiteRow): readonly TestKeyType[] {
  if (authentication === 'ecdsa') return ['ec-secp256r1', 'ec-secp384r1', 'ed25519']
  return keyExchange.serverKeyExchange === 'never' ? ['rsa'] : ['rsa', 'rsa-pss']
}

/** Whether encrypt_then_mac changes anything. */
export function hasBlockCipher({ name }: CipherSuiteRow): boolean {
  return name.includes('_CBC_')
}
