import { once } from 'node:events'
import net from 'node:net'
import tls from 'node:tls'
import { describe, expect, test, vi } from 'vitest'
import { ca, connectedPair, duplexPair, failureOf, identity, listen, pause } from '../../test/loopback.ts'
import { connect, connectTls, TlsAcceptor } from '../index.ts'

describe('the members of net.Socket', () => {
  test('a TlsSocket is one, and answers from its transport', async () => {
    const { client, server } = await connectedPair()
    expect(client).toBeInstanceOf(net.Socket)
    expect(client).toMatchObject({
      encrypted: true,
      remoteAddress: '127.0.0.1',
      remotePort: server.localPort,
      remoteFamily: 'IPv4',
      localAddress: '127.0.0.1',
      localPort: server.remotePort,
      localFamily: 'IPv4',
      readyState: 'open',
      bufferSize: 0,
    })
    expect(client.address()).toEqual({ address: '127.0.0.1', family: 'IPv4', port: client.localPort })
  })

  test('none of them throws on a transport that has nothing of the kind', async () => {
    const [ours, theirs] = duplexPair()
    const server = new TlsAcceptor(identity).accept(theirs).on('error', () => {})
    const client = await connectTls({ socket: ours, servername: 'localhost', ca })
    expect(client.setNoDelay().setNoDelay(true).setKeepAlive(true, 100).ref().unref().setTimeout(0)).toBe(client)
    expect(client.remoteAddress).toBeUndefined()
    expect(client.address()).toEqual({})
    expect(client.resetAndDestroy()).toBe(client)
    server.destroy()
  })

  test('they reach the transport', async () => {
    const raw = net.connect(await listen(tls.createServer(identity)), '127.0.0.1')
    const calls = (['setNoDelay', 'setKeepAlive', 'ref', 'unref'] as const).map((name) => vi.spyOn(raw, name))
    const client = connect({ socket: raw, servername: 'localhost', ca })
    client.setNoDelay(true).setKeepAlive(true, 1000).ref().unref()
    expect(calls.map(({ mock }) => mock.calls)).toEqual([[[true]], [[true, 1000]], [[]], [[]]])
    client.destroy()
  })

  test('timeout comes after silence, not while something happens', async () => {
    const { client, server } = await connectedPair()
    const timeout = vi.fn()
    client.setTimeout(80, timeout)
    expect(client.timeout).toBe(80)
    for (let i = 0; i < 6; i++) {
      await pause(30)
      if (i % 2 === 0) server.write('x')
      else client.write('x')
      client.read()
    }
    expect(timeout).not.toHaveBeenCalled()
    await once(client, 'timeout')
    expect(timeout).toHaveBeenCalledOnce()
    expect(client.destroyed).toBe(false)
    client.setTimeout(0)
    expect(client.timeout).toBe(0)
    expect(() => client.setTimeout(-1)).toThrow(expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' }))
    expect(() => client.setTimeout('1' as never)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }))
  })

  test('connect() only waits for the connect that is under way, or says it again', async () => {
    const port = await listen(tls.createServer(identity))
    const client = connect({ port, host: '127.0.0.1', ca })
    const listener = vi.fn()
    expect(client.connect(1, 'elsewhere', listener)).toBe(client)
    await once(client, 'connect')
    expect(listener).toHaveBeenCalledOnce()
    await once(client, 'secureConnect')
    client.connect({ port: 1 })
    await once(client, 'connect')
    client.destroy()
  })

  test('destroySoon makes it unwritable at once, and sends what was written before', async () => {
    const { client, server } = await connectedPair()
    client.write(Buffer.alloc(300_000))
    client.destroySoon()
    expect(client.writable).toBe(false)
    let received = 0
    for await (const chunk of server) received += (chunk as Buffer).length
    expect(received).toBe(300_000)
    expect(client.destroyed).toBe(true)
  })

  test('resetAndDestroy resets the peer', async () => {
    const { client, server } = await connectedPair()
    const failure = failureOf(server)
    client.resetAndDestroy()
    expect(await failure).toMatchObject({ code: 'ECONNRESET' })
  })

  test('bytes are counted as the application sees them', async () => {
    const { client, server } = await connectedPair()
    client.write('hällo')
    client.end(Buffer.alloc(70_000))
    for await (const chunk of server) void chunk
    expect(client.bytesWritten).toBe(70_006)
    expect(server.bytesRead).toBe(70_006)
  })

  test('it takes expandos, as Node HTTP leaves them', async () => {
    const { client } = await connectedPair()
    Object.assign(client, { _httpMessage: 1, parser: 2, server: 3, _paused: true })
    expect(client).toMatchObject({ _httpMessage: 1, parser: 2, server: 3, _paused: true })
  })
})

