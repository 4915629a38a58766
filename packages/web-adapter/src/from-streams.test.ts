import { createHash } from 'node:crypto'
import type { Session } from '@typetls/connection'
import { rotatingTicketKeys } from '@typetls/connection'
import { nodeCrypto } from '@typetls/crypto-node'
import type { CryptoProvider } from '@typetls/crypto-provider'
import { createRootsVerifier } from '@typetls/roots'
import { asyncProvider } from '@typetls/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { authority, ca, clientIdentity, localhost, localhostSpki, otherIdentity, stranger } from '../test/identities.ts'
import type { Meddle } from '../test/memory-streams.ts'
import { say, streamPair, textOf, turns } from '../test/memory-streams.ts'
import { fromStreams, resumingClient, serverRole } from './from-streams.ts'
import { createPathVerifier } from '@typetls/x509'
import { channelBinding, exportKeyingMaterial } from './keying-material.ts'
import { ownCertificate } from './own-certificate.ts'
import { pinned } from './pinning.ts'
import type { AcceptOptions, SecureOptions } from './secure-options.ts'
import { SocketError } from './socket-error.ts'
import type { SecureSocket } from './socket.ts'
import { systemClock } from './system.ts'
import type { Transport } from './transport.ts'
import { TypeTls } from './type-tls.ts'

const providers: Record<string, CryptoProvider | undefined> = {
  'Web Cryptography': undefined,
  'node:crypto': nodeCrypto,
  'a provider that answers later': asyncProvider(nodeCrypto),
}

const verifier = createPathVerifier({ trustAnchors: [ca] })

const unhandled: unknown[] = []
const note = (reason: unknown): void => void unhandled.push(reason)
beforeEach(() => void process.on('unhandledRejection', note))
afterEach(async () => {
  await turns(3)
  process.off('unhandledRejection', note)
  expect(unhandled.splice(0)).toEqual([])
})

