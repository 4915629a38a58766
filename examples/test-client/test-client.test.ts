import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import net, { type AddressInfo } from 'node:net'
import { Duplex } from 'node:stream'
import tls from 'node:tls'
import { createAuthority } from '@typetls/testing'
import { expect, test } from 'vitest'
import { Files, TestServer, runClient, runProgram } from '../program.ts'

const files = new Files()
const authority = createAuthority()
const ca = ['--ca', files.write('ca.pem', authority.pem)]
const credential = files.credential('server', authority.issue({ dns: ['localhost'] }))
const server = await TestServer.start(...credential, '--alpn', 'http/1.1')

test('prints what was negotiated as JSON', async () => {
  const { code, facts } = await runClient(server.port, ...ca, '--alpn', 'h2,http/1.1', '--request', '/')
  expect(code).toBe(0)
  expect(facts).toMatchObject({
    ok: true,
    version: 'TLSv1.3',
    cipherSuite: 'TLS_AES_128_GCM_SHA256',
    signatureScheme: 'ecdsa_secp256r1_sha256',
    applicationProtocol: 'http/1.1',
    serverName: 'localhost',
    resumed: false,
    helloRetryRequest: false,
    peer: { subjects: ['CN=localhost'], authorized: true, failure: null },
    sessions: 2,
    response: { status: 200, body: expect.stringMatching(/^version: TLSv1\.3/) },
  })
})

test('keeps a session in a file and resumes it', async () => {
  const session = files.path('session')
  const first = await runClient(server.port, ...ca, '--request', '/', '--session-out', session)
  expect(first.facts).toMatchObject({ ok: true, resumed: false })
  const second = await runClient(server.port, ...ca, '--request', '/', '--session-in', session)
  expect(second.facts).toMatchObject({ ok: true, resumed: true, signatureScheme: null, peer: { authorized: true } })
})

test('chooses suites, groups and schemes by name', async () => {
  const names = ['--ciphers', 'TLS_CHACHA20_POLY1305_SHA256', '--groups', 'P-521', '--sigalgs', 'ECDSA+SHA256']
  expect((await runClient(server.port, ...ca, ...names)).facts).toMatchObject({
    ok: true,
    cipherSuite: 'TLS_CHACHA20_POLY1305_SHA256',
    group: 'secp521r1',
    signatureScheme: 'ecdsa_secp256r1_sha256',
  })
})

test('speaks TLS 1.2, with suites of block ciphers and a session', async () => {
  const older = await TestServer.start(...credential, '--max', 'tls1.2', '--ciphers', 'cbc')
  const session = files.path('session12')
  const cbc = 'TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256'
  const options = [...ca, '--min', 'tls1.2', '--ciphers', cbc, '--request', '/']
  const first = await runClient(older.port, ...options, '--session-out', session)
  expect(first.facts).toMatchObject({
    ok: true,
    version: 'TLSv1.2',
    cipherSuite: cbc,
    resumed: false,
    extendedMainSecret: true,
    encryptThenMac: true,
  })
  const second = await runClient(older.port, ...options, '--session-in', session)
  expect(second.facts).toMatchObject({ ok: true, resumed: true, peer: { authorized: true } })
  expect((await runClient(older.port, ...ca)).facts).toMatchObject({
    ok: false,
    error: { received: 'protocol_version' },
  })
  await older.stop()
})

test('sends shares for the groups it is told to, and updates keys', async () => {
  const options = ['--groups', 'X25519,P-256', '--key-shares', 'P-256', '--key-update', 'both', '--request', '/']
  expect((await runClient(server.port, ...ca, ...options)).facts).toMatchObject({
    ok: true,
    group: 'secp256r1',
    helloRetryRequest: false,
    response: { status: 200 },
  })
})

test('tells why it refuses a server, and ends with 1', async () => {
  const untrusted = await runClient(server.port)
  expect(untrusted.code).toBe(1)
  expect(untrusted.facts).toMatchObject({
    ok: false,
    error: { code: 'ERR_TLS_CERTIFICATE_UNKNOWN_CA', alert: 'unknown_ca', received: null },
  })
  const misnamed = await runClient(server.port, ...ca, '--name', 'example.org')
  expect(misnamed.facts).toMatchObject({ ok: false, error: { code: 'ERR_TLS_CERTIFICATE_NAME' } })
})

