import { readFileSync } from 'node:fs'
import { noblePasswordCrypto } from '@typetls/crypto-noble'
import { nodePasswordCrypto } from '@typetls/crypto-node'
import { withLegacyCiphers } from '@typetls/legacy-ciphers'
import { concat, TlsError } from '@typetls/wire'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Certificate } from './certificate.ts'
import { legacyEncryption } from './legacy-encryption.ts'
import { readPkcs12 } from './pkcs12.ts'
import { readPrivateKey } from './private-key.ts'

const passphrase = 'hällo'
const leaf = Certificate.parse(stored('leaf.pem').toString()).der
const root = Certificate.parse(stored('root.pem').toString()).der
const pkcs8 = readPrivateKey(stored('leaf.key8').toString())

describe.each([nodePasswordCrypto, noblePasswordCrypto])('on $name', (crypto) => {
  test.each([
    ['modern.p12', passphrase, true],
    ['sha512.p12', passphrase, true],
    ['no-mac.p12', passphrase, false],
    ['plain-certificates.p12', passphrase, true],
    ['empty-passphrase.p12', '', true],
    ['java.p12', 'changeit', true],
  ])('%s has a key with its chain', (name, secret, authenticated) => {
    const file = readPkcs12(stored(name), { passphrase: secret, crypto })
    expect(file.keys.map((key) => key.pkcs8)).toEqual([pkcs8])
    expect(file.certificates.map(({ der }) => der)).toEqual(expect.arrayContaining([leaf, root]))
    expect(file.identities.map(({ certificates }) => certificates.map(({ der }) => der))).toEqual([[leaf, root]])
    expect(file.authenticated).toBe(authenticated)
    expect(file.keys[0]?.friendlyName).toBe(name === 'java.p12' ? 'leaf' : 'café')
  })

  test("Java's trust store has anchors and no key", () => {
    const file = readPkcs12(stored('trust.p12'), { passphrase: 'changeit', crypto })
    expect(file.certificates).toMatchObject([{ der: root, trusted: true, friendlyName: 'root' }])
    expect(file.keys).toEqual([])
  })
})

test('3DES is decrypted where that is allowed', () => {
  const options = { passphrase, crypto: nodePasswordCrypto, dangerouslyAllow: legacyEncryption }
  expect(readPkcs12(stored('legacy-3des.p12'), options).identities).toHaveLength(1)
})

test.each([nodePasswordCrypto, noblePasswordCrypto])('RC2 is decrypted with the ciphers for it: $name', (backend) => {
  const options = { passphrase, crypto: withLegacyCiphers(backend), dangerouslyAllow: legacyEncryption }
  for (const name of ['legacy.p12', 'legacy-rc2-128.p12', 'legacy-3des.p12']) {
    const { keys, identities } = readPkcs12(stored(name), options)
    expect(keys.map((key) => key.pkcs8)).toEqual([pkcs8])
    expect(identities[0]?.certificates.map(({ der }) => der)).toEqual([leaf, root])
  }
  expect(() => readPkcs12(stored('legacy.p12'), { ...options, passphrase: 'x' })).toThrow(
    expect.objectContaining({ code: 'ERR_TLS_PASSPHRASE' }),
  )
})

test('what was streamed, with lengths left open and octets in pieces, is the same file', () => {
  const ber = streamed(stored('modern.p12'))
  expect(ber.length).toBeGreaterThan(stored('modern.p12').length)
  const options = { passphrase, crypto: nodePasswordCrypto }
  expect(readPkcs12(ber, options)).toEqual(readPkcs12(stored('modern.p12'), options))
})

