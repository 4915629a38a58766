import { expect, test } from 'vitest'
import { noPadding, padToMultipleOf } from './padding.ts'

test('no padding is zero bytes for any content', () => {
  expect([1, 16384, 16385].map((length) => noPadding.paddings(length, 16384))).toEqual([[0], [0], [0, 0]])
})

test('padding to a multiple fills up to the next one and adds nothing to an exact one', () => {
  const policy = padToMultipleOf(512)
  expect([1, 511, 512, 513].map((length) => policy.paddings(length, 16384))).toEqual([[511], [1], [0], [511]])
})

test.each([0, -1, 1.5, Number.NaN])('padding to a multiple of %s is refused', (size) => {
  expect(() => padToMultipleOf(size)).toThrow(expect.objectContaining({ code: 'ERR_TLS_OPTIONS' }))
})
