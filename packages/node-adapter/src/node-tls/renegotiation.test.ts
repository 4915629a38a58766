import { once } from 'node:events'
import nodeTls from 'node:tls'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ca, clientIdentity, identity, listen } from '../../test/loopback.ts'
import type { NodeConnectOptions, NodeServerOptions, TLSSocket } from './index.ts'
import tls from './index.ts'

const theirs = nodeTls as unknown as typeof tls

const sides: [string, typeof tls, typeof tls][] = [
  ['with each other', tls, tls],
  ['of a client of node:tls and our server', theirs, tls],
  ['of our client and a server of node:tls', tls, theirs],
]

interface Connected {
  readonly client: TLSSocket
  readonly server: TLSSocket
  readonly told: string[]
}

/** Connected by TLS 1.2; everything that is told from then on. */
async function connected(
  [one, two]: readonly [typeof tls, typeof tls],
  client: NodeConnectOptions = {},
  server: NodeServerOptions = {},
): Promise<Connected> {
  const listener = two.createServer({ ...identity, maxVersion: 'TLSv1.2', ...server })
  const accepted = once(listener, 'secureConnection') as Promise<[TLSSocket]>
  const dial = { host: '127.0.0.1', servername: 'localhost', ca, ...client }
  const dialled = one.connect({ port: await listen(listener), ...dial })
  await once(dialled, 'secureConnect')
  const [other] = await accepted
  onTestFinished(() => {
    dialled.destroy()
    other.destroy()
  })
  const told: string[] = []
  const note = (event: string) => (): void => void told.push(event)
  dialled.on('secure', note('client secure')).on('secureConnect', note('client secureConnect'))
  other.on('secure', note('server secure'))
  listener.on('secureConnection', note('secureConnection'))
  return { client: dialled, server: other, told }
}

function renegotiated(socket: TLSSocket, options: object = {}): Promise<Error | null> {
  return new Promise((resolve) => {
    expect(socket.renegotiate(options, resolve)).toBe(true)
    // node:tls looks at what it has to do when there is data.
    socket.write('x')
  })
}

async function received(socket: TLSSocket, length: number): Promise<string> {
  let text = ''
  while (text.length < length) {
    const chunk = socket.read() as Buffer | null
    if (chunk === null) await once(socket, 'readable')
    else text += chunk.toString()
  }
  return text
}

describe.each(sides)('a renegotiation %s', (_what, one, two) => {
  test('is begun by the client, which tells when it is done, in order with the data', async () => {
    const { client, server, told } = await connected([one, two])
    server.write('a')
    // OpenSSL takes no data from the ClientHello on, when it is about to write.
    await once(client, 'readable')
    const [done] = await Promise.all([renegotiated(client), once(server, 'secure')])
    expect(done).toBeNull()
    client.write('yz')
    server.write('b')
    expect(await received(server, 3)).toBe('xyz')
    expect(await received(client, 2)).toBe('ab')
    expect(told.toSorted()).toEqual(['client secure', 'client secureConnect', 'server secure'])
    expect(server.ssl?.handshakes).toBe(1)
    expect(client.getFinished()).toEqual(server.getPeerFinished())
  })

  test('is asked for by the server, to get a certificate', async () => {
    const { client, server, told } = await connected([one, two], clientIdentity, { ca })
    expect([server.authorized, server.getPeerCertificate()]).toEqual([false, {}])
    const [done] = await Promise.all([
      renegotiated(server, { requestCert: true, rejectUnauthorized: true }),
      once(client, 'secure'),
    ])
    expect(done).toBeNull()
    expect(server.authorized).toBe(true)
    expect(server.getPeerCertificate().raw).toEqual(client.getX509Certificate()?.raw)
    expect(told.filter((event) => event === 'server secure')).toHaveLength(1)
    client.write('after')
    expect(await received(server, 5)).toBe('after')
  })

  test('ends the connection where the server insists and there is no certificate', async () => {
    const { client, server } = await connected([one, two], {}, { ca })
    const closed = new Promise((resolve) => server.once('close', resolve))
    client.on('error', () => {})
    server.on('error', () => {})
    server.renegotiate({ requestCert: true, rejectUnauthorized: true }, () => {})
    server.write('x')
    await closed
    expect(server.authorized).toBe(false)
  })
})

