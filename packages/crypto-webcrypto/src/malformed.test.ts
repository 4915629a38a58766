import { constants, sign as nodeSign } from 'node:crypto'
import { inspect } from 'node:util'
import { Secret } from '@typetls/crypto-provider'
import type { KeyExchange, PrivateKey, SignatureAlgorithm } from '@typetls/crypto-provider'
import { derKeyPair, pemOf } from '@typetls/testing'
import { ascii, concat, fromHex, toHex } from '@typetls/wire'
import type { TlsError } from '@typetls/wire'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { changedPlatform } from '../test/changed-platform.ts'
import { diffieHellman, montgomery } from './diffie-hellman.ts'
import { sha256 } from './hash.ts'
import { webCrypto } from './index.ts'
import { readRsaSpki } from '@typetls/crypto-provider/key-forms'
import { rsaPkcs1, rsaPss, rsaSchemeOn } from './rsa.ts'
import { verifying } from './verifying.ts'

const provider = await webCrypto()
const rsaKey = derKeyPair('rsa', { modulusLength: 2048 })
const keys = (
  [
    ['rsa', 'rsa-pss-sha256', rsaKey],
    ['rsa-pss', 'rsa-pss-sha256', derKeyPair('rsa-pss', { modulusLength: 2048 })],
    ['ec-secp256r1', 'ecdsa-sha256', derKeyPair('ec', { namedCurve: 'P-256' })],
    ['ec-secp521r1', 'ecdsa-sha512', derKeyPair('ec', { namedCurve: 'P-521' })],
    ['ed25519', 'ed25519', derKeyPair('ed25519')],
    ['ed448', 'ed448', derKeyPair('ed448')],
  ] as const
).filter(([, name]) => provider.signature[name] !== undefined)
const algorithms = Object.values(provider.signature) as SignatureAlgorithm<'async'>[]
const groups = Object.values(provider.keyExchange) as KeyExchange<'async'>[]
const data = ascii('signed data')
const invalidShare = expect.objectContaining({ code: 'ERR_TLS_KEY_SHARE_INVALID', alert: 'illegal_parameter' })
const notParsed = expect.objectContaining({ code: 'ERR_TLS_KEY_PARSE' })
const disposed = expect.objectContaining({ code: 'ERR_TLS_SECRET_DISPOSED' })
const cryptoFailed = expect.objectContaining({ code: 'ERR_TLS_CRYPTO' })

describe.each(keys)('a key of type %s', async (keyType, name, generated) => {
  const algorithm = algorithms.find((one) => one.name === name) as SignatureAlgorithm<'async'>
  const pkcs8 = generated.privateKey
  const spki = generated.publicKey
  const key = await provider.importPrivateKey(pkcs8)
  const signature = await algorithm.sign(key, data)

  test('verifies nothing by algorithms of other kinds, and cannot sign with them', async () => {
    for (const other of algorithms) {
      const fits =
        other.name.split('-')[0] === name.split('-')[0] && !(keyType === 'rsa-pss' && /pkcs1/.test(other.name))
      if (fits) continue
      expect(await other.verify({ keyType, spki }, data, signature)).toBe(false)
      await expect(other.sign(key, data)).rejects.toThrow(cryptoFailed)
    }
  })

  test('verifies nothing when it claims to be of another type', async () => {
    for (const [other] of [...keys, ['dsa'], [''], ['constructor']]) {
      expect(await algorithm.verify({ keyType: other, spki }, data, signature)).toBe(other === keyType)
    }
  })

  test('verifies nothing when a byte of it or of the signature is changed, or bytes are missing or added', async () => {
    for (let at = 0; at < spki.length; at += 5) {
      expect(await algorithm.verify({ keyType, spki: changed(spki, at) }, data, signature)).toBe(false)
    }
    for (let at = 0; at < signature.length; at += 9) {
      expect(await algorithm.verify({ keyType, spki }, data, changed(signature, at))).toBe(false)
    }
    for (const other of [spki.subarray(0, -1), spki.subarray(1), new Uint8Array([...spki, 0]), new Uint8Array()]) {
      expect(await algorithm.verify({ keyType, spki: other }, data, signature)).toBe(false)
    }
    for (const other of [signature.subarray(0, -1), new Uint8Array([...signature, 0]), new Uint8Array()]) {
      expect(await algorithm.verify({ keyType, spki }, data, other)).toBe(false)
    }
  })

  test('takes any bytes for a signature or a key without throwing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        expect(await algorithm.verify({ keyType, spki }, data, bytes)).toBe(false)
        expect(await algorithm.verify({ keyType, spki: bytes }, data, bytes)).toBe(false)
      }),
      { numRuns: 30 },
    )
  })

  test('is imported whole or refused: no byte can be cut off', async () => {
    for (let length = 0; length < pkcs8.length; length += 3) {
      await expect(provider.importPrivateKey(pkcs8.subarray(0, length))).rejects.toThrow(notParsed)
    }
    await expect(provider.importPrivateKey(new Uint8Array([...pkcs8, 0]))).rejects.toThrow(notParsed)
  })

  test('is imported or refused, whatever byte is changed', async () => {
    for (let at = 0; at < pkcs8.length; at += keyType.startsWith('rsa') ? 7 : 1) {
      const outcome = await refusalOf(provider.importPrivateKey(changed(pkcs8, at)))
      if (outcome instanceof Error) expect(outcome).toEqual(notParsed)
    }
  })

  test('is not the input, does not show itself, cannot be extracted, and ends with dispose', async () => {
    const input = pkcs8.slice()
    const own = await provider.importPrivateKey(input)
    input.fill(0)
    expect(await algorithm.verify({ keyType, spki }, data, await algorithm.sign(own, data))).toBe(true)
    expect(Object.keys(own).sort()).toEqual(['keyType', 'spki'])
    expect(inspect(own, { showHidden: true })).not.toMatch(/CryptoKey/)
    own.dispose()
    await expect(algorithm.sign(own, data)).rejects.toThrow(disposed)
  })
})

