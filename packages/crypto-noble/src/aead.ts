import { gcm } from '@noble/ciphers/aes.js'
import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import type { Cipher } from '@noble/ciphers/utils.js'
import { disposedKey, requireKeyLength } from '@typetls/crypto-provider'
import type { Aead, AeadKey } from '@typetls/crypto-provider'

// All three of them.
const tagLength = 16

export const aes128Gcm: Aead<'sync'> = /* @__PURE__ */ row('aes-128-gcm', 16, gcm)
export const aes256Gcm: Aead<'sync'> = /* @__PURE__ */ row('aes-256-gcm', 32, gcm)
export const chacha20Poly1305: Aead<'sync'> = /* @__PURE__ */ row('chacha20-poly1305', 32, chacha20poly1305)

type NobleCipher = (key: Uint8Array, nonce: Uint8Array, additionalData: Uint8Array) => Cipher

function row(name: string, keyLength: number, cipher: NobleCipher): Aead<'sync'> {
  return {
    name,
    keyLength,
    nonceLength: 12,
    tagLength,
    key(key) {
      requireKeyLength({ name, keyLength }, key)
      return new NobleAeadKey(cipher, new Uint8Array(key.reveal()))
    },
  }
}

class NobleAeadKey implements AeadKey<'sync'> {
  readonly #cipher: NobleCipher
  #key: Uint8Array | undefined

  constructor(cipher: NobleCipher, key: Uint8Array) {
    this.#cipher = cipher
    this.#key = key
  }

  seal(
    nonce: Uint8Array,
    additionalData: Uint8Array,
    content: Uint8Array,
    trailer: Uint8Array,
    into: Uint8Array,
    offset: number,
  ): void {
    const end = offset + content.length + trailer.length
    into.set(content, offset)
    into.set(trailer, offset + content.length)
    into.set(this.#with(nonce, additionalData).encrypt(into.subarray(offset, end)), offset)
  }

  open(nonce: Uint8Array, additionalData: Uint8Array, ciphertext: Uint8Array): Uint8Array | undefined {
    if (ciphertext.length < tagLength) return undefined
    const cipher = this.#with(nonce, additionalData)
    try {
      return cipher.decrypt(ciphertext)
    } catch {
      // With nonce and key accepted above and room for a tag, what is left to fail is the tag.
      return undefined
    }
  }

  dispose(): void {
    this.#key?.fill(0)
    this.#key = undefined
  }

  #with(nonce: Uint8Array, additionalData: Uint8Array): Cipher {
    if (this.#key === undefined) throw disposedKey()
    return this.#cipher(this.#key, nonce, additionalData)
  }
}
