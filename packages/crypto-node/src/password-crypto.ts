import { createDecipheriv, createHash, createHmac, getHashes, pbkdf2Sync, scryptSync } from 'node:crypto'
import type { CbcDecryption, Hash, Hmac, Listed, PasswordCrypto, Pbkdf2, Scrypt } from '@typetls/crypto-provider'
import { Secret } from '@typetls/crypto-provider'
import { hash } from './hash.ts'
import { plainBytes } from './plain-bytes.ts'

/**
 * What encrypted keys and PKCS#12 are read with, on `node:crypto`. RC2, which files of OpenSSL before 3 have, is not in
 * OpenSSL 3: `@typetls/legacy-ciphers` adds it.
 */
export const nodePasswordCrypto: PasswordCrypto<'sync'> = {
  name: 'node:crypto',
  mode: 'sync',
  hash: /* @__PURE__ */ hashes(),
  hmac: /* @__PURE__ */ listed(hmac),
  pbkdf2: /* @__PURE__ */ listed(pbkdf2),
  scrypt: /* @__PURE__ */ scrypt(),
  cbc: {
    'aes-128-cbc': /* @__PURE__ */ cbc('aes-128-cbc', 16, 16),
    'aes-192-cbc': /* @__PURE__ */ cbc('aes-192-cbc', 24, 16),
    'aes-256-cbc': /* @__PURE__ */ cbc('aes-256-cbc', 32, 16),
    'des-ede3-cbc': /* @__PURE__ */ cbc('des-ede3-cbc', 24, 8),
  },
}

/** With MD5 where this OpenSSL has it: one in FIPS mode has not. */
function hashes(): Listed<Hash<'sync'>> {
  if (!getHashes().includes('md5')) return hash
  const digest = (data: Uint8Array): Uint8Array => plainBytes(createHash('md5').update(data).digest())
  const start: Hash<'sync'>['start'] = () => {
    const running = createHash('md5')
    return {
      update: (data) => void running.update(data),
      digest: () => plainBytes(running.copy().digest()),
    }
  }
  return { ...hash, md5: { name: 'md5', outputLength: 16, digest, start } }
}

function listed<T>(row: (name: string, outputLength: number) => T): Listed<T> {
  return { sha1: row('sha1', 20), sha256: row('sha256', 32), sha384: row('sha384', 48), sha512: row('sha512', 64) }
}

function hmac(name: string, outputLength: number): Hmac<'sync'> {
  return {
    hash: name,
    outputLength,
    sign: (key, data) => plainBytes(createHmac(name, key.reveal()).update(data).digest()),
  }
}

function pbkdf2(name: string): Pbkdf2<'sync'> {
  return {
    hash: name,
    derive: (password, salt, iterations, length) =>
      new Secret(plainBytes(pbkdf2Sync(password.reveal(), salt, iterations, length, name))),
  }
}

function scrypt(): Scrypt<'sync'> {
  return {
    // Node's own limit of memory would refuse what the caller has decided to allow.
    derive: (password, salt, { N, r, p }, length) =>
      new Secret(plainBytes(scryptSync(password.reveal(), salt, length, { N, r, p, maxmem: 128 * r * (N + p + 4) }))),
  }
}

function cbc(name: string, keyLength: number, blockLength: number): CbcDecryption<'sync'> {
  return {
    name,
    keyLength,
    blockLength,
    decrypt(key, iv, ciphertext) {
      const decipher = createDecipheriv(name, key.reveal(), iv)
      const start = decipher.update(ciphertext)
      try {
        return plainBytes(Buffer.concat([start, decipher.final()]))
      } catch {
        // What is left to fail is the padding.
        return undefined
      } finally {
        start.fill(0)
      }
    },
  }
}
