import { readFileSync } from 'node:fs'
import { noblePasswordCrypto } from '@typetls/crypto-noble'
import { nodePasswordCrypto } from '@typetls/crypto-node'
import { isPromiseLike } from '@typetls/crypto-provider'
import type { PasswordCrypto, Pbkdf2 } from '@typetls/crypto-provider'
import { TlsError } from '@typetls/wire'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decryptPrivateKey } from './encrypted-key.ts'
import { legacyEncryption } from './legacy-encryption.ts'
import { pemBlocksWithHeaders } from './pem.ts'
import { readPrivateKey } from './private-key.ts'

const passphrase = 'hällo'
const expected = readPrivateKey(stored('leaf.key8'))
const aes = ['aes-128-cbc', 'aes-192-cbc', 'aes-256-cbc']
const hashes = ['SHA1', 'SHA256', 'SHA384', 'SHA512']
const named = aes.flatMap((cipher) => hashes.map((hash) => `${cipher}-hmacWith${hash}`))

describe.each([nodePasswordCrypto, noblePasswordCrypto])('on $name', (crypto) => {
  test.each([...named, 'scrypt'])('%s is decrypted as PEM and as DER', (name) => {
    const pem = stored(`${name}.key`)
    expect(decryptPrivateKey(pem, { passphrase, crypto })).toEqual(expected)
    expect(decryptPrivateKey(Buffer.from(pem), { passphrase: new TextEncoder().encode(passphrase), crypto })).toEqual(
      expected,
    )
    expect(decryptPrivateKey(derOf(pem), { passphrase, crypto })).toEqual(expected)
  })

  test('a key that is not encrypted needs no passphrase', () => {
    expect(decryptPrivateKey(stored('leaf.key8'), { crypto })).toEqual(expected)
    expect(decryptPrivateKey(derOf(stored('leaf.key8')), { passphrase, crypto })).toEqual(expected)
  })

  test.each(['proc-type-aes128', 'proc-type-aes256'])('%s is decrypted where that is allowed', (name) => {
    const options = { passphrase, crypto, dangerouslyAllow: legacyEncryption }
    expect(decryptPrivateKey(stored(`${name}.key`), options)).toEqual(expected)
  })
})

const legacyNames = ['des3-hmacWithSHA1', 'des3-hmacWithSHA256', 'pbe-3des', 'proc-type-des3']

test.each(legacyNames)('%s is decrypted where that is allowed', (name) => {
  const options = { passphrase, crypto: nodePasswordCrypto, dangerouslyAllow: legacyEncryption }
  expect(decryptPrivateKey(stored(`${name}.key`), options)).toEqual(expected)
})

test('a backend that answers later is waited for', async () => {
  const answer = decryptPrivateKey(stored('aes-256-cbc-hmacWithSHA256.key'), { passphrase, crypto: slow })
  expect(isPromiseLike(answer)).toBe(true)
  expect(await answer).toEqual(expected)
  const wrong = decryptPrivateKey(stored('aes-256-cbc-hmacWithSHA256.key'), { passphrase: 'x', crypto: slow })
  await expect(wrong).rejects.toMatchObject({ code: 'ERR_TLS_PASSPHRASE' })
})

describe('a key is refused', () => {
  const crypto = nodePasswordCrypto
  const modern = 'aes-256-cbc-hmacWithSHA256'
  test.each([
    ['with a wrong passphrase', modern, { passphrase: 'hallo', crypto }, 'ERR_TLS_PASSPHRASE'],
    ['with the empty passphrase', modern, { passphrase: '', crypto }, 'ERR_TLS_PASSPHRASE'],
    ['without a passphrase', modern, { crypto }, 'ERR_TLS_PASSPHRASE_REQUIRED'],
    ['without a passphrase, PEM of old', 'proc-type-aes128', { crypto }, 'ERR_TLS_PASSPHRASE_REQUIRED'],
    ['when old ways are not allowed', 'pbe-3des', { passphrase, crypto }, 'ERR_TLS_UNSUPPORTED'],
    ['when 3DES is not allowed', 'des3-hmacWithSHA256', { passphrase, crypto }, 'ERR_TLS_UNSUPPORTED'],
    ['when old PEM is not allowed', 'proc-type-aes128', { passphrase, crypto }, 'ERR_TLS_UNSUPPORTED'],
    ['for too many iterations', 'many-iterations', { passphrase, crypto }, 'ERR_TLS_KEY_DERIVATION_LIMIT'],
    [
      'for iterations above a limit',
      modern,
      { passphrase, crypto, maxIterations: 2047 },
      'ERR_TLS_KEY_DERIVATION_LIMIT',
    ],
    ['for too much scrypt', 'scrypt', { passphrase, crypto, maxIterations: 16_000 }, 'ERR_TLS_KEY_DERIVATION_LIMIT'],
    [
      'that the backend cannot decrypt',
      'pbe-3des',
      { passphrase, crypto: noblePasswordCrypto, dangerouslyAllow: legacyEncryption },
      'ERR_TLS_UNSUPPORTED',
    ],
    [
      'with a wrong passphrase, PEM of old',
      'proc-type-des3',
      { passphrase: 'x', crypto, dangerouslyAllow: legacyEncryption },
      'ERR_TLS_PASSPHRASE',
    ],
  ])('%s', (_, name, options, code) => {
    expect(() => decryptPrivateKey(stored(`${name}.key`), options)).toThrow(expect.objectContaining({ code }))
  })

  test('by a limit that can be raised', () => {
    const options = { passphrase, crypto, maxIterations: 3_000_000 }
    expect(decryptPrivateKey(stored('many-iterations.key'), options)).toEqual(expected)
  })

  test('and readPrivateKey says who reads it', () => {
    for (const name of ['scrypt.key', 'proc-type-aes128.key']) {
      expect(() => readPrivateKey(stored(name))).toThrow(
        expect.objectContaining({ code: 'ERR_TLS_PASSPHRASE_REQUIRED' }),
      )
    }
  })

  test('never with anything but a TlsError, whatever is changed in it', () => {
    const sources = ['aes-128-cbc-hmacWithSHA256', 'scrypt', 'pbe-3des'].map((name) => derOf(stored(`${name}.key`)))
    fc.assert(
      fc.property(
        fc.constantFrom(...sources),
        fc.nat(),
        fc.nat({ max: 255 }),
        fc.nat({ max: 9 }),
        (source, at, to, cut) => {
          const bytes = source.slice(0, source.length - cut)
          bytes[at % 120] = to
          try {
            decryptPrivateKey(bytes, { passphrase, crypto, dangerouslyAllow: legacyEncryption, maxIterations: 20_000 })
          } catch (error) {
            expect(error).toBeInstanceOf(TlsError)
          }
        },
      ),
      { numRuns: 300 },
    )
  })
})

const { sha256 } = nodePasswordCrypto.pbkdf2
const derive: Pbkdf2<'async'>['derive'] = async (...given) => sha256!.derive(...given)
const slow = { ...nodePasswordCrypto, mode: 'async', pbkdf2: { sha256: { hash: 'sha256', derive } } } as PasswordCrypto

function stored(name: string): string {
  return readFileSync(new URL(`../test/stores/${name}`, import.meta.url), 'utf8')
}

function derOf(pem: string): Uint8Array {
  return pemBlocksWithHeaders(pem, 'ERR_TLS_KEY_PARSE')[0]!.bytes
}
