import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { Secret } from './secret.ts'

test('its bytes show in no rendering', () => {
  const secret = new Secret(Uint8Array.of(222, 173, 190, 239))
  const shown = [
    inspect(secret, { showHidden: true, depth: 9 }),
    inspect({ nested: [secret] }, { depth: 9 }),
    JSON.stringify({ secret }),
    String(secret),
    Object.keys(secret).join(),
  ]
  for (const text of shown) expect(text).not.toMatch(/222|173|dead|DEAD|3q2/)
  expect(shown[0]).toBe('[Secret 4 bytes]')
})

test('dispose overwrites the bytes it owns, and the end is final', () => {
  const bytes = Uint8Array.of(1, 2, 3)
  const secret = new Secret(bytes)
  expect(secret.reveal()).toBe(bytes)
  secret.dispose()
  secret.dispose()
  expect([...bytes]).toEqual([0, 0, 0])
  expect(secret.disposed).toBe(true)
  expect(secret.length).toBe(3)
  expect(() => secret.reveal()).toThrow(expect.objectContaining({ code: 'ERR_TLS_SECRET_DISPOSED' }))
  expect(() => secret.clone()).toThrow(expect.objectContaining({ code: 'ERR_TLS_SECRET_DISPOSED' }))
})

test('copies have bytes and an end of their own, also of a Buffer, whose slice is no copy', () => {
  for (const bytes of [Uint8Array.of(1, 2, 3), Buffer.from([1, 2, 3])]) {
    const copy = Secret.copyOf(bytes)
    bytes.fill(9)
    const clone = copy.clone()
    copy.dispose()
    expect([...clone.reveal()]).toEqual([1, 2, 3])
  }
})
