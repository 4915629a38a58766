import { constants, sign as nodeSign } from 'node:crypto'
import { inspect } from 'node:util'
import type { KeyExchange, PrivateKey, SignatureAlgorithm } from '@typetls/crypto-provider'
import { Secret } from '@typetls/crypto-provider'
import { derKeyPair, pemOf } from '@typetls/testing'
import { ascii, TlsError } from '@typetls/wire'
import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { nobleCrypto } from './noble-crypto.ts'

const rsa = derKeyPair('rsa', { modulusLength: 2048 })
const keys = [
  ['rsa', 'rsa-pss-sha256', rsa],
  ['rsa-pss', 'rsa-pss-sha256', derKeyPair('rsa-pss', { modulusLength: 2048 })],
  ['ec-secp256r1', 'ecdsa-sha256', derKeyPair('ec', { namedCurve: 'P-256' })],
  ['ec-secp521r1', 'ecdsa-sha512', derKeyPair('ec', { namedCurve: 'P-521' })],
  ['ed25519', 'ed25519', derKeyPair('ed25519')],
  ['ed448', 'ed448', derKeyPair('ed448')],
] as const
const algorithms = Object.values(nobleCrypto.signature) as SignatureAlgorithm<'sync'>[]
const groups = Object.values(nobleCrypto.keyExchange) as KeyExchange<'sync'>[]
const data = ascii('signed data')
const invalidShare = expect.objectContaining({ code: 'ERR_TLS_KEY_SHARE_INVALID', alert: 'illegal_parameter' })
const notParsed = expect.objectContaining({ code: 'ERR_TLS_KEY_PARSE' })
const disposed = expect.objectContaining({ code: 'ERR_TLS_SECRET_DISPOSED' })

afterEach(() => {
  vi.unstubAllGlobals()
})

describe.each(keys)('a key of type %s', (keyType, name, generated) => {
  const algorithm = algorithms.find((one) => one.name === name) as SignatureAlgorithm<'sync'>
  const pkcs8 = generated.privateKey
  const spki = generated.publicKey
  const key = nobleCrypto.importPrivateKey(pkcs8)
  const signature = algorithm.sign(key, data)

  test('verifies nothing by algorithms of other kinds, and cannot sign with them', () => {
    for (const other of algorithms) {
      const fits =
        other.name.split('-')[0] === name.split('-')[0] && !(keyType === 'rsa-pss' && /pkcs1/.test(other.name))
      if (fits) continue
      expect(other.verify({ keyType, spki }, data, signature)).toBe(false)
      expect(() => other.sign(key, data)).toThrow(expect.objectContaining({ code: 'ERR_TLS_CRYPTO' }))
    }
  })

  test('verifies nothing when it claims to be of another type', () => {
    for (const [other] of [...keys, ['dsa'], [''], ['constructor']]) {
      expect(algorithm.verify({ keyType: other, spki }, data, signature)).toBe(other === keyType)
    }
  })

  test('verifies nothing when a byte of it or of the signature is changed, or bytes are missing or added', () => {
    for (let at = 0; at < spki.length; at += 5) {
      expect(algorithm.verify({ keyType, spki: changed(spki, at) }, data, signature)).toBe(false)
    }
    for (let at = 0; at < signature.length; at += 9) {
      expect(algorithm.verify({ keyType, spki }, data, changed(signature, at))).toBe(false)
    }
    for (const other of [spki.subarray(0, -1), spki.subarray(1), new Uint8Array([...spki, 0]), new Uint8Array()]) {
      expect(algorithm.verify({ keyType, spki: other }, data, signature)).toBe(false)
    }
    for (const other of [signature.subarray(0, -1), new Uint8Array([...signature, 0]), new Uint8Array()]) {
      expect(algorithm.verify({ keyType, spki }, data, other)).toBe(false)
    }
  })

  test('takes any bytes for a signature or a key without throwing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(algorithm.verify({ keyType, spki }, data, bytes)).toBe(false)
        expect(algorithm.verify({ keyType, spki: bytes }, data, bytes)).toBe(false)
      }),
      { numRuns: 30 },
    )
  })

  test('is imported whole or refused: no byte can be cut off', () => {
    for (let length = 0; length < pkcs8.length; length += 3) {
      expect(() => nobleCrypto.importPrivateKey(pkcs8.subarray(0, length))).toThrow(notParsed)
    }
    expect(() => nobleCrypto.importPrivateKey(new Uint8Array([...pkcs8, 0]))).toThrow(notParsed)
  })

  test('is imported or refused, whatever byte is changed', () => {
    for (let at = 0; at < pkcs8.length; at += keyType.startsWith('rsa') ? 7 : 1) {
      try {
        nobleCrypto.importPrivateKey(changed(pkcs8, at))
      } catch (error) {
        expect(error).toEqual(notParsed)
      }
    }
  })

  test('is not the input, does not show itself, and ends with dispose', () => {
    const input = pkcs8.slice()
    const own = nobleCrypto.importPrivateKey(input)
    input.fill(0)
    expect(algorithm.verify({ keyType, spki }, data, algorithm.sign(own, data))).toBe(true)
    expect(Object.keys(own).sort()).toEqual(['keyType', 'spki'])
    expect(inspect(own, { showHidden: true })).not.toMatch(/scalar|material|\bp:|dP/)
    own.dispose()
    expect(() => algorithm.sign(own, data)).toThrow(disposed)
  })
})

