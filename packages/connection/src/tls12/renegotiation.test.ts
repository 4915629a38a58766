import { ascii, concat, fromAscii } from '@typetls/wire'
import { ClientHello } from '@typetls/handshake'
import { contentType, handshakeType } from '@typetls/testing'
import { decode } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { authority, certificateFor, credentialFor, serverName, verifier } from '../../test/peers.ts'
import { expectRefusal } from '../../test/refusal.ts'
import { tls12ScriptedClient } from '../../test/tls12-scripted-client.ts'
import type { Tls12ServerScript } from '../../test/tls12-scripted-server.ts'
import { Tls12ScriptedServer } from '../../test/tls12-scripted-server.ts'
import { exportKeyingMaterial } from '../index.ts'
import type { ClientTls12Options, RenegotiationPolicy } from './index.ts'

const info = 0xff01
const alpn = 16
const extendedMainSecret = 23

/** A server whose client is connected. */
function connected(
  renegotiation: RenegotiationPolicy | 'default' = 'freely',
  { client12, ...script }: Tls12ServerScript = {},
): Tls12ScriptedServer {
  const options: ClientTls12Options = { ...client12, ...(renegotiation !== 'default' && { renegotiation }) }
  const server = new Tls12ScriptedServer({ ...script, client12: options }).listen().play()
  expect(server.peer.facts?.version).toBe('TLSv1.2')
  return server
}

function helloOf(server: Tls12ScriptedServer): ClientHello {
  const hellos = server.heard.filter(({ type }) => type === handshakeType.client_hello)
  return decode(ClientHello, (hellos.at(-1) as (typeof hellos)[number]).body)
}

describe('a client that renegotiates', () => {
  test('does so as often as it is asked, under new keys each time, and goes on with its data', () => {
    const server = connected()
    for (let round = 0; round < 3; round++) {
      const { main } = server
      server.renegotiate().play()
      expect(server.main).not.toEqual(main)
      server.peer.connection.write(ascii(`round ${round};`))
      server.record(contentType.application_data, ascii('answer;')).listen()
    }
    expect(server.peer.failure).toBeUndefined()
    expect(fromAscii(concat(...server.data))).toBe('round 0;round 1;round 2;')
    expect(fromAscii(server.peer.received())).toBe('answer;answer;answer;')
    expect(server.peer.told.filter((event) => event === 'renegotiated')).toHaveLength(3)
  })

  test('ties it to the handshake before, and offers neither ALPN nor a session', () => {
    const server = connected('once', { client: { applicationProtocols: ['h2'] }, extensions: { [alpn]: chosen('h2') } })
    const finished = server.heard.find(({ type }) => type === handshakeType.finished)
    server.renegotiate({ extensions: {} })
    const { extensions, legacySessionId } = helloOf(server)
    const sent = extensions.unknown?.find(({ type }) => type === info)
    expect(sent?.data).toEqual(concat(Uint8Array.of(12), finished?.body ?? new Uint8Array()))
    expect(extensions.application_layer_protocol_negotiation).toBeUndefined()
    expect(legacySessionId).toHaveLength(0)
    server.play()
    expect(server.peer.facts).toMatchObject({ applicationProtocol: 'h2', resumed: false, secureRenegotiation: true })
    expect(server.peer.sessions).toEqual([])
  })

  test('may be given another cipher suite', () => {
    const server = connected()
    server.renegotiate({ suite: 0xc02c }).play()
    expect(server.peer.facts?.cipherSuite).toBe('TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384')
  })

  test('does not once it said close_notify', () => {
    const server = connected()
    server.peer.connection.closeWrite()
    server.renegotiate()
    expect(server.peer.failure).toMatchObject({ code: 'ERR_TLS_NO_RENEGOTIATION' })
  })

  test('takes data up to the ServerHello, and none from there to the Finished', () => {
    const server = connected()
    server.renegotiate().record(contentType.application_data, ascii('before'))
    expect(fromAscii(server.peer.received())).toBe('before')
    expectRefusal(
      server.step('server_hello').record(contentType.application_data, ascii('within')),
      'ERR_TLS_RECORD_INTERLEAVED',
      'unexpected_message',
    )
    const late = connected().renegotiate().until('finished')
    late.record(contentType.application_data, ascii('not authentic yet'))
    expectRefusal(late, 'ERR_TLS_RECORD_UNEXPECTED', 'unexpected_message')
  })

  test('sends what is written meanwhile once it is done, and exports nothing until then', () => {
    const server = connected()
    const { connection } = server.renegotiate().peer
    connection.write(ascii('meanwhile'))
    expect(() => exportKeyingMaterial(connection, 'EXPERIMENTAL x', undefined, 16)).toThrow(
      expect.objectContaining({ code: 'ERR_TLS_STATE' }),
    )
    server.listen()
    expect(server.data).toEqual([])
    server.play()
    expect(fromAscii(concat(...server.data))).toBe('meanwhile')
    expect(exportKeyingMaterial(connection, 'EXPERIMENTAL x', undefined, 16)).toHaveLength(16)
  })

  test('once refuses a second time', () => {
    const server = connected('once')
    server.renegotiate().play()
    expect(server.peer.failure).toBeUndefined()
    expectRefusal(server.renegotiate(), 'ERR_TLS_NO_RENEGOTIATION', 'no_renegotiation')
  })

  test('refuses what follows the request in the same breath', () => {
    const server = connected()
    const twice = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0)
    expectRefusal(server.record(contentType.handshake, twice), 'ERR_TLS_EXCESS_HANDSHAKE_DATA', 'unexpected_message')
  })
})

