import { fromHex, toHex } from '@typetls/wire'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ecdsaFromDer as read, ecdsaToDer } from './ecdsa-signature.ts'

test.each([
  ['01', '02', '3006020101020102'],
  ['7f', '80', '300702017f02020080'],
  ['0001', 'ff00', '300802010102 0300ff00'],
])('r = %s and s = %s are the smallest INTEGERs', (r, s, der) => {
  const width = Math.max(r.length, s.length) / 2
  const pair = fromHex(r.padStart(2 * width, '0') + s.padStart(2 * width, '0'))
  expect(toHex(ecdsaToDer(pair))).toBe(der.replaceAll(' ', ''))
  expect(toHex(ecdsaFromDer(fromHex(der), width) as Uint8Array)).toBe(toHex(pair))
})

test('what goes to DER comes back the same, for every curve', () => {
  const width = fc.constantFrom(32, 48, 66)
  const pair = width.chain((w) => fc.uint8Array({ minLength: 2 * w, maxLength: 2 * w }))
  fc.assert(
    fc.property(pair, (bytes) => {
      const half = bytes.length / 2
      fc.pre(bytes.subarray(0, half).some((byte) => byte > 0) && bytes.subarray(half).some((byte) => byte > 0))
      expect(ecdsaFromDer(ecdsaToDer(bytes), half)).toEqual(bytes)
    }),
  )
})

test('there is one DER of a signature: what is read is what would be written', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 20 }), fc.nat(19), fc.nat(255), (noise, at, byte) => {
      const near = ecdsaToDer(Uint8Array.from({ length: 8 }, (_, i) => 3 * i + 1))
      if (at < near.length) near[at] = byte
      for (const der of [noise, near]) {
        const pair = ecdsaFromDer(der, 4)
        if (pair !== undefined) expect(toHex(ecdsaToDer(pair))).toBe(toHex(der))
      }
    }),
    { numRuns: 2000 },
  )
})

test.each([
  ['an empty signature', ''],
  ['a long form of a short length', '308106020101020102'],
  ['an indefinite length', '30800201010201020000'],
  ['bytes behind', '300602010102010200'],
  ['bytes behind, inside', '30070201010201020 0'],
  ['a padded INTEGER', '300702020001020102'],
  ['a negative INTEGER', '3006020181020102'],
  ['an empty INTEGER', '30050200020102'],
  ['r = 0', '3006020100020102'],
  ['s = 0', '3006020101020100'],
  ['one number', '3003020101'],
  ['another tag', '3006020101030102'],
  ['a number longer than the curve', '300a02050102030405020101'],
  ['a length beyond the end', '3007020101020102'],
])('%s is refused', (_, hex) => {
  expect(ecdsaFromDer(fromHex(hex), 4)).toBeUndefined()
})

function ecdsaFromDer(signature: Uint8Array, width: number): Uint8Array | undefined {
  try {
    return read(signature, width)
  } catch (error) {
    expect(error).toMatchObject({ code: 'ERR_TLS_KEY_PARSE' })
    return undefined
  }
}
