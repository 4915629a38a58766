import { once } from 'node:events'
import http2 from 'node:http2'
import net from 'node:net'
import nodeTls from 'node:tls'
import { X509Certificate } from 'node:crypto'
import { describe, expect, onTestFinished, test } from 'vitest'
import { authority, ca, clientIdentity, duplexPair, identity, listen } from '../../test/loopback.ts'
import type { NodeConnectOptions, NodeServerOptions, TLSSocket } from './index.ts'
import tls from './index.ts'

const dial = { host: '127.0.0.1', servername: 'localhost', ca }

async function pair(
  client: NodeConnectOptions = {},
  server: NodeServerOptions = {},
): Promise<{ client: TLSSocket; server: TLSSocket }> {
  const listener = tls.createServer({ ...identity, ...server })
  const accepted = once(listener, 'secureConnection') as Promise<[TLSSocket]>
  const socket = tls.connect({ port: await listen(listener), ...dial, ...client })
  await once(socket, 'secureConnect')
  const [other] = await accepted
  onTestFinished(() => {
    socket.destroy()
    other.destroy()
  })
  return { client: socket, server: other }
}

describe('members tell what was negotiated', () => {
  test.each(['TLSv1.2', 'TLSv1.3'])('%s', async (maxVersion) => {
    const { client, server } = await pair({ maxVersion })
    expect(client.getFinished()).toEqual(server.getPeerFinished())
    expect(client.getPeerFinished()).toEqual(server.getFinished())
    expect(client.getFinished()).toBeInstanceOf(Buffer)
    const leaf = new X509Certificate(identity.cert)
    expect(server.getX509Certificate()?.raw).toEqual(leaf.raw)
    expect(server.getCertificate()).toMatchObject({ fingerprint256: leaf.fingerprint256 })
    expect(client.getCertificate()).toEqual({})
    expect(client.getX509Certificate()).toBeUndefined()
    const peer = client.getPeerX509Certificate()
    expect(peer?.raw).toEqual(leaf.raw)
    expect(client.exportKeyingMaterial(20, 'a label')).toEqual(server.exportKeyingMaterial(20, 'a label'))
    expect(client._secureEstablished).toBe(true)
    expect(server.getSession()?.length).toBeGreaterThan(0)
    expect(server.getSession()).toEqual(server.getSession())
  })

  test('certificates know their issuer as far as it was sent', async () => {
    const intermediate = authority.issueIntermediate()
    const leaf = intermediate.issue({ dns: ['localhost'] })
    const { client } = await pair({}, { cert: leaf.chainPem, key: leaf.privateKeyPem })
    const peer = client.getPeerX509Certificate()
    expect(peer?.issuerCertificate?.raw).toEqual(Buffer.from(leaf.chain[1] as Uint8Array))
    expect(peer?.issuerCertificate?.issuerCertificate).toBeUndefined()
  })

  test('suites of TLS 1.2 have both names', async () => {
    const { client } = await pair({ ciphers: 'ECDHE-ECDSA-AES256-GCM-SHA384', maxVersion: 'TLSv1.2' })
    expect(client.getCipher()).toEqual({
      name: 'ECDHE-ECDSA-AES256-GCM-SHA384',
      standardName: 'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384',
      version: 'TLSv1.2',
    })
  })

  test('after the end there is nothing to tell, as in node:tls', async () => {
    const { client } = await pair()
    client.destroy()
    const told = [client.getProtocol(), client.getCipher(), client.getPeerCertificate(), client.getSession()]
    expect(told).toEqual([null, null, null, null])
    expect(client.getPeerX509Certificate()).toBeUndefined()
    expect(client.bufferSize).toBeUndefined()
    expect(client._handle).toBeNull()
  })
})

test('setMaxSendFragment limits records, from before the handshake on', async () => {
  const { client, server } = await pair({ maxVersion: 'TLSv1.3' })
  expect([511, 16385].map((size) => server.setMaxSendFragment(size))).toEqual([false, false])
  expect(server.setMaxSendFragment(768)).toBe(true)
  const lengths: number[] = []
  client.on('data', (bytes: Buffer) => lengths.push(bytes.length))
  server.end(Buffer.alloc(3000))
  await once(client, 'end')
  expect(lengths).toEqual([768, 768, 768, 696])
})

