import { expect, test } from 'vitest'
import { ca, localhost } from '../test/identities.ts'
import { say, textOf } from '../test/memory-streams.ts'
import { wispServer } from '../test/wisp-server.ts'
import { fromStreams, serverRole } from './from-streams.ts'
import { TypeTls } from './type-tls.ts'
import { wisp } from './wisp.ts'

test('two sockets share a connection, each to its own target', async () => {
  const server = wispServer((_target, end) => {
    const socket = fromStreams(end, { role: serverRole, ...localhost })
    socket.readable.pipeTo(socket.writable).catch(() => undefined)
  })
  const tls = new TypeTls({ ca, transport: wisp('ws://wisp.test/', { WebSocket: server.WebSocket }) })
  const sockets = [443, 993].map((port) => tls.connect({ hostname: 'localhost', port }, { secureTransport: 'on' }))
  for (const [i, socket] of sockets.entries()) {
    await say(socket.writable, `hello ${i}`)
    const { value } = await socket.readable.getReader().read()
    expect(new TextDecoder().decode(value)).toBe(`hello ${i}`)
    await socket.close()
  }
  expect(server.targets).toEqual(['localhost:443', 'localhost:993'])
  expect(server.opened).toBe(1)
})

test('sends no more packets than the server has room for', async () => {
  let received: Promise<string> | undefined
  const server = wispServer((_target, end) => {
    received = textOf(fromStreams(end, { role: serverRole, ...localhost }).readable)
  })
  const tls = new TypeTls({ ca, transport: wisp('ws://wisp.test/', { WebSocket: server.WebSocket }) })
  const socket = tls.connect({ hostname: 'localhost', port: 443 }, { secureTransport: 'on' })
  const writer = socket.writable.getWriter()
  for (let i = 0; i < 20; i++) await writer.write(new Uint8Array(100_000))
  await socket.close()
  expect((await received)?.length).toBe(2_000_000)
  expect(server.mostUnanswered()).toBeLessThanOrEqual(4)
})

test.each<[string, number[], string]>([
  ['closes the stream with a reason', [4, 1, 0, 0, 0, 0x44], 'reason 68'],
  ['sends a packet without a header', [2], 'without a header'],
  ['sends a packet of another type', [9, 1, 0, 0, 0], 'a packet of type 9'],
  ['sends a CONTINUE of another length', [3, 1, 0, 0, 0, 1], 'another length'],
])('a server that %s is told on the socket', async (_what, bytes, message) => {
  const server = wispServer(() => undefined)
  const tls = new TypeTls({ ca, transport: wisp('ws://wisp.test/', { WebSocket: server.WebSocket }) })
  const socket = tls.connect('localhost:443')
  await socket.opened
  server.send(Uint8Array.from(bytes))
  await expect(socket.readable.getReader().read()).rejects.toThrow(message)
})

test('a stream that is not read fails before it fills the memory', async () => {
  const server = wispServer(() => undefined)
  const transport = wisp('ws://wisp.test/', { WebSocket: server.WebSocket, maxBuffered: 1000 })
  const socket = new TypeTls({ ca, transport }).connect('localhost:443')
  await socket.opened
  server.send(Uint8Array.of(2, 1, 0, 0, 0, ...new Uint8Array(1001)))
  await expect(socket.readable.getReader().read()).rejects.toMatchObject({ code: 'ERR_TLS_BUFFER_LIMIT' })
})

test('a connection that is gone is opened again', async () => {
  const server = wispServer(() => undefined)
  const transport = wisp('ws://wisp.test/', { WebSocket: server.WebSocket })
  const tls = new TypeTls({ ca, transport })
  await tls.connect('localhost:443').opened
  server.send(Uint8Array.of(2))
  await tls.connect('localhost:443').opened
  expect(server.opened).toBe(2)
})