test('a server whose client renegotiates too often ends the connection, and the client is not told why', async () => {
  for (const limit of [0, 2]) {
    const before = tls.CLIENT_RENEG_LIMIT
    tls.CLIENT_RENEG_LIMIT = limit
    onTestFinished(() => void (tls.CLIENT_RENEG_LIMIT = before))
    const { client, server } = await connected([theirs, tls])
    server.resume()
    client.resume()
    for (let time = 0; time < limit; time++) await renegotiated(client)
    const failed = once(server, 'error')
    const closed = once(client, 'close')
    client.renegotiate({}, () => expect.unreachable())
    const [error] = (await failed) as [unknown]
    expect(error).toMatchObject({
      code: 'ERR_TLS_SESSION_ATTACK',
      message: 'TLS session renegotiation attack detected',
    })
    expect(await closed).toEqual([false])
  }
})

test('a client may begin again when the window is over', async () => {
  const before = { ...tls }
  tls.CLIENT_RENEG_LIMIT = 1
  tls.CLIENT_RENEG_WINDOW = 0
  onTestFinished(() => void Object.assign(tls, { CLIENT_RENEG_LIMIT: 3, CLIENT_RENEG_WINDOW: 600 }))
  expect(before).toMatchObject({ CLIENT_RENEG_LIMIT: 3, CLIENT_RENEG_WINDOW: 600 })
  const { client, server } = await connected([tls, tls])
  for (let time = 0; time < 3; time++) expect(await renegotiated(client)).toBeNull()
  expect(server.ssl?.handshakes).toBe(1)
})

test.each([
  ['server', 'client'],
  ['client', 'server'],
] as const)('disableRenegotiation of a %s is heeded after what it was told before', async (own, other) => {
  const sockets = await connected([tls, tls])
  const failed = once(sockets[own], 'error')
  sockets[own].once('data', () => sockets[own].disableRenegotiation())
  sockets[other].on('error', () => {})
  expect(await renegotiated(sockets[other])).toBeNull()
  // In one chunk with the request.
  sockets[other].cork()
  sockets[other].write('disable')
  sockets[other].renegotiate({}, () => expect.unreachable())
  sockets[other].uncork()
  const [error] = (await failed) as [unknown]
  expect(error).toMatchObject({
    code: 'ERR_TLS_RENEGOTIATION_DISABLED',
    message: 'TLS session renegotiation disabled for this socket',
  })
})

test('a server that would ask again for a certificate that it does not trust ends the connection with the reason', async () => {
  const { client, server } = await connected([tls, tls], clientIdentity, { ca: identity.cert })
  client.on('error', () => {})
  const failed = once(server, 'error')
  server.renegotiate({ requestCert: true, rejectUnauthorized: true }, () => expect.unreachable())
  expect(((await failed) as [unknown])[0]).toMatchObject({ code: 'SELF_SIGNED_CERT_IN_CHAIN' })
})

test('what cannot be renegotiated tells the callback alone', async () => {
  const { client } = await connected([tls, tls], {}, { maxVersion: 'TLSv1.3' })
  const told = new Promise((resolve) => expect(client.renegotiate({}, resolve)).toBe(false))
  expect(await told).toMatchObject({ code: 'ERR_SSL_WRONG_SSL_VERSION' })
  const early = new tls.TLSSocket(null, { maxVersion: 'TLSv1.2' })
  const soon = new Promise((resolve) => expect(early.renegotiate({}, resolve)).toBe(false))
  expect(await soon).toMatchObject({ code: 'ERR_TLS_RENEGOTIATE' })
  early.destroy()
})
