import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { ca, connectedPair, duplexPair, eventsOf, failureOf, identity, listen, pause } from '../test/loopback.ts'
import { acceptTls, connect, createServer, TlsAcceptor } from './index.ts'
import type { TlsSocket } from './index.ts'

const crash = vi.fn()
beforeAll(() => void process.on('uncaughtException', crash).on('unhandledRejection', crash))
afterAll(() => void process.off('uncaughtException', crash).off('unhandledRejection', crash))
afterEach(async () => {
  await pause(5)
  expect(crash).not.toHaveBeenCalled()
})

/** A TLS server of ours and the failures of its handshakes. */
async function failingServer(options: object = {}): Promise<{ port: number; failures: Promise<unknown[]> }> {
  const server = createServer({ ...identity, ...options })
  const port = await listen(server)
  return { port, failures: once(server, 'tlsClientError') }
}

describe('a client that sends something else', () => {
  test.for([
    ['HTTP', 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n', 'ERR_TLS_HTTP_REQUEST'],
    ['garbage', 'this is not TLS, not at all', 'ERR_TLS_NOT_TLS'],
    ['an empty ClientHello', Buffer.from('160301000401000000', 'hex'), 'ERR_TLS_DECODE_TRUNCATED'],
  ] as const)('%s: is told by an alert and forgotten', async ([, bytes, code]) => {
    const { port, failures } = await failingServer()
    const raw = net.connect(port, '127.0.0.1')
    raw.write(bytes)
    const answer = Buffer.concat(await raw.toArray())
    expect([...answer.subarray(0, 2)]).toEqual([21, 3])
    const [error, socket] = (await failures) as [NodeJS.ErrnoException, TlsSocket]
    expect(error).toMatchObject({ name: 'TlsError', code })
    expect(socket.destroyed).toBe(true)
  })

  test('nothing and then the end, or a reset, is ECONNRESET', async () => {
    for (const leave of ['end', 'resetAndDestroy'] as const) {
      const { port, failures } = await failingServer()
      const raw = net.connect(port, '127.0.0.1', () => raw[leave]())
      raw.on('error', () => {})
      expect((await failures)[0]).toMatchObject({ code: 'ECONNRESET' })
    }
  })

  test('a flood of it: has the alert, and is reset', async () => {
    const { port, failures } = await failingServer()
    const raw = net.connect(port, '127.0.0.1')
    raw.write(Buffer.alloc(1 << 21, 42))
    const ended = failureOf(raw)
    const [alert] = (await once(raw, 'data')) as [Buffer]
    expect([...alert.subarray(0, 2)]).toEqual([21, 3])
    expect((await failures)[0]).toMatchObject({ code: 'ERR_TLS_NOT_TLS' })
    expect((await ended).code).toMatch(/ECONNRESET|EPIPE/)
  })

  test('a flood of it where there is no reset: is cut off', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'typetls-')), 'socket')
    const server = createServer(identity)
    await new Promise<void>((resolve) => server.listen(path, resolve))
    const failures = once(server, 'tlsClientError')
    const raw = net.connect(path)
    raw.write(Buffer.alloc(1 << 21, 42))
    await failureOf(raw)
    expect(((await failures) as [unknown])[0]).toMatchObject({ code: 'ERR_TLS_NOT_TLS' })
    await new Promise((resolve) => server.close(resolve))
  })

  test('is what a server waits for that closes', async () => {
    const server = createServer({ ...identity, ALPNProtocols: ['h2'] })
    const port = await listen(server)
    const client = connect({ port, host: '127.0.0.1', servername: 'localhost', ca, ALPNProtocols: ['x'] })
    await failureOf(client)
    await new Promise((resolve) => server.close(resolve))
    expect(client.destroyed).toBe(true)
  })

  test('nothing at all, for too long', async () => {
    const { port, failures } = await failingServer({ handshakeTimeout: 30 })
    const raw = net.connect(port, '127.0.0.1').resume()
    expect((await failures)[0]).toMatchObject({ code: 'ERR_TLS_HANDSHAKE_TIMEOUT' })
    await once(raw, 'close')
  })
})

describe('a server that sends something else', () => {
  test.for([
    ['HTTP', 'HTTP/1.1 400 Bad Request\r\n\r\n', 'ERR_TLS_NOT_TLS'],
    ['an alert', Buffer.from('15030300020228', 'hex'), 'ERR_TLS_PEER_ALERT'],
    ['nothing and the end', '', 'ECONNRESET'],
  ] as const)('%s', async ([, bytes, code]) => {
    const port = await listen(
      net.createServer(
        (socket) =>
          void socket
            .on('error', () => {})
            .resume()
            .end(bytes),
      ),
    )
    const client = connect({ port, host: '127.0.0.1', ca })
    const seen = eventsOf(client)
    expect(await failureOf(client)).toMatchObject({ code })
    expect(seen).toEqual(['connect', `error ${code}`, 'close'])
  })

  test('a reset in the middle of the handshake', async () => {
    const port = await listen(net.createServer((socket) => void socket.once('data', () => socket.resetAndDestroy())))
    expect(await failureOf(connect({ port, host: '127.0.0.1', ca }))).toMatchObject({ code: 'ECONNRESET' })
  })
})