describe.each(Object.entries(providers))('two sockets in memory on %s', (_name, provider) => {
  const crypto = provider === undefined ? {} : { crypto: provider }

  test('shake hands, say what was negotiated, and talk both ways', async () => {
    const { client, server } = pair({ alpn: ['a', 'b'], ...crypto }, { alpn: ['b'], ...crypto })
    const [ours, theirs] = await Promise.all([client.opened, server.opened])
    expect(ours).toMatchObject({ alpn: 'b', remoteAddress: null, localAddress: null })
    expect(ours.tls).toMatchObject({ version: 'TLSv1.3', serverName: 'localhost', peer: { authorized: true } })
    expect(theirs).toMatchObject({ alpn: 'b', tls: { serverName: 'localhost' } })
    const echo = server.readable.pipeTo(server.writable)
    await say(client.writable, 'hello ')
    await say(client.writable, 'world')
    await client.writable.close()
    expect(await textOf(client.readable)).toBe('hello world')
    await Promise.all([echo, client.closed, server.closed])
  })

  test('say each thing in one write, and ChangeCipherSpec with what follows it', async () => {
    const up: number[] = []
    const meddle: Meddle = (chunk, way) => {
      if (way === 'up') up.push(chunk.length)
      return chunk
    }
    const { client, server } = pair(crypto, crypto, meddle)
    await Promise.all([client.opened, server.opened])
    expect(up).toHaveLength(2)
    await Promise.all([client.close(), server.close()])
  })

  test('carry five megabytes unchanged, with the smallest buffers', async () => {
    const { client, server } = pair(crypto, crypto)
    const sent = bytes(5_000_000)
    const echo = server.readable.pipeTo(server.writable)
    const write = write_(client, sent)
    const back = await new Response(client.readable as never).arrayBuffer()
    await Promise.all([write, echo, client.closed, server.closed])
    expect(digest(new Uint8Array(back))).toBe(digest(sent))
  })

  test('hold a writer back while the other side does not read', async () => {
    const { client, server, carried } = pair(crypto, crypto)
    await Promise.all([client.opened, server.opened])
    const writer = client.writable.getWriter()
    let written = 0
    const writing = (async () => {
      for (let i = 0; i < 64; i++) {
        await writer.write(bytes(65_536))
        written += 65_536
      }
      await writer.close()
    })()
    await turns(100)
    expect(written).toBeLessThan(1_000_000)
    expect(carried.up).toBeLessThan(1_000_000)
    const received = await new Response(server.readable as never).arrayBuffer()
    expect(received.byteLength).toBe(64 * 65_536)
    await Promise.all([writing, client.closed, server.closed])
  })

  test('each ends its half by itself', async () => {
    const { client, server } = pair({ allowHalfOpen: true, ...crypto }, { allowHalfOpen: true, ...crypto })
    await client.writable.close()
    expect(await textOf(server.readable)).toBe('')
    await say(server.writable, 'after your end')
    await server.writable.close()
    expect(await textOf(client.readable)).toBe('after your end')
    await Promise.all([client.closed, server.closed])
  })

  test('authenticate each other', async () => {
    const { server, client } = pair(
      { credentials: ownCertificate({ ...clientIdentity, ...crypto }), ...crypto },
      { ca, clientAuthentication: 'require', ...crypto },
    )
    const { tls } = await server.opened
    expect(tls.peer).toMatchObject({ authorized: true })
    await Promise.all([client.close(), textOf(server.readable)])
    await server.closed
  })

  test.each<[string, Partial<SecureOptions>, string, string]>([
    ['by a stranger', { ca: stranger.certificate }, 'ERR_TLS_CERTIFICATE_UNKNOWN_CA', 'unknown_ca'],
    ['for another name', { sni: 'other.test' }, 'ERR_TLS_CERTIFICATE_NAME', 'bad_certificate'],
    [
      'that has expired',
      { clock: { now: () => Date.UTC(2060, 1) } },
      'ERR_TLS_CERTIFICATE_EXPIRED',
      'certificate_expired',
    ],
    [
      'without the pinned key',
      { ca: undefined as never, verifier: pinned(verifier, [pin(authority.spki.slice(1))]) },
      'ERR_TLS_CERTIFICATE_REFUSED',
      'certificate_unknown',
    ],
  ])('a certificate %s is refused', async (_which, options, code, alert) => {
    const { client, server } = pair({ ...options, ...crypto }, crypto)
    const [ours, theirs] = await failures(client, server)
    expect(ours).toMatchObject({ code, alert })
    expect(ours).toBeInstanceOf(SocketError)
    expect(ours?.message).toMatch(/^SocketError: /)
    expect(theirs).toMatchObject({ code: 'ERR_TLS_PEER_ALERT' })
    await expect(textOf(client.readable)).rejects.toMatchObject({ code })
    await expect(say(client.writable, 'x')).rejects.toMatchObject({ code })
  })
})

test.each([
  ['none', []],
  ['what is no hash', ['abc']],
])('pins that are %s are refused', (_which, pins) => {
  expect(() => pinned(verifier, pins)).toThrow(expect.objectContaining({ code: 'ERR_TLS_OPTIONS' }))
})

test('a pinned key of the leaf or of its authority is found', async () => {
  for (const pins of [[pin(localhostSpki)], ['sha256/' + pin(authority.spki)]]) {
    const { client } = pair({ ca: undefined as never, verifier: pinned(verifier, pins) }, {})
    await client.opened
    await client.close()
  }
})

test('what came before a truncation is read before it is told', async () => {
  let cut = false
  const { client, server } = pair({}, {}, (chunk, direction) => (cut && direction === 'down' ? undefined : chunk))
  await Promise.all([client.opened, server.opened])
  await say(server.writable, 'all that came')
  const reader = client.readable.getReader()
  const { value } = await reader.read()
  expect(new TextDecoder().decode(value)).toBe('all that came')
  cut = true
  await server.writable.close()
  await expect(reader.read()).rejects.toMatchObject({ code: 'ERR_TLS_TRUNCATED' })
  await expect(client.closed).rejects.toMatchObject({ code: 'ERR_TLS_TRUNCATED' })
})

