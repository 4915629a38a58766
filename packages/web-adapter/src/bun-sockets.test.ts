import { expect, test } from 'vitest'
import { ca, localhost } from '../test/identities.ts'
import { streamPair, textOf, turns } from '../test/memory-streams.ts'
import type { BunConnect, BunSocket, BunSocketEvents } from './bun-sockets.ts'
import { bunSockets } from './bun-sockets.ts'
import { fromStreams, serverRole } from './from-streams.ts'
import type { Transport } from './transport.ts'
import { TypeTls } from './type-tls.ts'

test('TLS goes over a socket of Bun, which takes a part of what is written, both ways to the end', async () => {
  const { client, server } = streamPair()
  const bun = bunOver(client)
  const peer = fromStreams(server, { role: serverRole, ...localhost })
  const echo = peer.readable.pipeTo(peer.writable)
  const socket = new TypeTls({ ca, transport: bunSockets(bun.connect) }).connect('localhost:443', {
    secureTransport: 'on',
  })
  expect(await socket.opened).toMatchObject({ remoteAddress: '192.0.2.1:443', localAddress: '[2001:db8::1]:9' })
  const text = 'abcdefghij'.repeat(20_000)
  const back = textOf(socket.readable)
  const writer = socket.writable.getWriter()
  await writer.write(new TextEncoder().encode(text))
  await writer.close()
  expect(await back).toBe(text)
  await Promise.all([echo, socket.closed, peer.closed])
  expect(bun.calls).toContain('shutdown')
  expect(bun.calls.at(-1)).toBe('end')
})

test('a socket that nobody reads is paused, and resumed when somebody does', async () => {
  const { client, server } = streamPair()
  const bun = bunOver(client)
  const { readable } = await bunSockets(bun.connect)(address, options())
  const writer = server.writable.getWriter()
  const writing = (async () => {
    for (let i = 0; i < 20; i++) await writer.write(new Uint8Array(50_000))
    await writer.close()
  })()
  await turns(30)
  expect(bun.calls).toEqual(['pause'])
  expect((await textOf(readable)).length).toBe(1_000_000)
  await writing
  expect(bun.calls).toContain('resume')
})

test('a socket that fails is told by its error, to who reads and to who writes', async () => {
  const cause = new Error('reset')
  const bun = bunOver(streamPair().client)
  const { readable, writable } = await bunSockets(bun.connect)(address, options())
  const writing = writable.getWriter().write(new Uint8Array(5000))
  bun.events.close(bun.socket, cause)
  await expect(textOf(readable)).rejects.toMatchObject({ code: 'ERR_TLS_TRANSPORT', cause })
  await expect(writing).rejects.toMatchObject({ code: 'ERR_TLS_TRANSPORT' })
})

test('an aborted writable ends the socket, and so does giving up while it is dialled', async () => {
  const bun = bunOver(streamPair().client)
  const { writable } = await bunSockets(bun.connect)(address, options())
  await writable.abort()
  expect(bun.calls).toEqual(['terminate'])
  const late = bunOver(streamPair().client)
  const giveUp = new AbortController()
  const dialling = bunSockets(late.connect)(address, { signal: giveUp.signal })
  giveUp.abort(new Error('changed my mind'))
  await expect(dialling).rejects.toThrow('changed my mind')
  expect(late.calls).toEqual(['terminate'])
})

const address = { hostname: 'localhost', port: 443 }

function options(): { signal: AbortSignal } {
  return { signal: new AbortController().signal }
}

/** `Bun.connect` on a transport: it takes 1000 bytes of each write, and tells when it takes more. */
function bunOver({ readable, writable }: Transport) {
  const calls: string[] = []
  const reader = readable.getReader()
  const writer = writable.getWriter()
  let events!: BunSocketEvents
  let running = Promise.resolve()
  let go: (() => void) | undefined
  const socket: BunSocket = {
    remoteAddress: '192.0.2.1',
    remotePort: 443,
    localAddress: '2001:db8::1',
    localPort: 9,
    write(bytes) {
      const taken = bytes.slice(0, 1000)
      void writer.write(taken).then(
        () => events.drain(socket),
        () => undefined,
      )
      return taken.length
    },
    shutdown() {
      calls.push('shutdown')
      void writer.close()
    },
    end: () => void calls.push('end'),
    terminate: () => void calls.push('terminate'),
    pause() {
      calls.push('pause')
      running = new Promise((resolve) => (go = resolve))
    },
    resume() {
      calls.push('resume')
      go?.()
    },
  }
  const run = async (): Promise<void> => {
    for (;;) {
      await running
      const { done, value } = await reader.read()
      if (done) return events.end(socket)
      events.data(socket, value)
    }
  }
  const connect: BunConnect = async (given) => {
    expect(given).toMatchObject({ hostname: 'localhost', port: 443, allowHalfOpen: true })
    events = given.socket
    await Promise.resolve()
    void run()
    return socket
  }
  return {
    connect,
    socket,
    calls,
    get events() {
      return events
    },
  }
}
