import type { Hash } from '@typetls/crypto-provider'
import { ascii, toHex } from '@typetls/wire'
import { expect, test } from 'vitest'
import { hash } from './hash.ts'

// https://csrc.nist.gov/projects/cryptographic-standards-and-guidelines/example-values
test.each([
  ['sha1', 'a9993e364706816aba3e25717850c26c9cd0d89d'],
  ['sha256', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  ['sha384', 'cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7'],
  [
    'sha512',
    'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a' +
      '2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
  ],
])('%s of abc is as published', (name, expected) => {
  const row = hash[name] as Hash<'sync'>
  expect(toHex(row.digest(ascii('abc')))).toBe(expected)
  expect(row.outputLength).toBe(expected.length / 2)
  expect(row.name).toBe(name)
})

test('a running hash can be looked at between updates, more than once', () => {
  const row = hash['sha256'] as Hash<'sync'>
  const running = row.start()
  expect(running.digest()).toEqual(row.digest(new Uint8Array()))
  running.update(ascii('a'))
  expect(running.digest()).toEqual(row.digest(ascii('a')))
  expect(running.digest()).toEqual(row.digest(ascii('a')))
  running.update(ascii('bc'))
  expect(running.digest()).toEqual(row.digest(ascii('abc')))
})

test('digests are plain bytes, whose slice is a copy', () => {
  const row = hash['sha384'] as Hash<'sync'>
  for (const digest of [row.digest(ascii('x')), row.start().digest()]) {
    expect(Object.getPrototypeOf(digest)).toBe(Uint8Array.prototype)
  }
})
