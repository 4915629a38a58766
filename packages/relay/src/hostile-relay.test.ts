import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { cleanup, rawThrough, relayTo, through, tlsServer } from '../test/network.ts'

const unhandled: unknown[] = []
const note = (reason: unknown): void => void unhandled.push(reason)
beforeEach(() => void process.on('unhandledRejection', note))
afterEach(async () => {
  await new Promise((resolve) => setTimeout(resolve, 5))
  process.off('unhandledRejection', note)
  expect(unhandled.splice(0)).toEqual([])
})

const data = (...bytes: number[]): Buffer => Buffer.of(0, ...bytes)
const end = Buffer.of(2)
const opened = Buffer.from('\x03127.0.0.1:443')

describe('a relay that breaks its protocol is told on opened and closed, by a code', () => {
  test.each<[string, (socket: WebSocket) => void, string, string]>([
    ['closes with a reason', (socket) => socket.close(4403, 'not for you'), 'TRANSPORT', 'not for you'],
    ['is gone', (socket) => socket.terminate(), 'TRANSPORT', 'code 1006'],
    ['sends text', (socket) => socket.send('hello'), 'TRANSPORT', 'binary messages only'],
    ['sends nothing in a message', (socket) => socket.send(Buffer.alloc(0)), 'TRANSPORT', 'type undefined'],
    ['sends a message of no type', (socket) => socket.send(Buffer.of(9)), 'TRANSPORT', 'type 9'],
    ['sends half a credit', (socket) => socket.send(Buffer.of(1, 0, 0)), 'TRANSPORT', 'another length'],
    ['sends more than it may', (socket) => flood(socket), 'TRANSPORT', 'more data than credit'],
    ['sends data after the end', (socket) => say(socket, opened, end, data(22)), 'TRANSPORT', 'more data than credit'],
    ['ends at once', (socket) => say(socket, opened, end), 'HANDSHAKE_CLOSED', ''],
    ['sends what is no TLS', (socket) => say(socket, opened, Buffer.from('\0SSH-2.0-x')), 'NOT_TLS', ''],
    ['closes in an orderly way', (socket) => say(socket, opened, () => socket.close(1000)), 'TRANSPORT', 'code 1000'],
    ['never connects', () => undefined, 'HANDSHAKE_TIMEOUT', ''],
    ['never gives credit', (socket) => say(socket, opened), 'HANDSHAKE_TIMEOUT', ''],
  ])('%s', async (_what, play, code, message) => {
    const url = await server(
      (socket) => play(socket),
      () => 'typetls-relay.v1',
    )
    const tls = through(url, { window: 1000 }, { handshakeTimeout: code === 'HANDSHAKE_TIMEOUT' ? 100 : 10_000 })
    const socket = tls.connect('localhost:443', { secureTransport: 'on' })
    const [first, second] = await Promise.allSettled([socket.opened, socket.closed])
    for (const { reason } of [first, second] as PromiseRejectedResult[]) {
      expect(reason).toMatchObject({ name: 'SocketError', code: `ERR_TLS_${code}` })
      expect(String(reason)).toContain(message)
    }
    await expect(socket.readable.getReader().read()).rejects.toHaveProperty('code')
    await expect(socket.writable.getWriter().write(new Uint8Array(1))).rejects.toHaveProperty('code')
  })
})

describe.each([
  ['credit', through],
  ['raw bytes', rawThrough],
] as const)('a relay with %s that', (_kind, dial) => {
  type Harm = (message: Buffer) => readonly Buffer[] | 'close'
  test.each<[string, Harm]>([
    ['drops a message', () => []],
    ['sends a message twice', (message) => [message, message]],
    ['cuts a message', (message) => [message.subarray(0, -1)]],
    ['alters a message', (message) => [altered(message)]],
    ['closes in the midst of one', () => 'close'],
  ])('%s is found out, in the handshake and after it, both ways', async (_what, harm) => {
    const port = await tlsServer((socket) => socket.pipe(socket))
    const { url } = await relayTo()
    for (const direction of ['up', 'down'] as const) {
      // A hello, and what comes after it.
      for (const nth of [0, 1]) {
        const harmful = await proxy(url, direction, nth, harm)
        const tls = dial(harmful, undefined, { handshakeTimeout: 300 })
        const socket = tls.connect({ hostname: '127.0.0.1', port }, { secureTransport: 'on' })
        setTimeout(() => void socket.close().catch(() => undefined), 500).unref()
        const code = await echoed(socket).catch((error: { code?: string }) => error.code)
        expect(code, `${direction} ${nth}`).toMatch(/^ERR_TLS_/)
        await socket.closed.catch(() => undefined)
      }
    }
  })
})

/** Says something twice and waits until both come back: what is wrong with the first may show by the second alone. */
async function echoed({ readable, writable }: ReturnType<ReturnType<typeof through>['connect']>): Promise<string> {
  const writer = writable.getWriter()
  writer.closed.catch(() => undefined)
  const speak = (): Promise<void> => writer.write(Buffer.from('there and back')).catch(() => undefined)
  // Apart from the first, however long the handshake took: both in one message could be dropped together.
  void speak().then(() => setTimeout(() => void speak(), 50))
  let text = ''
  for await (const chunk of readable) {
    text += Buffer.from(chunk).toString('latin1')
    if (text.length >= 28) return text
  }
  throw Object.assign(new Error('the socket ended'), { code: 'silence' })
}

/** Passes messages on to a relay and back, and harms one of those with more than a few bytes. */
async function proxy(
  to: string,
  direction: 'up' | 'down',
  nth: number,
  harm: (message: Buffer) => readonly Buffer[] | 'close',
): Promise<string> {
  return server((near, url, protocol) => {
    const far = new WebSocket(new URL(url, to), protocol === '' ? [] : [protocol])
    const ready = once(far, 'open')
    let count = 0
    const pass = (message: Buffer, from: 'up' | 'down'): void => {
      const target = from === 'up' ? far : near
      const harmed = from === direction && message.length > 20 && count++ === nth ? harm(message) : [message]
      if (harmed === 'close') near.terminate()
      else for (const one of harmed) target.send(one)
    }
    near.on('message', (message: Buffer) => void ready.then(() => pass(message, 'up')))
    far.on('message', (message: Buffer) => pass(message, 'down'))
    near.on('close', () => far.terminate()).on('error', () => undefined)
    far.on('close', () => near.terminate()).on('error', () => undefined)
  })
}

/** A WebSocket server, and its URL. */
async function server(
  onSocket: (socket: WebSocket, url: string, protocol: string) => void,
  choose: (offered: Set<string>) => string | false = (offered) => [...offered][0] ?? false,
): Promise<string> {
  const listening = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: choose })
  cleanup(() => {
    for (const client of listening.clients) client.terminate()
    listening.close()
  })
  listening.on('connection', (socket, request) => {
    socket.on('error', () => undefined)
    onSocket(socket, request.url ?? '/', socket.protocol)
  })
  await once(listening, 'listening')
  return `ws://127.0.0.1:${(listening.address() as AddressInfo).port}/`
}

function say(socket: WebSocket, ...messages: (Buffer | (() => void))[]): void {
  for (const message of messages) {
    if (typeof message === 'function') message()
    else socket.send(message)
  }
}

function flood(socket: WebSocket): void {
  say(socket, opened)
  for (let i = 0; i < 10; i++) socket.send(Buffer.alloc(500))
}

function altered(message: Buffer): Buffer {
  const copy = Buffer.from(message)
  copy[copy.length - 1]! ^= 1
  return copy
}
