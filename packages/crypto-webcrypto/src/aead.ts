import type { Aead, AeadKey } from '@typetls/crypto-provider'
import { TlsError } from '@typetls/wire'
import { errorName } from './error-name.ts'
import type { Algorithm, Key, Subtle } from './platform.ts'
import { platformCall } from './platform-call.ts'

/** Those that TLS 1.3 uses by default. */
export function aeads(subtle: Subtle): readonly Aead<'async'>[] {
  return [aesGcm(subtle, 'aes-128-gcm', 16), aesGcm(subtle, 'aes-256-gcm', 32), chacha20Poly1305(subtle)]
}

function aesGcm(subtle: Subtle, name: string, keyLength: number): Aead<'async'> {
  return aead(subtle, name, keyLength, 'AES-GCM', 'raw')
}

/** Of newer platforms. https://wicg.github.io/webcrypto-modern-algos/#chacha20-poly1305 */
function chacha20Poly1305(subtle: Subtle): Aead<'async'> {
  return aead(subtle, 'chacha20-poly1305', 32, 'ChaCha20-Poly1305', 'raw-secret')
}

function aead(subtle: Subtle, name: string, keyLength: number, webName: string, format: string): Aead<'async'> {
  return {
    name,
    keyLength,
    nonceLength: 12,
    tagLength,
    async key(key) {
      if (key.length !== keyLength) {
        throw new TlsError('ERR_TLS_CRYPTO', `a key for ${name} has ${keyLength} bytes, not ${key.length}`, {
          expected: keyLength,
          received: key.length,
        })
      }
      const usages = ['encrypt', 'decrypt']
      const imported = await platformCall(`import a key for ${webName}`, () =>
        subtle.importKey(format, key.reveal(), { name: webName }, false, usages),
      )
      return new WebAeadKey(subtle, webName, imported)
    },
  }
}

class WebAeadKey implements AeadKey<'async'> {
  readonly #subtle: Subtle
  readonly #name: string
  #key: Key | undefined

  constructor(subtle: Subtle, name: string, key: Key) {
    this.#subtle = subtle
    this.#name = name
    this.#key = key
  }

  // The platform copies its input during the call, so content and trailer are joined where the result will be.
  async seal(
    nonce: Uint8Array,
    additionalData: Uint8Array,
    content: Uint8Array,
    trailer: Uint8Array,
    into: Uint8Array,
    offset: number,
  ): Promise<void> {
    const key = this.#key ?? disposed()
    const end = offset + content.length + trailer.length
    into.set(content, offset)
    into.set(trailer, offset + content.length)
    const algorithm = this.#algorithm(nonce, additionalData)
    const sealed = await platformCall(`seal with ${this.#name}`, () =>
      this.#subtle.encrypt(algorithm, key, into.subarray(offset, end)),
    )
    into.set(new Uint8Array(sealed), offset)
  }

  async open(nonce: Uint8Array, additionalData: Uint8Array, ciphertext: Uint8Array): Promise<Uint8Array | undefined> {
    const key = this.#key ?? disposed()
    if (ciphertext.length < tagLength) return undefined
    try {
      return new Uint8Array(await this.#subtle.decrypt(this.#algorithm(nonce, additionalData), key, ciphertext))
    } catch (cause) {
      if (errorName(cause) === 'OperationError') return undefined
      throw new TlsError('ERR_TLS_CRYPTO', `the platform failed to open with ${this.#name}`, { cause })
    }
  }

  /** Lets go of the key; the platform wipes what it held. */
  dispose(): void {
    this.#key = undefined
  }

  /** Nonce and additional data are valid during the call only. */
  #algorithm(nonce: Uint8Array, additionalData: Uint8Array): Algorithm {
    const iv = new Uint8Array(nonce)
    return { name: this.#name, iv, additionalData: new Uint8Array(additionalData), tagLength: 8 * tagLength }
  }
}

function disposed(): never {
  throw new TlsError('ERR_TLS_SECRET_DISPOSED', 'this AEAD key was disposed of already')
}

const tagLength = 16
