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

/**
 * The other way, in two times `width` bytes; `undefined` for numbers that do not fit.
 *
 * @throws TlsError `ERR_TLS_KEY_PARSE` (internal_error) for anything but DER of two numbers
 */
export function ecdsaFromDer(signature: Uint8Array, width: number): Uint8Array | undefined {
  const numbers = KeyReader.ofSequence(signature)
  const pair = new Uint8Array(2 * width)
  for (const end of [width, 2 * width]) {
    const number = numbers.integer()
    if (number.length > width || number.length === 0) return undefined
    pair.set(number, end - number.length)
  }
  numbers.finish()
  return pair
}
