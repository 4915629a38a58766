import { toHex } from '@typetls/wire'
import { expect, test } from 'vitest'
import { boolean, integer, namedBits, objectIdentifier, sequence, time } from './der.ts'

test.each([
  [0n, '020100'],
  [127n, '02017f'],
  [128n, '02020080'],
  [-1n, '0201ff'],
  [-128n, '020180'],
  [0x1_0000_0000n, '02050100000000'],
])('the integer %s has the shortest form', (value, hex) => {
  expect(toHex(integer(value))).toBe(hex)
})

test('named bits lose their trailing zeros', () => {
  expect(toHex(namedBits([]))).toBe('030100')
  expect(toHex(namedBits([0]))).toBe('03020780')
  expect(toHex(namedBits([5, 6]))).toBe('03020106')
  expect(toHex(namedBits([0, 8]))).toBe('0303078080')
})

test('true is ff, and an object identifier of large arcs is base 128', () => {
  expect(toHex(boolean(true))).toBe('0101ff')
  expect(toHex(objectIdentifier('1.3.6.1.4.1.99999.1'))).toBe('06092b06010401868d1f01')
})

test('a length of 128 and more has the fewest octets', () => {
  expect(toHex(sequence(new Uint8Array(127)).subarray(0, 2))).toBe('307f')
  expect(toHex(sequence(new Uint8Array(128)).subarray(0, 3))).toBe('308180')
  expect(toHex(sequence(new Uint8Array(256)).subarray(0, 4))).toBe('30820100')
})

test('times change their type with the year 2050', () => {
  expect(new TextDecoder().decode(time(new Date('2049-12-31T23:59:59.999Z')).subarray(2))).toBe('491231235959Z')
  expect(time(new Date('2049-12-31T23:59:59Z'))[0]).toBe(0x17)
  expect(new TextDecoder().decode(time(new Date('2050-01-01T00:00:00Z')).subarray(2))).toBe('20500101000000Z')
  expect(time(new Date('2050-01-01T00:00:00Z'))[0]).toBe(0x18)
})
