import { nodeCrypto } from '@typetls/crypto-node'
import type { Aead } from '@typetls/crypto-provider'
import { Secret } from '@typetls/crypto-provider'
import { equalBytes } from '@typetls/wire'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { chacha20Poly1305 } from './chacha20-poly1305.ts'

const reference = nodeCrypto.aead['chacha20-poly1305'] as Aead<'sync'>
const bytes = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length })

const sealed = fc.record({
  key: bytes(32),
  nonce: bytes(12),
  header: bytes(5),
  // Around 4096 bytes it changes who opens.
  content: fc.oneof(fc.uint8Array({ maxLength: 100 }), fc.integer({ min: 4080, max: 4110 }).chain(bytes)),
  trailer: fc.uint8Array({ maxLength: 3 }),
})

test('records are those of node:crypto, and leave the bytes around them alone', () => {
  fc.assert(
    fc.property(sealed, ({ key, nonce, header, content, trailer }) => {
      const length = content.length + trailer.length + 16
      const [ours, theirs] = [new Uint8Array(length + 9), new Uint8Array(length + 9)]
      chacha20Poly1305.key(Secret.copyOf(key)).seal(nonce, header, content, trailer, ours, 5)
      const node = reference.key(Secret.copyOf(key))
      node.seal(nonce, header, content, trailer, theirs, 5)
      expect(equalBytes(ours, theirs)).toBe(true)
      const opened = chacha20Poly1305.key(Secret.copyOf(key)).open(nonce, header, theirs.subarray(5, 5 + length))
      expect(opened).toEqual(node.open(nonce, header, theirs.subarray(5, 5 + length)))
    }),
  )
})

test('a record with any bit changed, or one that is too short, opens to nothing', () => {
  fc.assert(
    fc.property(sealed, fc.nat(), ({ key, nonce, header, content, trailer }, at) => {
      const record = new Uint8Array(content.length + trailer.length + 16)
      const aead = chacha20Poly1305.key(Secret.copyOf(key))
      aead.seal(nonce, header, content, trailer, record, 0)
      const bit = at % (8 * record.length)
      record[bit >>> 3] = (record[bit >>> 3] as number) ^ (1 << (bit & 7))
      expect(aead.open(nonce, header, record)).toBeUndefined()
      expect(aead.open(nonce, header, record.subarray(0, at % 16))).toBeUndefined()
    }),
  )
})

test('a key that was disposed of opens no large record either, though one was opened before', () => {
  const aead = chacha20Poly1305.key(new Secret(new Uint8Array(32)))
  const [nonce, header, none] = [new Uint8Array(12), new Uint8Array(5), new Uint8Array(0)]
  const record = new Uint8Array(10_016)
  aead.seal(nonce, header, new Uint8Array(10_000), none, record, 0)
  expect(aead.open(nonce, header, record)).toEqual(new Uint8Array(10_000))
  aead.dispose()
  const disposed = expect.objectContaining({ code: 'ERR_TLS_SECRET_DISPOSED' }) as Error
  expect(() => aead.open(nonce, header, record)).toThrow(disposed)
  expect(() => aead.open(nonce, header, record.subarray(0, 40))).toThrow(disposed)
  expect(() => aead.seal(nonce, header, none, none, record, 0)).toThrow(disposed)
})
