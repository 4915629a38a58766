import { nodeCrypto } from '@typetls/crypto-node'
import type { Aead, AeadKey } from '@typetls/crypto-provider'
import { disposedKey, requireKeyLength, Secret } from '@typetls/crypto-provider'
import sodium from 'sodium-native'

/**
 * Of libsodium, which makes no object for a record, and seals in place. A large record is opened by node:crypto all the
 * same: there has to be new memory for its content anyway, and OpenSSL's cipher is the faster one.
 */
export const chacha20Poly1305: Aead<'sync'> = {
  name: 'chacha20-poly1305',
  keyLength: 32,
  nonceLength: 12,
  tagLength: 16,
  key(key) {
    requireKeyLength(chacha20Poly1305, key)
    return new SodiumKey(new Uint8Array(key.reveal()))
  },
}

class SodiumKey implements AeadKey<'sync'> {
  #key: Uint8Array | undefined
  /** The same for node:crypto, made when the first large record comes. */
  #large: AeadKey<'sync'> | undefined

  /** Takes ownership of `key`. */
  constructor(key: Uint8Array) {
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
    const key = this.#alive()
    const end = offset + content.length + trailer.length
    into.set(content, offset)
    into.set(trailer, offset + content.length)
    const message = into.subarray(offset, end)
    const ciphertext = into.subarray(offset, end + tagLength)
    sodium.crypto_aead_chacha20poly1305_ietf_encrypt(ciphertext, message, additionalData, null, nonce, key)
  }

  open(nonce: Uint8Array, additionalData: Uint8Array, ciphertext: Uint8Array): Uint8Array | undefined {
    const length = ciphertext.length - tagLength
    if (length < 0) return undefined
    if (length > largestOpened) return this.#ofNode().open(nonce, additionalData, ciphertext)
    const key = this.#alive()
    const plaintext = room(length)
    try {
      sodium.crypto_aead_chacha20poly1305_ietf_decrypt(plaintext, null, ciphertext, additionalData, nonce, key)
    } catch {
      // All lengths are right, so what is left to fail is the tag.
      return undefined
    }
    return plaintext
  }

  dispose(): void {
    this.#key?.fill(0)
    this.#key = undefined
    this.#large?.dispose()
    this.#large = undefined
  }

  #ofNode(): AeadKey<'sync'> {
    if (this.#large !== undefined) return this.#large
    const secret = Secret.copyOf(this.#alive())
    try {
      return (this.#large = largeRecords.key(secret))
    } finally {
      secret.dispose()
    }
  }

  #alive(): Uint8Array {
    if (this.#key === undefined) throw disposedKey()
    return this.#key
  }
}

/** Small ones come out of memory that Node shares among them, which is several times as fast. */
function room(length: number): Uint8Array {
  const { buffer, byteOffset } = Buffer.allocUnsafe(length)
  return new Uint8Array(buffer, byteOffset, length)
}

const tagLength = 16

/** Bytes of content: about where opening takes both the same time. */
const largestOpened = 4096

const largeRecords = nodeCrypto.aead['chacha20-poly1305'] as Aead<'sync'>
