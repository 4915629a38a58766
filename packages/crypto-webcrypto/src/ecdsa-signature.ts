import { TlsError } from '@typetls/wire'
import { derInteger, KeyReader } from '@typetls/crypto-provider/key-forms'
import { derElement, sequence } from '@typetls/wire/der'

/**
 * Ecdsa-Sig-Value in DER, as TLS and certificates have it, from `r` and `s` side by side, as Web Cryptography has them.
 * https://www.rfc-editor.org/rfc/rfc3279#section-2.2.3
 */
export function ecdsaToDer(pair: Uint8Array): Uint8Array {
  const width = pair.length / 2
  return derElement(sequence, derInteger(pair.subarray(0, width)), derInteger(pair.subarray(width)))
}

/** The other way, in two times `width` bytes; `undefined` for anything but DER of two numbers that fit. */
export function ecdsaFromDer(signature: Uint8Array, width: number): Uint8Array | undefined {
  try {
    const outer = new KeyReader(signature)
    const numbers = outer.sequence()
    outer.finish()
    const r = numbers.integer()
    const s = numbers.integer()
    numbers.finish()
    if (r.length > width || s.length > width || r.length === 0 || s.length === 0) return undefined
    const pair = new Uint8Array(2 * width)
    pair.set(r, width - r.length)
    pair.set(s, 2 * width - s.length)
    return pair
  } catch (error) {
    if (error instanceof TlsError) return undefined
    throw error
  }
}