test('no private key and no AEAD or HMAC key that stays can be extracted', async () => {
  const extractable: string[] = []
  const watched = await webCrypto({
    crypto: changedPlatform((real) => ({
      async importKey(format, bytes, algorithm, isExtractable, usages) {
        if (isExtractable && !usages.includes('verify')) extractable.push(`${format} ${algorithm.name}`)
        return real.importKey(format, bytes, algorithm, isExtractable, usages)
      },
      async generateKey(algorithm, isExtractable, usages) {
        if (isExtractable) extractable.push(`new ${algorithm.name}`)
        return real.generateKey(algorithm, isExtractable, usages)
      },
    })),
  })
  extractable.length = 0
  for (const [, , { privateKey }] of keys) await watched.importPrivateKey(privateKey)
  await watched.aead['aes-128-gcm']?.key(new Secret(new Uint8Array(16)))
  await watched.hkdf['sha256']?.extract(data, data)
  await watched.keyExchange['secp256r1']?.start()
  // The one way to the public half of an EdDSA key, whose PKCS#8 does not hold it.
  expect(new Set(extractable)).toEqual(new Set(['pkcs8 Ed25519', 'pkcs8 Ed448'].filter((one) => has(one.slice(6)))))
})

test('a private key with the public key of another is refused', async () => {
  const [mine, other] = [derKeyPair('ec', { namedCurve: 'P-256' }), derKeyPair('ec', { namedCurve: 'P-256' })]
  const mixed = concat(mine.privateKey.subarray(0, -64), other.privateKey.subarray(-64))
  await expect(provider.importPrivateKey(mixed)).rejects.toThrow(notParsed)
})

test('a private key of a kind that nobody knows here is refused', async () => {
  await expect(provider.importPrivateKey(derKeyPair('x25519').privateKey)).rejects.toThrow(notParsed)
})

describe.each(groups.map((group) => [group.name, group] as const))('%s', (_, group) => {
  // Hybrids throw at once what halves reject with.
  const respond = async (share: Uint8Array): Promise<unknown> => group.respond(share)
  const finish = async (share: Uint8Array): Promise<unknown> => (await group.start()).finish(share)

  test('refuses shares of another length, and any bytes that are no share', async () => {
    for (const change of [-1, 1]) {
      await expect(respond(new Uint8Array(group.clientShareLength + change).fill(4))).rejects.toThrow(invalidShare)
      await expect(finish(new Uint8Array(group.serverShareLength + change).fill(4))).rejects.toThrow(invalidShare)
    }
    const bytes = fc.uint8Array({ minLength: group.clientShareLength, maxLength: group.clientShareLength })
    await fc.assert(
      fc.asyncProperty(bytes, async (share) => {
        const outcome = await refusalOf(respond(share))
        if (outcome instanceof Error) expect(outcome).toEqual(invalidShare)
      }),
      { numRuns: 5 },
    )
  })

  test('refuses a share of zeros', async () => {
    await expect(group.respond(new Uint8Array(group.clientShareLength))).rejects.toThrow(invalidShare)
  })

  test('ends with dispose', async () => {
    const start = await group.start()
    const { share } = await group.respond(start.share)
    start.dispose()
    await expect(start.finish(share)).rejects.toThrow(disposed)
  })
})

