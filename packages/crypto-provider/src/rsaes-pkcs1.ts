import { Secret } from './secret.ts'

/**
 * The end of RSAES-PKCS1-v1_5 decryption, for backends that have to take the padding off themselves: the secret within
 * `encoded`, the encoded message in all the bytes of the modulus, or a copy of `fallback` when the padding is wrong or
 * the secret is not as long as that. Looks at the same bytes in the same order whatever they are, and has no branch that
 * depends on them. https://www.rfc-editor.org/rfc/rfc8017#section-7.2.2
 */
export function secretWithin(encoded: Uint8Array, fallback: Secret): Secret {
  const instead = fallback.reveal()
  const start = encoded.length - instead.length
  // 0, 2, at least eight bytes that are not 0, and 0. How long key and secret are is no secret.
  if (start < 11) return fallback.clone()
  let wrong = (encoded[0] as number) | ((encoded[1] as number) ^ 2) | (encoded[start - 1] as number)
  for (let i = 2; i < start - 1; i++) wrong |= oneIfZero(encoded[i] as number)
  // All ones if anything was wrong.
  const mask = oneIfZero(wrong) - 1
  const secret = new Uint8Array(instead.length)
  for (let i = 0; i < secret.length; i++) {
    secret[i] = ((instead[i] as number) & mask) | ((encoded[start + i] as number) & ~mask)
  }
  return new Secret(secret)
}

/** Of a number from 0 to 255. */
function oneIfZero(byte: number): number {
  return (byte - 1) >>> 31
}
