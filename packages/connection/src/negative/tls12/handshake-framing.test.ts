import { HandshakeType } from '@typetls/handshake'
import type { HandshakeBytes, HandshakeTypeName } from '@typetls/testing'
import { contentType, handshakeMessage, handshakeType } from '@typetls/testing'
import { ascii, concat } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { testCrypto } from '../../../test/backend.ts'
import { certificateFor, clock, credentialFor, verifier } from '../../../test/peers.ts'
import { expectRefusal } from '../../../test/refusal.ts'
import { tls12ConnectedPair } from '../../../test/tls12-peers.ts'
import type { Tls12ClientScript } from '../../../test/tls12-scripted-client.ts'
import { tls12ScriptedClient } from '../../../test/tls12-scripted-client.ts'
import type { Tls12ScriptedPeer, Tls12Step } from '../../../test/tls12-scripted-peer.ts'
import type { Tls12ServerScript } from '../../../test/tls12-scripted-server.ts'
import { tls12ScriptedServer } from '../../../test/tls12-scripted-server.ts'
import type { Session } from '../../index.ts'
import { rotatingTicketKeys } from '../../index.ts'

const credential = credentialFor(certificateFor('ec-secp256r1', 'client.test'))
const tickets = rotatingTicketKeys({ crypto: testCrypto, clock })
const session = tls12ConnectedPair({ server: { tickets } }).client.sessions[0] as Session
const main = session.state.psk.reveal().slice()

const asking: Tls12ServerScript = { request: true, status: true, ticket: true, client: { verifier } }
const resuming: Tls12ServerScript = { resume: main, client: { session } }
const asked: Tls12ClientScript = { credential, server: { clientAuthentication: 'require', verifier } }
const resumes: Tls12ClientScript = {
  resume: { ticket: session.ticket, sessionId: new Uint8Array(32).fill(5), main },
  server: { tickets },
}

/** Where a connection waits, how to get there, and what may come; nothing where ChangeCipherSpec must. */
interface Waiting {
  readonly role: 'client' | 'server'
  readonly where: string
  readonly reach: () => Tls12ScriptedPeer
  readonly may: readonly HandshakeTypeName[]
}

const waiting: readonly Waiting[] = [
  ...client({}, 'server_hello'),
  ...client({}, 'certificate'),
  ...client(asking, 'certificate_status', 'server_key_exchange'),
  ...client({}, 'server_key_exchange'),
  ...client({ request: true }, 'certificate_request', 'server_hello_done'),
  ...client({ request: true }, 'server_hello_done'),
  ...client({ ticket: true }, 'new_session_ticket'),
  ...client({}, 'change_cipher_spec'),
  ...client({}, 'finished'),
  ...client({ ...resuming, ticket: true }, 'new_session_ticket', 'a resumption'),
  ...client(resuming, 'change_cipher_spec', 'a resumption'),
  ...client(resuming, 'finished', 'a resumption'),
  ...client({}, 'hello_request'),
  ...server({}, 'client_hello'),
  ...server({}, 'client_key_exchange'),
  ...server({}, 'change_cipher_spec'),
  ...server({}, 'finished'),
  ...server(asked, 'certificate', 'with client authentication'),
  ...server(asked, 'client_key_exchange', 'with client authentication'),
  ...server(asked, 'certificate_verify', 'with client authentication'),
  ...server(asked, 'change_cipher_spec', 'with client authentication'),
  ...server(resumes, 'change_cipher_spec', 'in a resumption'),
  ...server(resumes, 'finished', 'in a resumption'),
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
      expectRefusal(peer.message(type, new Uint8Array(32)), 'ERR_TLS_UNEXPECTED_MESSAGE', 'unexpected_message')
    },
  )

  test(`#20 a ${role} that waits ${where} refuses it from the first byte`, () => {
    expectRefusal(reach().send(Uint8Array.of(99)), 'ERR_TLS_UNEXPECTED_MESSAGE', 'unexpected_message')
  })

  test(`#22 a ${role} that waits ${where} refuses a message that is too large from its header on`, () => {
    for (const type of may) {
      const limit = may.includes('certificate') ? 102400 : may.includes('client_hello') ? 131396 : 16384
      const announcing = (length: number): Uint8Array => handshakeMessage(type, new Uint8Array(), length).raw
      expect(reach().send(announcing(limit)).peer.failure).toBeUndefined()
      expectRefusal(reach().send(announcing(limit + 1)), 'ERR_TLS_MESSAGE_TOO_LARGE', 'illegal_parameter')
    }
  })
})

describe('trailing bytes', () => {
  const longer = ({ type, body }: HandshakeBytes): HandshakeBytes =>
    handshakeMessage(type, concat(body, Uint8Array.of(0)))

  test.each<[HandshakeTypeName, Tls12ServerScript]>([
    ['server_hello', {}],
    ['certificate', {}],
    ['certificate_status', asking],
    ['server_key_exchange', {}],
    ['certificate_request', asking],
    ['server_hello_done', {}],
    ['new_session_ticket', { ticket: true }],
  ])('#21 a client refuses them behind %s', (step, script) => {
    const server = tls12ScriptedServer({ ...script, bytes: { [step]: longer } }).until(step)
    expectRefusal(server.step(step), 'ERR_TLS_DECODE_TRAILING', 'decode_error')
  })

  test.each<[HandshakeTypeName, Tls12ClientScript]>([
    ['client_hello', {}],
    ['certificate', asked],
    ['client_key_exchange', {}],
    ['certificate_verify', asked],
  ])('#21 a server refuses them behind %s', (step, script) => {
    const peer = tls12ScriptedClient({ ...script, bytes: { [step]: longer } }).until(step)
    expectRefusal(peer.step(step), 'ERR_TLS_DECODE_TRAILING', 'decode_error')
  })
})