test.each(['up', 'down'] as const)('a bit changed on the way %s is noticed', async (where) => {
  let altered = false
  const { client, server } = pair({}, {}, (chunk, direction) => {
    if (!altered || direction !== where) return chunk
    const copy = chunk.slice()
    copy[copy.length - 1]! ^= 1
    return copy
  })
  await Promise.all([client.opened, server.opened])
  altered = true
  const [sender, receiver] = where === 'up' ? [client, server] : [server, client]
  await say(sender.writable, 'pay 100')
  await expect(textOf(receiver.readable)).rejects.toMatchObject({ code: 'ERR_TLS_BAD_RECORD_MAC' })
  await expect(receiver.closed).rejects.toMatchObject({ code: 'ERR_TLS_BAD_RECORD_MAC', alert: 'bad_record_mac' })
  await expect(sender.readable.getReader().read()).rejects.toMatchObject({ code: 'ERR_TLS_PEER_ALERT' })
})

test('a record sent twice is noticed', async () => {
  let repeats = false
  const { client, server } = pair({}, {}, (chunk, direction) => {
    if (!repeats || direction !== 'up') return chunk
    const twice = new Uint8Array(chunk.length * 2)
    twice.set(chunk)
    twice.set(chunk, chunk.length)
    return twice
  })
  await Promise.all([client.opened, server.opened])
  repeats = true
  await say(client.writable, 'once')
  const reader = server.readable.getReader()
  expect(new TextDecoder().decode((await reader.read()).value)).toBe('once')
  await expect(reader.read()).rejects.toMatchObject({ code: 'ERR_TLS_BAD_RECORD_MAC' })
})

test.each([0, 1, 90, 600])('a transport that ends after %i bytes of the handshake is told', async (count) => {
  const streams = streamPair()
  let left = count
  const cutShort = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      if (left > 0) controller.enqueue(chunk.slice(0, left))
      left -= chunk.length
      if (left <= 0) controller.terminate()
    },
  })
  const client = fromStreams(
    { readable: streams.client.readable.pipeThrough(cutShort), writable: streams.client.writable },
    { ca, sni: 'localhost' },
  )
  const server = fromStreams(streams.server, { role: serverRole, ...localhost })
  await expect(client.opened).rejects.toMatchObject({ code: 'ERR_TLS_HANDSHAKE_CLOSED' })
  await expect(client.closed).rejects.toBeInstanceOf(SocketError)
  await server.close().catch(() => undefined)
})

test('a signal ends a socket while it dials, shakes hands and talks', async () => {
  const dialling = new AbortController()
  const never = fromStreams(new Promise<never>(() => undefined), { ca, sni: 'localhost', signal: dialling.signal })
  dialling.abort('enough')
  await expect(never.opened).rejects.toMatchObject({ code: 'ERR_TLS_ABORTED', cause: { cause: 'enough' } })

  const shaking = new AbortController()
  const mute = fromStreams(streamPair().client, { ca, sni: 'localhost', signal: shaking.signal })
  await turns(5)
  shaking.abort()
  await expect(mute.opened).rejects.toMatchObject({ code: 'ERR_TLS_ABORTED' })
  await expect(mute.closed).rejects.toMatchObject({ code: 'ERR_TLS_ABORTED' })

  const talking = new AbortController()
  const { client, server } = pair({ signal: talking.signal }, {})
  await Promise.all([client.opened, server.opened])
  talking.abort()
  await expect(client.closed).rejects.toMatchObject({ code: 'ERR_TLS_ABORTED' })
  await textOf(server.readable).catch(() => undefined)

  const before = fromStreams(streamPair().client, { ca, sni: 'localhost', signal: AbortSignal.abort() })
  await expect(before.closed).rejects.toMatchObject({ code: 'ERR_TLS_ABORTED' })
})

test('a handshake that takes too long is given up', async () => {
  const socket = fromStreams(streamPair().client, { ca, sni: 'localhost', handshakeTimeout: 20 })
  await expect(socket.opened).rejects.toMatchObject({ code: 'ERR_TLS_HANDSHAKE_TIMEOUT' })
})

