import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import net from 'node:net'
import type tls from 'node:tls'
import { asyncProvider } from '@typetls/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import {
  authority,
  ca,
  clientIdentity,
  connectedPair,
  eventsOf,
  failureOf,
  identity,
  listen,
} from '../test/loopback.ts'
import { connect, connectTls, createServer, systemCrypto } from './index.ts'
import type { TlsSocket } from './index.ts'

async function echoServer(options: Parameters<typeof createServer>[0] = identity): Promise<number> {
  return listen(createServer(options, (socket) => void socket.pipe(socket)))
}

test('a client says connect, then secure and secureConnect, later and once each', async () => {
  const port = await echoServer()
  const client = connect({ port, host: '127.0.0.1', ca })
  const seen = eventsOf(client)
  expect(client).toMatchObject({ connecting: true, secureConnecting: true, pending: true, readyState: 'opening' })
  await once(client, 'secureConnect')
  expect(seen).toEqual(['connect', 'secure', 'secureConnect'])
  expect(client).toMatchObject({ connecting: false, secureConnecting: false, pending: false, readyState: 'open' })
  client.end()
  await once(client, 'close')
  expect(seen).toEqual(['connect', 'secure', 'secureConnect', 'finish', 'end', 'close'])
})

test('the signatures of tls.connect all dial', async () => {
  const port = await echoServer()
  const clients = [
    connect(port, '127.0.0.1', { ca }),
    connect(port, { ca, host: '127.0.0.1' }),
    connect({ port: String(port), host: '127.0.0.1', ca }),
    await new Promise<TlsSocket>((resolve) => {
      const client = connect(port, '127.0.0.1', { ca }, () => resolve(client))
    }),
    await connectTls({ port, host: '127.0.0.1', ca }),
  ]
  for (const client of clients) {
    client.end('hello')
    expect((await client.toArray()).join('')).toBe('hello')
  }
})

test('a Unix domain socket is a transport, verified by servername', async () => {
  const path = `/tmp/typetls-${process.pid}-${Date.now()}.sock`
  const server = createServer(identity, (socket) => socket.end('by path'))
  onTestFinished(() => void server.close())
  server.listen(path)
  await once(server, 'listening')
  const client = connect(path, { ca, servername: 'other.example' })
  expect((await client.toArray()).join('')).toBe('by path')
})

describe('what a client refuses', () => {
  test.for([
    ['a server of an unknown authority', { ca: [] }, 'ERR_TLS_CERTIFICATE_UNKNOWN_CA'],
    ['a server that the system does not trust', { ca: undefined }, 'ERR_TLS_CERTIFICATE_UNKNOWN_CA'],
    ['a server of another name', { servername: 'wrong.example' }, 'ERR_TLS_CERTIFICATE_NAME'],
    [
      'a server that checkServerIdentity has something against',
      { checkServerIdentity: () => new Error('no') },
      'ERR_TLS_CERTIFICATE_NAME',
    ],
  ] as const)('%s', async ([, options, code]) => {
    const port = await echoServer()
    const failure = await failureOf(connect({ port, host: '127.0.0.1', ca, ...options }))
    expect(failure).toMatchObject({ name: 'TlsError', code })
  })

  test('a name is needed to verify on a transport that is not ours', async () => {
    const port = await echoServer()
    const socket = net.connect(port, '127.0.0.1')
    expect(await failureOf(connect({ socket, ca }))).toMatchObject({ code: 'ERR_TLS_CERTIFICATE_NAME' })
  })

  test.for([
    ['a PKCS#12 file that is none', { pfx: Buffer.alloc(1) }, 'ERR_TLS_KEY_PARSE'],
    ['minVersion', { minVersion: 'TLSv1.1' }, 'ERR_TLS_UNSUPPORTED'],
    ['maxVersion', { maxVersion: 'TLSv1.1' }, 'ERR_TLS_UNSUPPORTED'],
    ['ciphers', { ciphers: 'HIGH' }, 'ERR_TLS_UNSUPPORTED'],
    ['a suite that nobody knows', { cipherSuites: ['TLS_NULL'] }, 'ERR_TLS_OPTIONS'],
    ['a session that is none', { session: Buffer.from('session') }, 'ERR_TLS_SESSION_INVALID'],
    ['a key without its certificate', { key: identity.key }, 'ERR_TLS_OPTIONS'],
    ['a key of another certificate', { key: clientIdentity.key, cert: identity.cert }, 'ERR_TLS_OPTIONS'],
    [
      'a key that is none',
      { key: '-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n', cert: identity.cert },
      'ERR_TLS_KEY_PARSE',
    ],
  ] as const)('at once: %s', ([, options, code]) => {
    expect(() => connect({ port: 1, ...options } as never)).toThrow(expect.objectContaining({ name: 'TlsError', code }))
  })
})

