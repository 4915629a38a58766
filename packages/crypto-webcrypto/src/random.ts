import type { WebCryptoPlatform } from './platform.ts'

/** Random bytes from `crypto.getRandomValues`, as many as wanted. */
export function randomOf(platform: WebCryptoPlatform): (length: number) => Uint8Array {
  return (length) => {
    const bytes = new Uint8Array(length)
    for (let offset = 0; offset < length; offset += mostAtOnce) {
      platform.getRandomValues(bytes.subarray(offset, offset + mostAtOnce))
    }
    return bytes
  }
}

// https://www.w3.org/TR/webcrypto-2/#Crypto-method-getRandomValues
const mostAtOnce = 65536
