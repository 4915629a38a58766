import { TlsError } from '@typetls/wire'

/** `globalThis.crypto` of a browser, a worker, Node, Deno, Bun or workerd, as far as it is used here. */
export interface WebCryptoPlatform {
  readonly subtle: Subtle
  getRandomValues(into: Uint8Array): unknown
}

/** The methods that every implementation has, and those of newer ones. https://www.w3.org/TR/webcrypto-2/#subtlecrypto-interface */
export interface Subtle {
  digest(algorithm: string, data: Uint8Array): PromiseLike<ArrayBuffer>
  generateKey(algorithm: Algorithm, extractable: boolean, usages: readonly string[]): PromiseLike<unknown>
  importKey(
    format: string,
    data: Uint8Array,
    algorithm: Algorithm,
    extractable: boolean,
    usages: readonly string[],
  ): PromiseLike<Key>
  exportKey(format: string, key: Key): PromiseLike<unknown>
  deriveBits(algorithm: Algorithm, key: Key, bits: number): PromiseLike<ArrayBuffer>
  encrypt(algorithm: Algorithm, key: Key, data: Uint8Array): PromiseLike<ArrayBuffer>
  decrypt(algorithm: Algorithm, key: Key, data: Uint8Array): PromiseLike<ArrayBuffer>
  sign(algorithm: Algorithm, key: Key, data: Uint8Array): PromiseLike<ArrayBuffer>
  verify(algorithm: Algorithm, key: Key, signature: Uint8Array, data: Uint8Array): PromiseLike<boolean>
}

/** A CryptoKey. */
export interface Key {
  readonly type: string
  readonly extractable: boolean
}

export interface KeyPair {
  readonly publicKey: Key
  readonly privateKey: Key
}

export interface Algorithm {
  readonly name: string
  readonly [parameter: string]: unknown
}

/**
 * The platform's own. The one place where this package meets it.
 *
 * @throws TlsError `ERR_TLS_UNSUPPORTED` (internal_error) for one without `crypto.subtle` or `crypto.getRandomValues`:
 *   there is no weaker fallback
 */
export function platformOf(given: WebCryptoPlatform | undefined): WebCryptoPlatform {
  const platform: Partial<WebCryptoPlatform> | undefined =
    given ?? (globalThis as { crypto?: WebCryptoPlatform }).crypto
  for (const name of ['getRandomValues', 'subtle'] as const) {
    if (platform?.[name]) continue
    // Browsers hide crypto.subtle from pages that came over plain HTTP.
    throw new TlsError('ERR_TLS_UNSUPPORTED', `this platform has no crypto.${name}, or not outside of secure contexts`)
  }
  return platform as WebCryptoPlatform
}
