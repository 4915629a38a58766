import type { Socket } from 'node:net'
import net from 'node:net'
import type { WebSocketLike } from '@typetls/web-adapter'
import { describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { rawThrough, relayTo, tcpServer, through, tlsServer } from '../test/network.ts'
import { createRelay } from './relay.ts'

const echo = (socket: Socket): void => void socket.pipe(socket)
const secret = 'the plaintext that only the two ends may see'

describe('through the relay', () => {
  test('TLS is end to end: no byte of the plaintext passes', async () => {
    const server = await tlsServer(echo)
    const seen: Buffer[] = []
    const tap = await tcpServer((socket) => {
      const onward = net.connect(server, '127.0.0.1')
      for (const side of [socket, onward]) {
        side.on('error', () => undefined)
        side.on('data', (bytes: Buffer) => seen.push(bytes))
      }
      socket.pipe(onward).pipe(socket)
    })
    class Tapped extends WebSocket {
      override send(data: Uint8Array): void {
        seen.push(Buffer.from(data))
        super.send(data)
      }
    }
    const { url } = await relayTo()
    const tls = through(url, { WebSocket: Tapped as unknown as new (url: string) => WebSocketLike })
    const passed = async (secureTransport: 'on' | 'off', port: number): Promise<string> => {
      seen.length = 0
      const socket = tls.connect({ hostname: '127.0.0.1', port }, { secureTransport })
      expect(await said(socket, secret)).toBe(secret)
      return Buffer.concat(seen).toString('latin1')
    }
    const encrypted = await passed('on', tap)
    expect(encrypted.length).toBeGreaterThan(1000)
    expect(encrypted).not.toContain(secret)
    expect(encrypted).not.toContain(secret.slice(0, 8))
    // The same taps see what is not encrypted.
    const plainTap = await tcpServer((socket) => {
      socket.on('data', (bytes) => seen.push(bytes))
      echo(socket)
    })
    expect(await passed('off', plainTap)).toContain(secret)
  })

  test('a certificate is judged by the page, not by the relay', async () => {
    const port = await tlsServer(echo)
    const { url } = await relayTo()
    const socket = through(url).connect({ hostname: '127.0.0.1', port }, { secureTransport: 'on', sni: 'another.test' })
    await expect(socket.opened).rejects.toMatchObject({ code: 'ERR_TLS_CERTIFICATE_NAME' })
  })

  test('what a target has sent comes in messages of up to 256 KiB, to many at the same time', async () => {
    const port = await tcpServer((socket) =>
      socket.on('data', ([value]) => socket.write(Buffer.alloc(3_000_000, value))),
    )
    const { url } = await relayTo({ window: 4_000_000 })
    const largest = await Promise.all(
      [1, 2, 3].map(async (value) => {
        const sizes: number[] = []
        class Counting extends WebSocket {
          override emit(event: string, ...args: unknown[]): boolean {
            if (event === 'message') sizes.push((args[0] as { byteLength: number }).byteLength)
            return super.emit(event, ...args)
          }
        }
        const dialer = { WebSocket: Counting as unknown as new (url: string) => WebSocketLike, window: 4_000_000 }
        const socket = through(url, dialer).connect({ hostname: '127.0.0.1', port })
        const writer = socket.writable.getWriter()
        await writer.write(Uint8Array.of(value))
        let received = 0
        for await (const chunk of socket.readable) {
          expect(chunk.every((byte) => byte === value)).toBe(true)
          received += chunk.length
          if (received === 3_000_000) break
        }
        await writer.close()
        return Math.max(...sizes)
      }),
    )
    expect(Math.max(...largest)).toBeGreaterThan(65_537)
    expect(Math.max(...largest)).toBeLessThanOrEqual(262_145)
  })

  test('a page that does not read holds the server back, and loses nothing', async () => {
    const total = 16_000_000
    let taken = 0
    const port = await tcpServer((socket) => {
      const chunk = Buffer.alloc(100_000, 7)
      const more = (): void => {
        while (taken < total) {
          taken += chunk.length
          if (!socket.write(chunk)) return void socket.once('drain', more)
        }
        socket.end()
      }
      more()
    })
    const { relay, url } = await relayTo({ window: 100_000 })
    const socket = through(url, { window: 100_000 }).connect({ hostname: '127.0.0.1', port })
    await socket.opened
    await settled(() => relay.metrics().bytesDown)
    expect(relay.metrics().bytesDown).toBeLessThan(1_000_000)
    let received = 0
    for await (const chunk of socket.readable) received += chunk.length
    expect(received).toBe(total)
    await socket.close()
  })

  test('a server that does not read holds the page back, and loses nothing', async () => {
    let target!: Socket
    const port = await tcpServer((socket) => {
      target = socket.pause()
    })
    const { relay, url } = await relayTo({ window: 100_000 })
    const socket = through(url).connect({ hostname: '127.0.0.1', port })
    await socket.opened
    const writer = socket.writable.getWriter()
    let written = 0
    const total = 32_000_000
    const writing = (async () => {
      for (; written < total; written += 100_000) await writer.write(new Uint8Array(100_000))
      await writer.close()
    })()
    await settled(() => relay.metrics().bytesUp)
    // What the kernel holds is between: it may be some megabytes.
    expect(written).toBeLessThan(total)
    expect(written - relay.metrics().bytesUp).toBeLessThan(1_000_000)
    let received = 0
    target.on('data', (bytes) => (received += bytes.length))
    target.resume()
    await new Promise((resolve) => target.once('end', resolve))
    await writing
    expect(received).toBe(total)
    target.end()
  })

  test('each direction ends by itself', async () => {
    const port = await tcpServer((socket) => {
      socket.resume()
      socket.on('end', () => socket.end('after your end'))
    })
    const { relay, url } = await relayTo()
    const socket = through(url).connect({ hostname: '127.0.0.1', port })
    await socket.writable.close()
    expect(await textOf(socket.readable)).toBe('after your end')
    await socket.closed
    await until(() => relay.metrics().open === 0)
  })

  test('raw clients are served too', async () => {
    const port = await tlsServer(echo)
    const { url } = await relayTo()
    const socket = rawThrough(url).connect({ hostname: '127.0.0.1', port }, { secureTransport: 'on' })
    expect(await said(socket, 'over wsproxy')).toBe('over wsproxy')
  })

  test('a raw client that does not read fails with a clear error before memory does', async () => {
    const port = await tcpServer((socket) => void socket.write(Buffer.alloc(3_000_000)))
    const { url } = await relayTo()
    const socket = rawThrough(url, 200_000).connect({ hostname: '127.0.0.1', port })
    await socket.opened
    const reader = socket.readable.getReader()
    await reader.read()
    const failure = (async () => {
      for (;;) {
        await new Promise((resolve) => setTimeout(resolve, 50))
        if ((await reader.read()).done) return
      }
    })()
    await expect(failure).rejects.toMatchObject({ code: 'ERR_TLS_BUFFER_LIMIT' })
  })
})

describe('the relay refuses', () => {
  test.each<[string, object, string, number]>([
    ['a target that is not on the list', { allow: ['db.example:5432'] }, 'address=127.0.0.1:1', 4403],
    ['no target', {}, '', 4404],
    ['a target that is none', {}, 'address=127.0.0.1', 4404],
    ['no token', { tokens: ['letmein'] }, 'address=127.0.0.1:1', 4401],
    ['a wrong token', { tokens: ['letmein'] }, 'address=127.0.0.1:1&token=letmeim', 4401],
    ['a target that is not there', {}, 'address=127.0.0.1:1&token=any', 4502],
  ])('%s', async (_what, options, query, code) => {
    const { relay, url } = await relayTo(options)
    expect(await closeCodeOf(new WebSocket(`${url}?${query}`))).toBe(code)
    expect(Object.values(relay.metrics().closed).reduce((a, b) => a + b)).toBe(1)
  })

  test('pages of other origins', async () => {
    const { url } = await relayTo({ origins: ['https://app.example'] })
    const from = (origin: string): WebSocket => new WebSocket(`${url}?address=127.0.0.1:1`, { origin })
    expect(await closeCodeOf(from('https://evil.example'))).toBe(4403)
    expect(await closeCodeOf(from('https://app.example'))).toBe(4502)
  })

  test('more connections than it may have, in all and from one client', async () => {
    const port = await tcpServer(echo)
    for (const limit of [{ maxConnections: 1 }, { maxConnectionsPerClient: 1 }]) {
      const { url } = await relayTo(limit)
      const first = through(url).connect({ hostname: '127.0.0.1', port })
      await first.opened
      const second = through(url).connect({ hostname: '127.0.0.1', port })
      await expect(second.opened).rejects.toMatchObject({ cause: { received: 4429 } })
      await expect(second.closed).rejects.toThrow('too many connections')
      await first.close()
    }
  })

  test('connections on which nothing happens', async () => {
    const port = await tcpServer(echo)
    const { url } = await relayTo({ idleTimeout: 50 })
    const socket = through(url).connect({ hostname: '127.0.0.1', port })
    await socket.opened
    await expect(socket.readable.getReader().read()).rejects.toMatchObject({ cause: { received: 4408 } })
  })

  test.each<[string, Uint8Array | string]>([
    ['text', 'hello'],
    ['an unknown message', Uint8Array.of(9)],
    ['an empty message', new Uint8Array(0)],
    ['a credit of another length', Uint8Array.of(1, 2)],
    ['data beyond the credit', new Uint8Array(1001)],
  ])('%s', async (_what, message) => {
    const port = await tcpServer(echo)
    const { url } = await relayTo({ window: 1000 })
    const socket = new WebSocket(`${url}?address=127.0.0.1:${port}`, ['typetls-relay.v1'])
    socket.once('message', () => {
      socket.send(message)
      socket.send(message)
    })
    expect(await closeCodeOf(socket)).toBe(4400)
  })

  test('options that are none', () => {
    for (const allow of [['nonsense'], ['a b:1'], ['a:99999'], ['']]) {
      expect(() => createRelay({ allow })).toThrow(RangeError)
    }
    expect(() => createRelay({ allow: [], window: 0 })).toThrow('window: 0')
  })
})

test('a token in the URL or in the header opens it, and the metrics', async () => {
  const port = await tcpServer(echo)
  const { url } = await relayTo({ tokens: ['other', 'letmein'] })
  const socket = through(url, { token: 'letmein' }).connect({ hostname: '127.0.0.1', port })
  expect(await said(socket, 'x')).toBe('x')
  const metrics = url.replace('ws:', 'http:') + 'metrics'
  expect((await fetch(metrics)).status).toBe(401)
  const text = await (await fetch(metrics, { headers: { authorization: 'Bearer letmein' } })).text()
  expect(text).toContain('typetls_relay_connections_total 1\n')
  expect(text).toContain('typetls_relay_bytes_total{direction="up"} 1\n')
})

test('a client finds out that a relay does not speak its protocol', async () => {
  const { url } = await relayTo()
  class Silent extends WebSocket {
    constructor(to: string) {
      super(to)
    }
  }
  const port = await tcpServer(echo)
  const tls = through(url, { WebSocket: Silent as unknown as new (url: string) => WebSocketLike })
  const socket = tls.connect({ hostname: '127.0.0.1', port })
  await expect(socket.opened).rejects.toThrow('does not speak typetls-relay.v1')
})

async function said(
  socket: { readable: ReadableStream<Uint8Array>; writable: WritableStream<Uint8Array> },
  text: string,
): Promise<string> {
  const writer = socket.writable.getWriter()
  const reader = socket.readable.getReader()
  await writer.write(new TextEncoder().encode(text))
  let received = ''
  while (received.length < text.length) {
    const { value, done } = await reader.read()
    if (done) break
    received += Buffer.from(value).toString('latin1')
  }
  await writer.close()
  await reader.cancel()
  return received
}

async function textOf(readable: ReadableStream<Uint8Array>): Promise<string> {
  let text = ''
  for await (const chunk of readable) text += Buffer.from(chunk).toString('latin1')
  return text
}

function closeCodeOf(socket: WebSocket): Promise<number> {
  return new Promise((resolve) => socket.once('close', resolve))
}

/** When a number that only grows has stopped to. */
async function settled(value: () => number): Promise<void> {
  for (let quiet = 0, last = -1; quiet < 10;) {
    await new Promise((resolve) => setTimeout(resolve, 20))
    quiet = value() === last && last > 0 ? quiet + 1 : 0
    last = value()
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5))
}