test('data after close_notify does not harm', async () => {
  const [near, far] = duplexPair()
  const accepted = acceptTls(far, identity)
  const client = connect({ socket: near, servername: 'localhost', ca, allowHalfOpen: true })
  const server = await accepted
  server.end('the end')
  client.resume()
  await once(client, 'end')
  near.push('something else')
  await pause(5)
  expect(client.errored).toBeNull()
  client.destroy()
})

test('a damaged record fails both ends, each with one error and one close', async () => {
  const [near, far] = duplexPair()
  const acceptor = new TlsAcceptor(identity)
  const server = acceptor.accept(far)
  const client = connect({ socket: near, servername: 'localhost', ca })
  await once(client, 'secureConnect')
  const seen = [eventsOf(client), eventsOf(server)]
  far.push(Buffer.from('17030300200000000000000000000000000000000000000000000000000000000000000000', 'hex'))
  await Promise.all([failureOf(client), failureOf(server)])
  expect(seen).toEqual([
    ['error ERR_TLS_PEER_ALERT', 'close'],
    ['error ERR_TLS_BAD_RECORD_MAC', 'close'],
  ])
})

describe('destroy', () => {
  const stages = {
    'at once': () => Promise.resolve(),
    'when the transport is there': (client: TlsSocket) => once(client, 'connect'),
    'during the handshake': (client: TlsSocket) => once(client, 'connect').then(() => pause(1)),
    'when secure': (client: TlsSocket) => once(client, 'secureConnect'),
    'with unread data': (client: TlsSocket) => once(client, 'secureConnect').then(() => pause(20)),
    'with unsent data': (client: TlsSocket) =>
      once(client, 'secureConnect').then(() => void client.write(Buffer.alloc(8_000_000))),
    'after end': (client: TlsSocket) => once(client, 'secureConnect').then(() => void client.end()),
  }

  test.for(Object.entries(stages))('%s leaves nothing behind', async ([, stage]) => {
    const sockets = new Set<TlsSocket>()
    const server = createServer(identity, (socket) => {
      sockets.add(socket)
      socket.write(Buffer.alloc(500_000))
    })
    const port = await listen(server)
    for (const error of [undefined, Object.assign(new Error('mine'), { code: 'MINE' })]) {
      const client = connect({ port, host: '127.0.0.1', ca })
      const seen: string[] = []
      client
        .on('close', () => seen.push('close'))
        .on('error', ({ code }: NodeJS.ErrnoException) => seen.push(`${code}`))
      const closed = new Promise((resolve) => client.on('close', resolve))
      await stage(client)
      client.destroy(error)
      client.destroy()
      await closed
      expect(seen).toEqual(error === undefined ? ['close'] : ['MINE', 'close'])
    }
    await vi.waitFor(async () => {
      const connections = await new Promise<number>((resolve) => server.getConnections((_, count) => resolve(count)))
      expect(connections).toBe(0)
    }, 3000)
    for (const socket of sockets) expect(socket.destroyed).toBe(true)
  })

  test('a write that was waiting is told', async () => {
    const [transport] = duplexPair()
    const client = connect({ socket: transport, servername: 'localhost', ca })
    const written = new Promise<Error | null | undefined>((resolve) => client.write('x', resolve))
    client.destroy()
    expect(await written).toBeInstanceOf(Error)
  })
})

test('a client that refuses the server tells it why', async () => {
  const { port, failures } = await failingServer()
  connect({ port, host: '127.0.0.1', ca: [] }).on('error', () => {})
  expect((await failures)[0]).toMatchObject({ code: 'ERR_TLS_PEER_ALERT', received: 'unknown_ca' })
})

test('a client without the certificate that is required is refused, and told why', async () => {
  const { port, failures } = await failingServer({ requestCert: true, ca })
  const client = connect({ port, host: '127.0.0.1', ca })
  const failure = failureOf(client)
  expect((await failures)[0]).toMatchObject({ code: 'ERR_TLS_CERTIFICATE_REQUIRED' })
  expect(await failure).toMatchObject({ code: 'ERR_TLS_PEER_ALERT', received: 'certificate_required' })
})

test('what a listener throws is its own: the connection does not fail for it', async () => {
  const { client, server } = await connectedPair()
  let received = ''
  client.on('data', (chunk: Buffer) => {
    received += String(chunk)
    if (received === 'first') throw new Error('of the application')
  })
  const thrown = nextUncaught()
  server.write('first')
  expect(await thrown).toMatchObject({ message: 'of the application' })
  server.write(' second')
  await vi.waitFor(() => expect(received).toBe('first second'))
  expect(client.errored).toBeNull()
})

/** The next uncaught exception, which then is nobody else's. */
function nextUncaught(): Promise<Error> {
  const others = process.listeners('uncaughtException')
  process.removeAllListeners('uncaughtException')
  return new Promise((resolve) => {
    process.once('uncaughtException', (error) => {
      for (const listener of others) process.on('uncaughtException', listener)
      resolve(error)
    })
  })
}
