/** Bytes of a nonce, and of `write_iv`. */
export const nonceLength = 12

/**
 * The nonce of a record: its sequence number as 64 bits, padded on the left with zeros, XOR the IV. One array for all
 * keys, valid until the next call.
 * https://www.rfc-editor.org/rfc/rfc9846#section-5.3, https://www.rfc-editor.org/rfc/rfc7905#section-2
 */
export function nonceOf(iv: Uint8Array, sequence: number): Uint8Array {
  const high = Math.floor(sequence / 0x100000000)
  for (let i = 0, shift = 24; i < 4; i++, shift -= 8) {
    nonce[i] = iv[i] as number
    nonce[4 + i] = (iv[4 + i] as number) ^ (high >>> shift)
    nonce[8 + i] = (iv[8 + i] as number) ^ (sequence >>> shift)
  }
  return nonce
}

const nonce: Uint8Array = /* @__PURE__ */ new Uint8Array(nonceLength)
