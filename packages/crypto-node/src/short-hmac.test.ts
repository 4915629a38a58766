import { createHmac } from 'node:crypto'
import { concat } from '@typetls/wire'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ShortHmac } from './short-hmac.ts'

describe.each([
  ['sha256', 64, 32],
  ['sha384', 128, 48],
  ['sha512', 128, 64],
])('%s', (hash, blockLength, outputLength) => {
  const short = new ShortHmac(hash, blockLength, outputLength)

  test('what it takes it answers as createHmac does, whatever came before', () => {
    const key = fc.uint8Array({ maxLength: blockLength + 2 })
    const data = fc.uint8Array({ maxLength: 258 })
    fc.assert(
      fc.property(key, data, fc.nat({ max: outputLength }), (key, data, length) => {
        const fits = key.length <= blockLength && data.length <= 256
        expect(short.takes(key, data)).toBe(fits)
        if (!fits) return
        const extracted = new Uint8Array(outputLength)
        short.extract(key, data, extracted)
        expect(extracted).toEqual(hmac(hash, key, data))
        const expanded = new Uint8Array(length)
        short.expand(key, data, expanded)
        expect(expanded).toEqual(hmac(hash, key, concat(data, Uint8Array.of(1))).subarray(0, length))
      }),
      { numRuns: 200 },
    )
  })
})

function hmac(hash: string, key: Uint8Array, data: Uint8Array): Uint8Array {
  return new Uint8Array(createHmac(hash, key).update(data).digest())
}