describe.each(groups.map((group) => [group.name, group] as const))('%s', (_, group) => {
  test('refuses shares of another length, and any bytes that are no share', () => {
    for (const change of [-1, 1]) {
      expect(() => group.respond(new Uint8Array(group.clientShareLength + change).fill(4))).toThrow(invalidShare)
      expect(() => group.start().finish(new Uint8Array(group.serverShareLength + change).fill(4))).toThrow(invalidShare)
    }
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: group.clientShareLength, maxLength: group.clientShareLength }),
        (share) => {
          try {
            group.respond(share)
          } catch (error) {
            expect(error).toBeInstanceOf(TlsError)
            expect(error).toEqual(invalidShare)
          }
        },
      ),
      { numRuns: 5 },
    )
  })

  test('ends with dispose', () => {
    const start = group.start()
    const { share } = group.respond(start.share)
    start.dispose()
    expect(() => start.finish(share)).toThrow(disposed)
  })
})

test('RSASSA-PSS wants a salt as long as the hash', () => {
  const key = pemOf(rsa.privateKey)
  const verified = [0, 20, 31, 32, 33, 48].map((saltLength) => {
    const made = nodeSign('sha256', data, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength })
    const algorithm = nobleCrypto.signature['rsa-pss-sha256']
    return algorithm?.verify({ keyType: 'rsa', spki: rsa.publicKey }, data, new Uint8Array(made))
  })
  expect(verified).toEqual([false, false, false, true, false, false])
})

test('an RSA-PSS key bound to a hash works with that hash, the same mask hash and no longer salt', () => {
  const bound = (hashAlgorithm: string, mgf1HashAlgorithm: string, saltLength: number): string[] => {
    const options = { modulusLength: 2048, hashAlgorithm, mgf1HashAlgorithm, saltLength }
    const key = nobleCrypto.importPrivateKey(derKeyPair('rsa-pss', options).privateKey)
    return algorithms.map((one) => one.name).filter((name) => signsAndVerifies(name, key))
  }
  expect(bound('sha256', 'sha256', 32)).toEqual(['rsa-pss-sha256'])
  expect(bound('sha384', 'sha384', 20)).toEqual(['rsa-pss-sha384'])
  expect(bound('sha256', 'sha256', 33)).toEqual([])
  expect(bound('sha512', 'sha256', 32)).toEqual([])
})

test('an RSA key too small for the hash signs nothing', () => {
  const { privateKey } = derKeyPair('rsa', { modulusLength: 1024 })
  const key = nobleCrypto.importPrivateKey(privateKey)
  expect(signsAndVerifies('rsa-pss-sha256', key)).toBe(true)
  expect(signsAndVerifies('rsa-pss-sha512', key)).toBe(false)
})

test("another backend's private key is refused", () => {
  const foreign: PrivateKey = { keyType: 'ed25519', spki: undefined, dispose() {} }
  for (const algorithm of algorithms) {
    expect(() => algorithm.sign(foreign, data)).toThrow(expect.objectContaining({ code: 'ERR_TLS_CRYPTO' }))
  }
})

test('an AEAD opens nothing that was changed or cut, and ends with dispose', () => {
  for (const row of Object.values(nobleCrypto.aead)) {
    if (row === undefined) continue
    const key = row.key(new Secret(new Uint8Array(row.keyLength).fill(9)))
    const sealed = new Uint8Array(3 + row.tagLength)
    key.seal(new Uint8Array(12), data, ascii('ab'), ascii('c'), sealed, 0)
    for (let at = 0; at < sealed.length; at++) {
      expect(key.open(new Uint8Array(12), data, changed(sealed, at))).toBeUndefined()
      expect(key.open(new Uint8Array(12), data, sealed.subarray(0, at))).toBeUndefined()
    }
    expect(key.open(new Uint8Array(12), data, sealed)).toEqual(ascii('abc'))
    key.dispose()
    expect(() => key.open(new Uint8Array(12), data, sealed)).toThrow(disposed)
  }
})

test('without a source of randomness nothing starts', () => {
  const unsupported = expect.objectContaining({ code: 'ERR_TLS_UNSUPPORTED' })
  for (const platform of [undefined, {}]) {
    vi.stubGlobal('crypto', platform)
    expect(() => nobleCrypto.random(1)).toThrow(unsupported)
    for (const group of groups) expect(() => group.start()).toThrow(unsupported)
  }
})

test('random bytes come in the length asked for, beyond the 65536 of one call too', () => {
  expect(nobleCrypto.random(0)).toHaveLength(0)
  const bytes = nobleCrypto.random(70000)
  expect(bytes.subarray(65536).some((byte) => byte !== 0)).toBe(true)
  expect(nobleCrypto.random(32)).not.toEqual(nobleCrypto.random(32))
})

function signsAndVerifies(name: string, key: PrivateKey): boolean {
  const algorithm = nobleCrypto.signature[name] as SignatureAlgorithm<'sync'>
  const spki = key.spki as Uint8Array
  try {
    return algorithm.verify({ keyType: key.keyType, spki }, data, algorithm.sign(key, data))
  } catch (error) {
    expect(error).toMatchObject({ code: 'ERR_TLS_CRYPTO' })
    return false
  }
}

function changed(bytes: Uint8Array, at: number): Uint8Array {
  const copy = bytes.slice()
  copy[at] = (copy[at] as number) ^ 0x40
  return copy
}
