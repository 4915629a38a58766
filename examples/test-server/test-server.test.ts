import { once } from 'node:events'
import net from 'node:net'
import { text } from 'node:stream/consumers'
import tls from 'node:tls'
import { createAuthority } from '@typetls/testing'
import { describe, expect, test } from 'vitest'
import { Files, TestServer, runClient, runProgram } from '../program.ts'

const files = new Files()
const authority = createAuthority()
const caFile = files.write('ca.pem', authority.pem)
const ecdsa = files.credential('ecdsa', authority.issue({ dns: ['localhost'] }))
const rsa = files.credential('rsa', authority.issue({ dns: ['localhost'], keyType: 'rsa' }))
const encrypting = files.credential(
  'encrypting',
  authority.issue({ dns: ['localhost'], keyType: 'rsa', keyUsage: ['digitalSignature', 'keyEncipherment'] }),
)
const client = files.credential('client', authority.issue({ subject: 'a client' }))
const stranger = files.credential('stranger', createAuthority({ key: 1 }).issue({ subject: 'a stranger' }))

describe('HTTP', async () => {
  const server = await TestServer.start(...ecdsa, ...rsa, '--alpn', 'h2,http/1.1')

  test.for([
    ['HTTP/1.0', 'GET / HTTP/1.0\r\n\r\n'],
    ['HTTP/1.1', 'GET /any/path?x HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    ['lines without a carriage return', 'GET / HTTP/1.0\n\n'],
    ['a method with a body', 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nbody'],
    ['a head of 300 kB', `GET / HTTP/1.0\r\nX: ${'x'.repeat(300_000)}\r\n\r\n`],
  ])('answers 200 and then close_notify: %s', async ([, request]) => {
    const answer = await ask(server.port, request as string)
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    expect(answer).toMatch(/\r\n\r\nversion: TLSv1\.3\nsuite: TLS_/)
  })

  test('answers a request that comes byte by byte, and one whose sender has ended already', async () => {
    const socket = await secured(server.port)
    for (const byte of 'GET / HTTP/1.0\r\n\r') {
      socket.write(byte)
      await new Promise((resolve) => setImmediate(resolve))
    }
    socket.write('\n')
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 200/)
    const ended = await secured(server.port, { allowHalfOpen: true })
    ended.end('GET / HTTP/1.0\r\n\r\n')
    expect(await text(ended)).toMatch(/^HTTP\/1\.1 200/)
  })

  test('answers 400 to a line that begins no request, at once', async () => {
    expect(await ask(server.port, 'hello\n')).toMatch(/^HTTP\/1\.1 400/)
  })

  test('chooses among its credentials by what the client can verify', async () => {
    for (const [sigalgs, keyType] of [
      ['rsa_pss_rsae_sha256', 'rsa'],
      ['ecdsa_secp256r1_sha256', 'ec'],
    ] as const) {
      const socket = await secured(server.port, { sigalgs })
      expect(socket.getPeerX509Certificate()?.publicKey.asymmetricKeyType).toBe(keyType)
      socket.destroy()
    }
  })

  test('negotiates ALPN, and refuses protocols it does not know', async () => {
    expect((await secured(server.port, { ALPNProtocols: ['x', 'http/1.1'] })).alpnProtocol).toBe('http/1.1')
    await expect(secured(server.port, { ALPNProtocols: ['x'] })).rejects.toThrow(/no application protocol/)
  })

  test('does not die from garbage, resets, half of a handshake, or altered records', async () => {
    const random = (length: number): Buffer => Buffer.from(Array.from({ length }, (_, i) => (i * 7919) % 251))
    const sockets = Array.from({ length: 60 }, (_, i) => {
      const socket = net.connect(server.port, '127.0.0.1')
      socket.on('error', () => {})
      if (i % 4 === 0) socket.end(random(20 * i))
      if (i % 4 === 1) socket.write(Buffer.concat([Buffer.from('1603010200010001fc0303', 'hex'), random(20)]))
      if (i % 4 === 2) socket.once('connect', () => socket.resetAndDestroy())
      if (i % 4 === 3) tls.connect({ socket, rejectUnauthorized: false }).on('error', () => {})
      return socket
    })
    for (let i = 0; i < 10; i++) {
      const socket = await secured(server.port)
      const transport = (socket as unknown as { _parent: net.Socket | null })._parent
      socket.write(random(100 * i))
      transport?.write(random(100))
      sockets.push(socket)
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
    for (const socket of sockets) socket.destroy()
    expect(await ask(server.port, 'GET / HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 200/)
  })

  test('prints its port once, and ends with 0 on SIGTERM although clients are connected', async () => {
    const own = await TestServer.start(...ecdsa)
    const socket = await secured(own.port)
    socket.on('error', () => {})
    expect(await own.stop()).toEqual({ code: 0, stdout: `listening on ${own.port}\n`, stderr: '' })
    // The server that was meddled with has told of no bug either.
    expect(await server.stop()).toEqual({ code: 0, stdout: `listening on ${server.port}\n`, stderr: '' })
  })
})

test('gives a handshake no more time than it may take, however it dribbles', async () => {
  const server = await TestServer.start(...ecdsa, '--handshake-timeout', '300')
  const socket = net.connect(server.port, '127.0.0.1')
  const dribble = setInterval(() => socket.write(Uint8Array.of(0x16)), 50)
  socket.on('error', () => {})
  socket.resume()
  await once(socket, 'close')
  clearInterval(dribble)
  await server.stop()
})

test('closes a connection that says nothing after the handshake', async () => {
  const server = await TestServer.start(...ecdsa, '--idle-timeout', '200')
  const socket = await secured(server.port)
  socket.on('error', () => {})
  socket.resume()
  await once(socket, 'close')
  await server.stop()
})

test('sends back what it gets with --echo, and ends when the client does', async () => {
  const server = await TestServer.start(...ecdsa, '--echo')
  const { facts } = await runClient(server.port, '--ca', caFile, '--send', 'and back again')
  expect(facts).toMatchObject({ ok: true, response: 'and back again' })
  await server.stop()
})

test('takes groups and signature schemes by their OpenSSL names, and no others', async () => {
  const server = await TestServer.start(...rsa, '--groups', 'P-384:prime256v1', '--sigalgs', 'RSA-PSS+SHA384')
  const ca = ['--ca', caFile]
  expect((await runClient(server.port, ...ca, '--groups', 'X25519,P-384')).facts).toMatchObject({
    ok: true,
    group: 'secp384r1',
    helloRetryRequest: true,
    signatureScheme: 'rsa_pss_rsae_sha384',
  })
  expect((await runClient(server.port, ...ca, '--groups', 'X25519')).facts).toMatchObject({
    ok: false,
    error: { code: 'ERR_TLS_PEER_ALERT', received: 'handshake_failure' },
  })
  await server.stop()
})

test('sends as many tickets as it is told to', async () => {
  for (const count of [0, 3]) {
    const server = await TestServer.start(...ecdsa, '--tickets', `${count}`)
    const { facts } = await runClient(server.port, '--ca', caFile, '--request', '/')
    expect(facts).toMatchObject({ ok: true, sessions: count })
    await server.stop()
  }
})

test('takes external PSKs, with a certificate beside or without', async () => {
  const key = 'c0ffee'.repeat(16)
  const psk = ['--psk', `with:colon:${key}`, '--psk-hash', 'sha384']
  const server = await TestServer.start(...psk)
  expect((await runClient(server.port, ...psk, '--request', '/')).facts).toMatchObject({
    ok: true,
    pskIdentity: 'with:colon',
    cipherSuite: 'TLS_AES_256_GCM_SHA384',
    signatureScheme: null,
  })
  expect((await runClient(server.port, '--psk', `other:${key}`)).code).toBe(1)
  await server.stop()
})

describe('client authentication', () => {
  test('require refuses clients without a certificate, or with one that --ca does not vouch for', async () => {
    const server = await TestServer.start(...ecdsa, '--client-auth', 'require', '--ca', caFile)
    const ask = (...args: string[]) => runClient(server.port, '--ca', caFile, '--request', '/', ...args)
    const [known, nobody, other] = [await ask(...client), await ask(), await ask(...stranger)]
    expect(known.facts).toMatchObject({
      ok: true,
      response: { status: 200, body: expect.stringMatching(/client: CN=a client/) },
    })
    expect(nobody.facts).toMatchObject({ ok: false, error: { received: 'certificate_required' } })
    expect(other.facts).toMatchObject({ ok: false, error: { received: 'unknown_ca' } })
    await server.stop()
  })

  test('request goes on without one, and without --ca takes any', async () => {
    const server = await TestServer.start(...ecdsa, '--client-auth', 'request')
    const ask = (...args: string[]) => runClient(server.port, '--ca', caFile, '--request', '/', ...args)
    expect((await ask()).facts).toMatchObject({ response: { body: expect.stringMatching(/client: -/) } })
    expect((await ask(...stranger)).facts).toMatchObject({
      response: { body: expect.stringMatching(/client: CN=a stranger/) },
    })
    await server.stop()
  })

  test('--pha asks on GET /secret, and only there', async () => {
    const server = await TestServer.start(...ecdsa, '--pha', '--ca', caFile)
    const ask = (path: string, ...args: string[]) => runClient(server.port, '--ca', caFile, '--request', path, ...args)
    expect((await ask('/secret', '--pha', ...client)).facts).toMatchObject({
      response: { status: 200, body: 'CN=a client\n' },
    })
    expect((await ask('/', '--pha', ...client)).facts).toMatchObject({
      response: { status: 200, body: expect.stringMatching(/client: -/) },
    })
    expect((await ask('/secret', '--pha')).facts).toMatchObject({ response: { status: 403 } })
    expect((await ask('/secret', '--pha', ...stranger)).facts).toMatchObject({ response: { status: 403 } })
    expect((await ask('/secret')).facts).toMatchObject({ response: { status: 403 } })
    await server.stop()
  })
})

test.for([
  [['--early-data', '16384'], /early data is not supported yet/],
  [['--renegotiation'], /our servers refuse renegotiation/],
  [['--min', 'tls1.1'], /only TLS 1\.2 and TLS 1\.3 are spoken/],
  [['--max', 'ssl3'], /only TLS 1\.2 and TLS 1\.3 are spoken/],
  [['--min', 'tls1.3', '--max', 'tls1.2'], /--min is above --max/],
  [['--ciphers', 'cbc'], /give --min tls1\.2/],
  [['--ciphers', 'legacy'], /give --min tls1\.2/],
  [['--max', 'tls1.2', '--ciphers', 'TLS_AES_128_GCM_SHA256'], /no suite of TLS 1\.2/],
  [['--groups', 'brainpool'], /there is no group brainpool/],
  [['--sigalgs', 'DSA+SHA1'], /there is no signature scheme DSA\+SHA1/],
  [['--key', '/nowhere'], /cannot be read/],
  [['--no-such-option'], /unknown option/],
] as const)('refuses %s and says why', async ([args, why]) => {
  const { code, stdout, stderr } = await runProgram('test-server', [...ecdsa, ...args])
  expect(code).toBe(2)
  expect(stdout).toBe('')
  expect(stderr).toMatch(why)
})

test('accepts the versions and suites that it has', async () => {
  const server = await TestServer.start(...ecdsa, '--min', 'tls1.3', '--max', 'tls1.3', '--ciphers', 'modern')
  expect(await ask(server.port, 'GET / HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 200/)
  await server.stop()
})

describe('TLS 1.2', () => {
  const maxVersion = 'TLSv1.2'

  test('is spoken beside TLS 1.3 with --min, and alone with --max', async () => {
    for (const [option, newest] of [
      ['--min', 'TLSv1.3'],
      ['--max', 'TLSv1.2'],
    ] as const) {
      const server = await TestServer.start(...ecdsa, ...rsa, option, 'tls1.2')
      for (const own of ['TLSv1.2', 'TLSv1.3'] as const) {
        const socket = await secured(server.port, { minVersion: 'TLSv1.2', maxVersion: own })
        socket.write('GET / HTTP/1.0\r\n\r\n')
        expect(await text(socket)).toContain(`version: ${own === 'TLSv1.2' ? own : newest}\n`)
      }
      await server.stop()
    }
  })

  test.for([
    ['modern', 'ECDHE-RSA-CHACHA20-POLY1305', ['ECDHE-RSA-AES128-SHA']],
    ['cbc', 'ECDHE-ECDSA-AES256-SHA384', ['AES128-SHA']],
    ['legacy', 'AES128-SHA', []],
    ['TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', 'ECDHE-RSA-AES128-GCM-SHA256', ['ECDHE-RSA-AES256-GCM-SHA384']],
  ] as const)('has with --ciphers %s the suite %s and not %j', async ([list, suite, others]) => {
    const server = await TestServer.start(...ecdsa, ...encrypting, '--min', 'tls1.2', '--ciphers', list)
    const socket = await secured(server.port, { maxVersion, ciphers: suite })
    expect(socket.getCipher().name).toBe(suite)
    socket.destroy()
    for (const ciphers of others) {
      await expect(secured(server.port, { maxVersion, ciphers })).rejects.toThrow(/handshake failure/)
    }
    await server.stop()
  })

  test('wants extended_main_secret, unless --no-ems', async () => {
    // SSL_OP_NO_EXTENDED_MASTER_SECRET, which node:crypto has no name for.
    const without = { maxVersion, secureOptions: 1 } as const
    const strict = await TestServer.start(...ecdsa, '--max', 'tls1.2')
    await expect(secured(strict.port, without)).rejects.toThrow(/handshake failure/)
    await strict.stop()
    const server = await TestServer.start(...ecdsa, '--max', 'tls1.2', '--no-ems')
    expect((await secured(server.port, without)).getProtocol()).toBe('TLSv1.2')
    await server.stop()
  })
})

test('refuses credentials that do not belong together, and to run without any', async () => {
  const [, key = '', ...cert] = [...ecdsa.slice(0, 2), ...rsa.slice(2)]
  expect(await runProgram('test-server', ['--key', key, ...cert])).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/ERR_TLS_OPTIONS: the private key/),
  })
  expect(await runProgram('test-server', [])).toMatchObject({ code: 2, stderr: expect.stringMatching(/give --key/) })
})

async function ask(port: number, request: string): Promise<string> {
  const socket = await secured(port)
  socket.write(request)
  return text(socket)
}

async function secured(
  port: number,
  options: tls.ConnectionOptions & { allowHalfOpen?: boolean } = {},
): Promise<tls.TLSSocket> {
  const socket = tls.connect({ host: '127.0.0.1', servername: 'localhost', port, ca: authority.pem, ...options })
  await once(socket, 'secureConnect')
  return socket
}
