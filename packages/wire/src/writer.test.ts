import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Reader } from './reader.ts'
import { toHex } from './bytes.ts'
import { Writer } from './writer.ts'

const integers = [
  [1, 0xff],
  [2, 0xffff],
  [3, 0xffffff],
  [4, 0xffffffff],
] as const

test.each(integers)('what is written in %i bytes, a reader reads', (width, max) => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max }), (value) => {
      const writer = new Writer(0)
      writer.uint(width, value)
      expect(new Reader(writer.finish()).uint(width)).toBe(value)
    }),
  )
})

test.each(integers)('%i bytes refuse what is not an integer in their range, and nothing is written', (width, max) => {
  const writer = new Writer()
  for (const value of [-1, max + 1, 0.5, NaN, Infinity, '1' as unknown as number, undefined as unknown as number]) {
    expect(() => writer.uint(width, value)).toThrow(
      expect.objectContaining({ code: 'ERR_TLS_ENCODE_RANGE', alert: 'internal_error' }),
    )
    expect(writer.finish()).toHaveLength(0)
  }
})

test('a writer grows to any size from any capacity', () => {
  fc.assert(
    fc.property(fc.nat(40), fc.array(fc.uint8Array({ maxLength: 100 })), (capacity, chunks) => {
      const writer = new Writer(capacity)
      for (const chunk of chunks) writer.raw(chunk)
      expect([...writer.finish()]).toEqual(chunks.flatMap((chunk) => [...chunk]))
    }),
  )
})

test('what finish gave is a copy of its own size', () => {
  const writer = new Writer(64)
  writer.uint8(1)
  const first = writer.finish()
  writer.uint8(2)
  expect([first.length, first.buffer.byteLength]).toEqual([1, 1])
  expect(toHex(writer.finish())).toBe('0102')
})

test('what is written in one go is an array of its own size, whatever was written before or within', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 3000 }), { maxLength: 4 }), (chunks) => {
      const write = (writer: Writer): void => {
        for (const chunk of chunks) writer.raw(Writer.written((within) => within.raw(chunk)))
      }
      const written = Writer.written(write)
      expect([...written]).toEqual(chunks.flatMap((chunk) => [...chunk]))
      expect(written.buffer.byteLength).toBe(written.length)
      expect(() =>
        Writer.written((writer) => {
          writer.raw(written)
          throw new RangeError('refused')
        }),
      ).toThrow('refused')
      expect(Writer.written(() => {})).toHaveLength(0)
    }),
  )
})

test('vectors nest, each behind its own length, also when the buffer grows inside', () => {
  const writer = new Writer(1)
  writer.vector(2, 0, 0xffff, (outer) => {
    outer.vector(1, 0, 0xff, (inner) => inner.raw(new Uint8Array(3).fill(7)))
    outer.vector(3, 0, 0xffffff, () => {})
  })
  expect(toHex(writer.finish())).toBe('0007' + '03070707' + '000000')
})

test.each([
  [1, 0xff],
  [2, 0xffff],
  [3, 0x1_0000],
] as const)('a vector with a length of %s bytes holds up to its limit', (width, max) => {
  const full = new Writer()
  full.vector(width, 0, max, (inner) => inner.raw(new Uint8Array(max)))
  expect(full.finish()).toHaveLength(width + max)
  expect(toHex(full.finish().subarray(0, width))).toBe(max.toString(16).padStart(2 * width, '0'))
  const over = new Writer()
  expect(() => over.vector(width, 0, max, (inner) => inner.raw(new Uint8Array(max + 1)))).toThrow(
    expect.objectContaining({
      code: 'ERR_TLS_ENCODE_RANGE',
      alert: 'internal_error',
      expected: { min: 0, max },
      received: max + 1,
    }),
  )
})

test('a vector below its minimum is refused', () => {
  expect(() => new Writer().vector(1, 1, 0xff, () => {})).toThrow(
    expect.objectContaining({ code: 'ERR_TLS_ENCODE_RANGE', received: 0 }),
  )
})
