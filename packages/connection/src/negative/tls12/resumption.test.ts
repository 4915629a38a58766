import { Secret } from '@typetls/crypto-provider'
import { handshakeMessage, handshakeType, withExtension, withoutExtension } from '@typetls/testing'
import type { HandshakeBytes } from '@typetls/testing'
import { describe, expect, test } from 'vitest'
import { testCrypto } from '../../../test/backend.ts'
import { clock, connectedPair } from '../../../test/peers.ts'
import { expectRefusal } from '../../../test/refusal.ts'
import { tls12ConnectedPair } from '../../../test/tls12-peers.ts'
import { tls12ScriptedClient } from '../../../test/tls12-scripted-client.ts'
import { tls12ScriptedServer } from '../../../test/tls12-scripted-server.ts'
import { Session, rotatingTicketKeys } from '../../index.ts'

const tickets = rotatingTicketKeys({ crypto: testCrypto, clock })
const extended = sessionOf(true)
const plain = sessionOf(false)
const withoutIt = { requireExtendedMainSecret: false }
const server = { tickets }

describe('a session that changes', () => {
  test('#94 a client refuses to resume with another cipher suite', () => {
    const peer = tls12ScriptedServer({ resume: extended.main, suite: 0xc02c, client: { session: extended.session } })
    expectRefusal(peer.step('server_hello'), 'ERR_TLS_SESSION_CHANGED', 'illegal_parameter')
  })

  test('#94 a client refuses to resume with another version', () => {
    for (const both of [false, true]) {
      const peer = tls12ScriptedServer({
        both,
        resume: extended.main,
        hello: { version: 0x0302 },
        client: { session: extended.session },
      })
      expectRefusal(peer.step('server_hello'), 'ERR_TLS_VERSION', 'protocol_version')
    }
  })

  test('#94 a client with a session of TLS 1.3 refuses its echo in TLS 1.2', () => {
    const session = connectedPair({}, { tickets }).client.sessions[0] as Session
    const peer = tls12ScriptedServer({ both: true, resume: new Uint8Array(48), client: { session } })
    expectRefusal(peer.step('server_hello'), 'ERR_TLS_SESSION_ID_ECHO', 'illegal_parameter')
  })

  test('#95 a client refuses to resume without the extended_main_secret that it had', () => {
    const bytes = { server_hello: (message: HandshakeBytes) => withoutExtension(message, 23) }
    const client = { session: extended.session }
    const peer = tls12ScriptedServer({ resume: extended.main, client, client12: withoutIt, bytes })
    expectRefusal(peer.step('server_hello'), 'ERR_TLS_EXTENDED_MAIN_SECRET', 'handshake_failure')
  })

  test('#95 a client refuses to resume with an extended_main_secret that it had not', () => {
    const peer = tls12ScriptedServer({ resume: plain.main, client: { session: plain.session }, client12: withoutIt })
    expectRefusal(peer.step('server_hello'), 'ERR_TLS_EXTENDED_MAIN_SECRET', 'handshake_failure')
  })

  test('#95 a server refuses to resume without the extended_main_secret that there was', () => {
    const peer = tls12ScriptedClient({
      resume: resuming(extended),
      server,
      server12: withoutIt,
      extensions: { 23: undefined },
    })
    expectRefusal(peer.step('client_hello'), 'ERR_TLS_EXTENDED_MAIN_SECRET', 'handshake_failure')
  })

  test('#95 a server begins anew where there was no extended_main_secret and now there is', () => {
    const peer = tls12ScriptedClient({ resume: resuming(plain), server, server12: withoutIt }).step('client_hello')
    expect(peer.play().peer.facts).toMatchObject({ resumed: false, extendedMainSecret: true })
  })

  test('#95 a server that requires extended_main_secret does not resume what had none', () => {
    const peer = tls12ScriptedClient({ resume: resuming(plain), server }).step('client_hello')
    expect(peer.play().peer.facts).toMatchObject({ resumed: false })
  })
})

