import type { CryptoProvider } from '@typetls/crypto-provider'
import { clientAlgorithms, lacking } from './client-algorithms.ts'
import type { WebCryptoPlatform } from './platform.ts'
import { platformOf } from './platform.ts'
import { randomOf } from './random.ts'

export interface WebClientCryptoOptions {
  /** Default: `globalThis.crypto`. */
  readonly crypto?: WebCryptoPlatform
  /** As that of `webCrypto`. */
  readonly omit?: readonly string[]
}

/**
 * As much of `webCrypto` as a client of TLS 1.3 needs by default, at three quarters of the size: no AES-CBC, no X448 and Ed448,
 * no private keys and so no signing, no server's side of a key exchange, and no account of what is missing. What every
 * platform has is not tried. `complete()` of `@typetls/crypto-provider` adds to it what the
 * platform lacks.
 *
 * @throws TlsError `ERR_TLS_UNSUPPORTED` (internal_error), as the rejection, on a platform without `crypto.subtle` or
 *   without `crypto.getRandomValues`
 */
export async function webClientCrypto(options: WebClientCryptoOptions = {}): Promise<CryptoProvider<'async'>> {
  const platform = platformOf(options.crypto)
  return {
    name: 'webcrypto',
    mode: 'async',
    random: randomOf(platform),
    ...(await clientAlgorithms(platform.subtle, options.omit ?? [])),
    cbc: {},
    keyTransport: {},
    importPrivateKey: lacking('ERR_TLS_UNSUPPORTED'),
  }
}
