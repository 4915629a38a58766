import type { Clock } from '@typetls/connection'
import type { CryptoProvider } from '@typetls/crypto-provider'
import { webCrypto } from '@typetls/crypto-webcrypto'

/** The wall clock. */
export const systemClock: Clock = { now: () => Date.now() }

/**
 * What is used when no provider is given: what Web Cryptography has here. It is found out once, at the first call.
 *
 * @throws TlsError `ERR_TLS_UNSUPPORTED` (internal_error), as a rejection, where there is no `crypto.subtle`, as in pages
 *   that came over plain HTTP
 */
export function systemCrypto(): Promise<CryptoProvider> {
  detected ??= webCrypto({ omit: warnedOf() })
  return detected
}

/** Node.js prints a warning at the first use of these, and nobody needs them by default. */
function warnedOf(): readonly string[] {
  return ['x448', 'ed448']
}

let detected: Promise<CryptoProvider> | undefined
