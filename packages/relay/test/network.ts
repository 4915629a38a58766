import { once } from 'node:events'
import type { AddressInfo, Server, Socket } from 'node:net'
import net from 'node:net'
import { createServer } from '@typetls/node-adapter'
import { createAuthority } from '@typetls/testing'
import type { RelayOptions as DialOptions, TypeTlsOptions, WebSocketConstructor } from '@typetls/web-adapter'
import { relay, TypeTls, wsproxy } from '@typetls/web-adapter'
import { afterEach } from 'vitest'
import { WebSocket } from 'ws'
import type { RelayOptions } from '../src/options.ts'
import type { Relay } from '../src/relay.ts'
import { createRelay } from '../src/relay.ts'

const authority = createAuthority()
const leaf = authority.issue({ dns: ['localhost'], ip: ['127.0.0.1'] })
const ca: Uint8Array = authority.certificate

/** `ws` where the platform has none, as the type of browsers has it. */
const NodeWebSocket: WebSocketConstructor = WebSocket as unknown as WebSocketConstructor

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

/** Called after the test. */
export function cleanup(end: () => unknown): void {
  ends.push(end)
}

/** A server that ends with the test. */
async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
  })
  cleanup(() => {
    for (const socket of sockets) socket.destroy()
    return new Promise((resolve) => server.close(resolve))
  })
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

export function tcpServer(onSocket: (socket: Socket) => void): Promise<number> {
  return listening(net.createServer({ allowHalfOpen: true }, onSocket))
}

export async function tlsServer(onSocket: (socket: Socket) => void): Promise<number> {
  const server = createServer({ cert: leaf.chainPem, key: leaf.privateKeyPem, allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined)
    onSocket(socket as unknown as Socket)
  })
  return listening(server as unknown as Server)
}

/** A relay to whatever listens here, and its URL. */
export async function relayTo(options: Partial<RelayOptions> = {}): Promise<{ relay: Relay; url: string }> {
  const relay = createRelay({ allow: ['127.0.0.1:*'], ...options })
  const { port } = await relay.listen()
  cleanup(() => relay.close())
  return { relay, url: `ws://127.0.0.1:${port}/` }
}

export function through(url: string, options: DialOptions = {}, tls: Partial<TypeTlsOptions> = {}): TypeTls {
  return new TypeTls({ ca, transport: relay(url, { WebSocket: NodeWebSocket, ...options }), ...tls })
}

export function rawThrough(url: string, maxBuffered?: number, tls: Partial<TypeTlsOptions> = {}): TypeTls {
  const buffered = maxBuffered === undefined ? {} : { maxBuffered }
  return new TypeTls({ ca, transport: wsproxy(url, { WebSocket: NodeWebSocket, ...buffered }), ...tls })
}