test('a transport that fails is told by its error', async () => {
  const cause = new Error('cable cut')
  const { client, server } = streamPair()
  const readable = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(cause) })
  const socket = fromStreams({ readable, writable: client.writable }, { ca, sni: 'localhost' })
  await expect(socket.opened).rejects.toMatchObject({ code: 'ERR_TLS_TRANSPORT', cause: { cause } })
  await server.readable.cancel()
  const undialled = fromStreams(Promise.reject(cause), { ca, sni: 'localhost' })
  await expect(undialled.closed).rejects.toMatchObject({ code: 'ERR_TLS_TRANSPORT', cause: { cause } })
})

test.each<[string, SecureOptions, string]>([
  ['no trust', { sni: 'localhost' }, 'ERR_TLS_OPTIONS'],
  ['a name that is none', { ca, sni: '' }, 'ERR_TLS_OPTIONS'],
  ['a key that is not loaded', { ca, sni: 'localhost', key: localhost.key } as SecureOptions, 'ERR_TLS_OPTIONS'],
  ['a certificate that is none', { ca: Uint8Array.of(1), sni: 'localhost' }, 'ERR_TLS_CERTIFICATE_PARSE'],
  ['PEM that nobody read', { ca: authority.pem as never, sni: 'localhost' }, 'ERR_TLS_OPTIONS'],
])('options with %s are refused, and the transport is let go', async (_which, options, code) => {
  const { client, server } = streamPair()
  const socket = fromStreams(client, options)
  await expect(socket.opened).rejects.toMatchObject({ code })
  await expect(server.readable.getReader().read()).rejects.toBeDefined()
})

test('a certificate that cannot be loaded is told of, and the transport is let go', async () => {
  const { client, server } = streamPair()
  const credentials = ownCertificate({ cert: localhost.cert, key: 'nonsense' })
  const socket = fromStreams(client, { ca, sni: 'localhost', credentials })
  await expect(socket.opened).rejects.toMatchObject({ code: 'ERR_TLS_KEY_PARSE' })
  await expect(server.readable.getReader().read()).rejects.toBeDefined()
})

test('a server whose key has no certificate is refused, and its transport is let go', async () => {
  const { client, server } = streamPair()
  const socket = fromStreams(server, { role: serverRole, key: localhost.key })
  await expect(socket.opened).rejects.toMatchObject({ code: 'ERR_TLS_OPTIONS' })
  await expect(client.readable.getReader().read()).rejects.toBeDefined()
})

test('a writable that is aborted ends the socket, also while a write waits for the peer', async () => {
  const { client, server } = pair({}, {})
  await Promise.all([client.opened, server.opened])
  const writer = client.writable.getWriter()
  const stuck = writer.write(bytes(4_000_000))
  stuck.catch(() => undefined)
  await turns(20)
  await writer.abort('changed my mind').catch(() => undefined)
  await expect(client.closed).rejects.toMatchObject({ code: 'ERR_TLS_ABORTED' })
  await expect(stuck).rejects.toBeDefined()
  await server.readable.cancel()
  await server.close().catch(() => undefined)
})

test('a readable that is cancelled leaves writing alone, and the socket ends with it', async () => {
  const { client, server } = pair({}, {})
  await client.readable.cancel()
  await say(client.writable, 'still here')
  const text = textOf(server.readable)
  await client.writable.close()
  expect(await text).toBe('still here')
  await Promise.all([client.closed, server.closed])
})

test('close() ends reading and writing, and the peer sees an orderly end', async () => {
  const { client, server } = pair({}, {})
  await Promise.all([client.opened, server.opened])
  await say(client.writable, 'the last word')
  const text = textOf(server.readable)
  await client.close()
  expect(await text).toBe('the last word')
  await server.closed
  expect(await textOf(client.readable)).toBe('')
  await expect(say(client.writable, 'x')).rejects.toMatchObject({ code: 'ERR_TLS_CLOSED' })
})

