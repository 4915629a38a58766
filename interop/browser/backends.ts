import { nobleCrypto } from '@typetls/crypto-noble'
import type { CryptoProvider } from '@typetls/crypto-provider'
import type { MissingAlgorithm } from '@typetls/crypto-webcrypto'
import { webCrypto } from '@typetls/crypto-webcrypto'

/** What runs in a browser. */
export type BackendName = (typeof backendNames)[number]

export const backendNames = [
  'noble',
  'webcrypto',
  'webcrypto filled by noble',
  'webcrypto of an older browser, filled by noble',
] as const

export interface Backend {
  readonly provider: CryptoProvider
  /** What the browser does not have, where it is the browser that does the work; some of it from noble all the same. */
  readonly missing: readonly MissingAlgorithm[]
  /** Algorithms and kinds of keys that are not there, with the reason. */
  readonly leavesOut: Readonly<Record<string, string>>
  /** Algorithms that are there without private keys, with the reason. */
  readonly verifiesOnly: Readonly<Record<string, string>>
}

export async function backendOf(name: BackendName): Promise<Backend> {
  if (name === 'noble') return { provider: nobleCrypto, missing: [], leavesOut: notInNoble, verifiesOnly: {} }
  const fill = name === 'webcrypto' ? {} : { fill: nobleCrypto }
  const provider = await webCrypto(name.includes('older') ? { ...fill, omit: newer } : fill)
  const { missing } = provider
  const absent = missing.filter(({ filled }) => !filled)
  const leavesOut = Object.fromEntries(absent.map(({ name, keyType, reason }) => [keyType ?? name, reason]))
  return { provider, missing, leavesOut, verifiesOnly: { 'rsa-pkcs1': 'RSA keys are those of the platform' } }
}

/** What Chromium did not have in 2024. */
export const newer: readonly string[] = [
  'chacha20-poly1305',
  'x25519',
  'x448',
  'X25519MLKEM768',
  'SecP256r1MLKEM768',
  'ed25519',
  'ed448',
]

const notInNoble = {
  'aes-128-ccm': 'noble has no AES-CCM',
  'aes-128-ccm-8': 'noble has no AES-CCM',
}
