import type { Clock } from '@typetls/connection'
import type { CryptoProvider } from '@typetls/crypto-provider'
import { webCrypto } from '@typetls/crypto-webcrypto'
import { webClientCrypto } from '@typetls/crypto-webcrypto/client'

/** The wall clock. */
export const systemClock: Clock = { now: () => Date.now() }

/**
 * What is used when no provider is given, by servers and for private keys: what Web Cryptography has here. It is found out
 * once, at the first call.
 *
 * @throws TlsError `ERR_TLS_UNSUPPORTED` (internal_error), as a rejection, where there is no `crypto.subtle`, as in pages
 *   that came over plain HTTP
 */
export function systemCrypto(): Promise<CryptoProvider> {
  full ??= webCrypto({ omit: warnedOf() })
  return full
}

/** What clients use when no provider is given: as much of it as they need, see `webClientCrypto`. @throws TlsError as `systemCrypto` */
export function systemClientCrypto(): Promise<CryptoProvider> {
  ofClients ??= webClientCrypto()
  return ofClients
}

/** Node.js prints a warning at the first use of these, and nobody needs them by default. */
function warnedOf(): readonly string[] {
  return ['x448', 'ed448']
}

let full: Promise<CryptoProvider> | undefined
let ofClients: Promise<CryptoProvider> | undefined
