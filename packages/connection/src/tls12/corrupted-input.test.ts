import type { Direction, HandshakeBytes, HandshakeTypeName } from '@typetls/testing'
import { handshakeMessage, parseRecords } from '@typetls/testing'
import { TlsError } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { testCrypto } from '../../test/backend.ts'
import { samples, stride } from '../../test/effort.ts'
import type { Peer } from '../../test/peers.ts'
import { certificateFor, clock, credentialFor, verifier } from '../../test/peers.ts'
import { tls12LivelyClient, tls12LivelyServer } from '../../test/tls12-life.ts'
import type { Tls12Pair } from '../../test/tls12-peers.ts'
import { tls12ConnectedPair, tls12PairOf } from '../../test/tls12-peers.ts'
import { tls12ScriptedClient } from '../../test/tls12-scripted-client.ts'
import type { Tls12ScriptedPeer } from '../../test/tls12-scripted-peer.ts'
import { tls12ScriptedServer } from '../../test/tls12-scripted-server.ts'
import type { Session } from '../index.ts'
import { rotatingTicketKeys } from '../index.ts'

const tickets = rotatingTicketKeys({ crypto: testCrypto, clock })
const session = tls12ConnectedPair({ server: { tickets } }).client.sessions[0] as Session

const handshakes: Record<string, Tls12Pair> = {
  'a full handshake': { client: tls12LivelyClient, server: { ...tls12LivelyServer, tickets } },
  'a resumption': { client: { session }, server: { tickets } },
}

const directions = ['client-to-server', 'server-to-client'] as const

describe.each(Object.keys(handshakes))('%s', (name) => {
  const options = handshakes[name] as Tls12Pair
  const play = (transformRecord?: (direction: Direction, record: Uint8Array, index: number) => Uint8Array) => {
    const pair = tls12PairOf({ ...options, ...(transformRecord && { transformRecord }) })
    pair.pump()
    return pair
  }
  const untouched = play()

  test('goes well when nobody touches it', () => {
    for (const peer of [untouched.client, untouched.server]) expect(peer.facts).toBeDefined()
  })

  describe.each(directions)('from %s', (direction) => {
    const records = parseRecords(untouched.sent(direction)).records.map(({ raw }) => raw)

    test('no byte can be changed unnoticed', () => {
      let changes = 0
      let harmless = 0
      records.forEach((record, index) => {
        for (let at = 0; at < record.length; at += record.length < 80 ? stride(2) : stride(9)) {
          const mask = [0x01, 0x80, 0xff, 0x10][(at + index) % 4] as number
          const pair = play((where, bytes, nth) => {
            if (where !== direction || nth !== index || at >= bytes.length) return bytes
            bytes[at] = (bytes[at] as number) ^ mask
            return bytes
          })
          changes++
          if (expectFailureOrAgreement(pair, `record ${index} byte ${at} xor ${mask}`)) harmless++
        }
      })
      expect(changes).toBeGreaterThan(samples(30))
      // The version that a record in plaintext says it has.
      expect(harmless).toBeLessThanOrEqual(records.length)
    })

    test('no byte can be left out unnoticed, and nothing hangs where it ends', () => {
      const total = records.reduce((sum, record) => sum + record.length, 0)
      const step = Math.max(1, Math.floor(total / samples(25)))
      for (let end = 0; end < total; end += step) {
        let passed = 0
        const pair = tls12PairOf({
          ...options,
          transform(where, bytes) {
            if (where !== direction) return bytes
            const kept = bytes.subarray(0, Math.max(0, end - passed))
            passed += bytes.length
            return kept
          },
        })
        pair.pump()
        const receiver = direction === 'client-to-server' ? pair.server : pair.client
        pair.cut(direction)
        pair.pump()
        expect(receiver.failure, `end at ${end}`).toMatchObject({
          code: expect.stringMatching(/^ERR_TLS_(HANDSHAKE_CLOSED|TRUNCATED)$/) as string,
          alert: undefined,
        })
        expectFailureOrAgreement(pair, `end at ${end}`)
      }
    })
  })
})

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

/** Either both went on and agree in everything, or both are over once the transport is. */
function expectFailureOrAgreement(pair: ReturnType<typeof tls12PairOf>, what: string): boolean {
  const { client, server } = pair
  if (client.connection.state === 'connected' && server.connection.state === 'connected') {
    const binding = ['EXPORTER-Channel-Binding', new Uint8Array(), 32] as const
    const ours = client.connection.exportKeyingMaterial(...binding)
    expect(ours, what).toEqual(server.connection.exportKeyingMaterial(...binding))
    expect({ ...client.facts, peer: undefined }, what).toEqual({ ...server.facts, peer: undefined })
    return true
  }
  for (const peer of [client, server]) expectSoundEnd(peer, what)
  pair.cut('client-to-server')
  pair.cut('server-to-client')
  pair.pump()
  for (const peer of [client, server]) {
    expect(peer.connection.state, what).toBe('closed')
    expect(peer.failure, what).toBeInstanceOf(TlsError)
    expectSoundEnd(peer, what)
  }
  return false
}

function expectSoundEnd({ failure }: Peer, what: string): void {
  if (failure === undefined) return
  const ours = ['ERR_TLS_INTERNAL', 'ERR_TLS_STATE', 'ERR_TLS_CRYPTO', 'ERR_TLS_CALLBACK']
  expect(ours, `${what}: ${failure}`).not.toContain(failure.code)
  expect(failure.alert, `${what}: ${failure}`).not.toBe('internal_error')
}
