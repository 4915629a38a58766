import { nobleCrypto } from '@typetls/crypto-noble'
import type { CryptoProvider } from '@typetls/crypto-provider'
import type { MissingAlgorithm } from '@typetls/crypto-webcrypto'
import { webCrypto } from '@typetls/crypto-webcrypto'

/** What runs in a browser. */
export type BackendName = (typeof backendNames)[number]

export const backendNames = ['noble', 'webcrypto', 'webcrypto filled by noble'] as const

export interface Backend {
  readonly provider: CryptoProvider
  /** What the browser does not have, where it is the browser that does the work. */
  readonly missing: readonly MissingAlgorithm[]
}

export async function backendOf(name: BackendName): Promise<Backend> {
  if (name === 'noble') return { provider: nobleCrypto, missing: [] }
  const provider = await (name === 'webcrypto' ? webCrypto() : webCrypto({ fill: nobleCrypto }))
  return { provider, missing: provider.missing }
}
