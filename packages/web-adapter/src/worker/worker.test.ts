import { Certificate } from '@typetls/x509'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { FakeWorker } from '../../test/fake-worker.ts'
import { fakeWorker } from '../../test/fake-worker.ts'
import { ca, localhost, stranger } from '../../test/identities.ts'
import type { Meddle } from '../../test/memory-streams.ts'
import { say, streamPair, textOf, turns } from '../../test/memory-streams.ts'
import { fromStreams, serverRole } from '../from-streams.ts'
import type { AcceptOptions } from '../secure-options.ts'
import { SocketError } from '../socket-error.ts'
import { exportKeyingMaterial } from '../keying-material.ts'
import type { SecureSocket, Socket } from '../socket.ts'
import type { Transport } from '../transport.ts'
import type { TypeTlsOptions } from '../type-tls.ts'
import { TypeTls } from '../type-tls.ts'
import type { WorkerSecureSocket } from './index.ts'
import { serveSockets, WorkerTls } from './index.ts'

const unhandled: unknown[] = []
const note = (reason: unknown): void => void unhandled.push(reason)
beforeEach(() => void process.on('unhandledRejection', note))
afterEach(async () => {
  await turns(5)
  process.off('unhandledRejection', note)
  expect(unhandled.splice(0)).toEqual([])
})

