import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ascii, concat, equalBytes, fromAscii, fromHex, toHex } from './bytes.ts'

test('concat joins in order and copies', () => {
  const first = Uint8Array.of(1, 2)
  const joined = concat(first, new Uint8Array(), Uint8Array.of(3))
  expect([...joined]).toEqual([1, 2, 3])
  joined[0] = 9
  expect(first[0]).toBe(1)
  expect(concat()).toHaveLength(0)
})

test('equalBytes compares length and content', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.uint8Array(), (a, b) => {
      expect(equalBytes(a, a.slice())).toBe(true)
      expect(equalBytes(a, b)).toBe(a.length === b.length && a.every((byte, i) => byte === b[i]))
    }),
  )
  expect(equalBytes(Uint8Array.of(1, 2, 3), Uint8Array.of(1, 2))).toBe(false)
  for (let i = 0; i < 3; i++) {
    const changed = Uint8Array.of(1, 2, 3)
    changed[i] = 0x83
    expect(equalBytes(Uint8Array.of(1, 2, 3), changed)).toBe(false)
  }
})

test('hex goes both ways, in either case, with spaces', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(fromHex(toHex(bytes))).toEqual(bytes)
      expect(fromHex(toHex(bytes).toUpperCase())).toEqual(bytes)
    }),
  )
  expect(toHex(Uint8Array.of(0, 15, 255))).toBe('000fff')
  expect([...fromHex(' 0a 0B\n0c ')]).toEqual([10, 11, 12])
})

test.each(['0', '0g', '0x00', 'é0'])('%j is not hex', (text) => {
  expect(() => fromHex(text)).toThrow(RangeError)
})

test('ascii refuses what it could not give back', () => {
  expect([...ascii('h2\0\x7f')]).toEqual([0x68, 0x32, 0, 0x7f])
  expect(() => ascii('\x80')).toThrow(RangeError)
  expect(() => ascii('Ā')).toThrow(RangeError)
  fc.assert(
    fc.property(fc.uint8Array({ max: 0x7f }), (bytes) => {
      expect(ascii(fromAscii(bytes))).toEqual(bytes)
    }),
  )
})

test('fromAscii shows any byte as one character', () => {
  expect(fromAscii(Uint8Array.of(0x41, 0xe9))).toBe('A\xe9')
})