describe('bytes at a change of keys', () => {
  const rests: readonly [string, Uint8Array][] = [
    ['a whole message', handshakeMessage('hello_request', new Uint8Array()).raw],
    ['one byte', Uint8Array.of(20)],
  ]

  test.each(rests)('#23 a client refuses %s before ChangeCipherSpec', (_what, rest) => {
    for (const script of [{ ticket: true }, { ...resuming, ticket: true }]) {
      const server = tls12ScriptedServer(script).until('new_session_ticket')
      server.send(concat(server.written('new_session_ticket').raw, rest)).changeCipherSpec()
      expect(['ERR_TLS_EXCESS_HANDSHAKE_DATA', 'ERR_TLS_UNEXPECTED_MESSAGE']).toContain(server.peer.failure?.code)
      expect(server.listen().alerts.map(({ description }) => description)).toEqual(['unexpected_message'])
    }
  })

  test.each(rests)('#23 a server refuses %s before ChangeCipherSpec', (_what, rest) => {
    const client = tls12ScriptedClient().until('client_key_exchange')
    client.send(concat(client.written('client_key_exchange').raw, rest))
    expectRefusal(client, 'ERR_TLS_UNEXPECTED_MESSAGE', 'unexpected_message')
  })

  test.each(rests)('#24 a client refuses %s behind Finished', (_what, rest) => {
    for (const script of [{}, resuming]) {
      const server = tls12ScriptedServer(script).until('finished')
      server.send(concat(server.written('finished').raw, rest))
      expectRefusal(server, 'ERR_TLS_EXCESS_HANDSHAKE_DATA', 'unexpected_message')
    }
  })

  test.each(rests)('#24 a server refuses %s behind Finished', (_what, rest) => {
    for (const script of [{}, asked, resumes]) {
      const client = tls12ScriptedClient(script).until('finished')
      client.send(concat(client.written('finished').raw, rest))
      expectRefusal(client, 'ERR_TLS_EXCESS_HANDSHAKE_DATA', 'unexpected_message')
    }
  })

  test.each<[HandshakeTypeName, Uint8Array]>([
    ['client_key_exchange', handshakeMessage('client_key_exchange', new Uint8Array(33)).raw],
    ['client_hello', Uint8Array.of(1)],
  ])('#25 a server refuses %s with the ClientHello', (_what, rest) => {
    const client = tls12ScriptedClient()
    client.send(concat(client.written('client_hello').raw, rest))
    expectRefusal(client, 'ERR_TLS_EXCESS_HANDSHAKE_DATA', 'unexpected_message')
  })

  test.each<HandshakeTypeName>(['new_session_ticket', 'finished'])(
    '#25 a client refuses %s with ServerHelloDone',
    (type) => {
      const server = tls12ScriptedServer({ ticket: true }).until('server_hello_done')
      server.send(concat(server.written('server_hello_done').raw, handshakeMessage(type, new Uint8Array(12)).raw))
      expectRefusal(server, 'ERR_TLS_EXCESS_HANDSHAKE_DATA', 'unexpected_message')
    },
  )
})

describe('HelloRequest', () => {
  test.each<Tls12Step>(['server_hello', 'certificate', 'server_key_exchange', 'server_hello_done', 'finished'])(
    '#26 a client refuses it in the middle of a handshake, where %s is due',
    (step) => {
      for (const both of [false, true]) {
        const server = tls12ScriptedServer({ both }).until(step).message('hello_request')
        expect(server.peer.failure).toMatchObject({ received: 'hello_request' })
        expectRefusal(server, 'ERR_TLS_UNEXPECTED_MESSAGE', 'unexpected_message')
      }
    },
  )

  test('#27 a client refuses one with a body', () => {
    const server = tls12ScriptedServer().play().message('hello_request', Uint8Array.of(0))
    expectRefusal(server, 'ERR_TLS_DECODE_TRAILING', 'decode_error')
  })

  test('#27 a client refuses data behind half of one', () => {
    const server = tls12ScriptedServer().play().send(Uint8Array.of(0, 0))
    server.record(contentType.application_data, ascii('data'))
    expectRefusal(server, 'ERR_TLS_RECORD_INTERLEAVED', 'unexpected_message')
  })

  test('#115 a client refuses to renegotiate', () => {
    const server = tls12ScriptedServer().play().message('hello_request')
    expectRefusal(server, 'ERR_TLS_NO_RENEGOTIATION', 'no_renegotiation')
  })

  test('#116 a server refuses a client that renegotiates', () => {
    const client = tls12ScriptedClient().play()
    client.send(client.written('client_hello').raw)
    expectRefusal(client, 'ERR_TLS_NO_RENEGOTIATION', 'no_renegotiation')
  })
})

function client(script: Tls12ServerScript, step: Tls12Step, ...more: readonly string[]): Waiting[] {
  const reach = (): Tls12ScriptedPeer =>
    step === 'hello_request' ? tls12ScriptedServer(script).play() : tls12ScriptedServer(script).until(step)
  return [waitingFor('client', step, reach, more)]
}

function server(script: Tls12ClientScript, step: Tls12Step, ...more: readonly string[]): Waiting[] {
  return [waitingFor('server', step, () => tls12ScriptedClient(script).until(step), more)]
}

/** `more`: other messages that may come, or what tells this place from others. */
function waitingFor(
  role: 'client' | 'server',
  step: Tls12Step,
  reach: () => Tls12ScriptedPeer,
  more: readonly string[],
): Waiting {
  const may = [step, ...more].filter((name): name is HandshakeTypeName => name in handshakeType)
  return { role, where: ['for', step, ...more].join(' '), reach, may }
}
