import { nodeCrypto } from '@typetls/crypto-node'
import type { CryptoProvider, Secret } from '@typetls/crypto-provider'
import type { MemoryPair } from '@typetls/testing'
import { asyncProvider } from '@typetls/testing'
import { TlsError } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { stride } from './effort.ts'
import { live } from './life.ts'
import type { PairMaker, Peer } from './peers.ts'
import type { TrackedProvider } from './tracked-provider.ts'
import { trackedProvider } from './tracked-provider.ts'

export const modes: Record<string, () => CryptoProvider> = {
  sync: () => nodeCrypto,
  async: () => asyncProvider(nodeCrypto, { seed: 1 }),
}

type Pair = MemoryPair<Peer, Peer>

/**
 * However a life ends, no secret is left of it.
 *
 * @param users secrets that stay their owner's
 */
export function testWiping(lives: Readonly<Record<string, PairMaker>>, users: readonly Secret[]): void {
  describe.each(Object.keys(modes))('with a provider that answers %s', (mode) => {
    async function play(
      life: string,
      before: (side: 'client' | 'server', index: number, pair: Pair, call: string) => void = () => {},
    ) {
      const born: Pair[] = []
      const make = (side: 'client' | 'server'): TrackedProvider<'sync' | 'async'> =>
        trackedProvider((modes[mode] as () => CryptoProvider)(), (index, call) => {
          for (const pair of born) before(side, index, pair, call)
        })
      const providers = { client: make('client'), server: make('server') }
      const pair = (lives[life] as PairMaker)({
        client: { crypto: providers.client.provider },
        server: { crypto: providers.server.provider },
      })
      born.push(pair)
      await live(pair, mode === 'sync' ? 1 : 20)
      return { pair, providers }
    }

    function expectNothingLeft(peer: Peer, provider: TrackedProvider<'sync' | 'async'>, what: string): void {
      const kept = [...users, ...peer.sessions.map((one) => one.state.psk)]
      expect(provider.alive(kept), what).toEqual([])
      expect(kept.filter((secret) => secret.disposed)).toEqual([])
    }

    test.each(Object.keys(lives))('nothing is left when %s was closed in order', async (life) => {
      const { pair, providers } = await play(life)
      for (const side of ['client', 'server'] as const) {
        expect(pair[side].told.at(-1)).toBe('closed')
        expectNothingLeft(pair[side], providers[side], side)
      }
    })

    describe.each(Object.keys(lives))('%s', (life) => {
      test.each(['client', 'server'] as const)('whenever the %s aborts, nothing of it is left', async (side) => {
        const total = (await play(life)).providers[side].calls
        expect(total).toBeGreaterThan(15)
        for (let at = 0; at < total; at += step(mode)) {
          let aborted = ''
          const { pair, providers } = await play(life, (who, index, { [side]: peer }, call) => {
            if (who !== side || index !== at) return
            aborted = call
            peer.connection.abort()
          })
          // The first calls are made before the pair is there.
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
            if (failed === '') continue
            const { failure } = pair[side]
            expect(failure, `call ${at}, ${failed}`).toBeInstanceOf(TlsError)
            expect(failure?.alert).toBe('internal_error')
            for (const one of ['client', 'server'] as const) {
              pair[one].connection.abort()
              expectNothingLeft(pair[one], providers[one], `${one}, call ${at}, ${failed}`)
            }
          }
        },
      )
    })
  })
}

/** Turns of the event loop cost time. */
function step(mode: string): number {
  return stride(mode === 'sync' ? 3 : 11)
}
