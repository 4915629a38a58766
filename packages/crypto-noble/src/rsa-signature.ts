import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js'
import { unfitKey } from '@typetls/crypto-provider'
import type { SignatureAlgorithm } from '@typetls/crypto-provider'
import { allowsPss } from '@typetls/crypto-provider/key-forms'
import { equalBytes, fromHex, TlsError } from '@typetls/wire'
import { materialOf } from './noble-private-key.ts'
import { random } from './random.ts'
import { closeSignature, modulusLength, openSignature } from './rsa.ts'
import { readRsaPublicKey } from './rsa-key.ts'
import { encodePkcs1, encodePss, verifyPss } from './rsa-padding.ts'
import type { RsaHash } from './rsa-padding.ts'

/** RSASSA-PSS with MGF1 of the same hash and a salt of its length, by keys of type `rsa` and `rsa-pss`. */
export const rsaPssSha256: SignatureAlgorithm<'sync'> = /* @__PURE__ */ pss(/* @__PURE__ */ hash256())
export const rsaPssSha384: SignatureAlgorithm<'sync'> = /* @__PURE__ */ pss(/* @__PURE__ */ hash384())
export const rsaPssSha512: SignatureAlgorithm<'sync'> = /* @__PURE__ */ pss(/* @__PURE__ */ hash512())

/** RSASSA-PKCS1-v1_5 by keys of type `rsa`. */
export const rsaPkcs1Sha256: SignatureAlgorithm<'sync'> = /* @__PURE__ */ pkcs1(/* @__PURE__ */ hash256())
export const rsaPkcs1Sha384: SignatureAlgorithm<'sync'> = /* @__PURE__ */ pkcs1(/* @__PURE__ */ hash384())
export const rsaPkcs1Sha512: SignatureAlgorithm<'sync'> = /* @__PURE__ */ pkcs1(/* @__PURE__ */ hash512())

function pss(row: RsaHash): SignatureAlgorithm<'sync'> {
  const name = `rsa-pss-${row.name}`
  return {
    name,
    verify(publicKey, data, signature) {
      const key = readRsaPublicKey(publicKey)
      if (key === undefined || !allowsPss(key, name)) return false
      const encoded = openSignature(key, signature)
      return encoded !== undefined && verifyPss(row, data, key.bits, encoded)
    },
    sign(privateKey, data) {
      const material = materialOf(privateKey)
      if (material.kind !== 'rsa' || !allowsPss(material.of, name)) throw unfitKey(privateKey.keyType, 'sign', name)
      const encoded = encodePss(row, data, material.key.bits, random(row.hash.outputLen))
      return closeSignature(material.key, encoded ?? tooSmall(name))
    },
  }
}

function pkcs1(row: RsaHash): SignatureAlgorithm<'sync'> {
  const name = `rsa-pkcs1-${row.name}`
  return {
    name,
    verify(publicKey, data, signature) {
      const key = readRsaPublicKey(publicKey)
      if (key?.keyType !== 'rsa') return false
      const encoded = openSignature(key, signature)
      // Encode and compare: reading the padding is where forgeries live.
      const expected = encodePkcs1(row, data, modulusLength(key))
      return encoded !== undefined && expected !== undefined && equalBytes(encoded, expected)
    },
    sign(privateKey, data) {
      const material = materialOf(privateKey)
      if (material.kind !== 'rsa' || privateKey.keyType !== 'rsa') throw unfitKey(privateKey.keyType, 'sign', name)
      return closeSignature(material.key, encodePkcs1(row, data, modulusLength(material.key)) ?? tooSmall(name))
    },
  }
}

function tooSmall(algorithm: string): never {
  throw new TlsError('ERR_TLS_CRYPTO', `the RSA key is too small for ${algorithm}`)
}

function hash256(): RsaHash {
  return { name: 'sha256', hash: sha256, digestInfo: fromHex('3031300d060960864801650304020105000420') }
}

function hash384(): RsaHash {
  return { name: 'sha384', hash: sha384, digestInfo: fromHex('3041300d060960864801650304020205000430') }
}

function hash512(): RsaHash {
  return { name: 'sha512', hash: sha512, digestInfo: fromHex('3051300d060960864801650304020305000440') }
}