describe('messages of a resumption', () => {
  test('#86 a client refuses Certificate and CertificateRequest in a resumption', () => {
    for (const step of ['certificate', 'certificate_request', 'server_key_exchange', 'server_hello_done'] as const) {
      const peer = tls12ScriptedServer({ resume: extended.main, client: { session: extended.session } })
      peer.step('server_hello').message(step, new Uint8Array(3))
      expectRefusal(peer, 'ERR_TLS_UNEXPECTED_MESSAGE', 'unexpected_message')
    }
  })

  test('#103 a client refuses a server that promised a ticket and sends none', () => {
    const peer = tls12ScriptedServer({ ticket: true }).until('new_session_ticket').step('change_cipher_spec')
    expectRefusal(peer, 'ERR_TLS_CHANGE_CIPHER_SPEC_UNEXPECTED', 'unexpected_message')
  })

  test('#103 a client refuses a ticket that nobody promised', () => {
    const peer = tls12ScriptedServer().until('change_cipher_spec')
    const ticket = handshakeMessage('new_session_ticket', new Uint8Array(7))
    expectRefusal(peer.send(ticket.raw), 'ERR_TLS_UNEXPECTED_MESSAGE', 'unexpected_message')
  })

  test('an empty ticket is none', () => {
    const empty = handshakeMessage('new_session_ticket', Uint8Array.of(0, 0, 0, 0, 0, 0))
    const peer = tls12ScriptedServer({ ticket: true, bytes: { new_session_ticket: () => empty } }).play()
    expect(peer.peer.facts?.version).toBe('TLSv1.2')
    expect(peer.peer.sessions).toEqual([])
  })

  test('a server that does not know a ticket begins anew, whatever its bytes', () => {
    for (const ticket of [Uint8Array.of(1), new Uint8Array(200), extended.session.ticket.map((byte) => byte ^ 1)]) {
      const peer = tls12ScriptedClient({ server, resume: { ...resuming(extended), ticket } }).step('client_hello')
      expect(peer.play().peer.facts).toMatchObject({ resumed: false })
    }
  })

  test('a server refuses a client that does not have the secret of its ticket', () => {
    const peer = tls12ScriptedClient({ server, resume: { ...resuming(extended), main: new Uint8Array(48) } })
    // Not even the server's Finished can be read.
    expect(() => peer.step('client_hello')).toThrow('has no key for')
  })

  test('a ticket under another name is not taken', () => {
    const name = (message: HandshakeBytes): HandshakeBytes =>
      withExtension(message, 0, Uint8Array.from([0, 13, 0, 0, 10, ...Buffer.from('other.test')]))
    const peer = tls12ScriptedClient({ server, resume: resuming(extended), bytes: { client_hello: name } })
    expect(peer.step('client_hello').play().peer.facts).toMatchObject({ resumed: false })
  })
})

interface Resumable {
  readonly session: Session
  readonly main: Uint8Array
}

/** A session with our server and ticket keys, with extended_main_secret or without. */
function sessionOf(withExtendedMainSecret: boolean): Resumable {
  const [session] = tls12ConnectedPair({ server: { tickets } }).client.sessions as [Session]
  if (withExtendedMainSecret) return { session, main: session.state.psk.reveal().slice() }
  const client = tls12ScriptedClient({
    ticket: true,
    server: { tickets },
    server12: { requireExtendedMainSecret: false },
    extensions: { 23: undefined },
  }).play()
  const ticket = client.heard.find(({ type }) => type === handshakeType.new_session_ticket)?.body.slice(6) as Uint8Array
  const main = client.main as Uint8Array
  const { state } = session
  const changed = { ...state, ticket, psk: new Secret(main.slice()), extendedMainSecret: false }
  return { session: new Session(changed), main }
}

function resuming({ session, main }: Resumable) {
  return { ticket: session.ticket, sessionId: new Uint8Array(32).fill(5), main }
}
