import type { HandshakeBytes, HandshakeTypeName } from '@typetls/testing'
import { handshakeMessage } from '@typetls/testing'
import { TlsError } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { testCrypto } from '../../test/backend.ts'
import { expectSoundEnd, testCorruption } from '../../test/corruption.ts'
import { samples, stride } from '../../test/effort.ts'
import { livelyClient, livelyServer } from '../../test/life.ts'
import { certificateFor, clock, credentialFor, verifier } from '../../test/peers.ts'
import { tls12ConnectedPair, tls12Pairs } from '../../test/tls12-peers.ts'
import { tls12ScriptedClient } from '../../test/tls12-scripted-client.ts'
import type { Tls12ScriptedPeer } from '../../test/tls12-scripted-peer.ts'
import { tls12ScriptedServer } from '../../test/tls12-scripted-server.ts'
import type { Session } from '../index.ts'
import { rotatingTicketKeys } from '../index.ts'

const tickets = rotatingTicketKeys({ crypto: testCrypto, clock })
const session = tls12ConnectedPair({ server: { tickets } }).client.sessions[0] as Session

const handshakes = {
  'a full handshake': tls12Pairs({ client: livelyClient, server: { ...livelyServer, tickets } }),
  'a resumption': tls12Pairs({ client: { session }, server: { tickets } }),
}

testCorruption(
  handshakes,
  (record) => (record.length < 80 ? stride(2) : stride(9)),
  (_, records) => records,
)

// Not by a man in the middle, whom Finished would betray, but by the peer itself: it stands by what it said.
describe('a peer that says it wrongly', () => {
  const credential = credentialFor(certificateFor('ec-secp256r1', 'client.test'))
  type Change = (message: HandshakeBytes) => HandshakeBytes
  const peers: Record<string, (step: HandshakeTypeName, change: Change) => Tls12ScriptedPeer> = {
    server: (step, change) => tls12ScriptedServer({ request: true, ticket: true, bytes: { [step]: change } }),
    client: (step, change) =>
      tls12ScriptedClient({
        credential,
        ticket: true,
        server: { clientAuthentication: 'require', verifier, tickets },
        bytes: { [step]: change },
      }),
  }
  const messages: readonly [string, HandshakeTypeName][] = [
    ['server', 'server_hello'],
    ['server', 'certificate'],
    ['server', 'server_key_exchange'],
    ['server', 'certificate_request'],
    ['server', 'new_session_ticket'],
    ['server', 'finished'],
    ['client', 'client_hello'],
    ['client', 'certificate'],
    ['client', 'client_key_exchange'],
    ['client', 'certificate_verify'],
    ['client', 'finished'],
  ]

  test.each(messages)('a %s: any byte of %s may be another, or the last', (who, step) => {
    let length = 0
    const measure: Change = (message) => ((length = message.body.length), message)
    const make = peers[who] as (typeof peers)[string]
    expect(make(step, measure).play().peer.facts).toBeDefined()
    const every = Math.max(1, Math.ceil(length / samples(30)))
    for (let at = 0; at < length; at += every) {
      const flip: Change = ({ type, body }) =>
        handshakeMessage(
          type,
          body.map((byte, i) => (i === at ? byte ^ (at % 2 === 0 ? 0x11 : 0xff) : byte)),
        )
      const cut: Change = ({ type, body }) => handshakeMessage(type, body.slice(0, at))
      for (const [what, change] of [
        ['flip', flip],
        ['cut', cut],
      ] as const) {
        expectEndOrConnection(make(step, change), `${what} at ${at}`)
      }
    }
  })
})

/** A peer that was misled may not understand the answer; the connection under test must. */
function expectEndOrConnection(script: Tls12ScriptedPeer, what: string): void {
  try {
    script.play()
  } catch (error) {
    // The scripted peer has other keys, or cannot go on with what it agreed to.
    if (script.peer.failure instanceof TlsError || !(error instanceof Error)) throw error
    expect(error.message, what).toMatch(
      /no key for|no suite|Unsupported state|out of range|is no group|there is no group/,
    )
  }
  const { peer } = script
  if (peer.facts !== undefined) return
  peer.receiveEnd()
  expect(peer.connection.state, what).toBe('closed')
  expect(peer.failure, what).toBeInstanceOf(TlsError)
  expectSoundEnd(peer, what)
}
