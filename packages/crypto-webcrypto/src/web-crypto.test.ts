import { nobleCrypto } from '@typetls/crypto-noble'
import { nodeCrypto } from '@typetls/crypto-node'
import type { CryptoProvider, PublicKey, SignatureAlgorithm } from '@typetls/crypto-provider'
import { pick } from '@typetls/crypto-provider'
import { derKeyPair } from '@typetls/testing'
import { ascii } from '@typetls/wire'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { changedPlatform, nodePlatform, platformWithout } from '../test/changed-platform.ts'
import type { WebCryptoProvider } from './index.ts'
import { webCrypto } from './index.ts'

const data = ascii('signed data')

afterEach(() => {
  vi.unstubAllGlobals()
})

test('what every platform has is there', async () => {
  const provider = await webCrypto()
  expect(provider).toMatchObject({ name: 'webcrypto', mode: 'async' })
  expect(Object.keys(provider.hash)).toEqual(['sha1', 'sha256', 'sha384', 'sha512'])
  expect(Object.keys(provider.hmac)).toEqual(['sha1', 'sha256', 'sha384', 'sha512'])
  expect(Object.keys(provider.hkdf)).toEqual(['sha256', 'sha384', 'sha512'])
  expect(Object.keys(provider.cbc)).toEqual(['aes-128-cbc', 'aes-256-cbc'])
  expect(Object.keys(provider.aead)).toEqual(expect.arrayContaining(['aes-128-gcm', 'aes-256-gcm']))
  expect(Object.keys(provider.keyExchange)).toEqual(
    expect.arrayContaining(['x25519', 'secp256r1', 'secp384r1', 'secp521r1']),
  )
  for (const prefix of ['ecdsa-', 'rsa-pss-', 'rsa-pkcs1-']) {
    for (const hash of ['sha256', 'sha384', 'sha512'])
      expect(provider.signature[prefix + hash]?.name).toBe(prefix + hash)
  }
})