describe('the members of tls.TLSSocket', () => {
  test('they tell what was negotiated', async () => {
    const { client, server } = await connectedPair({
      client: { ALPNProtocols: ['h2', 'http/1.1'], cipherSuites: ['TLS_AES_256_GCM_SHA384'], groups: ['x25519'] },
      server: { ALPNProtocols: ['http/1.1'] },
    })
    for (const socket of [client, server]) {
      expect(socket.getProtocol()).toBe('TLSv1.3')
      expect(socket.getCipher()).toEqual({
        name: 'TLS_AES_256_GCM_SHA384',
        standardName: 'TLS_AES_256_GCM_SHA384',
        version: 'TLSv1.3',
      })
      expect(socket).toMatchObject({ alpnProtocol: 'http/1.1', servername: 'localhost' })
    }
    expect(client.getEphemeralKeyInfo()).toEqual({ type: 'ECDH', name: 'X25519', size: 253 })
    expect(server.getEphemeralKeyInfo()).toBeNull()
    expect(client.facts).toMatchObject({ group: 'x25519', signatureScheme: 'ecdsa_secp256r1_sha256' })
    expect(client.disableRenegotiation()).toBeUndefined()
  })

  test('without ALPN alpnProtocol is false, without SNI servername is false', async () => {
    const { client, server } = await connectedPair({ client: { host: '127.0.0.1' } })
    expect(client.alpnProtocol).toBe(false)
    expect(server).toMatchObject({ alpnProtocol: false, servername: false })
    expect(server.getPeerCertificate()).toEqual({})
    expect(server.getPeerX509Certificate()).toBeUndefined()
  })

  test('certificates have the shape that node:tls gives them', async () => {
    const port = await listen(tls.createServer(identity))
    const ours = await connectTls({ port, host: '127.0.0.1', servername: 'localhost', ca })
    const theirs = tls.connect({ port, host: '127.0.0.1', servername: 'localhost', ca })
    await once(theirs, 'secureConnect')
    expect(ours.getPeerCertificate()).toEqual(theirs.getPeerCertificate())
    expect(ours.getPeerCertificate(true).raw).toEqual(theirs.getPeerCertificate(true).raw)
    expect(ours.getPeerX509Certificate()?.fingerprint256).toBe(theirs.getPeerX509Certificate()?.fingerprint256)
    expect(ours.getCipher()).toEqual(theirs.getCipher())
    theirs.destroy()
    ours.destroy()
  })

  test('both ends export the same keying material', async () => {
    const { client, server } = await connectedPair()
    const context = Buffer.from('context')
    const exported = client.exportKeyingMaterial(32, 'EXPORTER-test', context)
    expect(exported).toHaveLength(32)
    expect(server.exportKeyingMaterial(32, 'EXPORTER-test', context)).toEqual(exported)
    expect(await server.exportKeyingMaterialAsync(32, 'EXPORTER-test', context)).toEqual(exported)
    expect(server.exportKeyingMaterial(32, 'EXPORTER-other', context)).not.toEqual(exported)
  })

  test('before the handshake there is nothing to tell', async () => {
    const [transport] = duplexPair()
    const client = connect({ socket: transport, servername: 'localhost', ca })
    expect(client.getProtocol()).toBeNull()
    expect(client.getCipher()).toBeUndefined()
    expect(client.getPeerCertificate()).toEqual({})
    expect(client.getSession()).toBeUndefined()
    expect(client.isSessionReused()).toBe(false)
    for (const use of [() => client.exportKeyingMaterial(1, 'x'), () => client.updateKeys()]) {
      expect(use).toThrow(expect.objectContaining({ name: 'TlsError', code: 'ERR_TLS_STATE' }))
    }
    client.destroy()
  })

  test('keys are updated in the middle of data', async () => {
    const { client, server } = await connectedPair()
    client.write('before ')
    client.updateKeys(true)
    client.end('after')
    expect((await server.toArray()).join('')).toBe('before after')
  })
})
