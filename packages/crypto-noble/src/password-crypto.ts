import { cbc as nobleCbc } from '@noble/ciphers/aes.js'
import { hmac as nobleHmac } from '@noble/hashes/hmac.js'
import { md5 as nobleMd5, sha1 as nobleSha1 } from '@noble/hashes/legacy.js'
import { pbkdf2 as noblePbkdf2 } from '@noble/hashes/pbkdf2.js'
import { scrypt as nobleScrypt } from '@noble/hashes/scrypt.js'
import { sha256 as nobleSha256, sha384 as nobleSha384, sha512 as nobleSha512 } from '@noble/hashes/sha2.js'
import type { CHash } from '@noble/hashes/utils.js'
import type { CbcDecryption, Hash, Hmac, Listed, PasswordCrypto, Pbkdf2, Scrypt } from '@typetls/crypto-provider'
import { Secret } from '@typetls/crypto-provider'
import { row, sha1, sha256, sha384, sha512 } from './hash.ts'

/**
 * What encrypted keys and PKCS#12 are read with, on the noble libraries. They have neither 3DES nor RC2, which old files
 * have and `@typetls/legacy-ciphers` adds; a bundle that wants less takes its lists apart, as with `nobleCrypto`.
 */
export const noblePasswordCrypto: PasswordCrypto<'sync'> = {
  name: 'noble',
  mode: 'sync',
  hash: { md5: /* @__PURE__ */ md5(), sha1, sha256, sha384, sha512 },
  hmac: /* @__PURE__ */ listed(hmac),
  pbkdf2: /* @__PURE__ */ listed(pbkdf2),
  scrypt: /* @__PURE__ */ scrypt(),
  cbc: {
    'aes-128-cbc': /* @__PURE__ */ cbc('aes-128-cbc', 16),
    'aes-192-cbc': /* @__PURE__ */ cbc('aes-192-cbc', 24),
    'aes-256-cbc': /* @__PURE__ */ cbc('aes-256-cbc', 32),
  },
}

function md5(): Hash<'sync'> {
  return row('md5', nobleMd5)
}

function listed<T>(make: (name: string, hash: CHash) => T): Listed<T> {
  return {
    sha1: make('sha1', nobleSha1),
    sha256: make('sha256', nobleSha256),
    sha384: make('sha384', nobleSha384),
    sha512: make('sha512', nobleSha512),
  }
}

function hmac(name: string, hash: CHash): Hmac<'sync'> {
  return {
    hash: name,
    outputLength: hash.outputLen,
    sign: (key, data) => nobleHmac(hash, key.reveal(), data),
  }
}

function pbkdf2(name: string, hash: CHash): Pbkdf2<'sync'> {
  return {
    hash: name,
    derive: (password, salt, iterations, length) =>
      new Secret(noblePbkdf2(hash, password.reveal(), salt, { c: iterations, dkLen: length })),
  }
}

function scrypt(): Scrypt<'sync'> {
  return {
    // noble's own limit of memory would refuse what the caller has decided to allow.
    derive: (password, salt, { N, r, p }, length) =>
      new Secret(nobleScrypt(password.reveal(), salt, { N, r, p, dkLen: length, maxmem: 128 * r * (N + p + 4) })),
  }
}

function cbc(name: string, keyLength: number): CbcDecryption<'sync'> {
  return {
    name,
    keyLength,
    blockLength: 16,
    decrypt(key, iv, ciphertext) {
      try {
        return nobleCbc(key.reveal(), iv).decrypt(ciphertext)
      } catch {
        // Key and initialization vector have the right length: what is left to fail is the padding, or the length.
        return undefined
      }
    },
  }
}
