import { createPrivateKey, createPublicKey } from 'node:crypto'
import { testKey, testKeyTypes } from '@typetls/testing'
import { TlsError, toHex } from '@typetls/wire'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { derElement, sequence } from '@typetls/wire/der'
import { toPem } from './pem.ts'
import { readPrivateKey } from './private-key.ts'

describe('a private key', () => {
  test.each(testKeyTypes)('of the kind %s stays what it is in PKCS#8, as PEM and DER', (keyType) => {
    const key = testKey(keyType, 0)
    const der = new Uint8Array(key.export({ format: 'der', type: 'pkcs8' }))
    const pem = key.export({ format: 'pem', type: 'pkcs8' }).toString()
    expect(readPrivateKey(der)).toEqual(der)
    expect(readPrivateKey(pem)).toEqual(der)
    expect(readPrivateKey(Buffer.from(pem))).toEqual(der)
    const copy = readPrivateKey(der)
    copy.fill(0)
    expect(der[0]).toBe(0x30)
  })

  test.each(['ec-secp256r1', 'ec-secp384r1', 'ec-secp521r1'] as const)(
    'of the kind %s comes out of SEC1',
    (keyType) => {
      const key = testKey(keyType, 1)
      const expected = new Uint8Array(key.export({ format: 'der', type: 'pkcs8' }))
      expect(readPrivateKey(key.export({ format: 'pem', type: 'sec1' }).toString())).toEqual(expected)
      expect(readPrivateKey(key.export({ format: 'der', type: 'sec1' }))).toEqual(expected)
    },
  )

  test('comes out of PKCS#1', () => {
    const key = testKey('rsa', 1)
    const expected = new Uint8Array(key.export({ format: 'der', type: 'pkcs8' }))
    expect(readPrivateKey(key.export({ format: 'pem', type: 'pkcs1' }).toString())).toEqual(expected)
    expect(readPrivateKey(key.export({ format: 'der', type: 'pkcs1' }))).toEqual(expected)
  })

  test('is found behind the EC PARAMETERS block that openssl ecparam writes', () => {
    const key = testKey('ec-secp256r1', 0)
    const parameters = toPem('EC PARAMETERS', Uint8Array.of(6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7))
    const read = readPrivateKey(parameters + key.export({ format: 'pem', type: 'sec1' }).toString())
    const imported = createPrivateKey({ key: Buffer.from(read), format: 'der', type: 'pkcs8' })
    expect(createPublicKey(imported).equals(createPublicKey(key))).toBe(true)
  })

  const key = testKey('ec-secp256r1', 0)
  const pem = key.export({ format: 'pem', type: 'pkcs8' }).toString()
  const encrypted = { type: 'pkcs8', cipher: 'aes-128-cbc', passphrase: 'secret' } as const

  test.each([
    ['it is encrypted', key.export({ format: 'pem', ...encrypted }), 'is encrypted'],
    ['it is encrypted DER', key.export({ format: 'der', ...encrypted }), 'is encrypted'],
    ['there are two', pem + pem, 'has 2 private keys'],
    ['there is none', toPem('CERTIFICATE', new Uint8Array(0)), 'has 0 private keys'],
    ['it is a public key', createPublicKey(key).export({ format: 'der', type: 'spki' }), 'is not a private key'],
    [
      'it is of no known form',
      derElement(sequence, Uint8Array.of(2, 1, 0, 5, 0)),
      'neither PKCS#8, nor SEC1, nor PKCS#1',
    ],
    ['its SEC1 names no curve', derElement(sequence, Uint8Array.of(2, 1, 1, 4, 1, 9)), 'does not name its curve'],
  ])('is refused when %s', (_, input, message) => {
    const bytes = typeof input === 'string' ? input : new Uint8Array(input)
    expect(() => readPrivateKey(bytes)).toThrow(message)
    const code = message === 'is encrypted' ? 'ERR_TLS_PASSPHRASE_REQUIRED' : 'ERR_TLS_KEY_PARSE'
    expect(() => readPrivateKey(bytes)).toThrow(expect.objectContaining({ code }))
  })

  test('is read or refused with a TlsError that does not tell its bytes, whatever is changed in it', () => {
    const sec1 = new Uint8Array(key.export({ format: 'der', type: 'sec1' }))
    const secret = toHex(sec1.subarray(7, 39))
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 255 }), fc.nat({ max: 20 }), (at, change, cut) => {
        const bytes = sec1.slice(0, sec1.length - cut)
        bytes[at % bytes.length] = (bytes[at % bytes.length] as number) ^ change
        try {
          readPrivateKey(bytes)
        } catch (error) {
          expect(error).toBeInstanceOf(TlsError)
          expect(`${error} ${JSON.stringify(error)}`).not.toContain(secret.slice(8, 24))
        }
      }),
    )
  })
})