test('close() during the handshake is told on both promises', async () => {
  const socket = fromStreams(streamPair().client, { ca, sni: 'localhost' })
  await expect(socket.close()).rejects.toMatchObject({ code: 'ERR_TLS_CLOSED' })
  await expect(socket.opened).rejects.toMatchObject({ code: 'ERR_TLS_CLOSED' })
})

test('what is no bytes is not written', async () => {
  const { client } = pair({}, {})
  await client.opened
  const writer = (client.writable as WritableStream<unknown>).getWriter()
  await expect(writer.write('text')).rejects.toMatchObject({ code: 'ERR_TLS_OPTIONS' })
})

test('keying material is the same on both sides', async () => {
  const { client, server } = pair({}, {})
  await Promise.all([client.opened, server.opened])
  const [ours, theirs] = await Promise.all(
    [client, server].map((one) => exportKeyingMaterial(one, 'EXPORTER-Channel-Binding', new Uint8Array(0), 32)),
  )
  expect(ours).toEqual(theirs)
  expect(await channelBinding(client, 'tls-exporter')).toEqual(theirs)
  expect(await channelBinding(server, 'tls-server-end-point')).toHaveLength(32)
  expect(await channelBinding(client, 'tls-unique')).toBeUndefined()
  await expect(channelBinding({ ...client }, 'tls-exporter')).rejects.toMatchObject({ code: 'ERR_TLS_STATE' })
  expect(() => client.startTls()).toThrow(SocketError)
  await Promise.all([client.close(), textOf(server.readable)])
})

describe('a session', () => {
  const role = resumingClient
  const ticketing = (): AcceptOptions => ({ tickets: rotatingTicketKeys({ crypto: nodeCrypto, clock: systemClock }) })

  /** A session of a connection that is over, if there came one. */
  async function sessionOf(accept: AcceptOptions): Promise<Session | undefined> {
    let session: Session | undefined
    const { client, server } = pair({ role, onSession: (one) => (session = one) }, accept)
    await say(server.writable, 'x')
    await client.readable.getReader().read()
    await Promise.all([client.close(), textOf(server.readable)])
    return session
  }

  test('is resumed on both sides, without a certificate, and says the same of its peer', async () => {
    const accept = ticketing()
    const session = (await sessionOf(accept)) as Session
    const { client, server, carried } = pair({ role, session }, accept)
    const [ours, theirs] = await Promise.all([client.opened, server.opened])
    expect([ours.tls.resumed, theirs.tls.resumed]).toEqual([true, true])
    expect(ours.tls.peer).toMatchObject({ authorized: true })
    expect(ours.tls.signatureScheme).toBeUndefined()
    expect(carried.down).toBeLessThan(700)
    await Promise.all([client.close(), textOf(server.readable)])
  })

  test('goes from one TypeTls to its next connection', async () => {
    const accept = ticketing()
    const sessions: Session[] = []
    const resumed: boolean[] = []
    for (let i = 0; i < 3; i++) {
      const streams = streamPair()
      const session = sessions.pop()
      const transport = (): Transport => streams.client
      const tls = new TypeTls({
        ca,
        transport,
        role,
        onSession: (one) => sessions.push(one),
        ...(session && { session }),
      })
      const socket = tls.connect('localhost:443', { secureTransport: 'on' })
      const server = fromStreams(streams.server, { role: serverRole, ...localhost, ...accept })
      await say(server.writable, 'x')
      await socket.readable.getReader().read()
      resumed.push((await socket.opened).tls.resumed)
      await Promise.all([socket.close(), textOf(server.readable)])
    }
    expect(resumed).toEqual([false, true, true])
  })

  test('comes to whom the options named when the socket was made, whatever they name later', async () => {
    const came: string[] = []
    const [first, second] = [new AbortController(), new AbortController()]
    const options = { role, ca, sni: 'localhost', signal: first.signal, onSession: () => void came.push('first') }
    const streams = streamPair()
    const client = fromStreams(streams.client, options)
    const server = fromStreams(streams.server, { role: serverRole, ...localhost, ...ticketing() })
    Object.assign(options, { signal: second.signal, onSession: () => void came.push('second') })
    await say(server.writable, 'x')
    await client.readable.getReader().read()
    expect(new Set(came)).toEqual(new Set(['first']))
    first.abort(new Error('enough'))
    await expect(client.closed).rejects.toMatchObject({ cause: { cause: { message: 'enough' } } })
    await server.close()
  })

  test('that the server does not know, or of another name, is a full handshake', async () => {
    const accept = ticketing()
    const session = (await sessionOf(accept)) as Session
    for (const [options, other] of [
      [{}, ticketing()],
      [
        { ca: [ca, stranger.certificate], sni: 'other.test' },
        { ...accept, ...otherIdentity },
      ],
    ] as const) {
      const { client, server } = pair({ role, session, ...options }, other)
      const { tls } = await client.opened
      expect(tls).toMatchObject({ resumed: false, peer: { authorized: true } })
      await Promise.all([client.close(), textOf(server.readable)])
    }
  })

  test('does not come where the server gives no tickets', async () => {
    expect(await sessionOf({})).toBeUndefined()
  })

  test('is nothing for a client that keeps none, nor is a certificate after the handshake', async () => {
    const session = (await sessionOf(ticketing())) as Session
    for (const options of [{ session }, { onSession: () => undefined }, { postHandshakeAuthentication: true }]) {
      const socket = fromStreams(streamPair().client, { ca, sni: 'localhost', ...options })
      await expect(socket.opened).rejects.toMatchObject({ code: 'ERR_TLS_OPTIONS' })
    }
  })
})

