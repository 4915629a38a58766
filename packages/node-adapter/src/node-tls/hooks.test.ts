import { X509Certificate, constants } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import type net from 'node:net'
import { Session } from '@typetls/connection'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { authority, ca, duplexPair, identity, listen } from '../../test/loopback.ts'
import type { NodeConnectOptions, NodeServerOptions, Server, TLSSocket } from './index.ts'
import tls from './index.ts'

const dial = { host: '127.0.0.1', servername: 'localhost', ca }
const other = authority.issue({ dns: ['localhost'], subject: 'another' })
const otherIdentity = { cert: other.chainPem, key: other.privateKeyPem }

async function secure(server: Server, options: NodeConnectOptions = {}): Promise<TLSSocket> {
  const port = server.listening ? (server.address() as net.AddressInfo).port : await listen(server)
  const client = tls.connect({ port, ...dial, ...options })
  onTestFinished(() => void client.destroy())
  await once(client, 'secureConnect')
  return client
}

describe('ALPNCallback', () => {
  const offer = { ALPNProtocols: ['a', 'b'] }

  test('chooses, as a method of the socket, which may show another certificate', async () => {
    for (const context of [otherIdentity, tls.createSecureContext(otherIdentity)]) {
      const server = tls.createServer({
        ...identity,
        ALPNCallback(this: TLSSocket, { protocols, servername }: { protocols: string[]; servername: string }): string {
          expect([protocols, servername]).toEqual([['a', 'b'], 'localhost'])
          this.setKeyCert(context)
          return 'b'
        },
      } as NodeServerOptions)
      const client = await secure(server, offer)
      expect(client.alpnProtocol).toBe('b')
      expect(client.getPeerX509Certificate()?.raw).toEqual(new X509Certificate(otherIdentity.cert).raw)
    }
  })

  test.each([
    ['a protocol nobody offered', (): string => 'c', 'ERR_TLS_ALPN_CALLBACK_INVALID_RESULT'],
    [
      'an error of its own',
      (): string => {
        throw Object.assign(new Error('no'), { code: 'MINE' })
      },
      'MINE',
    ],
  ] as const)('that answers with %s ends the handshake with that', async (_what, ALPNCallback, code) => {
    const server = tls.createServer({ ...identity, ALPNCallback })
    const failed = once(server, 'tlsClientError')
    const client = tls.connect({ port: await listen(server), ...dial, ...offer }).on('error', () => {})
    expect((await failed)[0]).toMatchObject({ code })
    client.destroy()
  })

  test('is not for a server that lists protocols', () => {
    expect(() => tls.createServer({ ALPNCallback: () => 'a', ALPNProtocols: ['a'] })).toThrow(
      expect.objectContaining({ code: 'ERR_TLS_ALPN_CALLBACK_WITH_PROTOCOLS' }),
    )
  })
})

test('a client may show the certificate that setKeyCert was given', async () => {
  const server = tls.createServer({ ...identity, requestCert: true, ca })
  const accepted = once(server, 'secureConnection') as Promise<[TLSSocket]>
  const client = tls.connect({ port: await listen(server), ...dial })
  client.setKeyCert(otherIdentity)
  const [socket] = await accepted
  expect(socket.getPeerX509Certificate()?.raw).toEqual(new X509Certificate(otherIdentity.cert).raw)
  client.destroy()
})

describe('OCSP', () => {
  test.each(['TLSv1.2', 'TLSv1.3'])('who wants a response is told what listeners answer, in %s', async (maxVersion) => {
    const server = tls.createServer({ ...identity, ca })
    const asked: unknown[][] = []
    server.on(
      'OCSPRequest',
      (leaf: Buffer, issuer: Buffer, callback: (error: null, response?: Buffer | null) => void) => {
        asked.push([leaf, issuer])
        setImmediate(callback, null, asked.length === 1 ? Buffer.from('a response') : null)
      },
    )
    const told: (string | null)[] = []
    const port = await listen(server)
    for (let i = 0; i < 2; i++) {
      const client = tls.connect({ port, ...dial, maxVersion, requestOCSP: true })
      client.on('OCSPResponse', (response: Buffer | null) => told.push(response && String(response)))
      await once(client, 'secureConnect')
      client.destroy()
    }
    expect(told).toEqual(['a response', null])
    expect(asked[0]).toEqual([new X509Certificate(identity.cert).raw, new X509Certificate(ca).raw])
    await secure(server, { maxVersion })
    expect(asked).toHaveLength(2)
  })

  test("a listener's error ends the handshake with it", async () => {
    const server = tls.createServer(identity)
    server.on('OCSPRequest', (_leaf, _issuer, callback: (error: Error) => void) => callback(new Error('no staple')))
    const failed = once(server, 'tlsClientError')
    const client = tls.connect({ port: await listen(server), ...dial, requestOCSP: true }).on('error', () => {})
    expect((await failed)[0]).toMatchObject({ message: 'no staple' })
    client.destroy()
  })
})