describe('a socket of a worker', () => {
  test('shakes hands, says what was negotiated, and talks both ways', async () => {
    const { socket, server } = connected({ accept: { alpn: ['b'] } })
    const info = await socket.opened
    expect(info).toMatchObject({ alpn: 'b', remoteAddress: '192.0.2.1:443', localAddress: null })
    expect(info.tls).toMatchObject({ version: 'TLSv1.3', serverName: 'localhost', peer: { authorized: true } })
    const { path, matchedName } = info.tls.peer?.facts as { path: Uint8Array[]; matchedName: string }
    expect(path.map((der) => Certificate.parse(der).notAfter).every((time) => time > Date.now())).toBe(true)
    expect(matchedName).toBe('localhost')
    const echo = (await server()).readable.pipeTo((await server()).writable)
    await say(socket.writable, 'hello ')
    await say(socket.writable, 'world')
    await socket.writable.close()
    expect(await textOf(socket.readable)).toBe('hello world')
    await Promise.all([echo, socket.closed])
    expect(socket).toMatchObject({ secureTransport: 'on', upgraded: false })
    expect(() => socket.startTls()).toThrow(SocketError)
  })

  test('exports the same keying material as its peer, and has the same channel bindings', async () => {
    const { socket, server } = connected()
    await Promise.all([socket.opened, (await server()).opened])
    const label = 'EXPORTER-Channel-Binding'
    const [ours, theirs] = await Promise.all([
      socket.exportKeyingMaterial(label, new Uint8Array(0), 32),
      exportKeyingMaterial(await server(), label, new Uint8Array(0), 32),
    ])
    expect(ours).toEqual(theirs)
    expect(await socket.channelBinding('tls-exporter')).toEqual(theirs)
    expect(await socket.channelBinding('tls-unique')).toBeUndefined()
    await expect(socket.exportKeyingMaterial('x', new Uint8Array(0), -1)).rejects.toHaveProperty('code')
    await Promise.all([socket.close(), textOf((await server()).readable)])
  })

  test('holds both ends back while nobody reads, and loses nothing', async () => {
    const { socket, server } = connected()
    const total = 4_000_000
    let down = 0
    const peer = await server()
    const sending = (async () => {
      const writer = peer.writable.getWriter()
      for (; down < total; down += 100_000) await writer.write(new Uint8Array(100_000).fill(7))
      await writer.close()
    })()
    let up = 0
    const writing = (async () => {
      const writer = socket.writable.getWriter()
      for (; up < total; up += 100_000) await writer.write(new Uint8Array(100_000).fill(8))
      await writer.close()
    })()
    await turns(200)
    expect(down).toBeLessThan(1_500_000)
    expect(up).toBeLessThan(1_500_000)
    const lengths = await Promise.all([textOf(socket.readable), textOf(peer.readable)])
    expect(lengths.map((text) => text.length)).toEqual([total, total])
    await Promise.all([sending, writing, socket.closed, peer.closed])
  })

  test('tells each failure with its code, alert and details, on every promise', async () => {
    const { socket } = connected({ options: { ca: stranger.certificate } })
    const code = 'ERR_TLS_CERTIFICATE_UNKNOWN_CA'
    const error = await failureOf(socket)
    expect(error).toMatchObject({ code, alert: 'unknown_ca', cause: { details: { rule: expect.any(String) } } })
    await expect(socket.opened).rejects.toBe(error)
    await expect(textOf(socket.readable)).rejects.toMatchObject({ name: 'SocketError', code })
    await expect(say(socket.writable, 'x')).rejects.toMatchObject({ name: 'SocketError', code })
    await expect(socket.exportKeyingMaterial('x', new Uint8Array(0), 1)).rejects.toMatchObject({
      code: 'ERR_TLS_STATE',
    })
  })

  test('is read to where it was cut, and then tells', async () => {
    let cut = false
    const { socket, server } = connected({ meddle: (bytes, way) => (cut && way === 'down' ? undefined : bytes) })
    await socket.opened
    await say((await server()).writable, 'all that came')
    await turns(20)
    cut = true
    await (await server()).writable.close()
    await expect(socket.closed).rejects.toMatchObject({ code: 'ERR_TLS_TRUNCATED' })
    const reader = socket.readable.getReader()
    expect(Buffer.from((await reader.read()).value!).toString()).toBe('all that came')
    await expect(reader.read()).rejects.toMatchObject({ code: 'ERR_TLS_TRUNCATED' })
  })

  test('keeps a half open', async () => {
    const { socket, server } = connected({ accept: { allowHalfOpen: true }, halfOpen: true })
    await socket.writable.close()
    const peer = await server()
    expect(await textOf(peer.readable)).toBe('')
    await say(peer.writable, 'after your end')
    await peer.writable.close()
    expect(await textOf(socket.readable)).toBe('after your end')
    await Promise.all([socket.closed, peer.closed])
  })

  test('ends by close(), also in its handshake', async () => {
    const { socket, server } = connected()
    await socket.opened
    await say(socket.writable, 'the last word')
    const text = textOf((await server()).readable)
    await turns(20)
    await socket.close()
    expect(await text).toBe('the last word')
    await expect.poll(() => say(socket.writable, 'x').catch((error: SocketError) => error.code)).toBe('ERR_TLS_CLOSED')
    const mute = connected({ mute: true }).socket
    await expect(mute.close()).rejects.toMatchObject({ code: 'ERR_TLS_CLOSED' })
    await expect(mute.opened).rejects.toMatchObject({ code: 'ERR_TLS_CLOSED' })
  })

  test('ends by its signal with the reason, and so does its peer', async () => {
    for (const when of ['before', 'shaking', 'talking'] as const) {
      const controller = new AbortController()
      if (when === 'before') controller.abort('enough')
      const { socket, server } = connected({ signal: controller.signal, mute: when !== 'talking' })
      if (when === 'talking') await socket.opened
      await turns(5)
      controller.abort('enough')
      expect(await failureOf(socket)).toMatchObject({ code: 'ERR_TLS_ABORTED', cause: { cause: 'enough' } })
      if (when === 'talking') await endOf(await server())
    }
  })

  test('ends when its writable is aborted, also while a write waits for room', async () => {
    const { socket, server } = connected()
    await socket.opened
    const writer = socket.writable.getWriter()
    const stuck = writer.write(new Uint8Array(4_000_000))
    stuck.catch(() => undefined)
    await turns(50)
    await writer.abort('changed my mind')
    expect(await failureOf(socket)).toMatchObject({ code: 'ERR_TLS_ABORTED' })
    await expect(stuck).rejects.toBeDefined()
    await endOf(await server())
  })

  test('whose readable is cancelled still writes', async () => {
    const { socket, server } = connected()
    await socket.readable.cancel()
    await say(socket.writable, 'still here')
    const text = textOf((await server()).readable)
    await socket.writable.close()
    expect(await text).toBe('still here')
    await socket.closed
  })

  test('waits for what the worker is still loading, and is told when that fails', async () => {
    for (const loads of [true, false]) {
      const { worker, scope } = fakeWorker()
      let load!: () => void
      const maker = new Promise<TypeTls>((resolve, reject) => {
        load = () => (loads ? resolve(new TypeTls({ ca })) : reject(new Error('no roots')))
      })
      serveSockets(maker, scope)
      const socket = new WorkerTls(worker).connect('localhost:443')
      await turns(5)
      load()
      const message = loads ? 'without a transport' : 'no roots'
      expect(await failureOf(socket)).toMatchObject({ message: expect.stringContaining(message) })
      await expect(textOf(socket.readable)).rejects.toThrow(message)
    }
  })

  test('is refused for an address that is none, and anything but TLS', async () => {
    const { tls } = workerTls({})
    expect(await failureOf(tls.connect('nowhere'))).toMatchObject({ code: 'ERR_TLS_OPTIONS' })
    expect(() => tls.connect('a.test:1', { secureTransport: 'off' })).toThrow('secureTransport off')
  })
})

