import { inspect } from 'node:util'
import { ascii, fromHex, toHex } from '@typetls/wire'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { derKeyPair } from '@typetls/test-keys'
import { nodeCrypto } from './node-crypto.ts'

const refused = expect.objectContaining({ code: 'ERR_TLS_KEY_PARSE' })

test('the input is not kept', () => {
  const { privateKey, publicKey } = derKeyPair('ed25519')
  const pkcs8 = privateKey.slice()
  const key = nodeCrypto.importPrivateKey(pkcs8)
  pkcs8.fill(0)
  const algorithm = nodeCrypto.signature['ed25519']
  const signed = algorithm?.sign(key, ascii('x')) as Uint8Array
  expect(algorithm?.verify({ keyType: 'ed25519', spki: publicKey }, ascii('x'), signed)).toBe(true)
})

test('a key does not show its bytes', () => {
  const { privateKey } = derKeyPair('ed25519')
  const shown = inspect(nodeCrypto.importPrivateKey(privateKey), { depth: 9, showHidden: true })
  expect(shown).not.toMatch(/KeyObject/)
})

test('keys that make no TLS signatures are refused', () => {
  const others = [derKeyPair('x25519'), derKeyPair('ec', { namedCurve: 'secp256k1' })]
  for (const { privateKey } of others) expect(() => nodeCrypto.importPrivateKey(privateKey)).toThrow(refused)
})

test('anything but PKCS#8 is refused, without naming its bytes', () => {
  const { privateKey, publicKey } = derKeyPair('ec', { namedCurve: 'P-256' })
  for (const bytes of [publicKey, privateKey.subarray(1), privateKey.subarray(0, -20), new Uint8Array()]) {
    expect(() => nodeCrypto.importPrivateKey(bytes)).toThrow(refused)
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      expect(() => nodeCrypto.importPrivateKey(bytes)).toThrow(refused)
    }),
  )
})

test('a number longer than those of its curve is refused, and the process lives', () => {
  // P-256, and 33 bytes.
  const ecPrivateKey = `30260201010421${'11'.repeat(33)}`
  const pkcs8 = fromHex(`3042020100301306072a8648ce3d020106082a8648ce3d0301070428${ecPrivateKey}`)
  expect(() => nodeCrypto.importPrivateKey(pkcs8)).toThrow(refused)
})

test('an RSASSA-PSS key with a salt of a negative length is refused', () => {
  const { privateKey } = derKeyPair('rsa-pss', {
    modulusLength: 1024,
    hashAlgorithm: 'sha256',
    mgf1HashAlgorithm: 'sha256',
    saltLength: 32,
  })
  const altered = toHex(privateKey).replace('a203020120', 'a2030201ff')
  expect(altered).not.toBe(toHex(privateKey))
  expect(() => nodeCrypto.importPrivateKey(fromHex(altered))).toThrow(refused)
})

test('random bytes come in the length asked for, and differ', () => {
  expect(nodeCrypto.random(0)).toHaveLength(0)
  expect(nodeCrypto.random(70000)).toHaveLength(70000)
  expect(nodeCrypto.random(32)).not.toEqual(nodeCrypto.random(32))
  expect(Object.getPrototypeOf(nodeCrypto.random(5))).toBe(Uint8Array.prototype)
})
