import { concat } from '@typetls/wire'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { macBehind, paddedContent, writePadding } from './cbc-padding.ts'

const macLength = fc.constantFrom(0, 20, 32, 48)

test('right padding of every length is taken for what it is', () => {
  for (const mac of [0, 20, 32, 48]) {
    for (let padding = 0; padding <= 255; padding++) {
      for (const content of [0, 1, 300]) {
        const plaintext = padded(content, mac, padding)
        expect(paddedContent(plaintext, mac)).toEqual({ contentLength: content, rightPadding: -1 })
      }
    }
  }
})

test('one wrong byte anywhere in the padding makes it wrong, and as if there were none', () => {
  for (const padding of [1, 2, 15, 254, 255]) {
    for (let at = 1; at <= padding; at++) {
      const plaintext = padded(3, 20, padding)
      const index = plaintext.length - 1 - at
      plaintext[index] = (plaintext[index] as number) ^ 0x80
      expect(paddedContent(plaintext, 20)).toEqual({ contentLength: 3 + padding, rightPadding: 0 })
    }
  }
})

test('padding longer than what there is room for is wrong', () => {
  expect(paddedContent(Uint8Array.of(...new Uint8Array(20), 0), 20)).toEqual({ contentLength: 0, rightPadding: -1 })
  expect(paddedContent(new Uint8Array(21).fill(1), 20)).toEqual({ contentLength: 0, rightPadding: 0 })
  expect(paddedContent(new Uint8Array(60).fill(255), 20)).toEqual({ contentLength: 39, rightPadding: 0 })
})

test('it agrees with a plain reading of RFC 5246, whatever the bytes are', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(255), macLength, (bytes, last, mac) => {
      const plaintext = concat(new Uint8Array(mac), bytes, Uint8Array.of(last))
      const body = plaintext.subarray(0, -1)
      const fits = last <= body.length - mac
      const right = fits && body.subarray(body.length - last).every((byte) => byte === last)
      const contentLength = body.length - mac - (right ? last : 0)
      expect(paddedContent(plaintext, mac)).toEqual({ contentLength, rightPadding: right ? -1 : 0 })
    }),
  )
})

test('a MAC is found where the padding begins, and only there', () => {
  fc.assert(
    fc.property(fc.nat(600), fc.nat(255), fc.constantFrom(20, 32, 48), fc.nat(), (content, padding, length, flip) => {
      const mac = Uint8Array.from({ length }, (_, i) => 0xc0 ^ i)
      const plaintext = padded(content, length, padding)
      plaintext.set(mac, content)
      expect(macBehind(plaintext, content, mac)).toBe(-1)
      const other = mac.slice()
      other[flip % length] = (other[flip % length] as number) ^ (1 << (flip % 8))
      expect(macBehind(plaintext, content, other)).toBe(0)
    }),
  )
})

function padded(content: number, mac: number, padding: number): Uint8Array {
  const plaintext = new Uint8Array(content + mac + padding + 1).fill(0xab)
  writePadding(plaintext, content + mac, plaintext.length)
  return plaintext
}
