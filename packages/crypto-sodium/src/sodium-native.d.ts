/** What we use of sodium-native, which has no types of its own. A wrong length is an error of each function. */
declare module 'sodium-native' {
  interface Sodium {
    /** `ciphertext` has 16 bytes more than `message`, and may start where that does. */
    crypto_aead_chacha20poly1305_ietf_encrypt(
      ciphertext: Uint8Array,
      message: Uint8Array,
      additionalData: Uint8Array,
      nsec: null,
      nonce: Uint8Array,
      key: Uint8Array,
    ): number
    /** @throws Error when it is not authentic; `message` is all zeros then */
    crypto_aead_chacha20poly1305_ietf_decrypt(
      message: Uint8Array,
      nsec: null,
      ciphertext: Uint8Array,
      additionalData: Uint8Array,
      nonce: Uint8Array,
      key: Uint8Array,
    ): number
    /** @throws Error when the result is all zeros */
    crypto_scalarmult(result: Uint8Array, scalar: Uint8Array, point: Uint8Array): void
    crypto_scalarmult_base(point: Uint8Array, scalar: Uint8Array): void
    randombytes_buf(bytes: Uint8Array): void
  }

  const sodium: Sodium
  export default sodium
}
