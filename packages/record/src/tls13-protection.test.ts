import { toHex } from '@typetls/wire'
import { expect, test } from 'vitest'
import { FakeAead, recordKey } from '../test/fake-aead.ts'
import { Tls13Protection } from './tls13-protection.ts'

const iv = (): Uint8Array => Uint8Array.from({ length: 12 }, (_, i) => 0xf0 + i)

test.each([
  [0, 'f0f1f2f3f4f5f6f7f8f9fafb'],
  [1, 'f0f1f2f3f4f5f6f7f8f9fafa'],
  [0x1_00, 'f0f1f2f3f4f5f6f7f8f9fbfb'],
  [0xffff_ffff, 'f0f1f2f3f4f5f6f707060504'],
  [0x1_0000_0000, 'f0f1f2f3f4f5f6f6f8f9fafb'],
  [Number.MAX_SAFE_INTEGER, 'f0f1f2f3f4ea090807060504'],
])('the nonce of sequence number %d is the IV XOR its 64 bits', (sequence, nonce) => {
  const protection = new Tls13Protection(recordKey(new FakeAead(), { iv: iv() }))
  protection.sequence = sequence
  expect(toHex(protection.nextNonce())).toBe(nonce)
})

test('what becomes of a nonce has no effect on the next', () => {
  const make = (): Tls13Protection => new Tls13Protection(recordKey(new FakeAead(), { iv: iv() }))
  const left = make()
  const spoiled = make()
  for (let i = 0; i < 4; i++) {
    const nonce = spoiled.nextNonce()
    expect(toHex(nonce)).toBe(toHex(left.nextNonce()))
    nonce.fill(0xdb, 4)
  }
})

test('the nonce changes with every record', () => {
  const protection = new Tls13Protection(recordKey(new FakeAead(), { iv: iv() }))
  const nonces = Array.from({ length: 300 }, () => toHex(protection.nextNonce()))
  expect(new Set(nonces).size).toBe(300)
  expect(protection.sequence).toBe(300)
})

test('numbers can be reserved up to the last exact integer and not beyond', () => {
  const protection = new Tls13Protection(recordKey(new FakeAead()))
  protection.sequence = Number.MAX_SAFE_INTEGER - 1
  expect(() => protection.reserve(3)).toThrow(
    expect.objectContaining({ code: 'ERR_TLS_SEQUENCE_EXHAUSTED', alert: 'internal_error' }),
  )
  protection.reserve(2)
  protection.nextNonce()
  protection.nextNonce()
  expect(() => protection.reserve(1)).toThrow(expect.objectContaining({ code: 'ERR_TLS_SEQUENCE_EXHAUSTED' }))
})

test('a retired key is disposed of once and its IV overwritten', () => {
  const aead = new FakeAead()
  const key = recordKey(aead)
  const protection = new Tls13Protection(key)
  protection.retire()
  protection.retire()
  expect(aead.disposed).toBe(1)
  expect(toHex(key.iv)).toBe('00'.repeat(12))
})

test('a retired key lives until its last call in flight ended', () => {
  const aead = new FakeAead()
  const protection = new Tls13Protection(recordKey(aead))
  protection.begin()
  protection.begin()
  protection.retire()
  protection.end()
  expect(aead.disposed).toBe(0)
  protection.end()
  expect(aead.disposed).toBe(1)
})
