import { nobleCrypto } from '@typetls/crypto-noble'
import { concat, fromHex } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { readPublicKey } from './public-key.ts'
import { readSignatureAlgorithm } from './signature-algorithm.ts'

describe.each([
  ['ml-dsa-44', '11', 1312],
  ['ml-dsa-65', '12', 1952],
  ['ml-dsa-87', '13', 2592],
] as const)('%s', (name, arc, length) => {
  const identifier = fromHex(`06096086480165030403${arc}`)
  const algorithm = concat(Uint8Array.of(0x30, identifier.length), identifier)

  test('keys are told by their algorithm, which has no parameters', () => {
    const seed = concat(fromHex('04228020'), new Uint8Array(32).fill(7))
    const pkcs8 = concat(Uint8Array.of(0x30, 3 + algorithm.length + seed.length, 2, 1, 0), algorithm, seed)
    const { spki } = nobleCrypto.importPrivateKey(pkcs8)
    const key = readPublicKey(spki as Uint8Array)
    expect(key).toMatchObject({ keyType: name, rsa: undefined, onlyAlgorithm: undefined })
    expect(key.keyBytes).toHaveLength(length)
  })

  test('parameters are refused', () => {
    const withNull = concat(Uint8Array.of(0x30, identifier.length + 2), identifier, Uint8Array.of(5, 0))
    const spki = concat(Uint8Array.of(0x30, withNull.length + 4), withNull, Uint8Array.of(3, 2, 0, 1))
    expect(() => readPublicKey(spki)).toThrow(expect.objectContaining({ code: 'ERR_TLS_CERTIFICATE_PARSE' }))
  })

  test('signatures of certificates are told by the same', () => {
    expect(readSignatureAlgorithm(algorithm, 'signatureAlgorithm')).toMatchObject({ name, isWeak: false })
  })
})
