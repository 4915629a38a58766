import { nobleCrypto } from '@typetls/crypto-noble'
import { nodeCrypto } from '@typetls/crypto-node'
import { complete, Secret } from '@typetls/crypto-provider'
import type { CryptoProvider, Listed } from '@typetls/crypto-provider'
import { derKeyPair, testKey, testKeyTypes } from '@typetls/testing'
import { ascii, toHex } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { webCrypto } from './index.ts'

const own = await webCrypto()
const node: CryptoProvider = complete(nodeCrypto, nobleCrypto)
const web: CryptoProvider = own
const noble: CryptoProvider = nobleCrypto
const pairs = [
  ['node:crypto', 'webcrypto', node, web],
  ['webcrypto', 'node:crypto', web, node],
  ['webcrypto', 'noble', web, noble],
  ['noble', 'webcrypto', noble, web],
] as const

describe.each(pairs)('%s and %s agree', (_, __, one, other) => {
  test.each(Object.keys(web.keyExchange))('on a secret of %s', async (name) => {
    const start = await of(one.keyExchange, name).start()
    const { share, secret } = await of(other.keyExchange, name).respond(start.share)
    expect(toHex((await start.finish(share)).reveal())).toBe(toHex(secret.reveal()))
    expect([start.share.length, share.length]).toEqual([
      of(web.keyExchange, name).clientShareLength,
      of(web.keyExchange, name).serverShareLength,
    ])
  })

  test.each(Object.keys(web.aead))('on records of %s', async (name) => {
    const [mine, theirs] = [of(one.aead, name), of(other.aead, name)]
    expect([mine.keyLength, mine.nonceLength, mine.tagLength]).toEqual([theirs.keyLength, 12, theirs.tagLength])
    const key = one.random(mine.keyLength)
    for (const length of [0, 1, 15, 16, 17, 1000, 16384]) {
      const [nonce, header, content] = [one.random(12), one.random(5), one.random(length)]
      const sealed = new Uint8Array(length + 1 + mine.tagLength)
      await (await mine.key(Secret.copyOf(key))).seal(nonce, header, content, ascii('t'), sealed, 0)
      const opened = await (await theirs.key(Secret.copyOf(key))).open(nonce, header, sealed)
      expect(toHex(opened as Uint8Array)).toBe(`${toHex(content)}74`)
    }
  })

  test.each(signers())('on signatures of %s by a key of type %s', async (name, keyType, pkcs8) => {
    const data = one.random(100)
    const key = await one.importPrivateKey(pkcs8)
    expect(key.keyType).toBe(keyType)
    const signature = await of(one.signature, name).sign(key, data)
    const { spki } = await other.importPrivateKey(pkcs8)
    expect(key.spki).toEqual(spki)
    const publicKey = { keyType, spki: spki as Uint8Array }
    expect(await of(other.signature, name).verify(publicKey, data, signature)).toBe(true)
    expect(await of(other.signature, name).verify(publicKey, one.random(100), signature)).toBe(false)
  })
})

test('both compute the same hashes, HMACs and HKDFs', async () => {
  for (const length of [0, 1, 63, 64, 65, 127, 128, 129, 1000]) {
    const data = node.random(length)
    const key = new Secret(node.random(length))
    expect(await results(web, data, key)).toEqual(await results(node, data, key))
  }
})

test.each(testKeyTypes.filter((type) => type in keyAlgorithms()))(
  'the public half of a test key of type %s is found',
  async (type) => {
    const der = testKey(type, 0).export({ format: 'der', type: 'pkcs8' })
    const [mine, theirs] = await Promise.all([web.importPrivateKey(der), node.importPrivateKey(der)])
    expect([mine.keyType, mine.spki]).toEqual([theirs.keyType, theirs.spki])
  },
)

test.each([
  ['ec-secp256r1', '3041020100301306072a8648ce3d020106082a8648ce3d0301070427302502010104204242'],
  ['ec-secp521r1', '3060020100301006072a8648ce3d020106052b81040023044930470201010442004242'],
])('the public half of a key of type %s is found where PKCS#8 does not tell it', async (keyType, start) => {
  const pkcs8 = Uint8Array.from(Buffer.from(start + '17'.repeat(keyType === 'ec-secp256r1' ? 30 : 63), 'hex'))
  const [mine, theirs] = await Promise.all([web.importPrivateKey(pkcs8), noble.importPrivateKey(pkcs8)])
  expect([mine.keyType, mine.spki]).toEqual([keyType, theirs.spki])
})

async function results(provider: CryptoProvider, data: Uint8Array, key: Secret): Promise<string[]> {
  const running = of(provider.hash, 'sha256').start()
  running.update(data)
  const between = running.digest()
  running.update(data)
  const all: (Uint8Array | PromiseLike<Uint8Array>)[] = [between, running.digest()]
  for (const name of ['sha1', 'sha256', 'sha384', 'sha512']) {
    all.push(of(provider.hash, name).digest(data))
    all.push(of(provider.hmac, name).sign(key, data))
    if (name === 'sha1') continue
    const hkdf = of(provider.hkdf, name)
    const extracted = await hkdf.extract(data, key)
    for (const length of [0, 16, 32, 100]) all.push((await hkdf.expand(extracted, data, length)).reveal())
    all.push(extracted.reveal())
  }
  return (await Promise.all(all)).map((bytes) => toHex(bytes))
}

/** Signature algorithms by the kinds of keys that the platform takes. */
function keyAlgorithms(): Readonly<Record<string, readonly string[]>> {
  const hashes = ['sha256', 'sha384', 'sha512']
  const has = (name: string): boolean => web.signature[name] !== undefined
  return {
    rsa: hashes.flatMap((hash) => [`rsa-pss-${hash}`, `rsa-pkcs1-${hash}`]),
    'rsa-pss': hashes.map((hash) => `rsa-pss-${hash}`),
    ...Object.fromEntries(
      ['256', '384', '521'].map((bits) => [`ec-secp${bits}r1`, hashes.map((one) => `ecdsa-${one}`)]),
    ),
    ...(has('ed25519') && { ed25519: ['ed25519'] }),
    ...(has('ed448') && { ed448: ['ed448'] }),
  }
}

function signers(): [string, string, Uint8Array][] {
  // One size is 8k+1 bits, where RSA-PSS leaves a byte unused.
  const odd = derKeyPair('rsa', { modulusLength: 1601 }).privateKey
  const bound = { hashAlgorithm: 'sha384', mgf1HashAlgorithm: 'sha384', saltLength: 48 }
  const boundPss = derKeyPair('rsa-pss', { modulusLength: 2048, ...bound }).privateKey
  const fixed = Object.entries(keyAlgorithms()).flatMap(([keyType, names]) => {
    const der = new Uint8Array(testKey(keyType as 'rsa', 1).export({ format: 'der', type: 'pkcs8' }))
    return names.map((name): [string, string, Uint8Array] => [name, keyType, der])
  })
  return [...fixed, ['rsa-pss-sha256', 'rsa', odd], ['rsa-pss-sha384', 'rsa-pss', boundPss]]
}

function of<T>(list: Listed<T>, name: string): T {
  const found = list[name]
  if (found === undefined) throw new RangeError(`no ${name}`)
  return found
}