describe('a socket of a worker that begins without TLS', () => {
  test('upgrades by startTls, when what was written before has gone', async () => {
    const { socket, transport } = plain()
    const { readable, writable } = await transport
    await say(writable, '220 ready')
    const [reader, peer] = [socket.readable.getReader(), readable.getReader()]
    expect(new TextDecoder().decode((await reader.read()).value)).toBe('220 ready')
    expect(await socket.opened).toEqual({ alpn: null, remoteAddress: '192.0.2.1:25', localAddress: null })
    const waiting = reader.read()
    await say(socket.writable, 'STARTTLS')
    const secured = socket.startTls({ alpn: ['b'] })
    expect(new TextDecoder().decode((await peer.read()).value)).toBe('STARTTLS')
    peer.releaseLock()
    const server = fromStreams({ readable, writable }, { role: serverRole, alpn: ['b'], ...localhost })
    expect(await secured.opened).toMatchObject({
      alpn: 'b',
      tls: { serverName: 'localhost', peer: { authorized: true } },
    })
    expect(await waiting).toEqual({ done: true, value: undefined })
    expect(socket).toMatchObject({ secureTransport: 'starttls', upgraded: true })
    expect(secured).toMatchObject({ secureTransport: 'on', upgraded: false })
    expect(() => socket.startTls()).toThrow(expect.objectContaining({ code: 'ERR_TLS_STATE' }))
    await expect(say(socket.writable, 'x')).rejects.toMatchObject({ code: 'ERR_TLS_CLOSED' })
    await socket.closed
    const echo = server.readable.pipeTo(server.writable)
    await say(secured.writable, 'secret')
    await secured.writable.close()
    expect(await textOf(secured.readable)).toBe('secret')
    await Promise.all([echo, secured.closed])
  })

  test('ends in an orderly way without it, too', async () => {
    const { socket, transport } = plain()
    const { readable, writable } = await transport
    const echo = readable.pipeTo(writable)
    await say(socket.writable, 'hello')
    await socket.writable.close()
    expect(await textOf(socket.readable)).toBe('hello')
    await Promise.all([echo, socket.closed])
  })

  test('tells a failure of the dial on what it was upgraded to', async () => {
    for (const address of ['localhost:25', 'nowhere']) {
      const { tls } = workerTls({ options: { transport: () => Promise.reject(new Error('no way')) } })
      const socket = tls.connect(address, { secureTransport: 'starttls' })
      const secured = socket.startTls()
      const code = address === 'nowhere' ? 'ERR_TLS_OPTIONS' : 'ERR_TLS_TRANSPORT'
      expect(await failureOf(secured)).toMatchObject({ code })
      await expect(secured.opened).rejects.toMatchObject({ code })
    }
  })

  test('ends by its signal, before and after', async () => {
    for (const upgraded of [false, true]) {
      const controller = new AbortController()
      const { socket, transport } = plain(controller.signal)
      await socket.opened
      const { readable } = await transport
      const ending = upgraded ? socket.startTls() : socket
      const peer = readable.getReader()
      if (upgraded) await peer.read()
      controller.abort(new Error('enough'))
      await expect(ending.closed).rejects.toMatchObject({ code: 'ERR_TLS_ABORTED' })
      // An alert may come first.
      const rest = (async () => {
        while (!(await peer.read()).done);
      })()
      await Promise.allSettled([rest])
      await endOf(ending)
    }
  })
})

