import { once } from 'node:events'
import tls from 'node:tls'
import type { TLSSocket } from 'node:tls'
import { describe, expect, test } from 'vitest'
import { ca, clientIdentity, identity, listen } from '../test/loopback.ts'
import { connect, connectTls, createServer } from './index.ts'
import type { TlsSocket } from './index.ts'

const megabytes16 = 16 * 1024 * 1024

async function lengthOf(socket: NodeJS.ReadableStream): Promise<number> {
  let length = 0
  socket.on('data', (chunk: Buffer) => (length += chunk.length))
  await once(socket, 'end')
  return length
}

/** One of ours and one of Node's, connected, ours in this role. */
async function pairOf(
  role: 'client' | 'server',
  options: object = {},
  clientOptions: object = {},
): Promise<{ ours: TlsSocket; theirs: TLSSocket }> {
  const serving = { ...identity, ca, allowHalfOpen: true, ...options }
  const server = role === 'server' ? createServer(serving) : tls.createServer(serving)
  const port = await listen(server)
  const accepted = once(server, 'secureConnection')
  const dial = {
    port,
    host: '127.0.0.1',
    servername: 'localhost',
    ca,
    allowHalfOpen: true,
    ...options,
    ...clientOptions,
  }
  const client = role === 'client' ? connect(dial) : tls.connect(dial)
  await once(client, 'secureConnect')
  const [socket] = (await accepted) as [unknown]
  return (role === 'client' ? { ours: client, theirs: socket } : { ours: socket, theirs: client }) as never
}

describe.for(['client', 'server'] as const)('our %s and node:tls', (role) => {
  test('negotiate the same', async () => {
    const { ours, theirs } = await pairOf(role, { ALPNProtocols: ['http/1.1'] })
    expect(ours.getCipher()).toEqual(theirs.getCipher())
    expect(ours.alpnProtocol).toBe('http/1.1')
    expect(ours.alpnProtocol).toBe(theirs.alpnProtocol)
    expect(ours.servername ?? theirs.servername).toBe('localhost')
    expect(ours.exportKeyingMaterial(32, 'EXPORTER-x', Buffer.from('y'))).toEqual(
      theirs.exportKeyingMaterial(32, 'EXPORTER-x', Buffer.from('y')),
    )
    ours.destroy()
    theirs.destroy()
  })

  test('move 16 MiB each way', async () => {
    const { ours, theirs } = await pairOf(role)
    ours.end(Buffer.alloc(megabytes16))
    theirs.end(Buffer.alloc(megabytes16))
    expect(await Promise.all([lengthOf(ours), lengthOf(theirs)])).toEqual([megabytes16, megabytes16])
  })

  test('close one direction at a time', async () => {
    const { ours, theirs } = await pairOf(role)
    const heard = lengthOf(theirs)
    ours.end('done')
    expect(await heard).toBe(4)
    theirs.end('heard')
    expect(await lengthOf(ours)).toBe(5)
  })

  test('an abrupt end is a truncation here', async () => {
    const { ours, theirs } = await pairOf(role)
    const failed = once(ours, 'error')
    ours.resume()
    theirs.destroy()
    const [error] = (await failed.catch((cause: unknown) => [cause])) as [NodeJS.ErrnoException]
    expect(['ERR_TLS_TRUNCATED', 'ECONNRESET']).toContain(error.code)
  })

  test('authenticate the client', async () => {
    const { ours, theirs } = await pairOf(role, { requestCert: true }, clientIdentity)
    const server = role === 'server' ? ours : theirs
    expect(server.authorized).toBe(true)
    expect(server.getPeerCertificate().subject.CN).toBe('a client')
    ours.destroy()
    theirs.destroy()
  })
})

test('our client resumes at node:tls', async () => {
  const port = await listen(tls.createServer(identity, (socket) => socket.on('error', () => {}).end('x')))
  const dial = { port, host: '127.0.0.1', servername: 'localhost', ca }
  const first = connect(dial)
  const [session] = (await once(first, 'session')) as [Buffer]
  first.destroy()
  const second = await connectTls({ ...dial, session })
  expect(second.isSessionReused()).toBe(true)
  second.destroy()
})

test('node:tls resumes at our server', async () => {
  const port = await listen(createServer(identity, (socket) => socket.end('x')))
  const dial = { port, host: '127.0.0.1', servername: 'localhost', ca }
  const first = tls.connect(dial).resume()
  const [session] = (await once(first, 'session')) as [Buffer]
  first.destroy()
  const second = tls.connect({ ...dial, session }).resume()
  await once(second, 'secureConnect')
  expect(second.isSessionReused()).toBe(true)
  second.destroy()
})
