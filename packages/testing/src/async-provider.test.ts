import { nodeCrypto } from '@typetls/crypto-node'
import { isPromiseLike, Secret } from '@typetls/crypto-provider'
import type { Aead, CryptoProvider, Listed } from '@typetls/crypto-provider'
import { ascii, toHex } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { asyncProvider } from './async-provider.ts'
import { testKey } from '@typetls/test-keys'

const later = asyncProvider(nodeCrypto)

test('it has what the other provider has, and says that it answers later', () => {
  expect(later.mode).toBe('async')
  for (const list of ['hash', 'hmac', 'hkdf', 'aead', 'keyExchange', 'signature'] as const) {
    expect(Object.keys(later[list])).toEqual(Object.keys(nodeCrypto[list]))
  }
  expect(later.keyExchange['x25519']).toMatchObject({ name: 'x25519', id: 0x1d, clientShareLength: 32 })
  expect(later.random(7)).toHaveLength(7)
})

test('every answer is a promise of what the other provider says', async () => {
  const data = ascii('data')
  const key = new Secret(new Uint8Array(32).fill(1))

  const hash = given(later.hash, 'sha256')
  const digest = hash.digest(data)
  expect(isPromiseLike(digest)).toBe(true)
  expect(toHex(await digest)).toBe(toHex(given(nodeCrypto.hash, 'sha256').digest(data)))

  const hmac = given(later.hmac, 'sha256').sign(key, data)
  expect(isPromiseLike(hmac)).toBe(true)
  expect(toHex(await hmac)).toBe(toHex(given(nodeCrypto.hmac, 'sha256').sign(key, data)))

  const extracted = given(later.hkdf, 'sha256').extract(data, key)
  expect(isPromiseLike(extracted)).toBe(true)
  const expanded = await given(later.hkdf, 'sha256').expand(await extracted, data, 16)
  expect(expanded).toHaveLength(16)

  const x25519 = given(later.keyExchange, 'x25519')
  const start = x25519.start()
  expect(isPromiseLike(start)).toBe(true)
  const { share, finish } = await start
  const answer = await x25519.respond(share)
  expect(toHex((await finish(answer.share)).reveal())).toBe(toHex(answer.secret.reveal()))

  const pkcs8 = new Uint8Array(testKey('ed25519', 0).export({ format: 'der', type: 'pkcs8' }))
  const privateKey = await later.importPrivateKey(pkcs8)
  const ed25519 = given(later.signature, 'ed25519')
  const signature = ed25519.sign(privateKey, data)
  expect(isPromiseLike(signature)).toBe(true)
  const publicKey = { keyType: 'ed25519', spki: privateKey.spki as Uint8Array }
  expect(await ed25519.verify(publicKey, data, await signature)).toBe(true)
  expect(await ed25519.verify(publicKey, ascii('other'), await signature)).toBe(false)
})

test('a running hash answers for the bytes up to the question', async () => {
  const running = given(later.hash, 'sha256').start()
  running.update(ascii('a'))
  const first = running.digest()
  running.update(ascii('b'))
  const second = running.digest()
  const now = given(nodeCrypto.hash, 'sha256')
  expect(toHex(await first)).toBe(toHex(now.digest(ascii('a'))))
  expect(toHex(await second)).toBe(toHex(now.digest(ascii('ab'))))
})

describe('an AEAD', () => {
  const key = new Secret(new Uint8Array(16).fill(3))
  const nonce = (): Uint8Array => new Uint8Array(12).fill(4)
  const seal = async (provider: CryptoProvider, ...at: [nonce: Uint8Array, aad: Uint8Array]): Promise<Uint8Array> => {
    const into = new Uint8Array(10 + 16)
    await (await aead(provider).key(key)).seal(...at, ascii('content'), ascii('end'), into, 0)
    return into
  }

  test('overwrites the nonce when the call returns, and keeps its own copy', async () => {
    const spoiled = nonce()
    const sealing = seal(later, spoiled, ascii('aad'))
    await Promise.resolve()
    expect(toHex(await sealing)).toBe(toHex(await seal(nodeCrypto, nonce(), ascii('aad'))))
    expect(toHex(spoiled)).toBe('04'.repeat(4) + 'db'.repeat(8))

    const opened = await (await aead(later).key(key)).open(nonce(), ascii('aad'), await sealing)
    expect(toHex(opened as Uint8Array)).toBe(toHex(ascii('contentend')))
  })

  test('may be told to leave the nonce alone', async () => {
    const kept = nonce()
    await seal(asyncProvider(nodeCrypto, { poisonNonces: false }), kept, ascii('aad'))
    expect(kept).toEqual(nonce())
  })

  test('does not care for additional data after the call', async () => {
    const additionalData = ascii('aad')
    const sealingKey = await aead(later).key(key)
    const into = new Uint8Array(26)
    const sealing = sealingKey.seal(nonce(), additionalData, ascii('content'), ascii('end'), into, 0)
    additionalData.fill(0)
    await sealing
    expect(toHex(into)).toBe(toHex(await seal(nodeCrypto, nonce(), ascii('aad'))))
  })

  test('finds who writes to the content before the answer', async () => {
    const sealingKey = await aead(later).key(key)
    const content = ascii('content')
    const sealing = sealingKey.seal(nonce(), ascii('aad'), content, ascii('end'), new Uint8Array(26), 0)
    content[0] = 0
    await expect(sealing).rejects.toThrow('the input of aead.aes-128-gcm.seal was written to')
  })
})

test('it finds who wipes a secret before the answer', async () => {
  const key = new Secret(new Uint8Array(32).fill(1))
  const mac = given(later.hmac, 'sha256').sign(key, ascii('data'))
  key.dispose()
  await expect(mac).rejects.toMatchObject({ code: 'ERR_TLS_SECRET_DISPOSED' })
})

test('the schedule repeats with its seed and differs without', async () => {
  const order = async (seed: number): Promise<string> => {
    const hash = given(asyncProvider(nodeCrypto, { seed }).hash, 'sha256')
    const finished: number[] = []
    await Promise.all(
      Array.from({ length: 16 }, async (_, i) => {
        await hash.digest(Uint8Array.of(i))
        finished.push(i)
      }),
    )
    return finished.join(' ')
  }
  expect(await order(5)).toBe(await order(5))
  expect(await order(5)).not.toBe(await order(6))
})

function aead(provider: CryptoProvider): Aead {
  return given(provider.aead, 'aes-128-gcm')
}

function given<T>(list: Listed<T>, name: string): T {
  const one = list[name]
  if (one === undefined) throw new Error(`the provider has no ${name}`)
  return one
}
