import { once } from 'node:events'
import net from 'node:net'
import nodeTls from 'node:tls'
import { expect, onTestFinished, test } from 'vitest'
import { ca, duplexPair, identity, listen } from '../../test/loopback.ts'
import type { TLSSocket } from './index.ts'
import tls from './index.ts'

const dial = { host: '127.0.0.1', servername: 'localhost', ca }

/** Sockets in each state there is. */
const states: Record<string, () => Promise<TLSSocket> | TLSSocket> = {
  'not connected': () => new tls.TLSSocket(),
  connecting: async () => tls.connect({ port: await listen(tls.createServer(identity)), ...dial }),
  'in the handshake, client': async () => {
    const socket = tls.connect({ port: await listen(net.createServer()), ...dial })
    await once(socket, 'connect')
    return socket
  },
  'in the handshake, server': () => new tls.TLSSocket(duplexPair()[0], { isServer: true, ...identity }),
  'open, client': async () => (await open()).client,
  'open, server': async () => (await open()).server,
  'open, on any stream': async () => {
    const [left, right] = duplexPair()
    const server = new tls.TLSSocket(left, { isServer: true, ...identity })
    const client = new tls.TLSSocket(right)
    await Promise.all([once(server, 'secure'), once(client, 'secure')])
    return client
  },
  'half-open, we have ended': async () => {
    const { client } = await open(true)
    client.end()
    await once(client, 'finish')
    return client
  },
  'half-open, the peer has ended': async () => {
    const { client, server } = await open(true)
    client.resume()
    server.end()
    await once(client, 'end')
    return client
  },
  destroyed: async () => (await open()).client.destroy(),
  'destroyed with an error': async () => (await open()).server.destroy(new Error('ours')),
  'destroyed in the handshake': async () => {
    const socket = tls.connect({ port: await listen(net.createServer()), ...dial })
    return socket.destroy()
  },
}

async function open(allowHalfOpen = false): Promise<{ client: TLSSocket; server: TLSSocket }> {
  const listener = tls.createServer({ ...identity, allowHalfOpen })
  const accepted = once(listener, 'secureConnection') as Promise<[TLSSocket]>
  const client = tls.connect({ port: await listen(listener), ...dial, allowHalfOpen })
  await once(client, 'secureConnect')
  return { client, server: (await accepted)[0] }
}

const ends = new Set(['destroy', 'resetAndDestroy', 'destroySoon', 'end', '_destroySSL', 'constructor'])

/** Every method that a socket has of TLS and of net.Socket, those that end it last. */
function methodsOf(socket: TLSSocket): string[] {
  const names = new Set<string>()
  const last = net.Socket.prototype
  for (let at: object = socket; ; at = Object.getPrototypeOf(at) as object) {
    const ofNode = at === last || at === nodeTls.TLSSocket.prototype
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
      const own = !ofNode || !name.startsWith('_')
      if (own && typeof value === 'function' && name !== 'constructor') names.add(name)
    }
    if (at === last) break
  }
  // What a stream calls of itself is no program's to call.
  for (const inner of ['_read', '_write', '_writev', '_final', '_destroy', 'push']) names.delete(inner)
  const all = [...names]
  return [...all.filter((name) => !ends.has(name)), ...all.filter((name) => ends.has(name))]
}

const argumentsOf: Record<string, readonly unknown[]> = {
  setTimeout: [0],
  setServername: ['x'],
  setSession: [Buffer.alloc(3)],
  setMaxSendFragment: [600],
  exportKeyingMaterial: [8, 'label'],
  exportKeyingMaterialAsync: [8, 'label'],
  renegotiate: [{}, () => {}],
  setKeyCert: [identity],
  connect: [1, '127.0.0.1'],
  write: ['x'],
}

/** What a method may say instead of an answer: it has a code. */
function isProper(error: unknown): boolean {
  return typeof (error as { code?: unknown }).code === 'string'
}

test.each(Object.entries(states))('no method crashes a socket that is %s', async (_state, make) => {
  const uncaught: unknown[] = []
  const note = (error: unknown): void => void uncaught.push(error)
  process.on('uncaughtException', note)
  process.on('unhandledRejection', note)
  onTestFinished(() => {
    process.off('uncaughtException', note)
    process.off('unhandledRejection', note)
  })
  for (const name of methodsOf(await make())) {
    const socket = await make()
    socket.on('error', () => {})
    const methods = socket as unknown as Record<string, (...args: unknown[]) => unknown>
    for (const args of new Set([argumentsOf[name] ?? [], []])) {
      try {
        await Promise.resolve(methods[name]?.(...args)).catch((error: unknown) => {
          if (!isProper(error)) throw error
        })
      } catch (error) {
        if (!isProper(error)) throw new Error(`${name} throws what has no code`, { cause: error })
      }
    }
    socket.destroy()
  }
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(uncaught).toEqual([])
})
