import type { CbcDecryption, Mode, PasswordCrypto } from '@typetls/crypto-provider'
import type { ByteBuffer, Cipher } from 'node-forge/lib/forge.js'
import forge from 'node-forge/lib/forge.js'
import 'node-forge/lib/des.js'
import 'node-forge/lib/rc2.js'

/**
 * `crypto` with the ciphers of old files: `des-ede3-cbc` unless it has that itself, `rc2-40-cbc` and `rc2-128-cbc`. They
 * only decrypt. They come from node-forge, which keeps keys in strings: these stay in memory until they are collected.
 *
 * @example
 * ```ts no-run
 * import { readFileSync } from 'node:fs'
 * import { nodePasswordCrypto } from '@typetls/crypto-node'
 * import { withLegacyCiphers } from '@typetls/legacy-ciphers'
 * import { legacyEncryption } from '@typetls/x509/legacy-encryption'
 * import { readPkcs12 } from '@typetls/x509/pkcs12'
 *
 * const file = readPkcs12(readFileSync('old.pfx'), {
 *   passphrase: 'open sesame',
 *   crypto: withLegacyCiphers(nodePasswordCrypto),
 *   dangerouslyAllow: legacyEncryption,
 * })
 * ```
 */
export function withLegacyCiphers<M extends Mode>(crypto: PasswordCrypto<M>): PasswordCrypto<M> {
  return { ...crypto, cbc: { ...legacyCiphers, ...crypto.cbc } } as PasswordCrypto<M>
}

/** Bytes, of 3DES and RC2. */
const blockLength = 8

/** For lists of one's own. `rc2-40-cbc` and `rc2-128-cbc` have as many effective bits as their keys have. */
export const legacyCiphers: Readonly<Record<'des-ede3-cbc' | 'rc2-40-cbc' | 'rc2-128-cbc', CbcDecryption<'sync'>>> = {
  'des-ede3-cbc': /* @__PURE__ */ row('des-ede3-cbc', 24, (key, iv, ciphertext) => {
    const cipher = forge.cipher.createDecipher('3DES-CBC', bufferOf(key))
    cipher.start({ iv: bufferOf(iv) })
    return plaintextOf(cipher, ciphertext)
  }),
  'rc2-40-cbc': /* @__PURE__ */ rc2('rc2-40-cbc', 5),
  'rc2-128-cbc': /* @__PURE__ */ rc2('rc2-128-cbc', 16),
}

/** https://www.rfc-editor.org/rfc/rfc2268 */
function rc2(name: string, keyLength: number): CbcDecryption<'sync'> {
  return row(name, keyLength, (key, iv, ciphertext) => {
    const cipher = forge.rc2.createDecryptionCipher(bufferOf(key), 8 * keyLength)
    cipher.start(bufferOf(iv))
    return plaintextOf(cipher, ciphertext)
  })
}

function row(
  name: string,
  keyLength: number,
  decrypted: (key: Uint8Array, iv: Uint8Array, ciphertext: Uint8Array) => Uint8Array,
): CbcDecryption<'sync'> {
  return {
    name,
    keyLength,
    blockLength,
    decrypt(key, iv, ciphertext) {
      if (ciphertext.length === 0 || ciphertext.length % blockLength !== 0) return undefined
      return unpadded(decrypted(key.reveal(), iv, ciphertext))
    },
  }
}

function plaintextOf<Start>(cipher: Cipher<Start>, ciphertext: Uint8Array): Uint8Array {
  cipher.update(bufferOf(ciphertext))
  cipher.finish(() => true)
  return Uint8Array.from(cipher.output.getBytes(), (unit) => unit.charCodeAt(0))
}

function bufferOf(bytes: Uint8Array): ByteBuffer {
  return forge.util.createBuffer(bytes)
}

/** https://www.rfc-editor.org/rfc/rfc5652#section-6.3, of which node-forge checks only that the last byte is not too big. */
function unpadded(bytes: Uint8Array): Uint8Array | undefined {
  const count = bytes[bytes.length - 1] as number
  const right = count > 0 && count <= blockLength && bytes.subarray(-count).every((byte) => byte === count)
  const plaintext = right ? bytes.slice(0, -count) : undefined
  bytes.fill(0)
  return plaintext
}
