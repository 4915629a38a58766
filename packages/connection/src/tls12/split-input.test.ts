import { nodeCrypto } from '@typetls/crypto-node'
import type { CryptoProvider } from '@typetls/crypto-provider'
import type { Split } from '@typetls/testing'
import { asyncProvider, deterministicProvider, seededRandom } from '@typetls/testing'
import { toHex } from '@typetls/wire'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { samples } from '../../test/effort.ts'
import type { Peer } from '../../test/peers.ts'
import { certificateFor, clock, credentialFor } from '../../test/peers.ts'
import { liveTls12, liveTls12Now, tls12LivelyClient, tls12LivelyServer } from '../../test/tls12-life.ts'
import type { Tls12Pair } from '../../test/tls12-peers.ts'
import { tls12ConnectedPair, tls12PairOf } from '../../test/tls12-peers.ts'
import type { Session } from '../index.ts'
import { rotatingTicketKeys } from '../index.ts'

// Everything random is repeated and Ed25519 signs the same thing alike, so two lives that went the same way are the same
// to the byte.

const tickets = rotatingTicketKeys({ crypto: repeated(3), clock })
const session = tls12ConnectedPair({ server: { tickets } }).client.sessions[0] as Session

const lives: Record<string, Tls12Pair> = {
  'a full handshake': {},
  'a resumption': { client: { session }, server: { tickets } },
  'small records': { client: { maxFragment: 64 }, server: { maxFragment: 100 } },
}

describe.each(Object.keys(lives))('%s', (life) => {
  const splits: fc.Arbitrary<Split> = fc.oneof(
    fc.constant<Split>('bytes'),
    fc.constant<Split>('whole'),
    fc.record({ seed: fc.integer(), max: fc.constantFrom(2, 5, 6, 30, 600, 5000) }),
  )

  test('goes the same way however its input is cut', () => {
    const expected = told(life)
    expect(expected.client.told).toEqual(['connected', 'data', 'end', 'closed'])
    expect(expected.server.facts?.version).toBe('TLSv1.2')
    fc.assert(
      fc.property(splits, (split) => {
        expect(told(life, split)).toEqual(expected)
      }),
      { numRuns: samples(12) },
    )
  })

  test('and whoever answers later', async () => {
    const { client, server } = told(life)
    await fc.assert(
      fc.asyncProperty(splits, fc.nat(), async (split, seed) => {
        const pair = tls12PairOf({ ...options(life, (crypto) => asyncProvider(crypto, { seed })), split })
        await liveTls12(pair, 20)
        const reports = [reportOf(pair.client), reportOf(pair.server)]
        // What goes when is another question here, what is said and understood is not.
        expect(reports[0]).toMatchObject({ received: client.received, facts: client.facts, keyLog: client.keyLog })
        expect(reports[1]).toMatchObject({ received: server.received, facts: server.facts, keyLog: server.keyLog })
      }),
      { numRuns: samples(4) },
    )
  })
})

function told(life: string, split: Split = 'as-sent') {
  const pair = tls12PairOf({ ...options(life), split })
  liveTls12Now(pair)
  return {
    client: reportOf(pair.client),
    server: reportOf(pair.server),
    sent: [toHex(pair.sent('client-to-server')), toHex(pair.sent('server-to-client'))],
  }
}

function reportOf(peer: Peer) {
  return {
    told: peer.told,
    received: toHex(peer.received()),
    facts: peer.facts,
    keyLog: peer.keyLog,
    sessions: peer.sessions.map((one) => toHex(one.serialize())),
    heard: peer.trace.filter((event) => 'direction' in event && event.direction === 'received'),
    failure: peer.failure,
  }
}

function options(
  life: string,
  made: (crypto: CryptoProvider<'sync'>) => CryptoProvider = (crypto) => crypto,
): Tls12Pair {
  const { client, server } = lives[life] as Tls12Pair
  const credentials = credentialFor(certificateFor('ed25519'))
  return {
    client: { groups: ['x25519'], ...tls12LivelyClient, ...client, crypto: made(repeated(1)) },
    server: {
      groups: ['x25519'],
      ...tls12LivelyServer,
      credentials,
      tickets: rotatingTicketKeys({ crypto: repeated(4), clock }),
      ...server,
      crypto: made(repeated(2)),
    },
  }
}

function repeated(seed: number): CryptoProvider<'sync'> {
  const random = seededRandom(seed)
  const keys = (length: number): Uint8Array[] => [random.bytes(length), random.bytes(length)]
  return deterministicProvider(nodeCrypto, { seed, keyExchange: { x25519: keys(32) } })
}
