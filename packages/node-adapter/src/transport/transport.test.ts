import { once } from 'node:events'
import net from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import tls from 'node:tls'
import { describe, expect, test } from 'vitest'
import { ca, connectedPair, duplexPair, failureOf, identity, listen, pause } from '../../test/loopback.ts'
import { acceptTls, connect, connectTls, createServer, TlsAcceptor } from '../index.ts'
import type { TlsSocket } from '../index.ts'

const megabytes16 = 16 * 1024 * 1024

describe('16 MiB', () => {
  /** Bytes that tell where they belong. */
  function* pattern(total: number, piece: number): Generator<Buffer> {
    for (let sent = 0; sent < total; sent += piece) {
      const chunk = Buffer.alloc(Math.min(piece, total - sent))
      for (let i = (4096 - (sent % 4096)) % 4096; i + 4 <= chunk.length; i += 4096) chunk.writeUInt32BE(sent + i, i)
      yield chunk
    }
  }

  async function check(socket: TlsSocket): Promise<number> {
    let total = 0
    // Not by the stream's own iterator, which would destroy the socket when the reading side is through.
    socket.on('data', (chunk: Buffer) => {
      for (let at = (4096 - (total % 4096)) % 4096; at + 4 <= chunk.length; at += 4096) {
        if (chunk.readUInt32BE(at) !== total + at) throw new Error(`byte ${total + at} is in the wrong place`)
      }
      total += chunk.length
    })
    await once(socket, 'end')
    return total
  }

  test.for([
    ['in pieces of 64 KiB', 65536],
    ['in odd pieces', 12_345 * 4],
    ['in one piece', megabytes16],
  ] as const)('go both ways at once %s', async ([, piece]) => {
    const { client, server } = await connectedPair({ client: { allowHalfOpen: true }, server: { allowHalfOpen: true } })
    const sending = [client, server].map((socket) =>
      pipeline(Readable.from(pattern(megabytes16, piece)), socket, { end: true }),
    )
    const received = await Promise.all([check(client), check(server)])
    expect(received).toEqual([megabytes16, megabytes16])
    await Promise.all(sending)
  })

  test('do not pile up before a peer that reads slowly', async () => {
    const { client, server } = await connectedPair()
    server.pause()
    const chunk = Buffer.alloc(65536)
    let written = 0
    // Until nothing moves any more: what is in flight then is the kernel's and a stream's buffers.
    for (let quiet = 0; quiet < 5; quiet++) {
      while (client.writableLength < client.writableHighWaterMark && written < 4 * megabytes16) {
        client.write(chunk, () => (quiet = 0))
        written += chunk.length
      }
      await pause(20)
    }
    expect(written).toBeLessThan(4 * megabytes16)
    expect(client.writableLength).toBeLessThanOrEqual(client.writableHighWaterMark + chunk.length)
    expect(server.readableLength).toBeLessThan(200_000)
    client.end()
    let received = 0
    for await (const piece of server) received += (piece as Buffer).length
    expect(received).toBe(written)
  })
})

describe('half-close', () => {
  test.for(['client', 'server'] as const)('a %s that has ended can still read', async (first) => {
    const pair = await connectedPair({ client: { allowHalfOpen: true }, server: { allowHalfOpen: true } })
    const ending = pair[first]
    const other = first === 'client' ? pair.server : pair.client
    ending.end('question')
    other.on('data', (chunk: Buffer) => expect(String(chunk)).toBe('question'))
    await once(other, 'end')
    expect(other.writable).toBe(true)
    other.write('the first part, ')
    await pause(10)
    other.end('the second')
    expect((await ending.toArray()).join('')).toBe('the first part, the second')
  })

  test('without allowHalfOpen the end is answered with the end', async () => {
    const { client, server } = await connectedPair()
    client.resume()
    server.resume()
    client.end()
    await Promise.all([once(client, 'close'), once(server, 'close')])
    expect(server.writableFinished).toBe(true)
  })
})

test('a peer that ends without close_notify is an error, after its data was read', async () => {
  const listener = createServer(identity, (socket) => socket.write('all of it'))
  const port = await listen(listener)
  const raw = net.connect(port, '127.0.0.1')
  const client = connect({ socket: raw, servername: 'localhost', ca })
  await once(client, 'readable')
  // As if the peer's machine had closed the socket: an end of the transport that TLS knows nothing of.
  raw.push(null)
  await pause(20)
  expect(String(client.read())).toBe('all of it')
  expect(await failureOf(client.resume())).toMatchObject({ name: 'TlsError', code: 'ERR_TLS_TRUNCATED' })
})

test('the data before a truncation is read even when the transport is gone', async () => {
  const [near, far] = duplexPair()
  const accepted = acceptTls(far, identity)
  const client = await connectTls({ socket: near, servername: 'localhost', ca })
  const server = await accepted
  await new Promise((resolve) => server.write('all of it', resolve))
  await once(client, 'readable')
  near.destroy()
  await once(near, 'close')
  expect(client.destroyed).toBe(false)
  const failure = failureOf(client)
  expect(String(client.read())).toBe('all of it')
  client.resume()
  expect(await failure).toMatchObject({ code: 'ERR_TLS_TRUNCATED' })
  server.destroy()
})

