import { readFileSync } from 'node:fs'
import { nobleCrypto } from '@typetls/crypto-noble'
import { nodeCrypto } from '@typetls/crypto-node'
import { asyncProvider } from '@typetls/testing'
import { TlsError } from '@typetls/wire'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Certificate } from './certificate.ts'
import { readJks } from './jks.ts'

const password = 'changeit'
const leaf = Certificate.parse(stored('leaf.pem').toString()).der
const root = Certificate.parse(stored('root.pem').toString()).der

test.each([nodeCrypto, nobleCrypto])('a trust store is read on $name', (crypto) => {
  const store = readJks(stored('trust.jks'), { password, crypto })
  expect(store).toMatchObject({ checked: true, entries: [{ trusted: true, alias: 'wurzel ä', certificates: [root] }] })
  expect(store.entries[0]?.created).toBeGreaterThan(Date.UTC(2026, 0))
})

test('private keys are skipped, their chains are not', () => {
  const { entries } = readJks(stored('both.jks'), { password, crypto: nodeCrypto })
  const found = entries.map(({ alias, trusted, certificates }) => [alias, trusted, certificates.length])
  expect(found.sort()).toEqual([
    ['leaf', false, 2],
    ['wurzel ä', true, 1],
  ])
  expect(entries.find(({ trusted }) => !trusted)?.certificates).toEqual([leaf, root])
})

test('without a password it is read unchecked', () => {
  expect(readJks(stored('trust.jks'), { crypto: nodeCrypto })).toMatchObject({ checked: false, entries: [{}] })
})

test('a provider that answers later is waited for', async () => {
  const crypto = asyncProvider(nodeCrypto)
  expect(await readJks(stored('trust.jks'), { password, crypto })).toMatchObject({ checked: true })
})

describe('a store is refused', () => {
  const changed = Uint8Array.from(stored('trust.jks'))
  changed[100] = (changed[100] as number) ^ 1
  test.each([
    ['with a wrong password', stored('trust.jks'), 'ERR_TLS_PASSPHRASE'],
    ['when it was changed', changed, 'ERR_TLS_PASSPHRASE'],
    ['when it is JCEKS', stored('some.jceks'), 'ERR_TLS_UNSUPPORTED'],
    ['when it is PKCS#12', stored('trust.p12'), 'ERR_TLS_CERTIFICATE_PARSE'],
    ['when it was cut', stored('trust.jks').subarray(0, 300), 'ERR_TLS_CERTIFICATE_PARSE'],
    ['when it is empty', new Uint8Array(0), 'ERR_TLS_CERTIFICATE_PARSE'],
  ])('%s', (situation, file, code) => {
    const given = situation.includes('wrong') ? 'wrong' : password
    expect(() => readJks(file, { password: given, crypto: nodeCrypto })).toThrow(expect.objectContaining({ code }))
  })

  test('when the provider has no SHA-1', () => {
    expect(() => readJks(stored('trust.jks'), { password, crypto: { hash: {} } })).toThrow(
      expect.objectContaining({ code: 'ERR_TLS_UNSUPPORTED' }),
    )
  })

  test('never with anything but a TlsError, whatever is changed in it', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat({ max: 255 }), fc.nat({ max: 9 }), (at, to, cut) => {
        const bytes = Uint8Array.from(stored('both.jks')).subarray(0, -1 - cut)
        bytes[at % bytes.length] = to
        try {
          readJks(bytes, { crypto: nodeCrypto })
        } catch (error) {
          expect(error).toBeInstanceOf(TlsError)
        }
      }),
    )
  })
})

function stored(name: string): Uint8Array {
  return readFileSync(new URL(`../test/stores/${name}`, import.meta.url))
}
