import { once } from 'node:events'
import { Duplex } from 'node:stream'
import fc from 'fast-check'
import { test } from 'vitest'
import { ca, identity } from '../../test/loopback.ts'
import { acceptTls, connectTls, TlsAcceptor } from '../index.ts'

const acceptor = new TlsAcceptor(identity)

test('however it is written, corked and cut, every byte arrives once and in order', async () => {
  const write = fc.record({
    size: fc.oneof(fc.nat(40), fc.constantFrom(0, 1, 16384, 16385, 65536), fc.integer({ min: 260_000, max: 600_000 })),
    corked: fc.boolean(),
    wait: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(write, { maxLength: 8 }), fc.integer({ min: 200, max: 100_000 }), async (writes, cut) => {
      const [near, far] = cutPair(cut)
      const accepted = acceptTls(far, acceptor)
      const client = await connectTls({ socket: near, servername: 'localhost', ca })
      const server = await accepted
      const sent: Buffer[] = []
      const received: Buffer[] = []
      server.on('data', (chunk: Buffer) => received.push(chunk))
      const ended = once(server, 'end')
      for (const [i, { size, corked, wait }] of writes.entries()) {
        const chunk = Buffer.alloc(size, String.fromCharCode(97 + i))
        sent.push(chunk)
        if (corked) client.cork()
        client.write(chunk)
        if (corked) process.nextTick(() => client.uncork())
        if (wait) await new Promise(setImmediate)
      }
      client.end()
      await ended
      client.destroy()
      return Buffer.concat(received).equals(Buffer.concat(sent))
    }),
    { numRuns: 40 },
  )
})

/** Two streams, each the other's far end, that deliver pieces of at most `cut` bytes. */
function cutPair(cut: number): [Duplex, Duplex] {
  const ends: Duplex[] = [0, 1].map(
    (self) =>
      new Duplex({
        read() {},
        write(chunk: Buffer, _encoding, callback) {
          for (let at = 0; at < chunk.length; at += cut) ends[1 - self]?.push(Buffer.from(chunk.subarray(at, at + cut)))
          setImmediate(callback)
        },
        final(callback) {
          ends[1 - self]?.push(null)
          callback()
        },
      }),
  )
  return ends as [Duplex, Duplex]
}
