import { once } from 'node:events'
import { expect, test } from 'vitest'
import { connectedPair, duplexPair, ca, identity } from '../../test/loopback.ts'
import { acceptTls, connectTls } from '../index.ts'
import { allocateOutput, reuseOutput } from './output-arrays.ts'

test('a large array that was given back is used again, for what nearly fills it', () => {
  const large = allocateOutput(100_000)
  reuseOutput(large)
  expect(allocateOutput(40_000).buffer).not.toBe(large.buffer)
  expect(allocateOutput(100_001).buffer).not.toBe(large.buffer)
  const again = allocateOutput(60_000)
  expect(again.buffer).toBe(large.buffer)
  expect(again).toHaveLength(60_000)
  expect(allocateOutput(60_000).buffer).not.toBe(large.buffer)
})

test('no array is written to before it was flushed, on whatever transport', async () => {
  const [near, far] = duplexPair()
  const [plain, farPlain] = await Promise.all([
    connectTls({ socket: near, servername: 'localhost', ca }),
    acceptTls(far, identity),
  ])
  const { client, server } = await connectedPair()
  // Three senders at once take turns with the arrays; a wrong byte fails its record.
  const total = 3_000_000
  const received = [server, farPlain, client].map(async (socket) => {
    let length = 0
    socket.on('data', (chunk: Buffer) => (length += chunk.length))
    await once(socket, 'end')
    return length
  })
  for (const socket of [client, plain, server]) {
    for (let sent = 0; sent < total; sent += 60_000) socket.write(Buffer.alloc(60_000, sent))
    socket.end()
  }
  expect(await Promise.all(received)).toEqual([total, total, total])
})
