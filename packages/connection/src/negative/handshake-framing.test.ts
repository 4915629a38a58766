import { Secret } from '@typetls/crypto-provider'
import type { HandshakeMessageType } from '@typetls/handshake'
import { HandshakeType, encodeMessage } from '@typetls/handshake'
import type { HandshakeBytes } from '@typetls/testing'
import { contentType, handshakeMessage, handshakeType } from '@typetls/testing'
import { ascii, concat } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { certificateFor, credentialFor, verifier } from '../../test/peers.ts'
import { expectRefusal } from '../../test/refusal.ts'
import type { ClientScript, ClientStep, ScriptedClient } from '../../test/scripted-client.ts'
import { scriptedClient } from '../../test/scripted-client.ts'
import type { ScriptedPeer } from '../../test/scripted-peer.ts'
import type { ScriptedServer, ServerScript, ServerStep } from '../../test/scripted-server.ts'
import { scriptedServer } from '../../test/scripted-server.ts'
import { against, everyRole, roles } from '../../test/stages.ts'

const credential = credentialFor(certificateFor())
const key = { identity: ascii('key'), secret: new Secret(new Uint8Array(32).fill(7)) }
const withPsk: ServerScript = { psk: key, client: { externalPsks: [key] } }
const withRetry: ServerScript = { retry: { group: 0x17 }, group: 'secp256r1' }
const asked: ClientScript = { credential, server: { clientAuthentication: 'require', verifier } }
const retried: ClientScript = { shares: ['secp256r1'], server: { groups: ['x25519'] } }
const postHandshake: ClientScript = {
  ...asked,
  server: { verifier },
  body: { client_hello: (hello) => ({ ...hello, extensions: { ...hello.extensions, post_handshake_auth: {} } }) },
}

/** Where a connection waits for a message, how to get there, and what may come. */
interface Waiting {
  readonly role: 'client' | 'server'
  readonly where: string
  readonly reach: () => ScriptedPeer
  readonly may: readonly (keyof typeof handshakeType)[]
}

const waiting: readonly Waiting[] = [
  ...client('for the server_hello', () => scriptedServer(), 'server_hello'),
  ...client(
    'for the server_hello after a retry',
    () => scriptedServer(withRetry).until('server_hello'),
    'server_hello',
  ),
  ...client('for encrypted_extensions', () => scriptedServer().until('encrypted_extensions'), 'encrypted_extensions'),
  ...client(
    'for certificate or certificate_request',
    () => scriptedServer().until('certificate'),
    'certificate',
    'certificate_request',
  ),
  ...client('for certificate', () => scriptedServer({ request: true }).until('certificate'), 'certificate'),
  ...client('for certificate_verify', () => scriptedServer().until('certificate_verify'), 'certificate_verify'),
  ...client('for finished', () => scriptedServer().until('finished'), 'finished'),
  ...client('for finished after a PSK', () => scriptedServer(withPsk).until('finished'), 'finished'),
  ...client('connected', () => scriptedServer().play(), 'new_session_ticket', 'key_update'),
  ...client(
    'connected with post_handshake_auth',
    () => scriptedServer({ client: { postHandshakeAuthentication: true } }).play(),
    'new_session_ticket',
    'key_update',
    'certificate_request',
  ),
  ...server('for the client_hello', () => scriptedClient(), 'client_hello'),
  ...server('for the second client_hello', () => scriptedClient(retried).step('client_hello'), 'client_hello'),
  ...server('for finished', () => scriptedClient().until('finished'), 'finished'),
  ...server('for certificate', () => scriptedClient(asked).until('certificate'), 'certificate'),
  ...server('for certificate_verify', () => scriptedClient(asked).until('certificate_verify'), 'certificate_verify'),
  ...server('for finished after certificate_verify', () => scriptedClient(asked).until('finished'), 'finished'),
  ...server('connected', () => scriptedClient().play(), 'key_update'),
  ...server('for certificate after the handshake', () => requested(), 'key_update', 'certificate'),
  ...server('for certificate_verify after the handshake', () => requested().step('certificate'), 'certificate_verify'),
  ...server(
    'for finished after the handshake',
    () => requested().step('certificate').step('certificate_verify'),
    'finished',
  ),
]

describe.each(waiting)('a $role that waits $where', ({ role, where, reach, may }) => {
  const types = [...Object.values(handshakeType), 99, 255].filter(
    (type) => !may.some((name) => handshakeType[name] === type),
  )

  test.each(types.map((type) => [HandshakeType.label(type), type] as const))(
    `#20 a ${role} that waits ${where} refuses %s`,
    (_name, type) => {
      const peer = reach()
      expect(peer.peer.failure).toBeUndefined()
      expectRefusal(
        peer.message(handshakeMessage(type, new Uint8Array()).type, new Uint8Array(32)),
        'ERR_TLS_UNEXPECTED_MESSAGE',
        'unexpected_message',
      )
    },
  )

  test(`#20 a ${role} that waits ${where} refuses it from the first byte`, () => {
    expectRefusal(reach().send(Uint8Array.of(99)), 'ERR_TLS_UNEXPECTED_MESSAGE', 'unexpected_message')
  })
})