describe('what destroy tells the peer', () => {
  test('the end, if all that was written is on its way', async () => {
    const { client, server } = await connectedPair()
    await new Promise((resolve) => client.write('all', resolve))
    client.destroy()
    expect((await server.toArray()).join('')).toBe('all')
  })

  test('nothing, if something was not: that is a truncation', async () => {
    const { client, server } = await connectedPair()
    client.write(Buffer.alloc(20_000_000))
    client.destroy()
    expect(['ERR_TLS_TRUNCATED', 'ECONNRESET']).toContain((await failureOf(server.resume())).code)
  })
})

test('a write is done when the transport has flushed it, not before', async () => {
  const [near, far] = duplexPair()
  const accepted = acceptTls(far, identity)
  const client = await connectTls({ socket: near, servername: 'localhost', ca })
  const server = await accepted
  const seen: string[] = []
  const write = near._write.bind(near)
  near._write = (chunk, encoding, callback) => {
    write(chunk, encoding, () => {
      seen.push('flushed')
      callback()
    })
  }
  await new Promise<void>((resolve) => client.write('x', () => resolve()))
  seen.push('written')
  expect(seen).toEqual(['flushed', 'written'])
  client.destroy()
  server.destroy()
})

test('small writes in one turn share records', async () => {
  const sizes: number[] = []
  const trace = (event: { event: string; direction?: string; epoch?: string; length?: number }): void => {
    if (event.event === 'record' && event.direction === 'sent' && event.epoch === 'application')
      sizes.push(event.length ?? 0)
  }
  const { client, server } = await connectedPair({ client: { trace: trace as never } })
  sizes.length = 0
  client.cork()
  for (let i = 0; i < 100; i++) client.write('x'.repeat(100))
  client.uncork()
  let received = 0
  for await (const chunk of server as AsyncIterable<Buffer>) if ((received += chunk.length) === 10_000) break
  expect(sizes.filter((size) => size > 2)).toEqual([10_000])
})

describe('any Duplex is a transport', () => {
  test('a pair of plain streams, and acceptTls', async () => {
    const [near, far] = duplexPair()
    const [client, server] = await Promise.all([
      connectTls({ socket: near, servername: 'localhost', ca }),
      acceptTls(far, identity),
    ])
    client.end(Buffer.alloc(200_000, 'x'))
    let received = 0
    for await (const chunk of server) received += (chunk as Buffer).length
    expect(received).toBe(200_000)
  })

  test('one acceptor serves many, and resumes', async () => {
    const acceptor = new TlsAcceptor(identity)
    let session: Buffer | undefined
    for (const reused of [false, true]) {
      const [near, far] = duplexPair()
      const accepted = acceptTls(far, acceptor)
      const client = connect({ socket: near, servername: 'localhost', ca, session })
      const [given] = (await once(client, 'session')) as [Buffer]
      session = given
      expect(client.isSessionReused()).toBe(reused)
      client.destroy()
      ;(await accepted).destroy()
    }
  })

  test('TLS in TLS', async () => {
    const { client: outer, server: outerServer } = await connectedPair()
    const accepted = acceptTls(outerServer, identity)
    const inner = await connectTls({ socket: outer, servername: 'other.example', ca })
    const innerServer = await accepted
    expect(innerServer.servername).toBe('other.example')
    expect(inner.remoteAddress).toBe('127.0.0.1')
    innerServer.pipe(innerServer)
    inner.end(Buffer.alloc(500_000, 'x'))
    let received = 0
    for await (const chunk of inner) received += (chunk as Buffer).length
    expect(received).toBe(500_000)
  })

  test('TLS of ours in TLS of Node', async () => {
    const listener = tls.createServer(identity, (socket) => {
      acceptTls(socket, identity).then(
        (inner) => inner.end('inside'),
        () => {},
      )
    })
    const port = await listen(listener)
    const outer = tls.connect({ port, host: '127.0.0.1', ca, servername: 'localhost' })
    const inner = await connectTls({ socket: outer, servername: 'localhost', ca })
    expect((await inner.toArray()).join('')).toBe('inside')
  })

  test('a socket that is about to connect', async () => {
    const port = await listen(createServer(identity, (socket) => socket.end('late')))
    const socket = net.connect(port, '127.0.0.1')
    const client = connect({ socket, servername: 'localhost', ca })
    expect(client.connecting).toBe(true)
    client.write('before anything')
    expect((await client.toArray()).join('')).toBe('late')
  })

  test('a transport that has ended or closed before, or closes while connecting, is a reset', async () => {
    const [near, far] = duplexPair()
    far.end()
    near.resume()
    await once(near, 'end')
    expect(await failureOf(connect({ socket: near, servername: 'x', ca }))).toMatchObject({ code: 'ECONNRESET' })
    const [gone] = duplexPair()
    gone.destroy()
    await once(gone, 'close')
    expect(await failureOf(connect({ socket: gone, servername: 'x', ca }))).toMatchObject({ code: 'ECONNRESET' })
    const dialling = net.connect(1, '127.0.0.1')
    const client = connect({ socket: dialling, servername: 'x', ca })
    dialling.destroy()
    expect(await failureOf(client)).toMatchObject({ code: 'ECONNRESET' })
  })
})

test('whoever reads once for each readable event gets everything', async () => {
  const { client, server } = await connectedPair()
  const sent = Buffer.alloc(500_000, 'abcdefg')
  const got: Buffer[] = []
  const all = new Promise<void>((resolve) => {
    server.on('readable', () => {
      const bytes = server.read() as Buffer | null
      if (bytes !== null) got.push(bytes)
      if (Buffer.concat(got).length === sent.length) resolve()
    })
  })
  client.write(sent)
  await all
  expect(Buffer.concat(got).equals(sent)).toBe(true)
})
