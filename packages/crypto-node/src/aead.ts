import { createCipheriv, createDecipheriv } from 'node:crypto'
import type { CipherCCMTypes } from 'node:crypto'
import { requireKeyLength } from '@typetls/crypto-provider'
import type { Aead, AeadKey, Listed } from '@typetls/crypto-provider'
import { cipherKey, unpacked, wipeKey } from './cipher-key.ts'
import type { CipherKey } from './cipher-key.ts'
import { plainBytes } from './plain-bytes.ts'

export const aead: Listed<Aead<'sync'>> = {
  'aes-128-gcm': /* @__PURE__ */ row('aes-128-gcm', 'aes-128-gcm', 16, 16),
  'aes-256-gcm': /* @__PURE__ */ row('aes-256-gcm', 'aes-256-gcm', 32, 16),
  'chacha20-poly1305': /* @__PURE__ */ row('chacha20-poly1305', 'chacha20-poly1305', 32, 16),
  'aes-128-ccm': /* @__PURE__ */ row('aes-128-ccm', 'aes-128-ccm', 16, 16),
  'aes-128-ccm-8': /* @__PURE__ */ row('aes-128-ccm-8', 'aes-128-ccm', 16, 8),
}

function row(name: string, cipher: string, keyLength: number, tagLength: number): Aead<'sync'> {
  const options: CipherOptions = { authTagLength: tagLength }
  return {
    name,
    keyLength,
    nonceLength: 12,
    tagLength,
    key(key) {
      requireKeyLength({ name, keyLength }, key)
      return new NodeAeadKey(cipher, key.reveal(), options)
    },
  }
}

interface CipherOptions {
  readonly authTagLength: number
}

/**
 * Of the ways measured, this is the least work per record: content and trailer are first joined in `into`, so that the
 * cipher is entered once. CCM wants to know the length beforehand, and tells in `update` whether a ciphertext is authentic.
 */
class NodeAeadKey implements AeadKey<'sync'> {
  readonly #cipher: CipherCCMTypes
  readonly #options: CipherOptions
  #key: CipherKey | undefined

  constructor(cipher: string, key: Uint8Array, options: CipherOptions) {
    // AES-GCM and ChaCha20-Poly1305 have the interface of AES-CCM in node:crypto.
    this.#cipher = cipher as CipherCCMTypes
    this.#options = options
    this.#key = cipherKey(key)
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
    const cipher = createCipheriv(this.#cipher, unpacked(this.#key), nonce, this.#options)
    cipher.setAAD(additionalData, { plaintextLength: end - offset })
    into.set(cipher.update(into.subarray(offset, end)), offset)
    cipher.final()
    into.set(cipher.getAuthTag(), end)
  }

  open(nonce: Uint8Array, additionalData: Uint8Array, ciphertext: Uint8Array): Uint8Array | undefined {
    const end = ciphertext.length - this.#options.authTagLength
    if (end < 0) return undefined
    const decipher = createDecipheriv(this.#cipher, unpacked(this.#key), nonce, this.#options)
    decipher.setAuthTag(ciphertext.subarray(end))
    decipher.setAAD(additionalData, { plaintextLength: end })
    let plaintext: Buffer | undefined
    try {
      plaintext = decipher.update(ciphertext.subarray(0, end))
      decipher.final()
    } catch {
      plaintext?.fill(0)
      return undefined
    }
    return plainBytes(plaintext)
  }

  dispose(): void {
    wipeKey(this.#key)
    this.#key = undefined
  }
}
