import { nodeCrypto } from '@typetls/crypto-node'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ca, localhost } from '../test/identities.ts'
import { streamPair, textOf, turns } from '../test/memory-streams.ts'
import type { StreamPair } from '../test/memory-streams.ts'
import { fromStreams, serverRole } from './from-streams.ts'
import { SocketError } from './socket-error.ts'
import type { SecureSocket } from './socket.ts'
import type { Transport } from './transport.ts'

const unhandled: unknown[] = []
const note = (reason: unknown): void => void unhandled.push(reason)
beforeEach(() => void process.on('unhandledRejection', note))
afterEach(async () => {
  await turns(5)
  process.off('unhandledRejection', note)
  expect(unhandled.splice(0)).toEqual([])
})

/** What a relay may do to the bytes of one direction, of which so many went before. */
type Harm = (bytes: Uint8Array, at: number) => Uint8Array | 'end'

const harms: Readonly<Record<string, Harm>> = {
  alters: (bytes, at) => {
    const altered = bytes.slice()
    altered[at]! ^= 0x20
    return altered
  },
  drops: (bytes, at) => joined(bytes.subarray(0, at), bytes.subarray(at + 1)),
  duplicates: (bytes, at) => joined(bytes.subarray(0, at + 1), bytes.subarray(at)),
  inserts: (bytes, at) => joined(bytes.subarray(0, at), Uint8Array.of(22), bytes.subarray(at)),
  truncates: () => 'end',
}

describe.each(Object.entries(harms))('a relay that %s a byte', (_what, harm) => {
  test.each(['up', 'down'] as const)(
    'on its way %s, wherever it is, ends the sockets with a code',
    async (direction) => {
      const length = await lengthOf(direction)
      for (let at = 0; at < length; at += Math.ceil(length / places)) {
        const { client, server } = connected(direction, at, harm)
        const [ours, theirs] = await Promise.all([
          outcomeOf(client, 'ping', 'pong', 200),
          outcomeOf(server, 'pong', 'ping', 200),
        ])
        // One of them noticed at least; what the other got is what was sent, or an error too.
        const failed = [ours, theirs].filter((outcome) => outcome instanceof SocketError)
        expect(failed.length, `${direction} ${at}`).toBeGreaterThan(0)
        for (const { code } of failed) expect(code, `${direction} ${at}`).toMatch(/^ERR_TLS_/)
      }
    },
  )
})

test.each([1, 7, 100])('a relay that delays, and cuts into pieces of %i bytes, does no harm', async (size) => {
  const { client, server } = streamPair()
  const slow = (transport: Transport): Transport => ({
    ...transport,
    readable: transport.readable.pipeThrough(inPieces(size)),
  })
  const ours = fromStreams(slow(client), { ca, sni: 'localhost', crypto: nodeCrypto })
  const theirs = fromStreams(slow(server), { role: serverRole, ...localhost, crypto: nodeCrypto })
  expect(await Promise.all([outcomeOf(ours, 'ping', 'pong'), outcomeOf(theirs, 'pong', 'ping')])).toEqual([
    'pong',
    'ping',
  ])
})

test('a relay that takes everything and gives nothing is given up', async () => {
  const mute: Transport = { readable: new ReadableStream(), writable: new WritableStream() }
  const socket = fromStreams(mute, { ca, sni: 'localhost', handshakeTimeout: 30 })
  await expect(socket.opened).rejects.toMatchObject({ code: 'ERR_TLS_HANDSHAKE_TIMEOUT' })
  await expect(socket.closed).rejects.toMatchObject({ code: 'ERR_TLS_HANDSHAKE_TIMEOUT' })
})

test('a relay that takes nothing, not even an alert, does not keep us', async () => {
  const stuck: Transport = {
    readable: new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(5)) }),
    writable: new WritableStream({ write: () => new Promise<void>(() => undefined) }),
  }
  const socket = fromStreams(stuck, { ca, sni: 'localhost' })
  await expect(socket.closed).rejects.toHaveProperty('code')
  expect(stuck.readable.locked).toBe(true)
})

/** Harms one byte of one direction. */
function connected(direction: 'up' | 'down', at: number, harm: Harm): { client: SecureSocket; server: SecureSocket } {
  const pair = harmed(streamPair(), direction, at, harm)
  const options = { crypto: nodeCrypto, handshakeTimeout: 100 }
  return {
    client: fromStreams(pair.client, { ca, sni: 'localhost', ...options }),
    server: fromStreams(pair.server, { role: serverRole, ...localhost, ...options }),
  }
}

function harmed(
  pair: Pick<StreamPair, 'client' | 'server'>,
  direction: 'up' | 'down',
  at: number,
  harm: Harm,
): typeof pair {
  const receiver = direction === 'up' ? pair.server : pair.client
  let before = 0
  const stream = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      const place = at - before
      before += chunk.length
      if (place < 0 || place >= chunk.length) return controller.enqueue(chunk)
      const changed = harm(chunk, place)
      if (changed !== 'end') return controller.enqueue(changed)
      controller.enqueue(chunk.subarray(0, place))
      controller.terminate()
    },
  })
  const changed: Transport = { ...receiver, readable: receiver.readable.pipeThrough(stream) }
  return direction === 'up' ? { ...pair, server: changed } : { ...pair, client: changed }
}

/** Bytes that go this way where nobody does harm, up to and with the first data. */
async function lengthOf(direction: 'up' | 'down'): Promise<number> {
  const pair = streamPair()
  const client = fromStreams(pair.client, { ca, sni: 'localhost', crypto: nodeCrypto })
  const server = fromStreams(pair.server, { role: serverRole, ...localhost, crypto: nodeCrypto })
  await Promise.all([outcomeOf(client, 'ping', 'pong'), outcomeOf(server, 'pong', 'ping')])
  return pair.carried[direction]
}

/** Says something, ends, and hears the other: what was heard, or the error that came instead. Closes after `patience` ms. */
async function outcomeOf(
  socket: SecureSocket,
  says: string,
  hears: string,
  patience = 10_000,
): Promise<string | SocketError> {
  const give = setTimeout(() => void socket.close().catch(() => undefined), patience)
  try {
    const writer = socket.writable.getWriter()
    writer.closed.catch(() => undefined)
    const written = writer.write(new TextEncoder().encode(says)).then(() => writer.close())
    written.catch(() => undefined)
    const heard = await textOf(socket.readable)
    await Promise.all([socket.closed, written])
    expect([hears, '']).toContain(heard)
    return heard
  } catch (error) {
    if (error instanceof SocketError) return error
    throw error
  } finally {
    clearTimeout(give)
  }
}

function inPieces(size: number): TransformStream<Uint8Array, Uint8Array> {
  return new TransformStream({
    async transform(chunk, controller) {
      for (let offset = 0; offset < chunk.length; offset += size) {
        if (offset % 128 === 0) await turns(1)
        controller.enqueue(chunk.slice(offset, offset + size))
      }
    },
  })
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  parts.reduce((offset, part) => {
    all.set(part, offset)
    return offset + part.length
  }, 0)
  return all
}

/** Of each direction. */
const places = 20
