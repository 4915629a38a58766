import { nodeCrypto } from '@typetls/crypto-node'
import type { CryptoProvider } from '@typetls/crypto-provider'
import type { Split } from '@typetls/testing'
import { asyncProvider, deterministicProvider, seededRandom } from '@typetls/testing'
import { toHex } from '@typetls/wire'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { rotatingTicketKeys } from '../src/index.ts'
import { samples } from './effort.ts'
import { live, liveNow, livelyClient, livelyServer } from './life.ts'
import type { More, PairMaker, Peer } from './peers.ts'
import { certificateFor, clock, credentialFor } from './peers.ts'

/** Everything random is repeated; of several providers with one seed each gives the same. */
export function repeated(seed: number): CryptoProvider<'sync'> {
  const random = seededRandom(seed)
  const keys = (length: number): Uint8Array[] => [random.bytes(length), random.bytes(length)]
  return deterministicProvider(nodeCrypto, { seed, keyExchange: { x25519: keys(32), x448: keys(56) } })
}

/**
 * However input is cut, and whoever answers later, a life goes the same way. Everything random is repeated and Ed25519
 * signs the same thing alike, so two lives that went the same way are the same to the byte.
 *
 * @param make pairs by the providers of both sides, and the rest of a life
 */
export function testSplitInput(lives: Readonly<Record<string, More>>, make: PairMaker): void {
  describe.each(Object.keys(lives))('%s', (life) => {
    const splits: fc.Arbitrary<Split> = fc.oneof(
      fc.constant<Split>('bytes'),
      fc.constant<Split>('whole'),
      fc.record({ seed: fc.integer(), max: fc.constantFrom(2, 5, 6, 30, 600, 5000) }),
    )

    function told(split: Split = 'as-sent') {
      const pair = make({ ...options(lives[life] as More), split })
      liveNow(pair)
      return {
        client: reportOf(pair.client),
        server: reportOf(pair.server),
        sent: [toHex(pair.sent('client-to-server')), toHex(pair.sent('server-to-client'))],
      }
    }

    test('goes the same way however its input is cut', () => {
      const expected = told()
      expect(expected.client.told).toEqual(['connected', 'data', 'data', 'end', 'closed'])
      fc.assert(
        fc.property(splits, (split) => {
          expect(told(split)).toEqual(expected)
        }),
        { numRuns: samples(15) },
      )
    })

    test('and whoever answers later', async () => {
      const { client, server } = told()
      await fc.assert(
        fc.asyncProperty(splits, fc.nat(), async (split, seed) => {
          const later = (crypto: CryptoProvider<'sync'>) => asyncProvider(crypto, { seed })
          const pair = make({ ...options(lives[life] as More, later), split })
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
}

function options(
  { client, server }: More,
  made: (crypto: CryptoProvider<'sync'>) => CryptoProvider = (crypto) => crypto,
): More {
  const tickets = rotatingTicketKeys({ crypto: repeated(3), clock })
  const credentials = credentialFor(certificateFor('ed25519'))
  return {
    client: { groups: ['x25519'], ...livelyClient, ...client, crypto: made(repeated(1)) },
    server: {
      groups: ['x25519'],
      ...livelyServer,
      credentials,
      tickets,
      cookies: tickets,
      ...server,
      crypto: made(repeated(2)),
    },
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