describe('a file is refused', () => {
  const crypto = nodePasswordCrypto
  test.each([
    ['with a wrong passphrase', 'modern.p12', { passphrase: 'x', crypto }, 'ERR_TLS_PASSPHRASE'],
    ['with the empty passphrase', 'modern.p12', { passphrase: '', crypto }, 'ERR_TLS_PASSPHRASE'],
    ['with a wrong passphrase and no MAC', 'no-mac.p12', { passphrase: 'x', crypto }, 'ERR_TLS_PASSPHRASE'],
    ['without a passphrase', 'modern.p12', { crypto }, 'ERR_TLS_PASSPHRASE_REQUIRED'],
    ['without a passphrase and MAC', 'no-mac.p12', { crypto }, 'ERR_TLS_PASSPHRASE_REQUIRED'],
    ['when old ways are not allowed', 'legacy.p12', { passphrase, crypto }, 'ERR_TLS_UNSUPPORTED'],
    [
      'when the backend has no RC2',
      'legacy.p12',
      { passphrase, crypto, dangerouslyAllow: legacyEncryption },
      'ERR_TLS_UNSUPPORTED',
    ],
    [
      'for more iterations than allowed',
      'modern.p12',
      { passphrase, crypto, maxIterations: 6000 },
      'ERR_TLS_KEY_DERIVATION_LIMIT',
    ],
    ['when it is something else', 'trust.jks', { passphrase, crypto }, 'ERR_TLS_KEY_PARSE'],
    ['when it is a certificate', 'leaf.pem', { passphrase, crypto }, 'ERR_TLS_KEY_PARSE'],
  ])('%s', (_, name, options, code) => {
    expect(() => readPkcs12(stored(name), options)).toThrow(expect.objectContaining({ code }))
  })

  test('when a byte under the MAC was changed', () => {
    const file = Uint8Array.from(stored('plain-certificates.p12'))
    const at = Buffer.from(file).indexOf(Buffer.from(leaf.subarray(100, 120)))
    file[at] = (file[at] as number) ^ 1
    expect(() => readPkcs12(file, { passphrase, crypto })).toThrow(
      expect.objectContaining({ code: 'ERR_TLS_PASSPHRASE' }),
    )
  })

  test('never with anything but a TlsError, whatever is changed in it', () => {
    const sources = ['modern.p12', 'no-mac.p12', 'legacy-3des.p12', 'trust.p12'].map(stored)
    fc.assert(
      fc.property(
        fc.constantFrom(...sources),
        fc.nat(),
        fc.nat({ max: 255 }),
        fc.nat({ max: 9 }),
        (source, at, to, cut) => {
          const bytes = Uint8Array.from(source).subarray(0, source.length - cut)
          bytes[at % bytes.length] = to
          try {
            readPkcs12(bytes, { passphrase, crypto, dangerouslyAllow: legacyEncryption, maxIterations: 20_000 })
          } catch (error) {
            expect(error).toBeInstanceOf(TlsError)
          }
        },
      ),
      { numRuns: 300 },
    )
  })
})

/** Every SEQUENCE and explicit tag of the outer layer without a length, the big OCTET STRING in pieces of 100 bytes. */
function streamed(der: Uint8Array): Uint8Array {
  const identifier = der[0] as number
  const octets = (der[1] as number) < 0x80 ? 0 : (der[1] as number) & 0x7f
  const content = der.subarray(2 + octets)
  const open = (tag: number, ...parts: Uint8Array[]): Uint8Array =>
    concat(Uint8Array.of(tag, 0x80), ...parts, Uint8Array.of(0, 0))
  if (identifier === 0x04 && content.length > 100) {
    const pieces: Uint8Array[] = []
    for (let i = 0; i < content.length; i += 100) {
      const piece = content.subarray(i, i + 100)
      pieces.push(Uint8Array.of(0x04, 0x81, piece.length), piece)
    }
    return open(0x24, ...pieces)
  }
  if ((identifier & 0x20) === 0) return der
  const parts: Uint8Array[] = []
  for (let rest = content; rest.length > 0;) {
    const length = lengthOf(rest)
    parts.push(streamed(rest.subarray(0, length)))
    rest = rest.subarray(length)
  }
  return open(identifier, ...parts)
}

function lengthOf(der: Uint8Array): number {
  const first = der[1] as number
  if (first < 0x80) return 2 + first
  return 2 + (first & 0x7f) + der.subarray(2, 2 + (first & 0x7f)).reduce((sum, byte) => 0x100 * sum + byte, 0)
}

function stored(name: string): Uint8Array {
  return readFileSync(new URL(`../test/stores/${name}`, import.meta.url))
}
