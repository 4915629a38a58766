import { expect, test } from 'vitest'
import { ca, localhost } from '../test/identities.ts'
import { say, streamPair, textOf } from '../test/memory-streams.ts'
import { fromStreams, serverRole } from './from-streams.ts'
import type { PortLike } from './message-port.ts'
import { messagePortTransport } from './message-port.ts'
import { cloudflareSockets, denoSockets, directSockets } from './platform-sockets.ts'
import type { Dialer, Transport } from './transport.ts'
import { TypeTls } from './type-tls.ts'

const addresses = { remoteAddress: '192.0.2.1:443', localAddress: '[2001:db8::1]:9' }

const platforms: Record<string, (transport: Transport) => Dialer> = {
  'cloudflare:sockets': ({ readable, writable }) =>
    cloudflareSockets((_address, options) => {
      expect(options).toEqual({ secureTransport: 'off', allowHalfOpen: true })
      return { readable, writable, opened: Promise.resolve(addresses), close: () => Promise.resolve() }
    }),
  'Direct Sockets': ({ readable, writable }) =>
    directSockets(
      class {
        readonly closed = Promise.resolve()
        readonly opened = Promise.resolve({
          readable,
          writable,
          remoteAddress: '192.0.2.1',
          remotePort: 443,
          localAddress: '2001:db8::1',
          localPort: 9,
        })
        close(): Promise<void> {
          return this.closed
        }
      },
    ),
  Deno: ({ readable, writable }) =>
    denoSockets(() =>
      Promise.resolve({
        readable,
        writable,
        remoteAddr: { hostname: '192.0.2.1', port: 443 },
        localAddr: { hostname: '2001:db8::1', port: 9 },
      }),
    ),
}

test.each(Object.entries(platforms))('TLS goes over a socket in the shape of %s', async (_name, dialerOf) => {
  const streams = streamPair()
  const server = fromStreams(streams.server, { role: serverRole, ...localhost })
  const tls = new TypeTls({ ca, transport: dialerOf(streams.client) })
  const socket = tls.connect('localhost:443', { secureTransport: 'on' })
  expect(await socket.opened).toMatchObject(addresses)
  await say(socket.writable, 'hello')
  const text = textOf(server.readable)
  await socket.close()
  expect(await text).toBe('hello')
})

test('TLS goes over a MessageChannel, as fast as it is read and no faster', async () => {
  const { port1, port2 } = new MessageChannel()
  const carried = (port: unknown): Transport => messagePortTransport(port as PortLike, 10_000)
  const server = fromStreams(carried(port1), { role: serverRole, ...localhost })
  const client = fromStreams(carried(port2), { ca, sni: 'localhost' })
  await Promise.all([client.opened, server.opened])
  let written = 0
  const writer = client.writable.getWriter()
  const writing = (async () => {
    for (; written < 2_000_000; written += 50_000) await writer.write(new Uint8Array(50_000))
    await writer.close()
  })()
  for (let i = 0; i < 50; i++) await new Promise((resolve) => setTimeout(resolve, 0))
  expect(written).toBeLessThan(1_000_000)
  expect((await textOf(server.readable)).length).toBe(2_000_000)
  await writing
  await Promise.all([client.closed, server.closed])
})

test('an end of a channel that is aborted is told to the other', async () => {
  const { port1, port2 } = new MessageChannel()
  const [one, other] = [port1, port2].map((port) => messagePortTransport(port as unknown as PortLike))
  await one?.writable.abort()
  await expect(other?.readable.getReader().read()).rejects.toMatchObject({ code: 'ERR_TLS_TRANSPORT' })
  await one?.readable.cancel()
})