test('a platform that gives the zero secret of X25519 out is not believed', async () => {
  const { subtle } = changedPlatform(() => ({ deriveBits: async (_, __, bits) => new ArrayBuffer(bits / 8) }))
  const row = provider.keyExchange['x25519'] as KeyExchange<'async'>
  const group = diffieHellman(subtle, montgomery({ ...row }, 'X25519'))
  await expect(group.respond((await row.start()).share)).rejects.toThrow(invalidShare)
})

test.each([2, 3, 6])('a NIST point of form %i is refused', async (form) => {
  const group = provider.keyExchange['secp256r1'] as KeyExchange<'async'>
  const { share } = await group.start()
  share[0] = form
  await expect(group.respond(share)).rejects.toThrow(invalidShare)
  await expect(group.respond(share.subarray(0, 33))).rejects.toThrow(invalidShare)
})

test('RSASSA-PSS wants a salt as long as the hash', async () => {
  const key = pemOf(rsaKey.privateKey)
  const verified = [0, 20, 31, 32, 33, 48].map((saltLength) => {
    const made = nodeSign('sha256', data, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength })
    const algorithm = provider.signature['rsa-pss-sha256']
    return algorithm?.verify({ keyType: 'rsa', spki: rsaKey.publicKey }, data, new Uint8Array(made))
  })
  expect(await Promise.all(verified)).toEqual([false, false, false, true, false, false])
})

test('an RSA signature with the modulus added to it is refused before a platform can take it', async () => {
  let asked = 0
  const crypto = changedPlatform(() => ({ verify: async () => asked++ >= 0 }))
  const { privateKey, publicKey } = derKeyPair('rsa', { modulusLength: 1024 })
  const key = await provider.importPrivateKey(privateKey)
  const gullible = await webCrypto({ crypto })
  for (const name of ['rsa-pss-sha256', 'rsa-pkcs1-sha256']) {
    const algorithm = provider.signature[name]!
    const signature = await algorithm.sign(key, data)
    const { n } = readRsaSpki(publicKey)!
    const over = `0x${toHex(signature)}`
    const sum = (BigInt(over) + BigInt(`0x${toHex(n)}`)).toString(16)
    const variants = [
      fromHex(sum.padStart(sum.length + (sum.length % 2), '0')),
      n,
      concat(new Uint8Array(1), signature),
    ]
    const taken = verifying(
      crypto.subtle,
      rsaSchemeOn(crypto.subtle, name.includes('pss') ? rsaPss(sha256) : rsaPkcs1(sha256)),
    )
    asked = 0
    for (const variant of variants) {
      expect(await taken.verify({ keyType: 'rsa', spki: publicKey }, data, variant)).toBe(false)
    }
    expect(asked).toBe(0)
    expect(await taken.verify({ keyType: 'rsa', spki: publicKey }, data, signature)).toBe(true)
  }
  expect(gullible.signature).not.toHaveProperty('rsa-pss-sha256')
})

test('an RSA-PSS key bound to a hash works with that hash, the same mask hash and no longer salt', async () => {
  const bound = async (hashAlgorithm: string, mgf1HashAlgorithm: string, saltLength: number): Promise<string[]> => {
    const options = { modulusLength: 2048, hashAlgorithm, mgf1HashAlgorithm, saltLength }
    const pkcs8 = derKeyPair('rsa-pss', options).privateKey
    const names: string[] = []
    for (const { name } of algorithms) if (await signsAndVerifies(name, pkcs8)) names.push(name)
    return names
  }
  expect(await bound('sha256', 'sha256', 32)).toEqual(['rsa-pss-sha256'])
  expect(await bound('sha384', 'sha384', 20)).toEqual(['rsa-pss-sha384'])
  expect(await bound('sha256', 'sha256', 33)).toEqual([])
  expect(await bound('sha512', 'sha256', 32)).toEqual([])
})

test('an RSA key too small for the hash signs nothing', async () => {
  const { privateKey } = derKeyPair('rsa', { modulusLength: 1024 })
  expect(await signsAndVerifies('rsa-pss-sha256', privateKey)).toBe(true)
  expect(await signsAndVerifies('rsa-pss-sha512', privateKey)).toBe(false)
})

