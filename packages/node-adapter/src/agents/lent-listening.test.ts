import { EventEmitter, once } from 'node:events'
import net from 'node:net'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { lendListening } from './lent-listening.ts'

test('a server that accepts nothing itself is given connections, and ends what idles when it is closed', async () => {
  const server = new EventEmitter() as net.Server
  const idle = new Set<net.Socket>()
  server.on('connection', (socket: net.Socket) => void idle.add(socket))
  lendListening(server, {}, 'connection', () => {
    for (const socket of idle) socket.end('bye')
  })
  expect([server.listening, server.address()]).toEqual([false, null])
  expect(server.listen(0, '127.0.0.1')).toBe(server)
  await once(server, 'listening')
  const client = net.connect((server.address() as AddressInfo).port, '127.0.0.1')
  await once(server, 'connection')
  expect(
    await new Promise((resolve) =>
      server
        .unref()
        .ref()
        .getConnections((_, count) => resolve(count)),
    ),
  ).toBe(1)
  const closed = once(server, 'close')
  expect(server.close()).toBe(server)
  expect(server.listening).toBe(false)
  expect(String(Buffer.concat((await client.toArray()) as Buffer[]))).toBe('bye')
  await closed
})

test('what its listening fails with is told, to the callback of close too', async () => {
  const server = new EventEmitter() as net.Server
  server.on('connection', () => {})
  lendListening(server, {}, 'connection', () => {})
  const taken = net.createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  server.listen((taken.address() as AddressInfo).port, '127.0.0.1')
  expect((await once(server, 'error'))[0]).toMatchObject({ code: 'EADDRINUSE' })
  expect(await new Promise((resolve) => server.close(resolve))).toMatchObject({ code: 'ERR_SERVER_NOT_RUNNING' })
  taken.close()
})

test('one that takes no connections at all is refused', () => {
  const server = new EventEmitter() as net.Server
  expect(() => lendListening(server, {}, 'connection', () => {})).toThrow(
    expect.objectContaining({ code: 'ERR_TLS_UNSUPPORTED' }),
  )
})