test('rejectUnauthorized: false goes on and says why it should not have', async () => {
  const { client } = await connectedPair({ client: { ca: [], rejectUnauthorized: false } })
  expect(client).toMatchObject({ authorized: false, authorizationError: 'ERR_TLS_CERTIFICATE_UNKNOWN_CA' })
})

test('checkServerIdentity sees the name and the certificate in place of our matching', async () => {
  const seen: unknown[] = []
  const checkServerIdentity = (name: string, certificate: tls.PeerCertificate): undefined => {
    seen.push(name, certificate.subjectaltname, certificate.raw.length > 100)
  }
  const { client } = await connectedPair({ client: { servername: 'unrelated.example', checkServerIdentity } })
  expect(client.authorized).toBe(true)
  expect(seen).toEqual(['unrelated.example', 'DNS:localhost, DNS:other.example, IP Address:127.0.0.1', true])
})

test('a connection that nobody takes is the transport error that net.connect has', async () => {
  const closed = net.createServer()
  const port = await listen(closed)
  closed.close()
  await once(closed, 'close')
  const client = connect({ port, host: '127.0.0.1' })
  const seen = eventsOf(client)
  expect(await failureOf(client)).toMatchObject({ code: 'ECONNREFUSED' })
  expect(seen).toEqual(['error ECONNREFUSED', 'close'])
})

test('a name that does not resolve is an error of the socket', async () => {
  const lookup = (_name: string, _options: unknown, callback: (error: Error) => void): void =>
    callback(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }))
  const failure = await failureOf(connect({ port: 1, host: 'nowhere.example', lookup: lookup as never }))
  expect(failure.code).toBe('ENOTFOUND')
})