test('#115 a client that does not want to renegotiate says so, by default too', () => {
  for (const policy of ['never', 'default'] as const) {
    expectRefusal(connected(policy).renegotiate(), 'ERR_TLS_NO_RENEGOTIATION', 'no_renegotiation')
  }
})

test('a client asks a function each time, which may answer later, and writes nothing before it did', async () => {
  const answers = [true, false].map((value) => Promise.resolve(value))
  const server = connected(() => answers.shift() as Promise<boolean>)
  server.renegotiate()
  server.peer.connection.write(ascii('meanwhile'))
  await new Promise((resolve) => setImmediate(resolve))
  server.listen().play()
  expect(server.peer.told).toContain('renegotiated')
  expect(fromAscii(concat(...server.data))).toBe('meanwhile')
  server.renegotiate()
  await new Promise((resolve) => setImmediate(resolve))
  expectRefusal(server.listen(), 'ERR_TLS_NO_RENEGOTIATION', 'no_renegotiation')
})

test('a client that waits for an answer keeps what came, whatever becomes of the array it was given', async () => {
  const slow = { ...verifier, verify: async (...args: Parameters<typeof verifier.verify>) => verifier.verify(...args) }
  const script = { client: { verifier: slow }, client12: { renegotiation: 'freely' } } as const
  const server = new Tls12ScriptedServer(script).listen()
  const flight = ['server_hello', 'certificate', 'server_key_exchange', 'server_hello_done'] as const
  for (const type of flight) server.step(type)
  await new Promise((resolve) => setImmediate(resolve))
  server.listen().play().renegotiate()
  const bytes = concat(...flight.map((type) => server.sealed(contentType.handshake, server.written(type).raw)))
  void server.peer.receive(bytes)
  bytes.fill(0)
  await new Promise((resolve) => setImmediate(resolve))
  server.listen().play()
  expect(server.peer.failure).toBeUndefined()
  expect(server.peer.told).toContain('renegotiated')
})

test('a client whose function fails ends the connection', () => {
  const server = connected(() => {
    throw new Error('cannot say')
  }).renegotiate()
  expectRefusal(server, 'ERR_TLS_CALLBACK', 'internal_error')
})

test('a client that ignores requests goes on as if there was none', () => {
  const server = connected('ignore')
  server.message('hello_request').message('hello_request').record(contentType.application_data, ascii('data'))
  expect(fromAscii(server.peer.received())).toBe('data')
  expect(server.heard.filter(({ type }) => type === handshakeType.client_hello)).toHaveLength(1)
})