test("another backend's private key is refused", async () => {
  const foreign: PrivateKey = { keyType: 'ed25519', spki: undefined, dispose() {} }
  for (const algorithm of algorithms) await expect(algorithm.sign(foreign, data)).rejects.toThrow(cryptoFailed)
})

describe.each(Object.entries(provider.aead))('%s', (_, row) => {
  const nonce = new Uint8Array(12)
  const newKey = async () => row!.key(new Secret(new Uint8Array(row!.keyLength).fill(9)))

  test('opens nothing that was changed or cut, and ends with dispose', async () => {
    const key = await newKey()
    const sealed = new Uint8Array(3 + row!.tagLength)
    await key.seal(nonce, data, ascii('ab'), ascii('c'), sealed, 0)
    for (let at = 0; at < sealed.length; at++) {
      expect(await key.open(nonce, data, changed(sealed, at))).toBeUndefined()
      expect(await key.open(nonce, data, sealed.subarray(0, at))).toBeUndefined()
    }
    expect(await key.open(nonce, data, sealed)).toEqual(ascii('abc'))
    key.dispose()
    await expect(key.open(nonce, data, sealed)).rejects.toThrow(disposed)
    await expect(key.seal(nonce, data, ascii('ab'), ascii('c'), sealed, 0)).rejects.toThrow(disposed)
  })

  test('does with nonce, additional data and key what they were during the call', async () => {
    const secret = new Secret(new Uint8Array(row!.keyLength).fill(9))
    const wiped = row!.key(secret)
    secret.dispose()
    const [own, other] = [await wiped, await newKey()]
    const [usedNonce, usedData, sealed] = [nonce.slice(), data.slice(), new Uint8Array(1 + row!.tagLength)]
    const sealing = own.seal(usedNonce, usedData, ascii('a'), new Uint8Array(), sealed, 0)
    usedNonce.fill(1)
    usedData.fill(1)
    await sealing
    const opening = other.open(usedNonce.fill(0), usedData.fill(0), sealed)
    expect(await opening).toBeUndefined()
    usedData.set(data)
    const late = other.open(usedNonce, usedData, sealed)
    usedNonce.fill(1)
    usedData.fill(1)
    expect(await late).toEqual(ascii('a'))
  })

  test('refuses a key of another length', async () => {
    for (const length of [0, 15, 24, 33])
      await expect(row!.key(new Secret(new Uint8Array(length)))).rejects.toThrow(cryptoFailed)
  })
})

test('secrets may be wiped while HKDF works, and none shows in an error', async () => {
  const hkdf = provider.hkdf['sha256']!
  const make = (): Secret => new Secret(new Uint8Array(32).fill(0x41))
  const expected = await hkdf.extract(make(), make())
  const [salt, input] = [make(), make()]
  const wiped = hkdf.extract(salt, input)
  salt.dispose()
  input.dispose()
  expect((await wiped).reveal()).toEqual(expected.reveal())
  const tooLong = await refusalOf(hkdf.expand(make(), data, 256 * 32))
  let failing = false
  const crypto = changedPlatform((real) => ({
    sign: (...args) => (failing ? Promise.reject(new Error('out of order')) : real.sign(...args)),
  }))
  const broken = (await webCrypto({ crypto })).hkdf['sha256']!
  failing = true
  const failed = await refusalOf(broken.expand(make(), data, 32))
  for (const error of [tooLong, failed]) {
    expect(error).toEqual(cryptoFailed)
    expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/41, 41|AAAA|4141|65, 65/)
  }
  expect((failed as TlsError).cause).toEqual(new Error('out of order'))
})

async function refusalOf(answer: unknown): Promise<unknown> {
  try {
    return await answer
  } catch (error) {
    return error
  }
}

function has(name: string): boolean {
  return provider.signature[name.toLowerCase()] !== undefined
}

async function signsAndVerifies(name: string, pkcs8: Uint8Array): Promise<boolean> {
  const algorithm = provider.signature[name] as SignatureAlgorithm<'async'>
  try {
    const key = await provider.importPrivateKey(pkcs8)
    const publicKey = { keyType: key.keyType, spki: key.spki as Uint8Array }
    return await algorithm.verify(publicKey, data, await algorithm.sign(key, data))
  } catch (error) {
    expect(['ERR_TLS_CRYPTO', 'ERR_TLS_KEY_PARSE']).toContain((error as TlsError).code)
    return false
  }
}

function changed(bytes: Uint8Array, at: number): Uint8Array {
  const copy = bytes.slice()
  copy[at] = (copy[at] as number) ^ 0x40
  return copy
}