describe('what a platform lacks', () => {
  const names = ['X25519', 'X448', 'Ed25519', 'Ed448', 'P-521', 'ChaCha20-Poly1305', 'ML-KEM-768']

  test('is absent from the lists and told with the reason', async () => {
    const provider = await webCrypto({ crypto: platformWithout(...names) })
    expect(Object.keys(provider.aead)).toEqual(['aes-128-gcm', 'aes-256-gcm'])
    expect(Object.keys(provider.keyExchange)).toEqual(['secp256r1', 'secp384r1'])
    expect(provider.signature).not.toHaveProperty('ed25519')
    expect(provider.missing.map(({ list, name, keyType }) => [list, name, keyType].join(' ').trim())).toEqual([
      'aead aes-128-ccm',
      'aead aes-128-ccm-8',
      'aead chacha20-poly1305',
      'keyExchange SecP256r1MLKEM768',
      'keyExchange X25519MLKEM768',
      'keyExchange secp521r1',
      'keyExchange x25519',
      'keyExchange x448',
      'keyTransport rsa-pkcs1',
      'signature ecdsa-sha256 ec-secp521r1',
      'signature ecdsa-sha384 ec-secp521r1',
      'signature ecdsa-sha512 ec-secp521r1',
      'signature ed25519',
      'signature ed448',
      'signature ml-dsa-44',
      'signature ml-dsa-65',
      'signature ml-dsa-87',
    ])
    const reasons = Object.fromEntries(provider.missing.map(({ name, reason }) => [name, reason]))
    expect(reasons['x25519']).toBe('NotSupportedError: no X25519 here')
    expect(reasons['ecdsa-sha512']).toBe('NotSupportedError: no P-521 here')
    expect(reasons['aes-128-ccm']).toBe('Web Cryptography has no AES-CCM')
    expect(provider.missing.every(({ filled }) => !filled)).toBe(true)
  })

  test('comes from the provider given to fill it, and what is there stays the platform’s', async () => {
    const crypto = platformWithout(...names)
    const bare = await webCrypto({ crypto })
    const filled = await webCrypto({ crypto, fill: nobleCrypto })
    expect(filled.name).toBe('webcrypto + noble')
    expect(filled.mode).toBe('async')
    expect(filled.aead['chacha20-poly1305']).toBe(nobleCrypto.aead['chacha20-poly1305'])
    expect(filled.keyExchange['X25519MLKEM768']).toBe(nobleCrypto.keyExchange['X25519MLKEM768'])
    expect(filled.keyExchange['secp256r1']).not.toBe(nobleCrypto.keyExchange['secp256r1'])
    expect(Object.keys(filled.keyExchange).sort()).toEqual(Object.keys(nobleCrypto.keyExchange).sort())
    expect(filled.missing.map(({ name }) => name)).toEqual(bare.missing.map(({ name }) => name))
    const unfilled = filled.missing.filter((one) => !one.filled).map(({ name }) => name)
    expect(unfilled).toEqual(['aes-128-ccm', 'aes-128-ccm-8'])
  })

  test('can be filled in part', async () => {
    const crypto = platformWithout(...names)
    const provider = await webCrypto({ crypto, fill: pick(nobleCrypto, ['x25519']) })
    expect(provider.missing.filter(({ filled }) => filled).map(({ name }) => name)).toEqual(['x25519'])
    await expect(provider.importPrivateKey(derKeyPair('ed25519').privateKey)).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_TLS_KEY_PARSE', received: 'ed25519' }),
    )
  })

  test.each([
    ['ecdsa-sha512', 'ec-secp521r1', derKeyPair('ec', { namedCurve: 'P-521' })],
    ['ecdsa-sha256', 'ec-secp256r1', derKeyPair('ec', { namedCurve: 'P-256' })],
    ['ed25519', 'ed25519', derKeyPair('ed25519')],
    ['ed448', 'ed448', derKeyPair('ed448')],
    ['rsa-pss-sha256', 'rsa', derKeyPair('rsa', { modulusLength: 2048 })],
  ])('is filled for private keys too: %s by a key of type %s', async (name, keyType, { privateKey, publicKey }) => {
    const provider: WebCryptoProvider = await webCrypto({ crypto: platformWithout(...names), fill: nobleCrypto })
    const key = await provider.importPrivateKey(privateKey)
    const algorithm = provider.signature[name] as SignatureAlgorithm<'async'>
    const signature = await algorithm.sign(key, data)
    const publicHalf: PublicKey = { keyType, spki: publicKey }
    expect(key).toMatchObject(publicHalf)
    expect(await algorithm.verify(publicHalf, data, signature)).toBe(true)
    expect(nodeCrypto.signature[name]?.verify(publicHalf, data, signature)).toBe(true)
    const bare = await webCrypto({ crypto: platformWithout(...names) })
    const supported = keyType === 'rsa' || keyType === 'ec-secp256r1'
    expect((await bare.signature[name]?.verify(publicHalf, data, signature)) ?? false).toBe(supported)
  })

  test('is also what gives wrong results', async () => {
    const crypto = changedPlatform((real) => ({
      digest: async (name, bytes) => (await real.digest(name, bytes)).slice(name === 'SHA-384' ? 1 : 0),
    }))
    const provider = await webCrypto({ crypto })
    expect(Object.keys(provider.hash)).toEqual(['sha1', 'sha256', 'sha512'])
    expect(provider.missing).toContainEqual({
      list: 'hash',
      name: 'sha384',
      keyType: undefined,
      reason: 'the platform has it, and it gives wrong results',
      filled: false,
    })
  })

  test('can be more than that: names to leave out are not even tried', async () => {
    const generated: string[] = []
    const crypto = changedPlatform((real) => ({
      generateKey(algorithm, extractable, usages) {
        generated.push(String(algorithm['namedCurve'] ?? algorithm.name))
        return real.generateKey(algorithm, extractable, usages)
      },
    }))
    const omit = ['x448', 'ed448', 'X25519MLKEM768', 'SecP256r1MLKEM768', 'ec-secp521r1', 'secp521r1']
    const provider = await webCrypto({ crypto, omit })
    expect(new Set(generated)).toEqual(new Set(['X25519', 'P-256', 'P-384', 'Ed25519']))
    expect(provider.missing).toContainEqual(expect.objectContaining({ name: 'ed448', reason: 'left out as asked' }))
    expect((await webCrypto({ crypto, omit, fill: nobleCrypto })).keyExchange['x448']).toBe(
      nobleCrypto.keyExchange['x448'],
    )
  })

  test('is found out once for each platform', async () => {
    let calls = 0
    const crypto = changedPlatform((real) => ({
      importKey(...args) {
        calls++
        return real.importKey(...args)
      },
    }))
    await Promise.all([webCrypto({ crypto }), webCrypto({ crypto, fill: nobleCrypto })])
    const first = calls
    await webCrypto({ crypto })
    expect([first > 0, calls]).toEqual([true, first])
  })
})

describe('without a platform nothing starts', () => {
  const unsupported = expect.objectContaining({ code: 'ERR_TLS_UNSUPPORTED', alert: 'internal_error' })

  test.each([
    ['crypto', undefined],
    ['getRandomValues', { subtle: nodePlatform.subtle }],
    ['subtle', { getRandomValues: () => {} }],
  ])('no %s', async (_, platform) => {
    vi.stubGlobal('crypto', platform)
    await expect(webCrypto()).rejects.toThrow(unsupported)
    await expect(webCrypto({ fill: nobleCrypto })).rejects.toThrow(unsupported)
  })
})

test('random bytes come in the length asked for, beyond the 65536 of one call too', async () => {
  const provider: CryptoProvider<'async'> = await webCrypto()
  expect(provider.random(0)).toHaveLength(0)
  const bytes = provider.random(70000)
  expect(bytes.subarray(65536).some((byte) => byte !== 0)).toBe(true)
  expect(provider.random(32)).not.toEqual(provider.random(32))
})