test('#116 a server refuses every renegotiation', () => {
  const client = tls12ScriptedClient().play()
  expect(client.peer.facts?.version).toBe('TLSv1.2')
  client.step('client_hello')
  expectRefusal(client, 'ERR_TLS_NO_RENEGOTIATION', 'no_renegotiation')
})

test.each([
  ['empty', Uint8Array.of(0)],
  ['missing', undefined],
  ['of the client alone', Uint8Array.of(12, ...new Uint8Array(12))],
  ['of other handshakes', Uint8Array.of(24, ...new Uint8Array(24))],
])('#117 a client refuses a renegotiation whose renegotiation_info is %s', (_, data) => {
  const server = connected()
  server.renegotiate({ extensions: { [info]: data } }).step('server_hello')
  expectRefusal(server, 'ERR_TLS_RENEGOTIATION_INFO', 'handshake_failure')
})

test('#117 a client renegotiates with a server that cannot do so securely only if it is told to', () => {
  const without = { extensions: { [info]: undefined } }
  const refusing = connected('freely', without)
  expect(refusing.peer.facts?.secureRenegotiation).toBe(false)
  expectRefusal(refusing.renegotiate(), 'ERR_TLS_RENEGOTIATION_INFO', 'handshake_failure')

  const told = { ...without, client12: { dangerouslyAllowLegacyRenegotiation: true } }
  const taking = connected('freely', told).renegotiate()
  // A server that has it after all was meant to take this for a first handshake: it learns that it is none.
  const finished = taking.heard.find(({ type }) => type === handshakeType.finished)
  const sent = helloOf(taking).extensions.unknown?.find(({ type }) => type === info)
  expect(sent?.data).toEqual(concat(Uint8Array.of(12), finished?.body ?? new Uint8Array()))
  expect(taking.play().peer.told).toContain('renegotiated')
  const upgraded = connected('freely', told).renegotiate({ extensions: {} }).step('server_hello')
  expectRefusal(upgraded, 'ERR_TLS_RENEGOTIATION_INFO', 'handshake_failure')
})

test('#117 a client can require renegotiation_info from the start', () => {
  const script = { extensions: { [info]: undefined }, client12: { requireSecureRenegotiation: true } }
  const server = new Tls12ScriptedServer(script).listen().step('server_hello')
  expectRefusal(server, 'ERR_TLS_RENEGOTIATION_INFO', 'handshake_failure')
})

test('#118 a client refuses a renegotiation that changes the certificate', () => {
  const other = authority.issue({ subject: serverName, dns: [serverName] })
  const server = connected().renegotiate({ credential: credentialFor(other) })
  expectRefusal(
    server.until('certificate').step('certificate'),
    'ERR_TLS_RENEGOTIATION_CERTIFICATE',
    'illegal_parameter',
  )
  expect(server.peer.facts?.peer?.certificates).toEqual(certificateFor().chain)
})

test('#118 a client refuses a renegotiation that loses extended_main_secret, adds ALPN or changes the version', () => {
  const lost = connected('freely', { client12: { requireExtendedMainSecret: false } })
  lost.renegotiate({ extensions: { [extendedMainSecret]: undefined } }).step('server_hello')
  expectRefusal(lost, 'ERR_TLS_RENEGOTIATION_MAIN_SECRET', 'illegal_parameter')

  const added = connected('freely', { client: { applicationProtocols: ['h2'] } })
  added.renegotiate({ extensions: { [alpn]: chosen('h2') } }).step('server_hello')
  expectRefusal(added, 'ERR_TLS_UNSUPPORTED_EXTENSION', 'unsupported_extension')

  const older = connected()
  older.renegotiate({ hello: { version: 0x0302 } }).step('server_hello')
  expectRefusal(older, 'ERR_TLS_RENEGOTIATION_VERSION', 'protocol_version')
})

test('the end of the server in the middle of a renegotiation is no orderly end', () => {
  const server = connected().renegotiate().step('server_hello')
  server.alert(1, 'close_notify')
  expect(server.peer.failure).toMatchObject({ code: 'ERR_TLS_HANDSHAKE_CLOSED' })
})

function chosen(protocol: string): Uint8Array {
  return Uint8Array.of(0, protocol.length + 1, protocol.length, ...ascii(protocol))
}
