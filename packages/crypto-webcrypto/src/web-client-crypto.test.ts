import { chacha20Poly1305, secp521r1 } from '@typetls/crypto-noble'
import { complete } from '@typetls/crypto-provider'
import { describe, expect, test } from 'vitest'
import { platformWithout } from '../test/changed-platform.ts'
import { webClientCrypto, webCrypto } from './index.ts'

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

  test('is refused without crypto.subtle', async () => {
    const crypto = { getRandomValues: () => undefined } as never
    await expect(webClientCrypto({ crypto })).rejects.toMatchObject({ code: 'ERR_TLS_UNSUPPORTED' })
  })
})
