import { ascii, concat, equalBytes } from '@typetls/wire'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { MemoryPeer, MemoryWire, Split } from './memory-pair.ts'
import { connectPair } from './memory-pair.ts'
import { record } from './records.ts'

/** Keeps what it gets; answers each byte below 5 by the next number. */
function counter(wire: MemoryWire): MemoryPeer & { pieces: number[][]; ended: number; wire: MemoryWire } {
  const peer = {
    wire,
    pieces: [] as number[][],
    ended: 0,
    receive(bytes: Uint8Array) {
      peer.pieces.push([...bytes])
      for (const byte of bytes) if (byte < 5) wire.output(Uint8Array.of(byte + 1))
    },
    receiveEnd() {
      peer.ended++
    },
  }
  return peer
}

test('bytes go to and fro until nobody has anything to say', () => {
  const pair = connectPair({ client: counter, server: counter })
  pair.client.wire.output(Uint8Array.of(0))
  expect(pair.server.pieces).toEqual([])
  expect(pair.pump()).toBe(6)
  expect(pair.server.pieces).toEqual([[0], [2], [4]])
  expect(pair.client.pieces).toEqual([[1], [3], [5]])
  expect([...pair.sent('client-to-server')]).toEqual([0, 2, 4])
  expect([...pair.delivered('server-to-client')]).toEqual([1, 3, 5])
  expect(pair.pump()).toBe(0)
})

describe('splitting', () => {
  const outputs = [Uint8Array.of(10, 11, 12), Uint8Array.of(13), Uint8Array.of(14, 15)]

  test.each<[Split, number[][]]>([
    ['as-sent', [[10, 11, 12], [13], [14, 15]]],
    ['whole', [[10, 11, 12, 13, 14, 15]]],
    ['bytes', [[10], [11], [12], [13], [14], [15]]],
  ])('%s', (split, pieces) => {
    const pair = connectPair({ client: counter, server: counter, split })
    for (const output of outputs) pair.client.wire.output(output)
    pair.pump()
    expect(pair.server.pieces).toEqual(pieces)
  })

  test('random pieces repeat with their seed and lose nothing', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 9 }), fc.array(fc.uint8Array()), (seed, max, chunks) => {
        const runs = [0, 1].map(() => {
          const pair = connectPair({ client: counter, server: counter, split: { seed, max } })
          for (const chunk of chunks) pair.client.wire.output(chunk.map((byte) => byte | 0x80))
          pair.pump()
          return pair.server.pieces
        })
        expect(runs[0]).toEqual(runs[1])
        expect(runs[0]?.flat()).toEqual([...concat(...chunks)].map((byte) => byte | 0x80))
        expect(runs[0]?.every((piece) => piece.length > 0 && piece.length <= max)).toBe(true)
      }),
    )
  })
})

test('the end of a direction arrives once, behind what was sent', () => {
  const pair = connectPair({ client: counter, server: counter, split: 'bytes' })
  pair.client.wire.output(Uint8Array.of(200, 201))
  pair.client.wire.end()
  pair.client.wire.end()
  pair.client.wire.output(Uint8Array.of(202))
  pair.pump()
  expect(pair.server.pieces).toEqual([[200], [201]])
  expect([pair.server.ended, pair.client.ended]).toEqual([1, 0])
  pair.cut('server-to-client')
  pair.pump()
  expect(pair.client.ended).toBe(1)
})

test('a man in the middle changes bytes, whole records, or injects his own', () => {
  const first = record(22, ascii('first'))
  const second = record(23, ascii('second'))
  const pair = connectPair({
    client: counter,
    server: counter,
    transform: (direction, bytes) =>
      direction === 'client-to-server' ? bytes.map((b) => (b === 0x66 ? 0x46 : b)) : bytes,
    transformRecord: (_direction, bytes, index) => (index === 1 ? new Uint8Array() : bytes),
  })
  const stream = concat(first, second, first)
  pair.client.wire.output(stream.subarray(0, 7))
  pair.client.wire.output(stream.subarray(7))
  pair.inject('client-to-server', Uint8Array.of(99))
  pair.pump()
  const changed = record(22, ascii('First'))
  expect(equalBytes(pair.delivered('client-to-server'), concat(changed, changed, Uint8Array.of(99)))).toBe(true)
  expect(equalBytes(pair.sent('client-to-server'), stream)).toBe(true)
})

test('half a record passes a man who counts records when the direction ends', () => {
  const pair = connectPair({ client: counter, server: counter, transformRecord: (_d, bytes) => bytes })
  pair.client.wire.output(Uint8Array.of(22, 3, 3))
  pair.pump()
  expect(pair.server.pieces).toEqual([])
  pair.client.wire.end()
  pair.pump()
  expect(pair.server.pieces).toEqual([[22, 3, 3]])
})

describe('peers that answer later', () => {
  function slow(wire: MemoryWire): MemoryPeer & { wire: MemoryWire; running: number; most: number; got: number[] } {
    const peer = {
      wire,
      running: 0,
      most: 0,
      got: [] as number[],
      async receive(bytes: Uint8Array) {
        peer.most = Math.max(peer.most, ++peer.running)
        await new Promise((resolve) => setTimeout(resolve, 1))
        peer.running--
        peer.got.push(...bytes)
        for (const byte of bytes) if (byte < 5) wire.output(Uint8Array.of(byte + 1))
        if (bytes.includes(66)) throw new Error('66')
      },
      async receiveEnd() {},
    }
    return peer
  }

  test('are waited for, one delivery after the other', async () => {
    const pair = connectPair({ client: slow, server: slow })
    for (const byte of [100, 101, 0]) pair.client.wire.output(Uint8Array.of(byte))
    await pair.settle()
    expect(pair.server.got).toEqual([100, 101, 0, 2, 4])
    expect(pair.client.got).toEqual([1, 3, 5])
    expect([pair.client.most, pair.server.most]).toEqual([1, 1])
  })

  test('their failure is the failure of settle', async () => {
    const pair = connectPair({ client: slow, server: slow })
    pair.client.wire.output(Uint8Array.of(66))
    await expect(pair.settle()).rejects.toThrow('66')
  })

  test('until ends with its condition, or says that it did not come', async () => {
    const pair = connectPair({ client: slow, server: counter })
    pair.client.wire.output(Uint8Array.of(0))
    await pair.until(() => pair.client.got.includes(1))
    expect(pair.client.got).toEqual([1])
    await expect(pair.until(() => false, 30)).rejects.toThrow('30 turns')
  })
})