describe('arguments are checked in the words of node:tls', () => {
  const ours = new tls.TLSSocket(new net.Socket())
  const theirs = new nodeTls.TLSSocket(new net.Socket())
  const calls: Record<string, (socket: nodeTls.TLSSocket) => void> = {
    'setMaxSendFragment of nothing': (socket) => socket.setMaxSendFragment(undefined as never),
    'setMaxSendFragment of NaN': (socket) => socket.setMaxSendFragment(NaN),
    'setMaxSendFragment of 2^31': (socket) => socket.setMaxSendFragment(2 ** 31),
    'renegotiate of nothing': (socket) => socket.renegotiate(undefined as never, () => {}),
    'renegotiate with no function': (socket) => socket.renegotiate({}, false as never),
    'exportKeyingMaterial of text': (socket) => socket.exportKeyingMaterial('a' as never, 'label', Buffer.alloc(0)),
    'exportKeyingMaterial of no bytes': (socket) => socket.exportKeyingMaterial(0, 'label', Buffer.alloc(0)),
    'exportKeyingMaterial without a label': (socket) => socket.exportKeyingMaterial(1, 1 as never, Buffer.alloc(0)),
    'exportKeyingMaterial with a text as context': (socket) => socket.exportKeyingMaterial(1, 'label', 'x' as never),
    'exportKeyingMaterial too early': (socket) => socket.exportKeyingMaterial(1, 'label', Buffer.alloc(0)),
  }
  test.each(Object.entries(calls))('%s', (_what, call) => {
    const thrownBy = (socket: nodeTls.TLSSocket): { code: string; message: string } => {
      try {
        call(socket)
      } catch (error) {
        return error as { code: string; message: string }
      }
      throw new Error('nothing was thrown')
    }
    const { code, message } = thrownBy(theirs)
    expect(thrownBy(ours as unknown as nodeTls.TLSSocket)).toMatchObject({ code, message })
  })

  test('what is no stream', () => {
    expect(() => new tls.TLSSocket({} as never)).toThrow(TypeError)
  })

  test('a name from a server', () => {
    const server = new tls.TLSSocket(new net.Socket(), { isServer: true, ...identity })
    expect(() => server.setServername('x')).toThrow(expect.objectContaining({ code: 'ERR_TLS_SNI_FROM_SERVER' }))
    expect(() => server.setServername(1 as never)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }))
  })
})

test('where a connection was to go is told when it is reset before it is secure', async () => {
  const server = net.createServer((socket) => socket.end())
  const port = await listen(server)
  const [error] = (await once(tls.connect(port, '127.0.0.1'), 'error')) as [unknown]
  expect(error).toMatchObject({ code: 'ECONNRESET', host: '127.0.0.1', port, path: undefined })
})

test('what was written is cancelled when there is no handshake, before the error is told', async () => {
  const server = net.createServer((socket) => socket.destroy())
  const client = tls.connect(await listen(server), '127.0.0.1')
  const told: unknown[] = []
  client.write('lost', (error) => told.push((error as NodeJS.ErrnoException).code))
  client.on('error', (error: NodeJS.ErrnoException) => told.push(error.code))
  await new Promise((resolve) => client.on('close', resolve))
  expect(told).toEqual(['ECANCELED', 'ECONNRESET'])
})

test('what is no TLS has the words of the OpenSSL that this Node has', async () => {
  const port = await listen(net.createServer((socket) => void socket.end('I was waiting for you, hello!')))
  const message = async (connect: typeof tls.connect): Promise<unknown> =>
    ((await once(connect({ port, ...dial }), 'error')) as [Error & { reason: string }])[0].reason
  expect(await message(tls.connect)).toBe(await message(nodeTls.connect as unknown as typeof tls.connect))
})