describe('trailing bytes', () => {
  const longer = (message: HandshakeBytes): HandshakeBytes =>
    handshakeMessage(message.type, concat(message.body, Uint8Array.of(0)))

  test.each<[ServerStep, ServerScript]>([
    ['hello_retry_request', withRetry],
    ['server_hello', {}],
    ['encrypted_extensions', {}],
    ['certificate_request', { request: true }],
    ['certificate', {}],
    ['certificate_verify', {}],
  ])('#21 a client refuses them behind %s', (step, script) => {
    const server = scriptedServer({ ...script, bytes: { [step]: longer } })
      .until(step)
      .step(step)
    expectRefusal(server, 'ERR_TLS_DECODE_TRAILING', 'decode_error')
  })

  test('#21 a client refuses them behind new_session_ticket', () => {
    const server = scriptedServer({ bytes: { new_session_ticket: longer } })
      .play()
      .ticket()
    expectRefusal(server, 'ERR_TLS_DECODE_TRAILING', 'decode_error')
  })

  test.each<[ClientStep, ClientScript]>([
    ['client_hello', {}],
    ['certificate', asked],
    ['certificate_verify', asked],
  ])('#21 a server refuses them behind %s', (step, script) => {
    const peer = scriptedClient({ ...script, bytes: { [step]: longer } })
      .until(step)
      .step(step)
    expectRefusal(peer, 'ERR_TLS_DECODE_TRAILING', 'decode_error')
  })

  test('#21 a server refuses them behind the second client_hello', () => {
    const bytes = { client_hello: (message: HandshakeBytes, nth: number) => (nth === 2 ? longer(message) : message) }
    expectRefusal(scriptedClient({ ...retried, bytes }).greet(), 'ERR_TLS_DECODE_TRAILING', 'decode_error')
  })

  test.each(roles)('#21 a %s refuses them behind key_update', (role) => {
    const peer = against(role, 'connected').message('key_update', Uint8Array.of(0, 0))
    expectRefusal(peer, 'ERR_TLS_DECODE_TRAILING', 'decode_error')
  })
})

describe('messages that are too large', () => {
  const announcing = (type: keyof typeof handshakeType, length: number): Uint8Array =>
    handshakeMessage(type, new Uint8Array(), length).raw

  test.each(waiting.map((one) => [one.role, one.where, one] as const))(
    '#22 a %s that waits %s refuses one from its header on',
    (_role, _where, { reach, may }) => {
      for (const type of may) {
        const limit = may.includes('certificate') ? 102400 : may.includes('client_hello') ? 131396 : 16384
        expect(reach().send(announcing(type, limit)).peer.failure).toBeUndefined()
        const peer = reach().send(announcing(type, limit + 1))
        expectRefusal(peer, 'ERR_TLS_MESSAGE_TOO_LARGE', 'illegal_parameter')
      }
    },
  )

  test('#22 a client refuses a chain above its own limit', () => {
    const server = scriptedServer({ client: { maxCertificateListSize: 200 } })
      .until('certificate')
      .step('certificate')
    expectRefusal(server, 'ERR_TLS_MESSAGE_TOO_LARGE', 'illegal_parameter')
  })
})

