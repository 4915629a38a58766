import { nodeCrypto } from '@typetls/crypto-node'
import { complete, compose, hybrid, namedGroups, pick, Secret } from '@typetls/crypto-provider'
import type { CryptoProvider, Listed } from '@typetls/crypto-provider'
import { derKeyPair } from '@typetls/testing'
import { ascii, toHex } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { mlkem768 } from './ml-kem.ts'
import { nobleCrypto } from './noble-crypto.ts'

// Node before 24.7 has no ML-KEM: its half of the hybrids is noble's, the other half its own.
const node = complete(nodeCrypto, {
  keyExchange: {
    X25519MLKEM768: hybrid(namedGroups.X25519MLKEM768, mlkem768, of(nodeCrypto.keyExchange, 'x25519')),
    SecP256r1MLKEM768: hybrid(namedGroups.SecP256r1MLKEM768, of(nodeCrypto.keyExchange, 'secp256r1'), mlkem768),
  },
})
const pairs = [
  ['node:crypto', 'noble', node, nobleCrypto],
  ['noble', 'node:crypto', nobleCrypto, node],
] as const

test('noble has what node:crypto has, but for AES-CCM', () => {
  expect(missing('hash')).toEqual([])
  expect(missing('hmac')).toEqual([])
  expect(missing('hkdf')).toEqual([])
  expect(missing('cbc')).toEqual([])
  expect(missing('keyExchange')).toEqual([])
  expect(missing('signature')).toEqual([])
  expect(missing('aead')).toEqual(['aes-128-ccm', 'aes-128-ccm-8'])
})

describe.each(pairs)('%s and %s agree', (_, __, one, other) => {
  test.each(Object.keys(nobleCrypto.keyExchange))('on a secret of %s', (name) => {
    const start = of(one.keyExchange, name).start()
    const { share, secret } = of(other.keyExchange, name).respond(start.share)
    expect(toHex(start.finish(share).reveal())).toBe(toHex(secret.reveal()))
  })

  test.each(Object.keys(nobleCrypto.aead))('on records of %s', (name) => {
    const [mine, theirs] = [of(one.aead, name), of(other.aead, name)]
    expect([mine.keyLength, mine.nonceLength, mine.tagLength]).toEqual([theirs.keyLength, 12, theirs.tagLength])
    const key = one.random(mine.keyLength)
    for (const length of [0, 1, 15, 16, 17, 1000, 16384]) {
      const [nonce, header, content] = [one.random(12), one.random(5), one.random(length)]
      const sealed = new Uint8Array(length + 1 + mine.tagLength)
      mine.key(Secret.copyOf(key)).seal(nonce, header, content, ascii('t'), sealed, 0)
      const opened = theirs.key(Secret.copyOf(key)).open(nonce, header, sealed)
      expect(toHex(opened as Uint8Array)).toBe(`${toHex(content)}74`)
    }
  })

  test.each(signers())('on signatures of %s by a key of type %s', (name, keyType, pkcs8) => {
    const data = one.random(100)
    const key = one.importPrivateKey(pkcs8)
    expect(key.keyType).toBe(keyType)
    const signature = of(one.signature, name).sign(key, data)
    const spki = other.importPrivateKey(pkcs8).spki as Uint8Array
    expect(key.spki).toEqual(spki)
    expect(of(other.signature, name).verify({ keyType, spki }, data, signature)).toBe(true)
    expect(of(other.signature, name).verify({ keyType, spki }, one.random(100), signature)).toBe(false)
  })
})

test('both compute the same hashes, HMACs and HKDFs', () => {
  for (const length of [0, 1, 63, 64, 65, 127, 128, 129, 1000]) {
    const data = node.random(length)
    const key = new Secret(node.random(length))
    expect(results(nobleCrypto, data, key)).toEqual(results(node, data, key))
  }
})

test('a provider of parts works as one', () => {
  const mixed = compose(nodeCrypto, pick(nobleCrypto, ['chacha20-poly1305', 'X25519MLKEM768', 'sha384']))
  expect(mixed.name).toBe('node:crypto + noble')
  expect(mixed.aead['chacha20-poly1305']).toBe(nobleCrypto.aead['chacha20-poly1305'])
  expect(mixed.aead['aes-128-gcm']).toBe(nodeCrypto.aead['aes-128-gcm'])
  expect(mixed.hkdf['sha384']).toBe(nobleCrypto.hkdf['sha384'])
  const start = of(mixed.keyExchange, 'X25519MLKEM768').start()
  const { share, secret } = of(node.keyExchange, 'X25519MLKEM768').respond(start.share)
  expect(toHex(start.finish(share).reveal())).toBe(toHex(secret.reveal()))
})

function missing(list: 'hash' | 'hmac' | 'hkdf' | 'aead' | 'cbc' | 'keyExchange' | 'signature'): string[] {
  return Object.keys(node[list]).filter((name) => nobleCrypto[list][name] === undefined)
}

function results(provider: CryptoProvider<'sync'>, data: Uint8Array, key: Secret): string[] {
  const running = of(provider.hash, 'sha256').start()
  running.update(data)
  const between = running.digest()
  running.update(data)
  const hmacs = Object.values(provider.hmac).map((hmac) => hmac?.sign(key, data))
  const hkdfs = Object.values(provider.hkdf).flatMap((hkdf) => {
    const extracted = hkdf?.extract(data, key) as Secret
    return [extracted, ...[0, 16, 32, 100].map((length) => hkdf?.expand(extracted, data, length) as Secret)]
  })
  const hashes = Object.values(provider.hash).map((hash) => hash?.digest(data))
  const all = [...hashes, between, running.digest(), ...hmacs, ...hkdfs.map((secret) => secret.reveal())]
  return all.map((bytes) => toHex(bytes as Uint8Array))
}

function signers(): [string, string, Uint8Array][] {
  // One size is 8k+1 bits, where RSA-PSS leaves a byte unused.
  const rsa = derKeyPair('rsa', { modulusLength: 2048 }).privateKey
  const odd = derKeyPair('rsa', { modulusLength: 1601 }).privateKey
  const pss = derKeyPair('rsa-pss', { modulusLength: 2048 }).privateKey
  const bound = { hashAlgorithm: 'sha384', mgf1HashAlgorithm: 'sha384', saltLength: 48 }
  const boundPss = derKeyPair('rsa-pss', { modulusLength: 2048, ...bound }).privateKey
  const hashes = ['sha256', 'sha384', 'sha512']
  const curves = ['secp256r1', 'secp384r1', 'secp521r1']
  const ec = curves.map((curve) => {
    const namedCurve = curve === 'secp256r1' ? 'prime256v1' : curve
    return [`ec-${curve}`, derKeyPair('ec', { namedCurve }).privateKey] as const
  })
  return [
    ...hashes.flatMap((hash): [string, string, Uint8Array][] => [
      [`rsa-pss-${hash}`, 'rsa', rsa],
      [`rsa-pss-${hash}`, 'rsa', odd],
      [`rsa-pss-${hash}`, 'rsa-pss', pss],
      [`rsa-pkcs1-${hash}`, 'rsa', rsa],
      ...ec.map(([keyType, key]): [string, string, Uint8Array] => [`ecdsa-${hash}`, keyType, key]),
    ]),
    ['rsa-pss-sha384', 'rsa-pss', boundPss],
    ['ed25519', 'ed25519', derKeyPair('ed25519').privateKey],
    ['ed448', 'ed448', derKeyPair('ed448').privateKey],
  ]
}

function of<T>(list: Listed<T>, name: string): T {
  const found = list[name]
  if (found === undefined) throw new RangeError(`no ${name}`)
  return found
}
