import { createCipheriv, createDecipheriv } from 'node:crypto'
import { requireBlocks, requireKeyLength } from '@typetls/crypto-provider'
import type { Cbc, CbcKey, Listed } from '@typetls/crypto-provider'
import { cipherKey, unpacked, wipeKey } from './cipher-key.ts'
import type { CipherKey } from './cipher-key.ts'
import { plainBytes } from './plain-bytes.ts'

// Of AES, bytes.
const blockLength = 16

export const cbc: Listed<Cbc<'sync'>> = {
  'aes-128-cbc': /* @__PURE__ */ row('aes-128-cbc', 16),
  'aes-256-cbc': /* @__PURE__ */ row('aes-256-cbc', 32),
}

function row(name: string, keyLength: number): Cbc<'sync'> {
  return {
    name,
    keyLength,
    blockLength,
    key(key) {
      requireKeyLength({ name, keyLength }, key)
      return new NodeCbcKey(name, key.reveal())
    },
  }
}

class NodeCbcKey implements CbcKey<'sync'> {
  readonly #cipher: string
  #key: CipherKey | undefined

  constructor(cipher: string, key: Uint8Array) {
    this.#cipher = cipher
    this.#key = cipherKey(key)
  }

  encrypt(iv: Uint8Array, plaintext: Uint8Array, into: Uint8Array, offset: number): void {
    requireBlocks(iv, plaintext)
    const cipher = createCipheriv(this.#cipher, unpacked(this.#key), iv)
    cipher.setAutoPadding(false)
    into.set(cipher.update(plaintext), offset)
    cipher.final()
  }

  decrypt(iv: Uint8Array, ciphertext: Uint8Array): Uint8Array {
    requireBlocks(iv, ciphertext)
    const decipher = createDecipheriv(this.#cipher, unpacked(this.#key), iv)
    decipher.setAutoPadding(false)
    const plaintext = decipher.update(ciphertext)
    decipher.final()
    return plainBytes(plaintext)
  }

  dispose(): void {
    wipeKey(this.#key)
    this.#key = undefined
  }
}
