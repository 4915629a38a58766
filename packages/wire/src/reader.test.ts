import { expect, test } from 'vitest'
import { Reader } from './reader.ts'

test('integers are big-endian and unsigned', () => {
  const reader = new Reader(Uint8Array.of(0xff, 0xfe, 0xfd, 0xfc, 0xfb, 0xfa, 0xff, 0xff, 0xff, 0xfe))
  expect(reader.uint8()).toBe(0xff)
  expect(reader.uint16()).toBe(0xfefd)
  expect(reader.uint(3)).toBe(0xfcfbfa)
  expect(reader.uint(4)).toBe(0xfffffffe)
  expect(reader.remaining).toBe(0)
})

test.each([1, 2, 3, 4])('an integer of %i bytes never reads past the end', (width) => {
  for (let length = 0; length < width; length++) {
    // More bytes lie behind the end of the reader: they are not its own.
    const reader = new Reader(new Uint8Array(8), 'Thing.field', 0, length)
    expect(() => reader.uint(width)).toThrow(
      expect.objectContaining({ code: 'ERR_TLS_DECODE_TRUNCATED', alert: 'decode_error', path: 'Thing.field' }),
    )
  }
})

test('a missing byte is told with what was needed and what was there', () => {
  const reader = new Reader(new Uint8Array(20), 'ServerHello')
  reader.enter('random')
  expect(() => reader.take(32)).toThrow('ServerHello.random: decode truncated (expected 32, received 20)')
})

test('slices are views of the input', () => {
  const bytes = Uint8Array.of(1, 2, 3)
  const reader = new Reader(bytes, [], 1)
  const view = reader.take(2)
  bytes[1] = 9
  expect([...view]).toEqual([9, 3])
})

test('a sub-reader has its own end and its own place, and the outer one goes on behind it', () => {
  const reader = new Reader(Uint8Array.of(1, 2, 3, 4), 'Outer')
  const inner = reader.sub(2)
  inner.enter('item')
  expect(inner.path).toBe('Outer.item')
  expect(inner.uint16()).toBe(0x0102)
  expect(() => inner.uint8()).toThrow(expect.objectContaining({ code: 'ERR_TLS_DECODE_TRUNCATED' }))
  expect(reader.uint16()).toBe(0x0304)
  expect(() => reader.sub(1)).toThrow(expect.objectContaining({ code: 'ERR_TLS_DECODE_TRUNCATED' }))
})

test('a path is fields by dots and items by brackets', () => {
  const reader = new Reader(new Uint8Array(), 'ServerHello')
  for (const step of ['extensions', 2, 'keyShare', 0]) reader.enter(step)
  expect(reader.path).toBe('ServerHello.extensions[2].keyShare[0]')
  reader.leave()
  reader.leave()
  expect(reader.path).toBe('ServerHello.extensions[2]')
})

test('finish refuses what was left over, and says how much', () => {
  const reader = new Reader(Uint8Array.of(1, 2, 3), 'Finished')
  reader.uint8()
  expect(() => reader.finish()).toThrow(
    expect.objectContaining({
      code: 'ERR_TLS_DECODE_TRAILING',
      alert: 'decode_error',
      path: 'Finished',
      received: 2,
      message: 'Finished: decode trailing (received 2)',
    }),
  )
  reader.uint16()
  reader.finish()
})
