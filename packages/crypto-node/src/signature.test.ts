import { constants, sign as nodeSign } from 'node:crypto'
import type { PrivateKey, PublicKey, SignatureAlgorithm } from '@typetls/crypto-provider'
import { ascii } from '@typetls/wire'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { derKeyPair, pemOf } from '@typetls/test-keys'
import type { DerKeyPair } from '@typetls/test-keys'
import { importPrivateKey } from './private-key.ts'
import { signature } from './signature.ts'

const rsa = { modulusLength: 2048 }
const keyPairs = {
  rsa: pair(derKeyPair('rsa', rsa)),
  'rsa-pss': pair(derKeyPair('rsa-pss', rsa)),
  'ec-secp256r1': pair(derKeyPair('ec', { namedCurve: 'P-256' })),
  'ec-secp384r1': pair(derKeyPair('ec', { namedCurve: 'P-384' })),
  'ec-secp521r1': pair(derKeyPair('ec', { namedCurve: 'P-521' })),
  ed25519: pair(derKeyPair('ed25519')),
  ed448: pair(derKeyPair('ed448')),
}

const algorithmsOf: Readonly<Record<keyof typeof keyPairs, RegExp>> = {
  rsa: /^rsa-(pss|pkcs1)-/,
  'rsa-pss': /^rsa-pss-/,
  'ec-secp256r1': /^ecdsa-/,
  'ec-secp384r1': /^ecdsa-/,
  'ec-secp521r1': /^ecdsa-/,
  ed25519: /^ed25519$/,
  ed448: /^ed448$/,
}

const algorithms = Object.values(signature) as SignatureAlgorithm<'sync'>[]
const data = ascii('signed data')

describe.each(Object.keys(keyPairs) as (keyof typeof keyPairs)[])('a key of type %s', (keyType) => {
  const { privateKey, publicKey } = keyPairs[keyType]

  test('is known as what it is, with its public key', () => {
    expect(privateKey.keyType).toBe(keyType)
    expect(privateKey.spki).toEqual(publicKey.spki)
  })

  test('signs and verifies with its own algorithms, and none of the others', () => {
    for (const algorithm of algorithms) {
      if (algorithmsOf[keyType].test(algorithm.name)) {
        const made = algorithm.sign(privateKey, data)
        expect(algorithm.verify(publicKey, data, made)).toBe(true)
        expect(algorithm.verify(publicKey, ascii('other data'), made)).toBe(false)
        made[made.length >> 1] = (made[made.length >> 1] as number) ^ 1
        expect(algorithm.verify(publicKey, data, made)).toBe(false)
      } else {
        expect(() => algorithm.sign(privateKey, data)).toThrow(expect.objectContaining({ code: 'ERR_TLS_CRYPTO' }))
        for (const other of Object.values(keyPairs)) {
          const made = algorithm === fitting(other.privateKey) ? algorithm.sign(other.privateKey, data) : data
          expect(algorithm.verify(publicKey, data, made)).toBe(false)
        }
      }
    }
  })

  test('verifies nothing when it claims to be of another type', () => {
    const algorithm = fitting(privateKey)
    const made = algorithm.sign(privateKey, data)
    for (const other of [...Object.keys(keyPairs), 'dsa', '', 'constructor', '__proto__']) {
      const verified = algorithm.verify({ keyType: other, spki: publicKey.spki }, data, made)
      expect(verified).toBe(other === keyType)
    }
  })

  test('verifies nothing when its bytes are cut, longer, or changed', () => {
    const algorithm = fitting(privateKey)
    const made = algorithm.sign(privateKey, data)
    const { spki } = publicKey
    const wrong = [spki.subarray(0, -1), spki.subarray(1), new Uint8Array([...spki, 0]), new Uint8Array()]
    for (let at = 0; at < spki.length; at += 3) {
      const changed = spki.slice()
      changed[at] = (changed[at] as number) ^ 0x40
      wrong.push(changed)
    }
    for (const one of wrong) expect(algorithm.verify({ keyType, spki: one }, data, made)).toBe(false)
  })

  test('takes any bytes for a signature or a key without throwing', () => {
    const algorithm = fitting(privateKey)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(algorithm.verify(publicKey, data, bytes)).toBe(false)
        expect(algorithm.verify({ keyType, spki: bytes }, data, bytes)).toBe(false)
      }),
      { numRuns: 40 },
    )
  })

  test('signs no more after dispose', () => {
    const { pkcs8 } = keyPairs[keyType]
    const key = importPrivateKey(pkcs8)
    key.dispose()
    expect(() => fitting(key).sign(key, data)).toThrow(expect.objectContaining({ code: 'ERR_TLS_SECRET_DISPOSED' }))
  })
})

test('RSASSA-PSS wants a salt as long as the hash', () => {
  const key = { key: pemOf(keyPairs.rsa.pkcs8), padding: constants.RSA_PKCS1_PSS_PADDING }
  const verify = (saltLength: number): boolean => {
    const made = new Uint8Array(nodeSign('sha256', data, { ...key, saltLength }))
    return (signature['rsa-pss-sha256'] as SignatureAlgorithm<'sync'>).verify(keyPairs.rsa.publicKey, data, made)
  }
  expect([0, 20, 31, 32, 33, 48].map(verify)).toEqual([false, false, false, true, false, false])
})

test('an RSA-PSS key bound to a hash works with that hash, the same mask hash and no longer salt', () => {
  const bound = (hashAlgorithm: string, mgf1HashAlgorithm: string, saltLength: number): string[] => {
    const { publicKey, privateKey } = pair(
      derKeyPair('rsa-pss', { ...rsa, hashAlgorithm, mgf1HashAlgorithm, saltLength }),
    )
    return algorithms
      .filter((algorithm) => {
        try {
          return algorithm.verify(publicKey, data, algorithm.sign(privateKey, data))
        } catch (error) {
          expect(error).toMatchObject({ code: 'ERR_TLS_CRYPTO' })
          return false
        }
      })
      .map((algorithm) => algorithm.name)
  }
  expect(bound('sha256', 'sha256', 32)).toEqual(['rsa-pss-sha256'])
  expect(bound('sha384', 'sha384', 20)).toEqual(['rsa-pss-sha384'])
  expect(bound('sha256', 'sha256', 33)).toEqual([])
  expect(bound('sha512', 'sha256', 32)).toEqual([])
})

test("another backend's private key is refused", () => {
  const foreign: PrivateKey = { keyType: 'ed25519', spki: undefined, dispose() {} }
  expect(() => fitting(foreign).sign(foreign, data)).toThrow(expect.objectContaining({ code: 'ERR_TLS_CRYPTO' }))
})

function fitting(key: PrivateKey): SignatureAlgorithm<'sync'> {
  const pattern = algorithmsOf[key.keyType as keyof typeof keyPairs]
  return algorithms.find((algorithm) => pattern.test(algorithm.name)) as SignatureAlgorithm<'sync'>
}

function pair({ publicKey, privateKey: pkcs8 }: DerKeyPair): {
  publicKey: PublicKey
  privateKey: PrivateKey
  pkcs8: Uint8Array
} {
  const privateKey = importPrivateKey(pkcs8)
  return { publicKey: { keyType: privateKey.keyType, spki: publicKey }, privateKey, pkcs8 }
}