describe('sessions', () => {
  const noTickets = { secureOptions: constants.SSL_OP_NO_TICKET, maxVersion: 'TLSv1.2' }

  test('of TLS 1.2 without tickets are kept by listeners', async () => {
    const server = tls.createServer({ ...identity, ...noTickets })
    const kept = new Map<string, Buffer>()
    server.on('newSession', (id: Buffer, data: Buffer, callback: () => void) => {
      kept.set(id.toString('hex'), data)
      setImmediate(callback)
    })
    server.on('resumeSession', (id: Buffer, callback: (error: Error | null, data?: Buffer | null) => void) => {
      setImmediate(callback, null, kept.get(id.toString('hex')) ?? null)
    })
    const first = await secure(server, { maxVersion: 'TLSv1.2' })
    const session = first.getSession()
    expect(kept.size).toBe(1)
    const second = await secure(server, { maxVersion: 'TLSv1.2', session })
    expect(second.isSessionReused()).toBe(true)
    expect(second.getSession()).toEqual(session)
    kept.clear()
    const third = await secure(server, { maxVersion: 'TLSv1.2', session })
    expect(third.isSessionReused()).toBe(false)
  })

  test('a resumeSession that is answered after the client is gone changes nothing', async () => {
    const server = tls.createServer({ ...identity, ...noTickets })
    const first = await secure(server, { maxVersion: 'TLSv1.2' })
    const asked = once(server, 'resumeSession') as Promise<[Buffer, (error?: Error) => void]>
    const client = tls.connect({
      port: (server.address() as net.AddressInfo).port,
      ...dial,
      maxVersion: 'TLSv1.2',
      session: first.getSession(),
    })
    const [, answer] = await asked
    client.destroy()
    const failed = once(server, 'tlsClientError')
    answer()
    answer(new Error('twice'))
    expect((await failed)[0]).toMatchObject({ code: 'ECONNRESET' })
  })

  test('a session of TLS 1.3 before the first ticket is there, and resumes nothing', async () => {
    const server = tls.createServer(identity)
    const client = await secure(server)
    const early = client.getSession()
    expect(early).toBeInstanceOf(Buffer)
    const [session] = (await once(client, 'session')) as [Buffer]
    expect(client.getSession()).not.toEqual(early)
    expect((await secure(server, { session: early })).isSessionReused()).toBe(false)
    const again = await secure(server, { session })
    expect(again.isSessionReused()).toBe(true)
    // No new ticket is given to who has one.
    expect(again.getSession()).toEqual(session)
    expect(again.getTLSTicket()).toEqual(Buffer.from(Session.parse(session).ticket))
  })

  test('setSession is as good as the option, and what is none is not used', async () => {
    const server = tls.createServer(identity)
    const [session] = (await once(await secure(server), 'session')) as [Buffer]
    const port = (server.address() as net.AddressInfo).port
    for (const given of [session, session.toString('latin1'), Buffer.from('none'), 'none']) {
      const client = tls.connect({ port, ...dial })
      client.setSession(given)
      await once(client, 'secureConnect')
      expect(client.isSessionReused()).toBe(String(given) !== 'none')
      client.destroy()
    }
    for (const none of [false, null, undefined]) await secure(server, { session: none })
    expect(() => new tls.TLSSocket().setSession(1 as never)).toThrow(TypeError)
  })

  test('the workers of a cluster share ticket keys', () => {
    const [first, second] = [new tls.Server(), new tls.Server()] as unknown as {
      _getServerData(): object
      _setServerData(data: object): void
      getTicketKeys(): Buffer
    }[]
    second?._setServerData(first?._getServerData() ?? {})
    expect(second?.getTicketKeys()).toEqual(first?.getTicketKeys())
  })
})

test('what a listener for secureConnection rejects with is the end of that connection', async () => {
  EventEmitter.captureRejections = true
  const server = tls.createServer(identity)
  EventEmitter.captureRejections = false
  const failed = new Promise((resolve) => {
    server.on('secureConnection', async (socket: TLSSocket) => {
      socket.on('error', resolve)
      throw new Error('of the listener')
    })
  })
  const client = await secure(server)
  client.on('error', () => {})
  expect(await failed).toMatchObject({ message: 'of the listener' })
})

test('enableTrace prints what crosses, by option or method', async () => {
  const printed: string[] = []
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => printed.push(String(text)) > 0)
  onTestFinished(() => void vi.restoreAllMocks())
  const [left, right] = duplexPair()
  const server = new tls.TLSSocket(left, { isServer: true, ...identity, enableTrace: true })
  const client = new tls.TLSSocket(right)
  client.enableTrace()
  await Promise.all([once(server, 'secure'), once(client, 'secure')])
  const text = printed.join('')
  expect(text).toMatch(/^Received Record: Handshake \(22\), Length = \d+, Keys = plaintext$/m)
  expect(text).toMatch(/^ {4}Received ClientHello, Length = \d+$/m)
  expect(text).toMatch(/^ {4}Sent ClientHello, Length = \d+$/m)
  client.destroy()
  server.destroy()
  expect(() => new tls.TLSSocket(left, { enableTrace: 1 as never })).toThrow(TypeError)
})

test('a name that is an address is refused, or warned of, as the Node at hand does', async () => {
  const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  onTestFinished(() => void warned.mockRestore())
  const connect = (): TLSSocket => tls.connect({ port: 1, host: '127.0.0.1', servername: '127.0.0.1' })
  if (Number(process.versions.node.split('.')[0]) >= 25) {
    expect(connect).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }))
  } else {
    connect().on('error', () => {})
    expect(warned).toHaveBeenCalledWith(expect.any(String), 'DeprecationWarning', 'DEP0123')
  }
})
