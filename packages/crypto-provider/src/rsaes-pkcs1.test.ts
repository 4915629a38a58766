import { concat } from '@typetls/wire'
import { expect, test } from 'vitest'
import { secretWithin } from './rsaes-pkcs1.ts'
import { Secret } from './secret.ts'

const message = new Uint8Array(48).fill(7)
const fallback = (): Secret => new Secret(new Uint8Array(48).fill(9))
const encoded = (padding: number, first = 0, type = 2, end = 0): Uint8Array =>
  concat(Uint8Array.of(first, type), new Uint8Array(padding).fill(0xff), Uint8Array.of(end), message)

test('a secret of the length asked for is found behind its padding', () => {
  for (const padding of [8, 77, 205]) expect(secretWithin(encoded(padding), fallback()).reveal()).toEqual(message)
})

test('each byte of the padding counts: a wrong one gives a copy of the fallback', () => {
  const wrong = [encoded(77, 1), encoded(77, 0, 1), encoded(77, 0, 3), encoded(77, 0, 2, 1), encoded(7), encoded(0)]
  for (let i = 2; i < 79; i++) wrong.push(encoded(77).fill(0, i, i + 1))
  for (let bit = 0; bit < 8; bit++) {
    for (const at of [0, 1, 79]) {
      const flipped = encoded(77)
      flipped[at] = (flipped[at] as number) ^ (1 << bit)
      wrong.push(flipped)
    }
  }
  for (const one of wrong) {
    const given = fallback()
    const secret = secretWithin(one, given)
    expect(secret.reveal()).toEqual(given.reveal())
    secret.dispose()
    expect(given.disposed).toBe(false)
    expect(given.reveal()[0]).toBe(9)
  }
})

test('a secret that is longer or shorter than the fallback is not taken', () => {
  for (const length of [0, 1, 47, 49, 70]) {
    const other = new Secret(new Uint8Array(length).fill(9))
    expect(secretWithin(encoded(77), other).reveal()).toEqual(other.reveal())
  }
})

test('a modulus without room for the secret gives a copy of the fallback', () => {
  expect(secretWithin(new Uint8Array(58), fallback()).reveal()).toEqual(fallback().reveal())
  expect(secretWithin(new Uint8Array(0), fallback()).reveal()).toEqual(fallback().reveal())
})
