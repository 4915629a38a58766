import { disposedKey, requireBlocks, requireKeyLength } from '@typetls/crypto-provider'
import type { Cbc, CbcKey } from '@typetls/crypto-provider'
import { concat } from '@typetls/wire'
import type { Algorithm, Key, Subtle } from './platform.ts'
import { platformCall } from './platform-call.ts'

/** Of AES, bytes. */
const blockLength = 16

/**
 * The platform always pads. Encrypting, its block of padding is cut off; decrypting, one is put behind: what the platform
 * makes of no bytes at all, with the last block of the ciphertext as IV.
 */
export function aesCbc(subtle: Subtle, name: string, keyLength: number): Cbc<'async'> {
  return {
    name,
    keyLength,
    blockLength,
    async key(key) {
      requireKeyLength({ name, keyLength }, key)
      const usages = ['encrypt', 'decrypt']
      const imported = await platformCall(subtle, 'importKey', 'raw', key.reveal(), { name: 'AES-CBC' }, false, usages)
      return new WebCbcKey(subtle, imported)
    },
  }
}

class WebCbcKey implements CbcKey<'async'> {
  readonly #subtle: Subtle
  #key: Key | undefined

  constructor(subtle: Subtle, key: Key) {
    this.#subtle = subtle
    this.#key = key
  }

  async encrypt(iv: Uint8Array, plaintext: Uint8Array, into: Uint8Array, offset: number): Promise<void> {
    const key = this.#ready(iv, plaintext)
    const padded = await platformCall(this.#subtle, 'encrypt', algorithm(iv), key, plaintext)
    into.set(new Uint8Array(padded, 0, plaintext.length), offset)
  }

  async decrypt(iv: Uint8Array, ciphertext: Uint8Array): Promise<Uint8Array> {
    const key = this.#ready(iv, ciphertext)
    // Valid during the call only.
    const first = algorithm(iv)
    const last = algorithm(ciphertext.subarray(-blockLength))
    const padding = await platformCall(this.#subtle, 'encrypt', last, key, new Uint8Array(0))
    const padded = concat(ciphertext, new Uint8Array(padding))
    return new Uint8Array(await platformCall(this.#subtle, 'decrypt', first, key, padded))
  }

  /** Lets go of the key; the platform wipes what it held. */
  dispose(): void {
    this.#key = undefined
  }

  #ready(iv: Uint8Array, data: Uint8Array): Key {
    if (this.#key === undefined) throw disposedKey()
    requireBlocks(iv, data)
    return this.#key
  }
}

function algorithm(iv: Uint8Array): Algorithm {
  return { name: 'AES-CBC', iv: new Uint8Array(iv) }
}
