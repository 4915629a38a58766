import { Secret } from '@typetls/crypto-provider'
import type { Hkdf, Hmac } from '@typetls/crypto-provider'
import { ascii, fromHex, toHex } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { hkdf } from './hkdf.ts'
import { hmac } from './hmac.ts'

const sha256 = hkdf['sha256'] as Hkdf<'sync'>
const sha384 = hkdf['sha384'] as Hkdf<'sync'>

describe('the test cases of RFC 5869', () => {
  test.each([
    {
      name: '1: basic',
      ikm: '0b'.repeat(22),
      salt: '000102030405060708090a0b0c',
      info: 'f0f1f2f3f4f5f6f7f8f9',
      prk: '077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5',
      okm: '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865',
    },
    {
      name: '3: zero-length salt and info',
      ikm: '0b'.repeat(22),
      salt: '',
      info: '',
      prk: '19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04',
      okm: '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8',
    },
  ])('$name', ({ ikm, salt, info, prk, okm }) => {
    const pseudorandomKey = sha256.extract(fromHex(salt), new Secret(fromHex(ikm)))
    expect(toHex(pseudorandomKey.reveal())).toBe(prk)
    expect(toHex(sha256.expand(pseudorandomKey, fromHex(info), okm.length / 2).reveal())).toBe(okm)
  })
})

test('a salt may be a secret, and keying material may be plain bytes', () => {
  const a = sha384.extract(new Secret(ascii('salt')), ascii('material'))
  const b = sha384.extract(ascii('salt'), new Secret(ascii('material')))
  expect(a.reveal()).toEqual(b.reveal())
  expect(a.length).toBe(48)
})

test('shorter output is the start of longer output, across block borders', () => {
  const key = new Secret(new Uint8Array(48).fill(5))
  const long = sha384.expand(key, ascii('info'), 255 * 48).reveal()
  for (const length of [0, 1, 12, 47, 48, 49, 95, 96, 97, 255 * 48 - 1]) {
    expect(sha384.expand(key, ascii('info'), length).reveal()).toEqual(long.subarray(0, length))
  }
})

test('more than 255 blocks are refused', () => {
  const key = new Secret(new Uint8Array(32))
  expect(() => sha256.expand(key, new Uint8Array(), 255 * 32 + 1)).toThrow(
    expect.objectContaining({ code: 'ERR_TLS_CRYPTO', received: 8161 }),
  )
})

test('what comes out does not change when what went in is wiped', () => {
  const key = new Secret(new Uint8Array(32).fill(1))
  const secret = sha256.expand(key, ascii('info'), 32)
  const before = toHex(secret.reveal())
  key.dispose()
  expect(toHex(secret.reveal())).toBe(before)
  expect(() => sha256.expand(key, ascii('info'), 32)).toThrow(
    expect.objectContaining({ code: 'ERR_TLS_SECRET_DISPOSED' }),
  )
})

test('HMAC is as in RFC 4231, test case 2', () => {
  const mac = (hmac['sha256'] as Hmac<'sync'>).sign(new Secret(ascii('Jefe')), ascii('what do ya want for nothing?'))
  expect(toHex(mac)).toBe('5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843')
})