test('what was written before close() arrives, also at a server that has tickets to give', async () => {
  for (let i = 0; i < 5; i++) {
    const tickets = rotatingTicketKeys({ crypto: nodeCrypto, clock: systemClock })
    const { client, server } = pair({ role: resumingClient }, { tickets })
    const text = textOf(server.readable)
    await say(client.writable, 'the last word')
    await client.close()
    expect(await text).toBe('the last word')
    await server.closed
  }
})

test('roots that are loaded by need and private authorities are trusted together', async () => {
  const trusting = createRootsVerifier({ trustAnchors: [ca] })
  for (const pins of [undefined, [pin(authority.spki)]]) {
    const { client, server } = pair({ ca: undefined as never, verifier: pins ? pinned(trusting, pins) : trusting }, {})
    const { tls } = await client.opened
    expect(tls.peer).toMatchObject({ authorized: true })
    await Promise.all([client.close(), textOf(server.readable)])
  }
  for (const verifier of [createRootsVerifier(), createRootsVerifier({ trustAnchors: [stranger.pem] })]) {
    const { client } = pair({ ca: undefined as never, verifier }, {})
    await expect(client.opened).rejects.toMatchObject({ code: 'ERR_TLS_CERTIFICATE_UNKNOWN_CA' })
  }
})

function pair(
  options: SecureOptions,
  accept: AcceptOptions,
  meddle?: Meddle,
): { client: SecureSocket; server: SecureSocket; carried: { up: number; down: number } } {
  const streams = streamPair(meddle)
  return {
    client: fromStreams(streams.client, { ca, sni: 'localhost', ...options }),
    server: fromStreams(streams.server, { role: serverRole, ...localhost, ...accept }),
    carried: streams.carried,
  }
}

async function failures(...sockets: SecureSocket[]): Promise<SocketError[]> {
  const settled = await Promise.allSettled(sockets.flatMap((one) => [one.closed]))
  return settled.map((one) => {
    if (one.status === 'fulfilled') throw new Error('a socket that should fail did not')
    return one.reason as SocketError
  })
}

async function write_(socket: SecureSocket, data: Uint8Array): Promise<void> {
  const writer = socket.writable.getWriter()
  await writer.write(data)
  await writer.close()
}

function bytes(length: number): Uint8Array {
  const made = new Uint8Array(length)
  for (let i = 0; i < length; i++) made[i] = (i * 31 + (i >> 8)) & 0xff
  return made
}

function pin(spki: Uint8Array): string {
  return createHash('sha256').update(spki).digest('base64')
}

function digest(data: Uint8Array): string {
  return createHash('sha256').update(data).digest('hex')
}