describe('bytes at a change of keys', () => {
  const rests: readonly [string, Uint8Array][] = [
    ['a whole message', encodeMessage('encrypted_extensions', { extensions: {} })],
    ['one byte', Uint8Array.of(8)],
  ]

  test.each(rests)('#23 a client refuses %s behind the ServerHello', (_what, rest) => {
    const server = scriptedServer()
    server.send(concat(server.writtenStep('server_hello').raw, rest)).saidIt('server_hello')
    expectRefusal(server, 'ERR_TLS_EXCESS_HANDSHAKE_DATA', 'unexpected_message')
  })

  test.each([
    ['a Finished', handshakeMessage('finished', new Uint8Array(32)).raw],
    ['end_of_early_data', handshakeMessage('end_of_early_data', new Uint8Array()).raw],
    ['one byte', Uint8Array.of(20)],
  ])('#23 a server refuses %s behind the ClientHello', (_what, rest) => {
    const peer = scriptedClient()
    peer.send(concat(peer.writtenStep('client_hello').raw, rest)).listen()
    expectRefusal(peer, 'ERR_TLS_EXCESS_HANDSHAKE_DATA', 'unexpected_message')
  })

  const update = encodeMessage('key_update', { requestUpdate: 'update_not_requested' })
  test.each(roles.flatMap((role) => [update, update.subarray(0, 1)].map((rest) => [role, rest.length, rest] as const)))(
    '#23 a %s refuses %i bytes behind KeyUpdate',
    (role, _length, rest) => {
      const peer = against(role, 'connected').send(concat(update, rest))
      expectRefusal(peer, 'ERR_TLS_EXCESS_HANDSHAKE_DATA', 'unexpected_message')
    },
  )

  const ticket = encodeMessage('new_session_ticket', {
    ticketLifetime: 1,
    ticketAgeAdd: 1,
    ticketNonce: Uint8Array.of(0),
    ticket: Uint8Array.of(1),
    extensions: {},
  })
  test.each([
    ['a ticket', 'a full handshake', ticket, {}],
    ['one byte', 'a full handshake', ticket.subarray(0, 1), {}],
    ['a ticket', 'a PSK', ticket, withPsk],
    ['one byte', 'a PSK', ticket.subarray(0, 1), withPsk],
  ] as const)('#24 a client refuses %s behind the Finished of %s', (_what, _handshake, rest, script) => {
    const server = scriptedServer(script).until('finished')
    server.send(concat(server.writtenStep('finished').raw, rest))
    expectRefusal(server.listen(), 'ERR_TLS_EXCESS_HANDSHAKE_DATA', 'unexpected_message')
  })

  test.each([
    ['KeyUpdate', 'a full handshake', update, {}],
    ['one byte', 'a full handshake', update.subarray(0, 1), {}],
    ['KeyUpdate', 'client authentication', update, asked],
    ['KeyUpdate', 'a PSK', update, { psks: [{ ...key, kind: 'external' }], server: { externalPsk: () => key } }],
    [
      'one byte',
      'a PSK',
      update.subarray(0, 1),
      { psks: [{ ...key, kind: 'external' }], server: { externalPsk: () => key } },
    ],
  ] as const)('#24 a server refuses %s behind the Finished of %s', (_what, _handshake, rest, script) => {
    const peer = scriptedClient(script).until('finished')
    peer.send(concat(peer.writtenStep('finished').raw, rest))
    expectRefusal(peer.listen(), 'ERR_TLS_EXCESS_HANDSHAKE_DATA', 'unexpected_message')
  })

  test('#24 a client cannot read a message under handshake keys after Finished', () => {
    const server = scriptedServer().until('finished')
    const finished = server.sealed(contentType.handshake, server.writtenStep('finished').raw)
    const late = server.sealed(contentType.handshake, ticket)
    server.peer.receive(finished)
    server.saidIt('finished').raw(late)
    expectRefusal(server, 'ERR_TLS_BAD_RECORD_MAC', 'bad_record_mac')
  })
})

describe('a flight before its time', () => {
  test('#25 a server refuses a second ClientHello with the first', () => {
    for (const script of [retried, {}]) {
      const peer = scriptedClient(script)
      const { raw } = peer.writtenStep('client_hello')
      expectRefusal(peer.send(concat(raw, raw)).listen(), 'ERR_TLS_EXCESS_HANDSHAKE_DATA', 'unexpected_message')
    }
  })

  test('#25 a client refuses a ServerHello with the HelloRetryRequest', () => {
    const server = scriptedServer(withRetry)
    const { raw } = server.writtenStep('hello_retry_request')
    const hello = encodeMessage('server_hello', server.bodyOf('server_hello'))
    expectRefusal(server.send(concat(raw, hello)), 'ERR_TLS_EXCESS_HANDSHAKE_DATA', 'unexpected_message')
  })
})

test.each(everyRole('hello', 'handshake', 'connected').filter(([role]) => role === 'client'))(
  '#26 a %s refuses HelloRequest, stage %s',
  (role, stage) => {
    const peer = against(role, stage).message('hello_request')
    expect(peer.peer.failure).toMatchObject({ received: 'hello_request' })
    expectRefusal(peer, 'ERR_TLS_UNEXPECTED_MESSAGE', 'unexpected_message')
  },
)

function client(where: string, reach: () => ScriptedServer, ...may: readonly HandshakeMessageType[]): [Waiting] {
  return [{ role: 'client', where, reach, may: may as Waiting['may'] }]
}

function server(where: string, reach: () => ScriptedClient, ...may: readonly HandshakeMessageType[]): [Waiting] {
  return [{ role: 'server', where, reach, may: may as Waiting['may'] }]
}

/** Connected, and asked for a certificate. */
function requested(): ScriptedClient {
  const peer = scriptedClient(postHandshake).play()
  peer.peer.connection.requestClientCertificate()
  return peer.listen()
}
