import { nodeCrypto } from '@typetls/crypto-node'
import type { Direction } from '@typetls/testing'
import { meddler, parseRecords } from '@typetls/testing'
import { TlsError } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { samples, stride } from '../test/effort.ts'
import { livelyClient, livelyServer } from '../test/life.ts'
import type { Peer } from '../test/peers.ts'
import { clock, connectedPair, pairOf } from '../test/peers.ts'
import type { ClientOptions, ServerOptions, Session } from './index.ts'
import { rotatingTicketKeys } from './index.ts'

const tickets = rotatingTicketKeys({ crypto: nodeCrypto, clock })
const session = connectedPair({}, { tickets }).client.sessions[0] as Session

const handshakes: Record<string, { client: Partial<ClientOptions>; server: Partial<ServerOptions> }> = {
  'a full handshake': { client: {}, server: { tickets } },
  'client authentication': { client: livelyClient, server: { ...livelyServer, tickets } },
  'a HelloRetryRequest': {
    client: { groups: ['x25519', 'secp256r1'] },
    server: { groups: ['secp256r1'], cookies: tickets },
  },
  'a resumption': { client: { session }, server: { tickets } },
}

const directions = ['client-to-server', 'server-to-client'] as const

describe.each(Object.keys(handshakes))('%s', (name) => {
  const { client, server } = handshakes[name] as (typeof handshakes)[string]
  const play = (transformRecord?: (direction: Direction, record: Uint8Array, index: number) => Uint8Array) => {
    const pair = pairOf(client, server, transformRecord === undefined ? {} : { transformRecord })
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
        // In the clear every byte is tried; of what is protected any change looks like any other.
        const step = record[0] === 23 ? Math.max(1, Math.floor(record.length / samples(12))) : stride(5)
        for (let at = 0; at < record.length; at += step) {
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
      // Such as the version that a record says it has, "which MUST be ignored for all purposes".
      expect(harmless).toBeLessThan(changes / 3)
    })

    test('no byte can be left out unnoticed, and nothing hangs where it ends', () => {
      const total = records.reduce((sum, record) => sum + record.length, 0)
      const step = Math.max(1, Math.floor(total / samples(40)))
      for (let end = 0; end < total; end += step) {
        let passed = 0
        const pair = pairOf(client, server, {
          transform(where, bytes) {
            if (where !== direction) return bytes
            const kept = bytes.subarray(0, Math.max(0, end - passed))
            passed += bytes.length
            return kept
          },
        })
        pair.pump()
        const [receiver] = direction === 'client-to-server' ? [pair.server] : [pair.client]
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

  describe('by somebody who has the keys and makes Finished fit', () => {
    test.each(['client', 'server'] as const)('no flight of the %s can be changed so that both go on', (side) => {
      const man = meddler()
      const whole = pairOf(client, { ...server, keyLog: man.keyLog }, { transformRecord: man.transformRecord })
      whole.pump()
      const flightLength = man
        .handshake(side)
        .messages.filter(({ type }) => ![1, 2].includes(type))
        .reduce((sum, { raw }) => sum + raw.length, 0)
      const step = Math.max(1, Math.floor(flightLength / samples(60)))
      for (let at = 0; at < flightLength - 36; at += step) {
        for (const change of ['flip', 'truncate'] as const) {
          const meddling = meddler({
            [side]: (flight: ReturnType<typeof man.handshake>) => {
              let offset = at
              for (const { type, raw } of flight.messages) {
                if (offset >= raw.length) {
                  offset -= raw.length
                  continue
                }
                if (offset < 4) return flight
                return change === 'flip'
                  ? flight.corrupting(type, offset - 4, 0x11)
                  : flight.truncating(type, offset - 4)
              }
              return flight
            },
          })
          const pair = pairOf(
            client,
            { ...server, keyLog: meddling.keyLog },
            { transformRecord: meddling.transformRecord },
          )
          pair.pump()
          // He gave the receiver a Finished that fits; the other side's will not.
          expectFailureOrAgreement(pair, `${change} at ${at}`)
        }
      }
    })
  })
})

/** Either both went on and agree in everything, which is told, or both are over once the transport is. */
function expectFailureOrAgreement(pair: ReturnType<typeof pairOf>, what: string): boolean {
  const { client, server } = pair
  if (client.connection.state === 'connected' && server.connection.state === 'connected') {
    const binding = ['EXPORTER-Channel-Binding', new Uint8Array(), 32] as const
    const ours = client.connection.exportKeyingMaterial(...binding)
    expect(ours, what).toEqual(server.connection.exportKeyingMaterial(...binding))
    // Of the peer, and of how old a ticket is, each knows what it was shown.
    const own = { peer: undefined, ticketAgeSkew: undefined }
    expect({ ...client.facts, ...own }, what).toEqual({ ...server.facts, ...own })
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
  expect(
    ['ERR_TLS_INTERNAL', 'ERR_TLS_STATE', 'ERR_TLS_CRYPTO', 'ERR_TLS_CALLBACK'],
    `${what}: ${failure}`,
  ).not.toContain(failure.code)
  expect(failure.alert, `${what}: ${failure}`).not.toBe('internal_error')
}
