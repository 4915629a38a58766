import { Secret } from '@typetls/crypto-provider'
import type { Aead } from '@typetls/crypto-provider'
import { ascii, concat, fromHex, toHex } from '@typetls/wire'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { aead } from './aead.ts'

const none = new Uint8Array()
const rows = Object.values(aead) as Aead<'sync'>[]

test('AES-128-GCM is as in the GCM specification, test case 4', () => {
  const row = aead['aes-128-gcm'] as Aead<'sync'>
  const plaintext = fromHex(
    'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72' +
      '1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39',
  )
  const sealed = seal(row, 'feffe9928665731c6d6a8f9467308308', 'cafebabefacedbaddecaf888', plaintext, {
    additionalData: fromHex('feedfacedeadbeeffeedfacedeadbeefabaddad2'),
  })
  expect(toHex(sealed)).toBe(
    '42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e' +
      '21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091' +
      '5bc94fbc3221a5db94fae95ae7121a47',
  )
})

test('ChaCha20-Poly1305 is as in RFC 8439, section 2.8.2', () => {
  const row = aead['chacha20-poly1305'] as Aead<'sync'>
  const text =
    "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it."
  const key = '808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f'
  const additionalData = fromHex('50515253c0c1c2c3c4c5c6c7')
  const sealed = seal(row, key, '070000004041424344454647', ascii(text), { additionalData })
  expect(toHex(sealed.subarray(0, 16))).toBe('d31a8d34648e60db7b86afbc53ef7ec2')
  expect(toHex(sealed.subarray(-16))).toBe('1ae10b594f09e26a7e902ecbd0600691')
})

describe.each(rows.map((row) => [row.name, row] as const))('%s', (_, row) => {
  const nonce = new Uint8Array(row.nonceLength).fill(3)
  const header = ascii('12345')

  test('opens what it sealed, and writes nowhere else', () => {
    const key = row.key(new Secret(new Uint8Array(row.keyLength).fill(9)))
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 2000 }),
        fc.uint8Array({ maxLength: 40 }),
        fc.nat({ max: 20 }),
        (content, trailer, offset) => {
          const length = content.length + trailer.length + row.tagLength
          const into = new Uint8Array(offset + length + 4).fill(0xee)
          key.seal(nonce, header, content, trailer, into, offset)
          expect(into.subarray(0, offset).every((byte) => byte === 0xee)).toBe(true)
          expect(into.subarray(offset + length).every((byte) => byte === 0xee)).toBe(true)
          expect(key.open(nonce, header, into.subarray(offset, offset + length))).toEqual(concat(content, trailer))
        },
      ),
      { numRuns: 50 },
    )
  })

  test('opens nothing that was changed in one bit, or cut', () => {
    const key = row.key(new Secret(new Uint8Array(row.keyLength).fill(9)))
    const sealed = new Uint8Array(3 + row.tagLength)
    key.seal(nonce, header, ascii('ab'), ascii('c'), sealed, 0)
    for (let bit = 0; bit < 8 * sealed.length; bit++) {
      const changed = sealed.slice()
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7))
      expect(key.open(nonce, header, changed)).toBeUndefined()
    }
    for (let length = 0; length < sealed.length; length++) {
      expect(key.open(nonce, header, sealed.subarray(0, length))).toBeUndefined()
    }
    expect(key.open(nonce, ascii('12346'), sealed)).toBeUndefined()
    expect(key.open(new Uint8Array(12), header, sealed)).toBeUndefined()
    expect(key.open(nonce, header, sealed)).toEqual(ascii('abc'))
  })

  test('refuses a key of another length', () => {
    expect(() => row.key(new Secret(new Uint8Array(row.keyLength + 1)))).toThrow(
      expect.objectContaining({ code: 'ERR_TLS_CRYPTO', expected: row.keyLength }),
    )
  })

  test('does not keep the secret it was made from, and ends with dispose', () => {
    const secret = new Secret(new Uint8Array(row.keyLength).fill(9))
    const key = row.key(secret)
    const before = new Uint8Array(row.tagLength)
    key.seal(nonce, header, none, none, before, 0)
    secret.dispose()
    const after = new Uint8Array(row.tagLength)
    key.seal(nonce, header, none, none, after, 0)
    expect(after).toEqual(before)
    key.dispose()
    const disposed = expect.objectContaining({ code: 'ERR_TLS_SECRET_DISPOSED' })
    expect(() => key.seal(nonce, header, none, none, after, 0)).toThrow(disposed)
    expect(() => key.open(nonce, header, before)).toThrow(disposed)
  })
})

function seal(
  row: Aead<'sync'>,
  key: string,
  nonce: string,
  plaintext: Uint8Array,
  { additionalData }: { additionalData: Uint8Array },
): Uint8Array {
  const into = new Uint8Array(plaintext.length + row.tagLength)
  row.key(new Secret(fromHex(key))).seal(fromHex(nonce), additionalData, plaintext, none, into, 0)
  return into
}
