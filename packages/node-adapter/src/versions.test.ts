import { once } from 'node:events'
import tls from 'node:tls'
import type { TLSSocket } from 'node:tls'
import type { SessionIdStore } from '@typetls/connection/tls12'
import { describe, expect, test } from 'vitest'
import { authority, ca, identity, listen } from '../test/loopback.ts'
import type { TlsSocket } from './index.ts'
import { connect, createServer } from './index.ts'

const name = { host: '127.0.0.1', servername: 'localhost', ca }

describe.each([
  ['both versions', { minVersion: 'TLSv1.2' }],
  ['TLS 1.2 alone', { maxVersion: 'TLSv1.2' }],
] as const)('with %s', (_, versions) => {
  test('our client and a server of node:tls with TLS 1.2 resume, and carry data', async () => {
    const server = tls.createServer({ ...identity, maxVersion: 'TLSv1.2' }, (socket) => socket.end('from node'))
    const port = await listen(server)
    const first = connect({ port, ...name, ...versions })
    const told = once(first, 'session')
    expect(await text(first)).toBe('from node')
    expect(first.getProtocol()).toBe('TLSv1.2')
    const [session] = (await told) as [Buffer]
    const second = connect({ port, ...name, ...versions, session })
    expect(await text(second)).toBe('from node')
    expect(second.isSessionReused()).toBe(true)
    server.close()
  })

  test('our server and a client of node:tls with TLS 1.2 resume, and carry data', async () => {
    const server = createServer({ ...identity, ...versions }, (socket: TlsSocket) => socket.end('from us'))
    const port = await listen(server)
    const first = tls.connect({ port, ...name, maxVersion: 'TLSv1.2' })
    const told = once(first, 'session')
    expect(await text(first)).toBe('from us')
    const [session] = (await told) as [Buffer]
    const second = tls.connect({ port, ...name, maxVersion: 'TLSv1.2', session })
    expect(await text(second)).toBe('from us')
    expect(second.isSessionReused()).toBe(true)
    server.close()
  })

  test('keying material without a context is that of node:tls', async () => {
    const label = 'EXPORTER-versions'
    const server = tls.createServer({ ...identity, maxVersion: 'TLSv1.2' }, (socket) => {
      // Without a context, which its types want and it does not.
      const exported = (socket.exportKeyingMaterial as (length: number, label: string) => Buffer)(32, label)
      socket.end(exported.toString('hex'))
    })
    const port = await listen(server)
    const socket = connect({ port, ...name, ...versions })
    await once(socket, 'secureConnect')
    const exported = socket.exportKeyingMaterial(32, label)
    expect(await text(socket)).toBe(exported.toString('hex'))
    server.close()
  })

  test('a suite is chosen by its name', async () => {
    const server = tls.createServer({ ...identity, maxVersion: 'TLSv1.2' }, (socket) => socket.end('from node'))
    const port = await listen(server)
    const suite = 'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256'
    const socket = connect({ port, ...name, ...versions, cipherSuites: [suite] })
    await text(socket)
    expect(socket.getCipher()?.standardName).toBe(suite)
    server.close()
  })
})

test('DHE_RSA is spoken where its suites are named, with node:tls on either side', async () => {
  const { chainPem: cert, privateKeyPem: key } = authority.issue({ dns: ['localhost'], keyType: 'rsa' })
  const suite = 'TLS_DHE_RSA_WITH_AES_128_GCM_SHA256'
  const ciphers = 'DHE-RSA-AES128-GCM-SHA256'
  const server = tls.createServer({ cert, key, ciphers, dhparam: 'auto', maxVersion: 'TLSv1.2' }, (socket) =>
    socket.end('node'),
  )
  const client = connect({ port: await listen(server), ...name, maxVersion: 'TLSv1.2', cipherSuites: [suite] })
  expect(await text(client)).toBe('node')
  expect(client.getCipher()?.standardName).toBe(suite)
  const own = createServer({ cert, key, maxVersion: 'TLSv1.2', cipherSuites: [suite] }, (socket) => socket.end('us'))
  const theirs = tls.connect({ port: await listen(own), ...name, ciphers, maxVersion: 'TLSv1.2' })
  expect(await text(theirs)).toBe('us')
})

test('what only TLS 1.2 is told by tls12: peers without extended_main_secret, sessions by their ids', async () => {
  // SSL_OP_NO_EXTENDED_MASTER_SECRET, which node:crypto has no name for.
  const without = { maxVersion: 'TLSv1.2', secureOptions: 1 } as const
  const kept = new Map<string, Uint8Array>()
  const sessions: SessionIdStore = {
    put: (id, state) => void kept.set(Buffer.from(id).toString('hex'), state.slice()),
    get: (id) => kept.get(Buffer.from(id).toString('hex'))?.slice(),
  }
  const tls12 = { requireExtendedMainSecret: false }
  const ours = { ...identity, maxVersion: 'TLSv1.2', tickets: false } as const
  const server = createServer({ ...ours, tls12: { ...tls12, sessions } }, (socket: TlsSocket) => socket.end('from us'))
  const port = await listen(server)
  const first = tls.connect({ port, ...name, ...without })
  expect(await text(first)).toBe('from us')
  expect(kept.size).toBe(1)
  const second = tls.connect({ port, ...name, ...without, session: first.getSession() })
  expect(await text(second)).toBe('from us')
  expect(second.isSessionReused()).toBe(true)
  server.close()
  const theirs = tls.createServer({ ...identity, ...without }, (socket) => socket.end('from node'))
  const dial = { port: await listen(theirs), ...name, maxVersion: 'TLSv1.2' }
  theirs.on('tlsClientError', () => {})
  await expect(text(connect(dial))).rejects.toMatchObject({ code: 'ERR_TLS_EXTENDED_MAIN_SECRET' })
  const permissive = connect({ ...dial, tls12 })
  expect(await text(permissive)).toBe('from node')
  expect(permissive.facts).toMatchObject({ version: 'TLSv1.2', extendedMainSecret: false })
  theirs.close()
})

test('minVersion cannot be above maxVersion', () => {
  expect(() => createServer({ ...identity, minVersion: 'TLSv1.3', maxVersion: 'TLSv1.2' })).toThrow(
    expect.objectContaining({ code: 'ERR_TLS_OPTIONS' }),
  )
})

async function text(socket: TlsSocket | TLSSocket): Promise<string> {
  let received = ''
  socket.on('data', (chunk: Buffer) => (received += chunk.toString()))
  await once(socket, 'end')
  return received
}
