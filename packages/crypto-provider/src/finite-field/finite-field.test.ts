import { createHash, generatePrimeSync, getDiffieHellman } from 'node:crypto'
import { fromHex } from '@typetls/wire'
import { expect, test } from 'vitest'
import { checkFiniteField, checkFiniteFieldShare, ffdhe2048, ffdhe3072, ffdhe4096, ownFiniteField } from './index.ts'

const two = Uint8Array.of(2)
const weak = expect.objectContaining({ code: 'ERR_TLS_DH_PARAMETERS', alert: 'insufficient_security' })

// SHA-256 of the primes that OpenSSL has, without zeros in front.
test.each([
  [ffdhe2048, 256, '9cd3b7f336872f46c09428d1bbc19877a4d440512cda8d1c1cf0cd6e33698966'],
  [ffdhe3072, 384, '0eaf67db3a839156d5013494a5318a772b5697d270d721f37f092efc69ea5a17'],
  [ffdhe4096, 512, '4648414224ac881b3d0dc59b466f96d06a558278776807797ecf1f66ff397b3e'],
])('$name is the group of RFC 7919', (group, length, digest) => {
  expect(group.prime).toHaveLength(length)
  expect(createHash('sha256').update(group.prime).digest('hex')).toBe(digest)
  expect(group.generator).toEqual(two)
  checkFiniteField(group)
})

test('a well-known safe prime of 2048 bits is taken, with zeros in front or not', () => {
  const prime = new Uint8Array(getDiffieHellman('modp14').getPrime())
  const own = ownFiniteField(Uint8Array.of(0, ...prime), Uint8Array.of(0, 2))
  expect(own).toEqual({ name: 'dh2048', id: 0, prime, generator: two })
})

test('primes that are too short or too long are refused before any work', () => {
  const short = new Uint8Array(getDiffieHellman('modp5').getPrime())
  expect(() => ownFiniteField(short, two)).toThrow(weak)
  expect(() => ownFiniteField(ffdhe2048.prime.subarray(1), two)).toThrow(weak)
  expect(() => ownFiniteField(new Uint8Array(1025).fill(0xff), two)).toThrow(weak)
  expect(() => ownFiniteField(new Uint8Array(), two)).toThrow(weak)
})

test('what is no safe prime is refused', () => {
  const even = ffdhe2048.prime.slice()
  even[255] = 0xfe
  const composite = ffdhe2048.prime.slice()
  composite[255] = 0xfd
  const notSafe = generatePrimeSync(2048, { bigint: true, add: 4n, rem: 1n })
  for (const prime of [even, composite, fromHex(notSafe.toString(16))]) {
    expect(() => ownFiniteField(prime, two)).toThrow(weak)
  }
}, 120_000)

test('a generator out of range is refused', () => {
  const last = ffdhe2048.prime.slice()
  last[255] = 0xfe
  for (const generator of [new Uint8Array(), Uint8Array.of(0), Uint8Array.of(1), last, ffdhe2048.prime]) {
    expect(() => ownFiniteField(ffdhe2048.prime, generator)).toThrow(weak)
  }
})

test('a share is between 1 and p - 1, and as long as p', () => {
  const of = (end: number, fill = 0): Uint8Array => new Uint8Array(256).fill(fill, 0, 255).fill(end, 255)
  const invalid = expect.objectContaining({ code: 'ERR_TLS_KEY_SHARE_INVALID', alert: 'illegal_parameter' })
  const lessOne = ffdhe2048.prime.slice()
  lessOne[255] = 0xfe
  const lessTwo = ffdhe2048.prime.slice()
  lessTwo[255] = 0xfd
  for (const share of [of(0), of(1), lessOne, ffdhe2048.prime, of(0xff, 0xff), two, new Uint8Array(257).fill(2)]) {
    expect(() => checkFiniteFieldShare(ffdhe2048, share)).toThrow(invalid)
  }
  checkFiniteFieldShare(ffdhe2048, of(2))
  checkFiniteFieldShare(ffdhe2048, lessTwo)
})
