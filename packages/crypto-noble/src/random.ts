import { TlsError } from '@typetls/wire'

/**
 * `length` bytes from the platform's `crypto.getRandomValues`. The one place where this package meets the platform:
 * key generation, blinding and salts all draw from here.
 *
 * @throws TlsError `ERR_TLS_UNSUPPORTED` (internal_error) where there is no such function: there is no weaker fallback
 */
export function random(length: number): Uint8Array {
  const source = (globalThis as { crypto?: WebRandom }).crypto
  if (typeof source?.getRandomValues !== 'function') {
    throw new TlsError('ERR_TLS_UNSUPPORTED', 'this platform has no crypto.getRandomValues')
  }
  const bytes = new Uint8Array(length)
  for (let offset = 0; offset < length; offset += mostAtOnce) {
    source.getRandomValues(bytes.subarray(offset, offset + mostAtOnce))
  }
  return bytes
}

interface WebRandom {
  getRandomValues(into: Uint8Array): unknown
}

// https://www.w3.org/TR/webcrypto-2/#Crypto-method-getRandomValues
const mostAtOnce = 65536
