import { nodeCrypto } from '@typetls/crypto-node'
import { asyncProvider, deterministicProvider, seededRandom } from '@typetls/testing'
import type { CryptoProvider } from '@typetls/crypto-provider'
import type { Split } from '@typetls/testing'
import { toHex } from '@typetls/wire'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { samples } from '../test/effort.ts'
import { live, liveNow, livelyClient, livelyServer } from '../test/life.ts'
import type { Peer } from '../test/peers.ts'
import { certificateFor, clock, credentialFor, pairOf } from '../test/peers.ts'
import type { ClientOptions, ServerOptions } from './index.ts'
import { rotatingTicketKeys } from './index.ts'

// Everything random is repeated and Ed25519 signs the same thing alike, so two lives that went the same way are the same
// to the byte.

const lives: Record<string, { client: Partial<ClientOptions>; server: Partial<ServerOptions> }> = {
  'a full handshake': { client: {}, server: {} },
  'a HelloRetryRequest with a cookie': { client: { groups: ['x448', 'x25519'] }, server: { requireCookie: true } },
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
    expect(expected.client.told).toEqual(['connected', 'data', 'data', 'end', 'closed'])
    fc.assert(
      fc.property(splits, (split) => {
        expect(told(life, split)).toEqual(expected)
      }),
      { numRuns: samples(15) },
    )
  })

  test('and whoever answers later', async () => {
    const { client, server } = told(life)
    await fc.assert(
      fc.asyncProperty(splits, fc.nat(), async (split, seed) => {
        const pair = pairOf(...options(life, (crypto) => asyncProvider(crypto, { seed })), { split })
        await live(pair, 20)
        const reports = [reportOf(pair.client), reportOf(pair.server)]
        // What goes when is another question here, what is said and understood is not.
        expect(reports[0]).toMatchObject({ received: client.received, facts: client.facts, keyLog: client.keyLog })
        expect(reports[1]).toMatchObject({ received: server.received, facts: server.facts, keyLog: server.keyLog })
      }),
      { numRuns: samples(5) },
    )
  })
})

function told(life: string, split: Split = 'as-sent') {
  const pair = pairOf(...options(life), { split })
  liveNow(pair)
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
    sessions: peer.sessions.map((session) => toHex(session.serialize())),
    heard: peer.trace.filter((event) => 'direction' in event && event.direction === 'received'),
    failure: peer.failure,
  }
}

function options(
  life: string,
  made: (crypto: CryptoProvider<'sync'>) => CryptoProvider = (crypto) => crypto,
): [Partial<ClientOptions>, Partial<ServerOptions>] {
  const { client, server } = lives[life] as (typeof lives)[string]
  const tickets = rotatingTicketKeys({ crypto: repeated(3), clock })
  const credentials = credentialFor(certificateFor('ed25519'))
  return [
    { groups: ['x25519'], ...livelyClient, ...client, crypto: made(repeated(1)) },
    {
      groups: ['x25519'],
      ...livelyServer,
      credentials,
      tickets,
      cookies: tickets,
      ...server,
      crypto: made(repeated(2)),
    },
  ]
}

function repeated(seed: number): CryptoProvider<'sync'> {
  const random = seededRandom(seed)
  const keys = (length: number): Uint8Array[] => [random.bytes(length), random.bytes(length)]
  return deterministicProvider(nodeCrypto, { seed, keyExchange: { x25519: keys(32), x448: keys(56) } })
}
