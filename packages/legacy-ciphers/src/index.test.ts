import { noblePasswordCrypto } from '@typetls/crypto-noble'
import { nodePasswordCrypto } from '@typetls/crypto-node'
import { Secret } from '@typetls/crypto-provider'
import { fromHex } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { legacyCiphers, withLegacyCiphers } from './index.ts'

// `openssl enc -provider legacy -provider default -des-ede3-cbc|-rc2-40-cbc|-rc2-cbc -K 000102… -iv a0a1a2a3a4a5a6a7`
const plaintext = 'hello, old world'
const iv = fromHex('a0a1a2a3a4a5a6a7')
const ciphertexts = [
  ['des-ede3-cbc', 'c055d6582663195649bc7dae97a1c724d4dd11b3e080b4b7'],
  ['rc2-40-cbc', '678e4dbc1df6fddbceefb7f30d9355f403f9704c9a026575'],
  ['rc2-128-cbc', 'd92b5bf21527dff5a62086c064ddb0758d0e37f31dea9046'],
] as const

describe.each(ciphertexts)('%s', (name, hex) => {
  const cipher = legacyCiphers[name]
  const key = Secret.copyOf(Uint8Array.from({ length: cipher.keyLength }, (_, i) => i))
  const ciphertext = fromHex(hex)

  test('decrypts what OpenSSL encrypted', () => {
    expect(Buffer.from(cipher.decrypt(key, iv, ciphertext) ?? []).toString()).toBe(plaintext)
  })

  test('has no plaintext where padding or length is wrong', () => {
    expect(cipher.decrypt(key, iv, ciphertext.subarray(0, 16))).toBeUndefined()
    expect(cipher.decrypt(key, iv, ciphertext.subarray(0, 20))).toBeUndefined()
    expect(cipher.decrypt(key, iv, new Uint8Array())).toBeUndefined()
    // The last block is 08 08 08 08 08 08 08 08; the block before it is xored in, and here changed.
    const changed = (at: number, by: number): Uint8Array => ciphertext.map((byte, i) => (i === at ? byte ^ by : byte))
    expect(cipher.decrypt(key, iv, changed(8, 1))).toBeUndefined()
    expect(cipher.decrypt(key, iv, changed(15, 8))).toBeUndefined()
    expect(cipher.decrypt(key, iv, changed(15, 1))).toBeUndefined()
    expect(cipher.decrypt(key, iv, changed(15, 0x80))).toBeUndefined()
  })
})

test("a backend's own cipher stays, what it lacks is added", () => {
  const node = withLegacyCiphers(nodePasswordCrypto).cbc
  expect(node['des-ede3-cbc']).toBe(nodePasswordCrypto.cbc['des-ede3-cbc'])
  expect(node['rc2-40-cbc']).toBe(legacyCiphers['rc2-40-cbc'])
  const noble = withLegacyCiphers(noblePasswordCrypto)
  expect(noble.cbc['des-ede3-cbc']).toBe(legacyCiphers['des-ede3-cbc'])
  expect(noble.pbkdf2).toBe(noblePasswordCrypto.pbkdf2)
})
