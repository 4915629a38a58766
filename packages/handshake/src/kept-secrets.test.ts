import { Secret } from '@typetls/crypto-provider'
import { expect, test } from 'vitest'
import { KeptSecrets } from './kept-secrets.ts'

function secretOf(byte: number): Secret {
  return new Secret(new Uint8Array(32).fill(byte))
}

test('secrets come out as they went in, and those given are wiped', () => {
  const given = [secretOf(1), secretOf(2), secretOf(3)]
  const kept = new KeptSecrets(given)
  expect(given.every((secret) => secret.disposed)).toBe(true)
  expect([0, 1, 2].map((index) => kept.copy(index))).toEqual([secretOf(1), secretOf(2), secretOf(3)])
  expect(kept.copy(1).reveal()).toEqual(secretOf(2).reveal())
})

test('a copy has an end of its own', () => {
  const kept = new KeptSecrets([secretOf(1), secretOf(2)])
  kept.copy(0).dispose()
  expect(kept.copy(0).reveal()).toEqual(secretOf(1).reveal())
})

test('one is replaced, the others stay, and the new one is wiped where it came from', () => {
  const kept = new KeptSecrets([secretOf(1), secretOf(2), secretOf(3)])
  const next = secretOf(9)
  kept.replace(1, next)
  expect(next.disposed).toBe(true)
  expect([0, 1, 2].map((index) => kept.copy(index).reveal()[0])).toEqual([1, 9, 3])
})

test('after the end nothing comes out, and what comes in is wiped', () => {
  const kept = new KeptSecrets([secretOf(1), secretOf(2)])
  kept.dispose()
  expect(() => kept.copy(0)).toThrow(expect.objectContaining({ code: 'ERR_TLS_SECRET_DISPOSED' }))
  const late = secretOf(9)
  kept.replace(0, late)
  expect(late.disposed).toBe(true)
})