describe('AbortSignal', () => {
  test('ends a connection in any state with AbortError', async () => {
    const port = await echoServer()
    const early = new AbortController()
    const dialling = connect({ port, host: '127.0.0.1', ca, signal: early.signal })
    early.abort()
    expect(await failureOf(dialling)).toMatchObject({ name: 'AbortError', code: 'ABORT_ERR' })

    const late = new AbortController()
    const client = connect({ port, host: '127.0.0.1', ca, signal: late.signal })
    await once(client, 'secureConnect')
    late.abort()
    expect(await failureOf(client)).toMatchObject({ name: 'AbortError' })
  })

  test('that was aborted before is thrown', async () => {
    const port = await echoServer()
    expect(() => connect({ port, signal: AbortSignal.abort() })).toThrow(
      expect.objectContaining({ name: 'AbortError' }),
    )
    await expect(connectTls({ port, signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' })
  })

  test('rejects connectTls', async () => {
    const silent = net.createServer()
    const port = await listen(silent)
    const abort = new AbortController()
    const connecting = connectTls({ port, host: '127.0.0.1', signal: abort.signal })
    await once(silent, 'connection')
    abort.abort()
    await expect(connecting).rejects.toMatchObject({ name: 'AbortError' })
  })
})

test('connectTls is rejected with the handshake failure', async () => {
  const port = await echoServer()
  await expect(connectTls({ port, host: '127.0.0.1', ca: [] })).rejects.toMatchObject({
    code: 'ERR_TLS_CERTIFICATE_UNKNOWN_CA',
  })
})

test('a handshake that takes too long ends with ERR_TLS_HANDSHAKE_TIMEOUT', async () => {
  const silent = net.createServer((socket) => void socket.on('error', () => {}).resume())
  const port = await listen(silent)
  const failure = await failureOf(connect({ port, host: '127.0.0.1', handshakeTimeout: 30 }))
  expect(failure).toMatchObject({ name: 'TlsError', code: 'ERR_TLS_HANDSHAKE_TIMEOUT' })
})

test('sessions are resumed, from a Buffer or as they are', async () => {
  const port = await echoServer()
  const first = connect({ port, host: '127.0.0.1', ca })
  const [session] = (await once(first, 'session')) as [Buffer]
  expect(first.isSessionReused()).toBe(false)
  expect(first.getSession()).toBeInstanceOf(Buffer)
  expect(first.getTLSTicket()?.length).toBeGreaterThan(16)
  first.destroy()

  const second = connect({ port, host: '127.0.0.1', ca, session })
  await once(second, 'secureConnect')
  expect(second.isSessionReused()).toBe(true)
  expect(second.authorized).toBe(true)
  expect(second.getPeerCertificate().subjectaltname).toContain('DNS:localhost')
  second.destroy()
})

test('a session of a server that was not verified does not stand in for verification', async () => {
  const port = await echoServer()
  const first = connect({ port, host: '127.0.0.1', ca: [], rejectUnauthorized: false })
  const [session] = (await once(first, 'session')) as [Buffer]
  first.destroy()
  const failure = await failureOf(connect({ port, host: '127.0.0.1', ca: [], session }))
  expect(failure).toMatchObject({ code: 'ERR_TLS_CERTIFICATE_UNKNOWN_CA' })
})

test('key log lines reach the option and the event, for both ends alike', async () => {
  const server = createServer(identity, (socket) => socket.end())
  const port = await listen(server)
  const lines: Record<string, string[]> = { option: [], event: [], server: [] }
  server.on('keylog', (line: Buffer) => lines['server']?.push(String(line)))
  const client = connect({ port, host: '127.0.0.1', ca, keyLog: (line) => lines['option']?.push(`${line}\n`) })
  client.on('keylog', (line: Buffer) => lines['event']?.push(String(line)))
  await client.resume().toArray()
  expect(lines['event']).toEqual(lines['option'])
  expect(lines['server']?.toSorted()).toEqual(lines['event']?.toSorted())
  expect(lines['event']?.join('')).toMatch(/^CLIENT_TRAFFIC_SECRET_0 [0-9a-f]{64} [0-9a-f]{64}$/m)
})

test('a client certificate is shown, and the server tells whose it is', async () => {
  const { client, server } = await connectedPair({
    client: clientIdentity,
    server: { requestCert: true, ca },
  })
  expect(server).toMatchObject({ authorized: true, authorizationError: null })
  expect(server.getPeerCertificate().subject.CN).toBe('a client')
  expect(client.authorized).toBe(true)
})

test('a server can ask for the certificate later', async () => {
  const { client, server } = await connectedPair({
    client: { ...clientIdentity, postHandshakeAuthentication: true },
    server: { ca },
  })
  expect(server.authorized).toBe(false)
  server.requestClientCertificate()
  await once(server, 'authenticated')
  expect(server.authorized).toBe(true)
  expect(server.getPeerCertificate().subject.CN).toBe('a client')
  expect(() => client.requestClientCertificate()).toThrow(expect.objectContaining({ code: 'ERR_TLS_STATE' }))
})

describe('an encrypted key', () => {
  const { privateKey, chainPem } = authority.issue({ dns: ['localhost'] })
  const options = { type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'open' } as const
  const forms: [string, string | Buffer][] = [
    ['PEM', privateKey.export({ ...options, format: 'pem' })],
    ['DER', privateKey.export({ ...options, format: 'der' })],
    ['PEM of old', privateKey.export({ ...options, format: 'pem', type: 'sec1' })],
  ]
  test.each(forms)('as %s is read with its passphrase', async (_, key) => {
    const port = await echoServer({ cert: chainPem, key, passphrase: 'open' })
    const client = await connectTls({ port, host: '127.0.0.1', servername: 'localhost', ca })
    client.destroy()
    for (const [passphrase, code] of [
      [undefined, 'ERR_TLS_PASSPHRASE_REQUIRED'],
      ['shut', 'ERR_TLS_PASSPHRASE'],
    ] as const) {
      expect(() => createServer({ cert: chainPem, key, passphrase })).toThrow(expect.objectContaining({ code }))
    }
  })
})

describe('a PKCS#12 file', () => {
  const stores = new URL('../../x509/test/stores/', import.meta.url)
  const stored = (name: string): Buffer => readFileSync(new URL(name, stores))
  const passphrase = 'h\u00e4llo'

  test.each(['modern.p12', 'legacy-3des.p12', 'no-mac.p12'])('%s is all that a server needs', async (name) => {
    const port = await echoServer({ pfx: stored(name), passphrase })
    const anchored = { ca: stored('root.pem'), checkServerIdentity: () => undefined }
    const client = await connectTls({ port, host: '127.0.0.1', ...anchored })
    expect(client.getPeerCertificate().subject.CN).toBe('store.example')
    client.destroy()
  })

  test('may be several, each with its passphrase, and text', async () => {
    const pfx = [{ buf: stored('modern.p12').toString('latin1'), passphrase }, stored('empty-passphrase.p12')]
    expect(() => createServer({ pfx, passphrase: '' })).not.toThrow()
  })

  test.each([
    ['with a wrong passphrase', 'modern.p12', 'x', 'ERR_TLS_PASSPHRASE'],
    ['without a passphrase', 'modern.p12', undefined, 'ERR_TLS_PASSPHRASE_REQUIRED'],
    ['without a key', 'trust.p12', 'changeit', 'ERR_TLS_OPTIONS'],
    ['with RC2, which OpenSSL 3 has not', 'legacy.p12', passphrase, 'ERR_TLS_UNSUPPORTED'],
  ])('is refused %s', (_, name, secret, code) => {
    expect(() => createServer({ pfx: stored(name), passphrase: secret })).toThrow(expect.objectContaining({ code }))
  })
})

test('an asynchronous provider does the same, later', async () => {
  const crypto = asyncProvider(systemCrypto)
  const port = await echoServer({ ...identity, crypto })
  const client = await connectTls({ port, host: '127.0.0.1', ca, crypto })
  client.end(Buffer.alloc(100_000, 'x'))
  expect((await client.toArray()).reduce((sum, chunk: Buffer) => sum + chunk.length, 0)).toBe(100_000)
})
