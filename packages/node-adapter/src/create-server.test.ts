import { once } from 'node:events'
import net from 'node:net'
import { describe, expect, test } from 'vitest'
import { authority, ca, connectedPair, duplexPair, failureOf, identity, listen } from '../test/loopback.ts'
import { connect, connectTls, createServer } from './index.ts'
import type { CreateServerOptions, TlsSocket } from './index.ts'

async function nameShown(port: number, servername: string): Promise<string | string[] | undefined> {
  const client = await connectTls({ port, host: '127.0.0.1', servername, ca, rejectUnauthorized: false })
  client.destroy()
  return client.getPeerCertificate().subject.CN
}

const credentialFor = (name: string): { cert: string; key: string } => {
  const { chainPem, privateKeyPem } = authority.issue({ dns: [name] })
  return { cert: chainPem, key: privateKeyPem }
}

describe('the certificate of a handshake', () => {
  test('is the one of the context for the name', async () => {
    const server = createServer({ ...credentialFor('default.example') })
    server.addContext('one.example', credentialFor('one.example'))
    server.addContext('*.wild.example', credentialFor('*.wild.example'))
    const port = await listen(server)
    expect(await nameShown(port, 'one.example')).toBe('one.example')
    expect(await nameShown(port, 'ONE.example')).toBe('one.example')
    expect(await nameShown(port, 'a.wild.example')).toBe('*.wild.example')
    expect(await nameShown(port, 'a.b.wild.example')).toBe('default.example')
    expect(await nameShown(port, 'none.example')).toBe('default.example')
  })

  test('is what SNICallback answers, or refuses', async () => {
    const server = createServer({
      ...credentialFor('default.example'),
      SNICallback: (name, callback) => {
        if (name === 'bad.example') callback(new Error('no'))
        else setImmediate(callback, null, name === 'none.example' ? undefined : credentialFor(name))
      },
    })
    const port = await listen(server)
    expect(await nameShown(port, 'asked.example')).toBe('asked.example')
    expect(await nameShown(port, 'none.example')).toBe('default.example')
    const refused = once(server, 'tlsClientError')
    await expect(nameShown(port, 'bad.example')).rejects.toMatchObject({ code: 'ERR_TLS_PEER_ALERT' })
    expect((await refused)[0]).toMatchObject({ cause: expect.objectContaining({ message: 'no' }) as unknown })
  })

  test('fits what the client can check', async () => {
    const rsa = authority.issue({ dns: ['localhost'], subject: 'rsa', keyType: 'rsa' })
    const ec = authority.issue({ dns: ['localhost'], subject: 'ec' })
    const port = await listen(
      createServer({ cert: [rsa.chainPem, ec.chainPem], key: [ec.privateKeyPem, rsa.privateKeyPem] }),
    )
    for (const [scheme, subject] of [
      ['ecdsa_secp256r1_sha256', 'ec'],
      ['rsa_pss_rsae_sha256', 'rsa'],
    ] as const) {
      const client = await connectTls({
        port,
        host: '127.0.0.1',
        servername: 'localhost',
        ca,
        signatureSchemes: [scheme, 'ecdsa_secp256r1_sha256'],
      })
      expect([client.facts?.signatureScheme, client.getPeerCertificate().subject.CN]).toEqual([scheme, subject])
      client.destroy()
    }
  })

  test('changes with setSecureContext, and tickets from before stay good', async () => {
    const server = createServer(credentialFor('before.example'))
    const port = await listen(server)
    const first = connect({ port, host: '127.0.0.1', servername: 'before.example', ca })
    const [session] = (await once(first, 'session')) as [Buffer]
    first.destroy()
    server.setSecureContext(credentialFor('after.example'))
    expect(await nameShown(port, 'after.example')).toBe('after.example')
    const second = await connectTls({ port, host: '127.0.0.1', servername: 'before.example', ca, session })
    expect(second.isSessionReused()).toBe(true)
    second.destroy()
  })
})

describe('ALPN', () => {
  test.for([
    ['is the server’s first that the client offers', { ALPNProtocols: ['c', 'b'] }, 'b'],
    ['is none when the server has no list', {}, false],
    ['is what ALPNCallback says', { ALPNCallback: ({ protocols }: { protocols: string[] }) => protocols[0] }, 'a'],
  ] as const)('%s', async ([, options, protocol]) => {
    const { client } = await connectedPair({
      server: options as Partial<CreateServerOptions>,
      client: { ALPNProtocols: ['a', 'b'] },
    })
    expect(client.alpnProtocol).toBe(protocol)
  })

  test('without one in common the client is refused', async () => {
    const port = await listen(createServer({ ...identity, ALPNProtocols: ['x'] }))
    const failure = await failureOf(connect({ port, host: '127.0.0.1', ca, ALPNProtocols: Buffer.from('\x01y') }))
    expect(failure).toMatchObject({ code: 'ERR_TLS_PEER_ALERT', received: 'no_application_protocol' })
  })
})

test('the ClientHello hook sees it first, and may refuse', async () => {
  const names: unknown[] = []
  const server = createServer({
    ...identity,
    onClientHello: (hello) => {
      names.push(hello)
      throw new Error('not today')
    },
  })
  const port = await listen(server)
  const refused = once(server, 'tlsClientError')
  const failure = await failureOf(connect({ port, host: '127.0.0.1', ca }))
  expect(failure.code).toBe('ERR_TLS_PEER_ALERT')
  expect(names).toHaveLength(1)
  expect((await refused)[0]).toMatchObject({ name: 'TlsError' })
})

test('without tickets nothing is resumed', async () => {
  const { client } = await connectedPair({ server: { tickets: false } })
  client.write('x')
  expect(client.getSession()).toBeUndefined()
})

test('a connection can be handed over by emit', async () => {
  const server = createServer(identity, (socket) => socket.end('handed over'))
  const [near, far] = duplexPair()
  server.emit('connection', far)
  const client = await connectTls({ socket: near, servername: 'localhost', ca })
  expect((await client.toArray()).join('')).toBe('handed over')
})

test('close waits for the connections that are open', async () => {
  const { client, server } = await connectedPair()
  const listener = (server as unknown as { server: ReturnType<typeof createServer> }).server
  let closed = false
  const closing = new Promise<void>((resolve) => listener.close(() => resolve())).then(() => (closed = true))
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(closed).toBe(false)
  client.end()
  server.resume()
  client.resume()
  await closing
})

test('a transport that is kept for the peer keeps the process at a server, which waits for it, not at a client', async () => {
  const server = createServer(identity)
  const port = await listen(server)
  const transport = net.connect(port, '127.0.0.1')
  const client = connect({ socket: transport, servername: 'localhost', ca })
  const [[accepted], [served]] = (await Promise.all([
    once(server, 'connection'),
    once(server, 'secureConnection'),
    once(client, 'secureConnect'),
  ])) as [[net.Socket], [TlsSocket], unknown]
  // Whom nobody reads does not see the end.
  for (const [socket, under, kept] of [
    [client, transport, false],
    [served, accepted, true],
  ] as const) {
    socket.pause().destroySoon()
    await once(socket, 'close')
    expect(under.destroyed).toBe(false)
    expect((under as unknown as { _handle: { hasRef(): boolean } })._handle.hasRef()).toBe(kept)
  }
})

test('a server needs credentials', () => {
  expect(() => createServer({}).emit('connection', duplexPair()[0])).not.toThrow()
})
