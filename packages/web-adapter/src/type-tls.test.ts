import { describe, expect, test } from 'vitest'
import { ca, localhost } from '../test/identities.ts'
import { say, streamPair, textOf } from '../test/memory-streams.ts'
import { fromStreams, serverRole } from './from-streams.ts'
import { SocketError } from './socket-error.ts'
import type { SocketAddress, Transport } from './transport.ts'
import { TypeTls } from './type-tls.ts'

describe('connect', () => {
  test('dials, speaks TLS to the name that was dialled, and tells addresses', async () => {
    const { tls, next, dialled } = network()
    const socket = tls.connect({ hostname: 'localhost', port: 443 }, { secureTransport: 'on', alpn: ['x'] })
    expect(socket.secureTransport).toBe('on')
    const server = fromStreams((await next()).server, { role: serverRole, alpn: ['x'], ...localhost })
    const info = await socket.opened
    expect(info).toMatchObject({ alpn: 'x', remoteAddress: '192.0.2.1:443', localAddress: null })
    expect(info.tls.serverName).toBe('localhost')
    expect(dialled).toEqual([{ hostname: 'localhost', port: 443 }])
    await Promise.all([socket.close(), textOf(server.readable)])
  })

  test('verifies another name if it is asked to', async () => {
    const { tls, next } = network()
    const socket = tls.connect('127.0.0.1:443', { secureTransport: 'on', sni: 'localhost' })
    fromStreams((await next()).server, { role: serverRole, ...localhost })
    expect((await socket.opened).tls.serverName).toBe('localhost')
    await socket.close()
  })

  test('speaks plain bytes by default', async () => {
    const { tls, next } = network()
    const socket = tls.connect('[::1]:25')
    const { server } = await next()
    expect(await socket.opened).toEqual({ alpn: null, remoteAddress: '192.0.2.1:443', localAddress: null })
    const text = textOf(server.readable)
    await say(socket.writable, 'plain')
    const answering = say(server.writable, 'answer').then(() => server.writable.close())
    expect(await textOf(socket.readable)).toBe('answer')
    await answering
    await socket.close()
    await socket.closed
    expect(await text).toBe('plain')
    expect(() => socket.startTls()).toThrow(SocketError)
  })

  test('upgrades by startTls, while a reader still waits', async () => {
    const { tls, next } = network()
    const plain = tls.connect({ hostname: 'localhost', port: 25 }, { secureTransport: 'starttls' })
    const { server } = await next()
    const greeting = say(server.writable, 'ready')
    const reader = plain.readable.getReader()
    expect(new TextDecoder().decode((await reader.read()).value)).toBe('ready')
    await greeting
    const waiting = reader.read()
    const secured = plain.startTls()
    const answer = fromStreams(server, { role: serverRole, ...localhost })
    expect(await waiting).toEqual({ done: true, value: undefined })
    expect(plain.upgraded).toBe(true)
    await Promise.all([plain.closed, secured.opened])
    expect(() => plain.startTls()).toThrow('upgraded before')
    await expect(say(plain.writable, 'x')).rejects.toMatchObject({ code: 'ERR_TLS_CLOSED' })
    await say(secured.writable, 'secret')
    const text = textOf(answer.readable)
    await secured.close()
    expect(await text).toBe('secret')
  })

  test('tells on the promises that dialling failed, and gives it up when closed', async () => {
    const refused = new TypeTls({ ca, transport: () => Promise.reject(new Error('no route')) })
    for (const secureTransport of ['on', 'off'] as const) {
      const socket = refused.connect('a.test:1', { secureTransport })
      await expect(socket.opened).rejects.toMatchObject({ name: 'SocketError', code: 'ERR_TLS_TRANSPORT' })
      await expect(socket.closed).rejects.toThrow('no route')
    }
    let signal: AbortSignal | undefined
    const slow = new TypeTls({
      ca,
      transport: (_address, options) => {
        signal = options.signal
        return new Promise<never>(() => undefined)
      },
    })
    const socket = slow.connect('a.test:1', { secureTransport: 'on' })
    await expect(socket.close()).rejects.toMatchObject({ code: 'ERR_TLS_CLOSED' })
    await Promise.resolve()
    expect(signal?.aborted).toBe(true)
  })

  test.each(['', 'a.test', 'a.test:0', 'a.test:65536', ':1', 'a:b:1'])('refuses the address %j', (address) => {
    expect(() => network().tls.connect(address)).toThrow(SocketError)
  })

  test('refuses what is no secureTransport, and to dial without a transport', () => {
    expect(() => network().tls.connect('a.test:1', { secureTransport: 'yes' as never })).toThrow('secureTransport yes')
    expect(() => new TypeTls({ ca }).connect('a.test:1')).toThrow('without a transport')
  })
})

/** Each dial makes a pair of streams and hands the server's end to `next`. */
function network(): {
  tls: TypeTls
  next: () => Promise<{ server: Transport }>
  dialled: SocketAddress[]
} {
  const dialled: SocketAddress[] = []
  let give!: (end: { server: Transport }) => void
  const coming = new Promise<{ server: Transport }>((resolve) => (give = resolve))
  const transport = (address: SocketAddress): Transport => {
    dialled.push(address)
    const { client, server } = streamPair()
    give({ server })
    return { ...client, remoteAddress: '192.0.2.1:443' }
  }
  return { tls: new TypeTls({ ca, transport }), next: () => coming, dialled }
}
