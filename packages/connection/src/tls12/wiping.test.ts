import { nodeCrypto } from '@typetls/crypto-node'
import type { CryptoProvider } from '@typetls/crypto-provider'
import { Secret } from '@typetls/crypto-provider'
import { asyncProvider } from '@typetls/testing'
import { TlsError } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { stride } from '../../test/effort.ts'
import type { Peer } from '../../test/peers.ts'
import { authority, clock, credentialFor, serverName } from '../../test/peers.ts'
import { liveTls12, tls12LivelyClient, tls12LivelyServer } from '../../test/tls12-life.ts'
import type { Tls12Pair } from '../../test/tls12-peers.ts'
import { tls12ConnectedPair, tls12PairOf } from '../../test/tls12-peers.ts'
import type { TrackedProvider } from '../../test/tracked-provider.ts'
import { trackedProvider } from '../../test/tracked-provider.ts'
import type { Session } from '../index.ts'
import { rotatingTicketKeys } from '../index.ts'
import {
  TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA,
  TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256,
  TLS_RSA_WITH_AES_128_GCM_SHA256,
} from './index.ts'

const tickets = rotatingTicketKeys({ crypto: nodeCrypto, clock })
const session = tls12ConnectedPair({ server: { tickets } }).client.sessions[0] as Session
const cbc = { cipherSuites: [TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA] }
const rsa = { cipherSuites: [TLS_RSA_WITH_AES_128_GCM_SHA256] }
const psk = { cipherSuites: [TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256] }
const externalPsk = { identity: Uint8Array.of(1), secret: new Secret(new Uint8Array(32).fill(9)) }
const rsaCredential = credentialFor(
  authority.issue({
    subject: serverName,
    dns: [serverName],
    keyType: 'rsa',
    keyUsage: ['digitalSignature', 'keyEncipherment'],
  }),
)

/** Lives that between them need every secret there is. */
const lives: Record<string, Tls12Pair> = {
  'a full handshake': { client: tls12LivelyClient, server: { ...tls12LivelyServer, tickets } },
  'a resumption': { client: { session }, server: { tickets } },
  'a block cipher': { client12: cbc, server12: cbc },
  'static RSA': { server: { credentials: rsaCredential }, client12: rsa, server12: rsa },
  'a PSK': {
    client: { externalPsks: [externalPsk] },
    server: { externalPsk: () => externalPsk },
    client12: psk,
    server12: psk,
  },
}

const modes: Record<string, (seed: number) => CryptoProvider> = {
  sync: () => nodeCrypto,
  async: (seed) => asyncProvider(nodeCrypto, { seed }),
}

type Pair = ReturnType<typeof tls12PairOf>

describe.each(Object.keys(modes))('with a provider that answers %s', (mode) => {
  async function play(
    life: string,
    before: (side: 'client' | 'server', index: number, pair: Pair, call: string) => void = () => {},
  ) {
    const options = lives[life] as Tls12Pair
    const born: Pair[] = []
    const make = (side: 'client' | 'server'): TrackedProvider<'sync' | 'async'> =>
      trackedProvider((modes[mode] as (typeof modes)[string])(1), (index, call) => {
        for (const pair of born) before(side, index, pair, call)
      })
    const providers = { client: make('client'), server: make('server') }
    const pair = tls12PairOf({
      ...options,
      client: { ...options.client, crypto: providers.client.provider },
      server: { ...options.server, crypto: providers.server.provider },
    })
    born.push(pair)
    await liveTls12(pair, mode === 'sync' ? 1 : 20)
    return { pair, providers }
  }

  function expectNothingLeft(peer: Peer, provider: TrackedProvider<'sync' | 'async'>, what: string): void {
    const users = [externalPsk.secret, session.state.psk, ...peer.sessions.map((one) => one.state.psk)]
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

/** Turns of the event loop cost time. */
function step(mode: string): number {
  return stride(mode === 'sync' ? 2 : 11)
}