test('goes on with a server that could be anybody with --insecure, and says so', async () => {
  const { code, facts } = await runClient(server.port, '--insecure', '--request', '/')
  expect(code).toBe(0)
  expect(facts).toMatchObject({ ok: true, peer: { authorized: false, failure: 'ERR_TLS_CERTIFICATE_UNKNOWN_CA' } })
})

test('tells the alert it got, and what is wrong with a transport', async () => {
  expect((await runClient(server.port, ...ca, '--alpn', 'x')).facts).toMatchObject({
    ok: false,
    error: { code: 'ERR_TLS_PEER_ALERT', alert: null, received: 'no_application_protocol' },
  })
  expect((await runClient(1, ...ca)).facts).toMatchObject({ ok: false, error: { code: 'ECONNREFUSED' } })
})

test('tells a connection that was cut short', async () => {
  const [, keyFile = '', , certFile = ''] = credential
  const options = { isServer: true, key: readFileSync(keyFile), cert: readFileSync(certFile) }
  const cutting = net.createServer((socket) => {
    const answering = new tls.TLSSocket(withoutItsEnd(socket), options)
    answering.once('data', () => {
      // Only TCP ends here, in order and with everything read: a reset would be another error.
      answering.write('HTTP/1.1 200 OK\r\n\r\nthis is not a', () => socket.end())
    })
  })
  cutting.listen(0)
  await once(cutting, 'listening')
  const { port } = cutting.address() as AddressInfo
  const { code, facts } = await runClient(port, ...ca, '--request', '/')
  expect(code).toBe(1)
  expect(facts).toMatchObject({ ok: false, error: { code: 'ERR_TLS_TRUNCATED' } })
  cutting.close()
})

test('goes along with a renegotiation where it may', async () => {
  const { chainPem, privateKeyPem } = authority.issue({ dns: ['localhost'] })
  const asking = tls.createServer({ cert: chainPem, key: privateKeyPem, maxVersion: 'TLSv1.2' }, (socket) => {
    socket.on('error', () => {})
    socket.once('data', () => {
      socket.renegotiate({ requestCert: false }, () => socket.end('HTTP/1.1 200 OK\r\n\r\nwent along'))
    })
  })
  asking.listen(0)
  await once(asking, 'listening')
  const { port } = asking.address() as AddressInfo
  const options = [...ca, '--max', 'tls1.2', '--request', '/']
  const without = await runClient(port, ...options)
  expect(without.facts).toMatchObject({ ok: false, error: { code: 'ERR_TLS_NO_RENEGOTIATION' } })
  const { code, facts } = await runClient(port, ...options, '--renegotiation')
  expect([code, facts]).toMatchObject([0, { ok: true, version: 'TLSv1.2', response: { body: 'went along' } }])
  asking.close()
})

test('shares a key with a server of TLS 1.2', async () => {
  const psk = ['--psk', 'a name:00112233445566778899aabbccddeeff']
  const options = ['--max', 'tls1.2', '--ciphers', 'TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256', ...psk]
  const sharing = await TestServer.start(...options)
  expect((await runClient(sharing.port, ...options)).facts).toMatchObject({
    ok: true,
    cipherSuite: 'TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256',
    pskIdentity: 'a name',
  })
  await sharing.stop()
})

test('refuses options it does not have, and values it cannot read', async () => {
  for (const args of [
    [],
    ['--connect', 'localhost'],
    ['--connect', 'localhost:1', '--early-data', 'file'],
    ['--connect', 'localhost:1', '--max', 'tls1.1'],
    ['--connect', 'localhost:1', '--ciphers', 'cbc'],
    ['--connect', 'localhost:1', '--psk', 'nokey'],
  ]) {
    const { code, stdout, stderr } = await runProgram('test-client', args)
    expect([args, code, stdout]).toEqual([args, 2, ''])
    expect(stderr).toMatch(/^error: /)
  }
})

test('the server was there all the time', async () => {
  expect(await server.stop()).toMatchObject({ code: 0, stderr: '' })
})

/** A stream that TLS runs on without touching the socket below otherwise: the socket keeps reading, and ends when told. */
function withoutItsEnd(socket: net.Socket): Duplex {
  const stream = new Duplex({
    read: () => undefined,
    write: (chunk: Uint8Array, _encoding, done) => {
      socket.write(chunk, done)
    },
  })
  socket.on('data', (chunk) => stream.push(chunk))
  return stream
}