test.each([
  ['HTTP', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
  ['text', 'garbage garbage garbage'],
  ['a short record of another version', '\x16\x02\x00\x00\x05abcde'],
  ['a record of no type', '\x99\x03\x03\x00\x05abcde'],
  ['a message that is too large', '\x16\x03\x03\x00\x05abcde'],
])('a server that answers with %s is refused with the code that this Node has for it', async (_what, answer) => {
  const refused = async (connect: typeof tls.connect): Promise<unknown> => {
    const peer = net.createServer((raw) => {
      raw.on('error', () => {}).once('data', () => raw.write(answer, 'latin1'))
    })
    const socket = connect({ port: await listen(peer), host: '127.0.0.1', rejectUnauthorized: false })
    const error = await new Promise<{ code?: unknown }>((resolve) => socket.once('error', resolve))
    return error.code
  }
  expect(await refused(tls.connect)).toBe(await refused(nodeTls.connect as unknown as typeof tls.connect))
})

test('what a socket tells of its way to the server is what net.Socket tells', async () => {
  const told = async (module: typeof tls): Promise<string[]> => {
    const events: string[] = []
    const port = await listen(module.createServer(identity))
    const socket = module.connect({ port, ...dial, host: 'localhost', family: 4, autoSelectFamily: false })
    for (const event of ['lookup', 'connectionAttempt', 'connect']) socket.on(event, () => events.push(event))
    await once(socket, 'secureConnect')
    socket.destroy()
    return events
  }
  expect(await told(tls)).toEqual(await told(nodeTls as unknown as typeof tls))
})

test.each([
  ['that is connected', true],
  ['on its way', false],
])('on a transport %s nothing more is told than by node:tls', async (_what, connectedBefore) => {
  const told = async (module: typeof tls): Promise<string[]> => {
    const events: string[] = []
    const transport = net.connect(await listen(module.createServer(identity)), '127.0.0.1')
    if (connectedBefore) await once(transport, 'connect')
    const socket = module.connect({ socket: transport, servername: 'localhost', ca })
    for (const event of ['connect', 'ready', 'secure']) socket.on(event, () => events.push(event))
    await once(socket, 'secureConnect')
    socket.destroy()
    return events
  }
  expect(await told(tls)).toEqual(await told(nodeTls as unknown as typeof tls))
})

test('a handshake that takes too long fails in the words of Node', async () => {
  const server = tls.createServer({ ...identity, handshakeTimeout: 20 })
  const raw = net.connect(await listen(server), '127.0.0.1').resume()
  const [error] = (await once(server, 'tlsClientError')) as [Error]
  raw.destroy()
  expect(error).toMatchObject({ name: 'Error', code: 'ERR_TLS_HANDSHAKE_TIMEOUT', message: 'TLS handshake timeout' })
})

describe('new TLSSocket', () => {
  test('goes on with any server and tells the verdict, unless it is to reject', async () => {
    const port = await listen(tls.createServer(identity, (socket) => socket.on('error', () => {}).end()))
    const client = new tls.TLSSocket().connect(port, '127.0.0.1')
    await once(client, 'secure')
    expect(client.authorized).toBe(false)
    expect(client.ssl?.verifyError()).toMatchObject({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' })
    client.destroy()
    const trusting = new tls.TLSSocket(null, { ca }).connect(port, '127.0.0.1')
    await once(trusting, 'secure')
    expect([trusting.authorized, trusting.ssl?.verifyError()]).toEqual([true, null])
    trusting.destroy()
    const strict = new tls.TLSSocket(null, { rejectUnauthorized: true }).connect(port, '127.0.0.1')
    const [error] = (await once(strict, 'error')) as [unknown]
    expect(error).toMatchObject({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' })
  })

  test('tells an error before the handshake as _tlsError, and needs nobody to listen', async () => {
    const [left, right] = duplexPair()
    const socket = new tls.TLSSocket(left, { isServer: true, ...identity })
    right.write('this is not TLS, and long enough to know it')
    const [error] = (await once(socket, '_tlsError')) as [unknown]
    expect(error).toMatchObject({ code: 'ERR_SSL_WRONG_VERSION_NUMBER' })
  })

  test('sends the name that setServername was given', async () => {
    const [left, right] = duplexPair()
    const server = new tls.TLSSocket(left, { isServer: true, ...identity })
    const client = new tls.TLSSocket(right)
    client.setServername('other.example')
    await Promise.all([once(server, 'secure'), once(client, 'secure')])
    expect(server.servername).toBe('other.example')
  })

  test('is half-open as what is underneath is', () => {
    expect(new tls.TLSSocket(new net.Socket(), { allowHalfOpen: true }).allowHalfOpen).toBe(false)
    expect(new tls.TLSSocket(new net.Socket({ allowHalfOpen: true })).allowHalfOpen).toBe(true)
    expect(new tls.TLSSocket(null, { allowHalfOpen: true }).allowHalfOpen).toBe(true)
  })

  test('ends when its signal is aborted, before and after', async () => {
    const controller = new AbortController()
    const { signal } = controller
    const later = once(new tls.TLSSocket(undefined, { signal }), 'close')
    controller.abort()
    const before = once(new tls.TLSSocket(undefined, { signal }), 'close')
    for (const closed of [later, before]) await expect(closed).rejects.toMatchObject({ name: 'AbortError' })
  })
})

describe('what the options of a socket say', () => {
  test('the high-water mark', async () => {
    for (const highWaterMark of [0, 128_000]) {
      const { client } = await pair({ highWaterMark })
      expect(client.readableHighWaterMark).toBe(highWaterMark)
    }
  })

  test('a server that is half-open, and pauses', async () => {
    const { server } = await pair({}, { allowHalfOpen: true, pauseOnConnect: true })
    expect([server.allowHalfOpen, server.isPaused()]).toEqual([true, true])
    expect(server.server).toMatchObject({ allowHalfOpen: true, pauseOnConnect: true })
    const plain = await pair()
    expect([plain.server.allowHalfOpen, plain.server.isPaused()]).toEqual([false, false])
  })

  test.each([1, 64])('onread lends a buffer of %i bytes, in place of data', async (length) => {
    const buffer = Buffer.alloc(length)
    const got: Buffer[] = []
    let stops = 0
    const client = tls.connect({
      port: await listen(tls.createServer(identity, (socket) => socket.end('lent piece by piece'.repeat(9)))),
      ...dial,
      onread: {
        buffer: () => buffer,
        callback: (count, lent) => {
          got.push(Buffer.from(lent.subarray(0, count)))
          if (++stops > 2) return true
          // Both ways to say that it is enough.
          setTimeout(() => client.resume(), 5)
          if (stops === 1) return false
          client.pause()
          return true
        },
      },
    })
    client.on('data', () => got.push(Buffer.from('as data')))
    await once(client, 'end')
    expect(Buffer.concat(got).toString()).toBe('lent piece by piece'.repeat(9))
    client.destroy()
  })

  test.each([{ buffer: 1 }, { callback: 1 }])('onread with %o is refused', (wrong) => {
    const onread = { buffer: Buffer.alloc(1), callback: () => true, ...wrong } as never
    expect(() => new tls.TLSSocket(null, { onread })).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }))
  })
})

describe('native code on top of our sockets', () => {
  test('HTTP/2 knows what it runs on', async () => {
    const table = nodeTls as unknown as Record<string, unknown>
    const before = { Server: table['Server'], connect: table['connect'] }
    Object.assign(table, { Server: tls.Server, connect: tls.connect })
    onTestFinished(() => void Object.assign(table, before))
    const server = http2.createSecureServer(identity, (request, response) => {
      response.end(`${(request.socket as TLSSocket).encrypted} ${request.stream.session?.alpnProtocol}`)
    })
    const port = await listen(server)
    const session = http2.connect(`https://localhost:${port}`, { ca, family: 4 } as never)
    onTestFinished(() => session.destroy())
    const stream = session.request({ ':path': '/' })
    expect((await stream.setEncoding('utf8').toArray()).join('')).toBe('true h2')
    expect([session.encrypted, session.alpnProtocol]).toEqual([true, 'h2'])
    expect(session.originSet).toEqual([`https://localhost:${port}`])
    session.close()
    await once(session, 'close')
  })

  test("node:tls's own sockets run on ours, and ours on ours", async () => {
    for (const connect of [nodeTls.connect, tls.connect] as unknown as (typeof tls.connect)[]) {
      const inner = tls.createServer(identity, (socket) => socket.end('within'))
      const outer = tls.createServer(identity, (socket) => void inner.emit('connection', socket))
      const through = tls.connect({ port: await listen(outer), ...dial })
      await once(through, 'secureConnect')
      const client = connect({ socket: through as never, servername: 'localhost', ca })
      expect(String((await client.toArray())[0])).toBe('within')
    }
  })
})

test('a client certificate is its own to tell', async () => {
  const { client } = await pair(clientIdentity, { requestCert: true, ca })
  expect(client.getX509Certificate()?.raw).toEqual(new X509Certificate(clientIdentity.cert).raw)
})