describe('a worker', () => {
  test('that fails takes its sockets with it, and those that come later', async () => {
    const { socket, worker, tls } = connected()
    await socket.opened
    worker.throw('Uncaught RangeError')
    expect(await failureOf(socket)).toMatchObject({
      code: 'ERR_TLS_TRANSPORT',
      message: expect.stringContaining('Uncaught RangeError'),
    })
    await expect(textOf(socket.readable)).rejects.toMatchObject({ code: 'ERR_TLS_TRANSPORT' })
    await expect(say(socket.writable, 'x')).rejects.toMatchObject({ code: 'ERR_TLS_TRANSPORT' })
    expect(await failureOf(tls.connect('localhost:443'))).toMatchObject({ code: 'ERR_TLS_TRANSPORT' })
  })

  test('that is terminated here ends its sockets, in their handshake too', async () => {
    const { socket, worker, tls } = connected({ mute: true })
    await turns(3)
    tls.terminate()
    expect(worker.terminated()).toBe(true)
    expect(await failureOf(socket)).toMatchObject({ code: 'ERR_TLS_CLOSED' })
  })

  test('that does not answer any more is found out, and one that does is not', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    try {
      const { socket, worker } = connected()
      await socket.opened
      for (let i = 0; i < 20; i++) {
        vi.advanceTimersByTime(5000)
        await turns(3)
      }
      worker.hang()
      vi.advanceTimersByTime(40_000)
      expect(await failureOf(socket)).toMatchObject({
        code: 'ERR_TLS_TRANSPORT',
        message: expect.stringContaining('does not answer'),
      })
      expect(vi.getTimerCount()).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })
})

interface Setting {
  readonly options?: Partial<TypeTlsOptions>
  readonly accept?: AcceptOptions
  readonly meddle?: Meddle
  readonly signal?: AbortSignal
  /** The server says nothing. */
  readonly mute?: boolean
  readonly halfOpen?: boolean
}

function connected(setting: Setting = {}): {
  socket: WorkerSecureSocket
  server: () => Promise<SecureSocket>
  worker: FakeWorker
  tls: WorkerTls
} {
  const { tls, server, worker } = workerTls(setting)
  const { signal, halfOpen = false } = setting
  const socket = tls.connect('localhost:443', { alpn: ['a', 'b'], allowHalfOpen: halfOpen, ...(signal && { signal }) })
  return { socket, server, worker, tls }
}

function workerTls({ options, accept, meddle, mute = false }: Setting): {
  tls: WorkerTls
  server: () => Promise<SecureSocket>
  worker: FakeWorker
} {
  const worker = fakeWorker()
  let give!: (server: SecureSocket) => void
  const server = new Promise<SecureSocket>((resolve) => (give = resolve))
  const transport: TypeTlsOptions['transport'] = () => {
    const pair = streamPair(meddle)
    if (!mute) give(fromStreams(pair.server, { role: serverRole, ...localhost, ...accept }))
    return { ...pair.client, remoteAddress: '192.0.2.1:443' }
  }
  serveSockets(new TypeTls({ ca, transport, ...options }), worker.scope)
  return { tls: new WorkerTls(worker.worker), server: () => server, worker }
}

/** A socket with `secureTransport: 'starttls'`, and the other end of its transport. */
function plain(signal?: AbortSignal): { socket: Socket; transport: Promise<Transport> } {
  let give!: (transport: Transport) => void
  const transport = new Promise<Transport>((resolve) => (give = resolve))
  const dial = (): Transport => {
    const { client, server } = streamPair()
    give(server)
    return { ...client, remoteAddress: '192.0.2.1:25' }
  }
  const { tls } = workerTls({ options: { transport: dial } })
  return { socket: tls.connect('localhost:25', { secureTransport: 'starttls', ...(signal && { signal }) }), transport }
}

/** However it ends. */
async function endOf({ readable, closed }: Socket): Promise<void> {
  await Promise.allSettled([textOf(readable), closed])
}

async function failureOf(socket: Socket): Promise<SocketError> {
  try {
    await socket.closed
  } catch (error) {
    if (error instanceof SocketError) return error
    throw error
  }
  throw new Error('a socket that should fail did not')
}
