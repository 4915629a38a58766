import { toHex } from '@typetls/wire'
import { expect, test } from 'vitest'
import { nonceOf } from './nonce.ts'

const iv = Uint8Array.from({ length: 12 }, (_, i) => 0xf0 + i)

test.each([
  [0, 'f0f1f2f3f4f5f6f7f8f9fafb'],
  [1, 'f0f1f2f3f4f5f6f7f8f9fafa'],
  [0x1_00, 'f0f1f2f3f4f5f6f7f8f9fbfb'],
  [0xffff_ffff, 'f0f1f2f3f4f5f6f707060504'],
  [0x1_0000_0000, 'f0f1f2f3f4f5f6f6f8f9fafb'],
  [Number.MAX_SAFE_INTEGER, 'f0f1f2f3f4ea090807060504'],
])('the nonce of sequence number %d is the IV XOR its 64 bits', (sequence, nonce) => {
  expect(toHex(nonceOf(iv, sequence))).toBe(nonce)
})

test('what becomes of a nonce has no effect on the next', () => {
  nonceOf(iv, 5).fill(0xdb)
  expect(toHex(nonceOf(iv, 6))).toBe('f0f1f2f3f4f5f6f7f8f9fafd')
})
