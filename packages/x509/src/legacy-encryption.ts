import { Secret } from '@typetls/crypto-provider'
import { concat, fromHex, TlsError } from '@typetls/wire'
import { DerReader, octetString, sequence } from '@typetls/wire/der'
import type { LegacyEncryption, LegacyScheme } from './passphrase.ts'
import { wrongPassphrase } from './passphrase.ts'
import { countOf } from './pbes2.ts'
import { initializationVector, keyMaterial, pkcs12Key } from './pkcs12-key.ts'
import { wait } from './program.ts'

export type { LegacyEncryption } from './passphrase.ts'

/**
 * What files were encrypted with before PBES2 and AES: PKCS#12 with 3DES or RC2 (OpenSSL before 3, Java before 8u301,
 * Windows), PBES2 with 3DES, and PEM with a `Proc-Type: 4,ENCRYPTED` header. The keys of RC2 have 40 bits, those of such
 * PEM come from one round of MD5: read such files only where they cannot be had in another form, and write them anew.
 *
 * The ciphers are the backend's: `nodePasswordCrypto` has 3DES; `withLegacyCiphers` of `@typetls/legacy-ciphers` adds it and
 * RC2 to any.
 */
export const legacyEncryption: LegacyEncryption = {
  ciphers: { '1.2.840.113549.3.7': 'des-ede3-cbc' },
  schemes: {
    '1.2.840.113549.1.12.1.3': /* @__PURE__ */ pkcs12Scheme('des-ede3-cbc', 24),
    '1.2.840.113549.1.12.1.4': /* @__PURE__ */ pkcs12Scheme('des-ede3-cbc', 16),
    '1.2.840.113549.1.12.1.5': /* @__PURE__ */ pkcs12Scheme('rc2-128-cbc', 16),
    '1.2.840.113549.1.12.1.6': /* @__PURE__ */ pkcs12Scheme('rc2-40-cbc', 5),
  },

  /** EVP_BytesToKey of OpenSSL with one iteration; the first bytes of the initialization vector are the salt. */
  *decryptPem(work, dekInfo, ciphertext) {
    const [, name, hex] = /^DEK-Info: *([A-Z0-9-]+),([0-9A-Fa-f]+) *$/.exec(dekInfo) ?? []
    if (name === undefined || hex === undefined || hex.length % 2 !== 0) {
      throw new TlsError('ERR_TLS_KEY_PARSE', 'the DEK-Info of the encrypted PEM block cannot be read')
    }
    const cipher = work.cipher(name.toLowerCase())
    const md5 = work.listed(work.crypto.hash['md5'], 'md5')
    const iv = fromHex(hex)
    if (iv.length !== cipher.blockLength) {
      throw new TlsError('ERR_TLS_KEY_PARSE', 'the DEK-Info of the encrypted PEM block has no fitting vector')
    }
    const key = new Uint8Array(cipher.keyLength)
    let digest = new Uint8Array(0) as Uint8Array
    for (let offset = 0; offset < key.length; offset += digest.length) {
      digest = yield* wait(md5.digest(concat(digest, work.utf8.reveal(), iv.subarray(0, 8))))
      key.set(digest.subarray(0, key.length - offset), offset)
    }
    digest.fill(0)
    const plaintext = yield* work.decrypt(cipher, new Secret(key), iv, ciphertext)
    if (plaintext === undefined) throw wrongPassphrase('private key')
    return plaintext
  },
}

/** pbeWithSHAAnd… https://www.rfc-editor.org/rfc/rfc7292#appendix-C */
function pkcs12Scheme(name: string, derivedLength: number): LegacyScheme {
  return function* (work, der, ciphertext) {
    const parameters = new DerReader(der, 'ERR_TLS_KEY_PARSE').enter(sequence, 'pkcs-12PbeParams')
    const salt = parameters.content(octetString, 'salt')
    const iterations = countOf(parameters, 'iterations')
    parameters.finish()
    const cipher = work.cipher(name)
    const hash = work.listed(work.crypto.hash['sha1'], 'sha1')
    // Two blocks of SHA-1 for a key of three parts, one for any other and for the initialization vector.
    work.charge(iterations * (derivedLength > 20 ? 3 : 2))
    const derived = yield* pkcs12Key(hash, keyMaterial, work.utf16, salt, iterations, derivedLength)
    const iv = yield* pkcs12Key(hash, initializationVector, work.utf16, salt, iterations, cipher.blockLength)
    // 3DES with two keys: the first is the third too.
    const bytes = derived.reveal()
    const key = new Secret(concat(bytes, bytes.subarray(0, cipher.keyLength - bytes.length)))
    derived.dispose()
    return yield* work.decrypt(cipher, key, iv.reveal(), ciphertext)
  }
}
