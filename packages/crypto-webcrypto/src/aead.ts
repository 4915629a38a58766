import type { Aead, AeadKey, Secret } from '@typetls/crypto-provider'
import { TlsError } from '@typetls/wire'
import { errorName } from './error-name.ts'
import type { Algorithm, Key, Subtle } from './platform.ts'
import { platformCall } from './platform-call.ts'

/** Those that TLS 1.3 uses by default. */
export function aeads(subtle: Subtle): readonly Aead<'async'>[] {
  return [
    aead(subtle, 'aes-128-gcm', 16, 'AES-GCM', 'raw'),
    aead(subtle, 'aes-256-gcm', 32, 'AES-GCM', 'raw'),
    // Of newer platforms. https://wicg.github.io/webcrypto-modern-algos/#chacha20-poly1305
    aead(subtle, 'chacha20-poly1305', 32, 'ChaCha20-Poly1305', 'raw-secret'),
  ]
}

function aead(subtle: Subtle, name: string, keyLength: number, webName: string, format: string): Aead<'async'> {
  return {
    name,
    keyLength,
    nonceLength: 12,
    tagLength,
    async key(secret) {
      requireKeyLength(name, keyLength, secret)
      const usages = ['encrypt', 'decrypt']
      const imported = platformCall(subtle, 'importKey', format, secret.reveal(), { name: webName }, false, usages)
      return aeadKey(subtle, webName, await imported)
    },
  }
}

function aeadKey(subtle: Subtle, name: string, imported: Key): AeadKey<'async'> {
  let live: Key | undefined = imported
  return {
    // The platform copies its input during the call, so content and trailer are joined where the result will be.
    async seal(nonce, additionalData, content, trailer, into, offset) {
      const key = live ?? disposed()
      const end = offset + content.length + trailer.length
      into.set(content, offset)
      into.set(trailer, offset + content.length)
      const plaintext = into.subarray(offset, end)
      const sealed = await platformCall(subtle, 'encrypt', algorithm(nonce, additionalData), key, plaintext)
      into.set(new Uint8Array(sealed), offset)
    },
    async open(nonce, additionalData, ciphertext) {
      const key = live ?? disposed()
      if (ciphertext.length < tagLength) return undefined
      try {
        const opened = platformCall(subtle, 'decrypt', algorithm(nonce, additionalData), key, ciphertext)
        return new Uint8Array(await opened)
      } catch (error) {
        if (errorName((error as TlsError).cause) === 'OperationError') return undefined
        throw error
      }
    },
    /** Lets go of the key; the platform wipes what it held. */
    dispose() {
      live = undefined
    },
  }

  /** Nonce and additional data are valid during the call only. */
  function algorithm(nonce: Uint8Array, additionalData: Uint8Array): Algorithm {
    const iv = new Uint8Array(nonce)
    return { name, iv, additionalData: new Uint8Array(additionalData), tagLength: 8 * tagLength }
  }
}

/** @throws TlsError `ERR_TLS_CRYPTO` (internal_error) */
export function requireKeyLength(name: string, expected: number, { length: received }: Secret): void {
  if (received === expected) return
  throw new TlsError('ERR_TLS_CRYPTO', `a key for ${name} has ${expected} bytes, not ${received}`, {
    expected,
    received,
  })
}

function disposed(): never {
  throw new TlsError('ERR_TLS_SECRET_DISPOSED', 'this AEAD key was disposed of already')
}

const tagLength = 16
