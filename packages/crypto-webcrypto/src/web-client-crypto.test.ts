import { chacha20Poly1305, secp521r1 } from '@typetls/crypto-noble'
import { derKeyPair } from '@typetls/testing'
import { complete } from '@typetls/crypto-provider'
import { describe, expect, test } from 'vitest'
import { changedPlatform, platformWithout } from '../test/changed-platform.ts'
import { webCrypto } from './index.ts'
import { webClientCrypto } from './web-client-crypto.ts'

const data = new Uint8Array(10)

describe('what a client needs of the platform', () => {
  test('is what webCrypto has, less what TLS 1.3 does not use by default', async () => {
    const [small, full] = await Promise.all([webClientCrypto(), webCrypto({ omit: ['x448', 'ed448'] })])
    for (const list of ['hash', 'hmac', 'hkdf', 'aead', 'keyExchange', 'signature'] as const) {
      expect(Object.keys(small[list]).sort()).toEqual(Object.keys(full[list]).sort())
    }
    expect(small).toMatchObject({ name: 'webcrypto', mode: 'async', cbc: {}, keyTransport: {} })
  })

  test('leaves out what the platform lacks, and what it is told to; another provider completes it', async () => {
    const crypto = platformWithout('ChaCha20-Poly1305', 'P-521')
    const small = await webClientCrypto({ crypto, omit: ['x25519'] })
    expect(Object.keys(small.aead)).toEqual(['aes-128-gcm', 'aes-256-gcm'])
    expect(Object.keys(small.keyExchange)).toEqual(expect.arrayContaining(['secp256r1', 'secp384r1']))
    expect(small.keyExchange).not.toHaveProperty('x25519')
    const more = complete(small, { aead: { 'chacha20-poly1305': chacha20Poly1305 }, keyExchange: { secp521r1 } })
    expect(more.aead['chacha20-poly1305']).toBe(chacha20Poly1305)
    expect(more.keyExchange['secp521r1']).toBe(secp521r1)
    expect(more.keyExchange['secp256r1']).toBe(small.keyExchange['secp256r1'])
  })

  test('has no private keys, and says so', async () => {
    const { importPrivateKey } = await webClientCrypto()
    await expect(importPrivateKey(new Uint8Array(1))).rejects.toMatchObject({ code: 'ERR_TLS_UNSUPPORTED' })
  })

  test('is no server, and signs nothing', async () => {
    const { keyExchange, signature } = await webClientCrypto()
    for (const group of Object.values(keyExchange)) {
      await expect(group?.respond(new Uint8Array(32))).rejects.toMatchObject({ code: 'ERR_TLS_UNSUPPORTED' })
    }
    const key = await (await webCrypto()).importPrivateKey(derKeyPair('ed25519').privateKey)
    await expect(signature['ed25519']?.sign(key, new Uint8Array(1))).rejects.toMatchObject({ code: 'ERR_TLS_CRYPTO' })
  })

  test('leaves out kinds of keys it is told to', async () => {
    const small = await webClientCrypto({ omit: ['ec-secp384r1', 'rsa', 'ed25519', 'MLKEM768', 'sha1'] })
    expect(Object.keys(small.keyExchange)).not.toContain('X25519MLKEM768')
    expect(small.signature).not.toHaveProperty('ed25519')
    expect(small.hash).not.toHaveProperty('sha1')
    for (const [type, options, name, accepted] of [
      ['ec', { namedCurve: 'P-384' }, 'ecdsa-sha384', false],
      ['ec', { namedCurve: 'P-256' }, 'ecdsa-sha256', true],
      ['rsa', { modulusLength: 2048 }, 'rsa-pkcs1-sha256', false],
    ] as const) {
      const { privateKey, publicKey } = derKeyPair(type, options)
      const full = await webCrypto()
      const signature = await full.signature[name]!.sign(await full.importPrivateKey(privateKey), data)
      const keyType = type === 'rsa' ? 'rsa' : options.namedCurve === 'P-384' ? 'ec-secp384r1' : 'ec-secp256r1'
      expect(await small.signature[name]!.verify({ keyType, spki: publicKey }, data, signature)).toBe(accepted)
      expect(await full.signature[name]!.verify({ keyType, spki: publicKey }, data, signature)).toBe(true)
    }
  })

  test('does not try what it is told to leave out', async () => {
    const tried = new Set<string>()
    const crypto = changedPlatform((real) => ({
      generateKey(algorithm, extractable, usages) {
        tried.add(algorithm.name)
        return real.generateKey(algorithm, extractable, usages)
      },
      importKey(format, bytes, algorithm, extractable, usages) {
        tried.add(algorithm.name)
        return real.importKey(format, bytes, algorithm, extractable, usages)
      },
    }))
    const ecdsa = ['ecdsa-sha256', 'ecdsa-sha384', 'ecdsa-sha512']
    const { signature } = await webClientCrypto({
      crypto,
      omit: [...ecdsa, 'ed25519', 'MLKEM768', 'chacha20-poly1305', 'rsa-pss-sha256'],
    })
    expect([...tried].sort()).toEqual(['AES-GCM', 'ECDH', 'X25519'])
    expect(Object.keys(signature)).not.toContain('rsa-pss-sha256')
  })

  test('is refused without crypto.subtle', async () => {
    const crypto = { getRandomValues: () => undefined } as never
    await expect(webClientCrypto({ crypto })).rejects.toMatchObject({ code: 'ERR_TLS_UNSUPPORTED' })
  })
})
