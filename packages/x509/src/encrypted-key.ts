import type { Answer, Mode } from '@typetls/crypto-provider'
import { TlsError } from '@typetls/wire'
import { DerReader, octetString, sequence } from '@typetls/wire/der'
import type { PassphraseOptions } from './passphrase.ts'
import { PassphraseWork, passphraseRequired, wrongPassphrase } from './passphrase.ts'
import { decryptWithPassphrase } from './pbes2.ts'
import { pemBlocksWithHeaders, pemText } from './pem.ts'
import { isEncryptedKey, onePrivateKey, toPkcs8 } from './private-key.ts'
import type { Program } from './program.ts'
import { run } from './program.ts'

export type { LegacyEncryption, PassphraseOptions } from './passphrase.ts'

/**
 * The PKCS#8 DER of a private key that may be encrypted: as `readPrivateKey`, and with a passphrase PKCS#8 by PBES2
 * (PBKDF2 or scrypt, AES-CBC). The result is a copy that the caller owns and should overwrite after use. With a
 * synchronous backend it is there at once, otherwise promised.
 *
 * @param input PEM (text, or bytes of a file) or DER
 * @throws TlsError all internal_error; as a rejection where the backend answers later:
 *   `ERR_TLS_PASSPHRASE`: it is wrong, or the key was damaged;
 *   `ERR_TLS_PASSPHRASE_REQUIRED`: the key is encrypted and there is no passphrase;
 *   `ERR_TLS_UNSUPPORTED`: encrypted in a way that is not read, or not allowed;
 *   `ERR_TLS_KEY_DERIVATION_LIMIT`: more work than `maxIterations`;
 *   `ERR_TLS_KEY_PARSE`: not a private key, or more than one
 *
 * @example
 * ```ts no-run
 * import { readFileSync } from 'node:fs'
 * import { nodePasswordCrypto } from '@typetls/crypto-node'
 * import { decryptPrivateKey } from '@typetls/x509/encrypted-key'
 *
 * const pkcs8 = decryptPrivateKey(readFileSync('key.pem'), { passphrase: 'open sesame', crypto: nodePasswordCrypto })
 * ```
 */
export function decryptPrivateKey<M extends Mode>(
  input: Uint8Array | string,
  options: PassphraseOptions<M>,
): Answer<M, Uint8Array> {
  return run(decrypted(input, options)) as Answer<M, Uint8Array>
}

function* decrypted(input: Uint8Array | string, options: PassphraseOptions): Program<Uint8Array> {
  const work = new PassphraseWork(options)
  try {
    const text = pemText(input)
    if (text === undefined) return yield* fromDer(work, input as Uint8Array)
    const { bytes, headers } = onePrivateKey(pemBlocksWithHeaders(text, 'ERR_TLS_KEY_PARSE'))
    if (!headers.some((header) => /^Proc-Type: *4, *ENCRYPTED *$/.test(header))) return yield* fromDer(work, bytes)
    if (!work.given) return passphraseRequired()
    if (work.legacy === undefined) {
      throw new TlsError('ERR_TLS_UNSUPPORTED', 'PEM with Proc-Type: 4,ENCRYPTED is read only with dangerouslyAllow')
    }
    const dekInfo = headers.find((header) => header.startsWith('DEK-Info:')) ?? ''
    return opened(yield* work.legacy.decryptPem(work, dekInfo, bytes))
  } finally {
    work.dispose()
  }
}

function* fromDer(work: PassphraseWork, der: Uint8Array): Program<Uint8Array> {
  return isEncryptedKey(der) ? yield* decryptPkcs8(work, der) : toPkcs8(der)
}

/** EncryptedPrivateKeyInfo, DER. https://www.rfc-editor.org/rfc/rfc5958#section-3 */
export function* decryptPkcs8(work: PassphraseWork, der: Uint8Array): Program<Uint8Array> {
  const document = new DerReader(der, 'ERR_TLS_KEY_PARSE')
  const info = document.enter(sequence, 'EncryptedPrivateKeyInfo')
  document.finish('EncryptedPrivateKeyInfo')
  const algorithm = info.element(sequence, 'encryptionAlgorithm')
  const ciphertext = info.content(octetString, 'encryptedData')
  info.finish()
  if (!work.given) return passphraseRequired()
  return opened(yield* decryptWithPassphrase(work, algorithm, ciphertext, 'private key'))
}

/** One wrong key in 256 leaves a padding that looks right: what is inside is then no key. */
function opened(plaintext: Uint8Array): Uint8Array {
  try {
    return toPkcs8(plaintext)
  } catch (error) {
    if (error instanceof TlsError && error.code === 'ERR_TLS_KEY_PARSE') throw wrongPassphrase('private key')
    throw error
  } finally {
    plaintext.fill(0)
  }
}
