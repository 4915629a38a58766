import { cbc } from '@noble/ciphers/aes.js'
import { disposedKey, requireBlocks, requireKeyLength } from '@typetls/crypto-provider'
import type { Cbc, CbcKey } from '@typetls/crypto-provider'

// Of AES, bytes.
const blockLength = 16

export const aes128Cbc: Cbc<'sync'> = /* @__PURE__ */ row('aes-128-cbc', 16)
export const aes256Cbc: Cbc<'sync'> = /* @__PURE__ */ row('aes-256-cbc', 32)

function row(name: string, keyLength: number): Cbc<'sync'> {
  return {
    name,
    keyLength,
    blockLength,
    key(key) {
      requireKeyLength({ name, keyLength }, key)
      return new NobleCbcKey(new Uint8Array(key.reveal()))
    },
  }
}

class NobleCbcKey implements CbcKey<'sync'> {
  #key: Uint8Array | undefined

  constructor(key: Uint8Array) {
    this.#key = key
  }

  encrypt(iv: Uint8Array, plaintext: Uint8Array, into: Uint8Array, offset: number): void {
    into.set(this.#with(iv, plaintext).encrypt(plaintext), offset)
  }

  decrypt(iv: Uint8Array, ciphertext: Uint8Array): Uint8Array {
    return this.#with(iv, ciphertext).decrypt(ciphertext)
  }

  dispose(): void {
    this.#key?.fill(0)
    this.#key = undefined
  }

  #with(iv: Uint8Array, data: Uint8Array): ReturnType<typeof cbc> {
    if (this.#key === undefined) throw disposedKey()
    requireBlocks(iv, data)
    return cbc(this.#key, iv, { disablePadding: true })
  }
}
