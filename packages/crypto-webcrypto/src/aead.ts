import { disposedKey, requireKeyLength } from '@typetls/crypto-provider'
import type { Aead, AeadKey } from '@typetls/crypto-provider'
import type { TlsError } from '@typetls/wire'
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
      requireKeyLength({ name, keyLength }, secret)
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
      const key = living(live)
      const end = offset + content.length + trailer.length
      into.set(content, offset)
      into.set(trailer, offset + content.length)
      const plaintext = into.subarray(offset, end)
      const sealed = await platformCall(subtle, 'encrypt', algorithm(nonce, additionalData), key, plaintext)
      into.set(new Uint8Array(sealed), offset)
    },
    async open(nonce, additionalData, ciphertext) {
      const key = living(live)
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

function living(key: Key | undefined): Key {
  if (key === undefined) throw disposedKey()
  return key
}

const tagLength = 16
