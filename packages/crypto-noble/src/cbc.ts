import { cbc } from '@noble/ciphers/aes.js'
import type { Cbc, CbcKey } from '@typetls/crypto-provider'
import { TlsError } from '@typetls/wire'

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
      if (key.length !== keyLength) {
        throw new TlsError('ERR_TLS_CRYPTO', `a key for ${name} has ${keyLength} bytes, not ${key.length}`, {
          expected: keyLength,
          received: key.length,
        })
      }
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
    if (this.#key === undefined) throw new TlsError('ERR_TLS_SECRET_DISPOSED', 'this key was disposed of already')
    if (iv.length !== blockLength || data.length === 0 || data.length % blockLength !== 0) {
      throw new TlsError('ERR_TLS_CRYPTO', 'CBC mode takes an IV of one block, and whole blocks', {
        received: { iv: iv.length, data: data.length },
      })
    }
    return cbc(this.#key, iv, { disablePadding: true })
  }
}
