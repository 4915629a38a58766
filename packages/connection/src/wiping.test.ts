import { nodeCrypto } from '@typetls/crypto-node'
import type { CryptoProvider } from '@typetls/crypto-provider'
import { Secret } from '@typetls/crypto-provider'
import { asyncProvider } from '@typetls/testing'
import { TlsError, ascii } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { stride } from '../test/effort.ts'
import { live, livelyClient, livelyServer } from '../test/life.ts'
import type { Peer } from '../test/peers.ts'
import { clock, connectedLater, connectedPair, pairOf } from '../test/peers.ts'
import type { TrackedProvider } from '../test/tracked-provider.ts'
import { trackedProvider } from '../test/tracked-provider.ts'
import type { ClientOptions, ExternalPsk, ServerOptions, Session } from './index.ts'
import { rotatingTicketKeys } from './index.ts'

const tickets = rotatingTicketKeys({ crypto: nodeCrypto, clock })
const session = connectedPair({}, { tickets }).client.sessions[0] as Session
const psk: ExternalPsk = { identity: ascii('shared'), secret: new Secret(new Uint8Array(32).fill(7)) }

/** Lives that between them need every secret there is. */
const lives: Record<string, { client: Partial<ClientOptions>; server: Partial<ServerOptions> }> = {
  'a full handshake': { client: livelyClient, server: { ...livelyServer, tickets } },
  'a HelloRetryRequest': {
    client: { ...livelyClient, groups: ['x25519', 'secp256r1'] },
    server: { ...livelyServer, groups: ['secp256r1'], cookies: tickets },
  },
  'a resumption': { client: { session, applicationProtocols: ['x'] }, server: { ...livelyServer, tickets } },
  'an external PSK': { client: { externalPsks: [psk] }, server: { externalPsk: () => psk } },
}

const modes: Record<string, (seed: number) => CryptoProvider> = {
  sync: () => nodeCrypto,
  async: (seed) => asyncProvider(nodeCrypto, { seed }),
}

describe.each(Object.keys(modes))('with a provider that answers %s', (mode) => {
  async function play(
    life: string,
    before: (
      side: 'client' | 'server',
      index: number,
      pair: ReturnType<typeof pairOf>,
      call: string,
    ) => void = () => {},
  ) {
    const { client, server } = lives[life] as (typeof lives)[string]
    const born: ReturnType<typeof pairOf>[] = []
    const make = (side: 'client' | 'server'): TrackedProvider<'sync' | 'async'> =>
      trackedProvider((modes[mode] as (typeof modes)[string])(1), (index, call) => {
        for (const pair of born) before(side, index, pair, call)
      })
    const providers = { client: make('client'), server: make('server') }
    const pair = pairOf(
      { ...client, crypto: providers.client.provider },
      { ...server, crypto: providers.server.provider },
    )
    born.push(pair)
    await live(pair, mode === 'sync' ? 1 : 20)
    return { pair, providers }
  }

  function expectNothingLeft(peer: Peer, provider: TrackedProvider<'sync' | 'async'>, what: string): void {
    const users = [psk.secret, session.state.psk, ...peer.sessions.map((one) => one.state.psk)]
    expect(provider.alive(users), what).toEqual([])
    expect(users.filter((secret) => secret.disposed)).toEqual([])
  }

  test.each(Object.keys(lives))('nothing is left when %s was closed in order', async (life) => {
    const { pair, providers } = await play(life)
    for (const side of ['client', 'server'] as const) {
      expect(pair[side].told.at(-1)).toBe('closed')
      expectNothingLeft(pair[side], providers[side], side)
    }
  })

  test.each(Object.keys(lives))('while %s is open the keys of both directions are there', async (life) => {
    const { client, server } = lives[life] as (typeof lives)[string]
    const provider = trackedProvider((modes[mode] as (typeof modes)[string])(1))
    const pair = pairOf({ ...client, crypto: provider.provider }, server)
    await pair.settle()
    // And what sessions hold. The traffic, exporter and resumption secrets are in a secret of their own, KeptSecrets.
    const sessions = pair.client.sessions.map((one) => one.state.psk)
    expect(provider.alive([psk.secret, session.state.psk, ...sessions])).toHaveLength(2)
    pair.client.connection.abort()
    await pair.settle()
    expect(provider.alive([psk.secret, session.state.psk, ...sessions])).toEqual([])
  })

  describe.each(Object.keys(lives))('%s', (life) => {
    test.each(['client', 'server'] as const)('whenever the %s aborts, nothing of it is left', async (side) => {
      const total = (await play(life)).providers[side].calls
      expect(total).toBeGreaterThan(20)
      for (let at = 0; at < total; at += step(mode)) {
        let aborted = ''
        const { pair, providers } = await play(life, (who, index, { [side]: peer }, call) => {
          if (who !== side || index !== at) return
          aborted = call
          peer.connection.abort()
        })
        // The first calls are made before `pairOf` returns.
        if (aborted === '') continue
        expect(pair[side].told.filter((event) => event.startsWith('closed'))).toHaveLength(1)
        for (const one of ['client', 'server'] as const) {
          if (pair[one].connection.state === 'closed')
            expectNothingLeft(pair[one], providers[one], `${one}, call ${at}, ${aborted}`)
          pair[one].connection.abort()
          expectNothingLeft(pair[one], providers[one], `${one}, aborted, call ${at}, ${aborted}`)
        }
      }
    })

    test.each(['client', 'server'] as const)(
      'whichever call of the %s fails, it ends and nothing is left',
      async (side) => {
        const total = (await play(life)).providers[side].calls
        for (let at = 0; at < total; at += step(mode)) {
          let failed = ''
          const { pair, providers } = await play(life, (who, index, _pair, call) => {
            if (who !== side || index !== at) return
            failed = call
            throw new Error('broken by a test')
          })
          // The first calls are made before `pairOf` returns.
          if (failed === '') continue
          const { failure } = pair[side]
          expect(failure, `call ${at}, ${failed}`).toBeInstanceOf(TlsError)
          expect(failure?.alert).toBe('internal_error')
          for (const one of ['client', 'server'] as const) {
            pair[one].connection.abort()
            expectNothingLeft(pair[one], providers[one], `${one}, call ${at}`)
          }
        }
      },
    )
  })
})

test('new keys that come after the end are wiped, whenever that is', async () => {
  for (let turns = 0; turns < 12; turns++) {
    const { provider, alive } = trackedProvider(asyncProvider(nodeCrypto, { seed: turns }))
    const { client, settle } = await connectedLater({ crypto: provider })
    client.connection.updateKeys()
    for (let turn = 0; turn < turns; turn++) await Promise.resolve()
    client.connection.abort()
    await settle()
    expect(alive(), `${turns} turns`).toEqual([])
  }
})

/** Turns of the event loop cost time. */
function step(mode: string): number {
  return stride(mode === 'sync' ? 3 : 11)
}
