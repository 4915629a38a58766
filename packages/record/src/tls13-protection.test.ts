import { toHex } from '@typetls/wire'
import { expect, test } from 'vitest'
import { FakeAead, recordKey } from '../test/fake-aead.ts'
import { typeHandshake } from './content-type.ts'
import { Tls13Protection } from './tls13-protection.ts'

test('the nonce changes with every record', () => {
  const aead = new FakeAead()
  const protection = new Tls13Protection(recordKey(aead))
  for (let i = 0; i < 300; i++) sealOne(protection)
  expect(new Set(aead.nonces).size).toBe(300)
  expect(protection.sequence).toBe(300)
})

test('numbers can be reserved up to the last exact integer and not beyond', () => {
  const protection = new Tls13Protection(recordKey(new FakeAead()))
  protection.sequence = Number.MAX_SAFE_INTEGER - 1
  expect(() => protection.reserve(3)).toThrow(
    expect.objectContaining({ code: 'ERR_TLS_SEQUENCE_EXHAUSTED', alert: 'internal_error' }),
  )
  protection.reserve(2)
  sealOne(protection)
  sealOne(protection)
  expect(() => protection.reserve(1)).toThrow(expect.objectContaining({ code: 'ERR_TLS_SEQUENCE_EXHAUSTED' }))
})

test('a key is disposed of once and its IV overwritten', () => {
  const aead = new FakeAead()
  const key = recordKey(aead)
  const protection = new Tls13Protection(key)
  protection.dispose()
  protection.dispose()
  expect(aead.disposed).toBe(1)
  expect(toHex(key.iv)).toBe('00'.repeat(12))
})

test('a key lives until its last call in flight ended, in whatever way', async () => {
  const aead = new FakeAead()
  const protection = new Tls13Protection(recordKey(aead))
  let fail = (_: Error): void => {}
  const late = new Promise<void>((_, reject) => (fail = reject))
  protection.holdUntil(Promise.resolve())
  protection.holdUntil(late)
  protection.dispose()
  await new Promise(setImmediate)
  expect(aead.disposed).toBe(0)
  fail(new Error('broken'))
  await new Promise(setImmediate)
  expect(aead.disposed).toBe(1)
})

function sealOne(protection: Tls13Protection): void {
  void protection.seal(typeHandshake, new Uint8Array(1), 0, new Uint8Array(5 + 1 + 1 + 16), 5)
}
