import { nodeCrypto } from '@typetls/crypto-node'
import type { CryptoProvider } from '@typetls/crypto-provider'
import { Secret } from '@typetls/crypto-provider'
import { asyncProvider } from '@typetls/testing'
import { ascii } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { livelyClient, livelyServer } from '../test/life.ts'
import type { PairMaker } from '../test/peers.ts'
import { clock, connectedLater, connectedPair, pairs } from '../test/peers.ts'
import { trackedProvider } from '../test/tracked-provider.ts'
import { modes, testWiping } from '../test/wiping.ts'
import type { ExternalPsk, Session } from './index.ts'
import { rotatingTicketKeys } from './index.ts'

const tickets = rotatingTicketKeys({ crypto: nodeCrypto, clock })
const session = connectedPair({}, { tickets }).client.sessions[0] as Session
const psk: ExternalPsk = { identity: ascii('shared'), secret: new Secret(new Uint8Array(32).fill(7)) }
const users = [psk.secret, session.state.psk]

/** Lives that between them need every secret there is. */
const lives: Record<string, PairMaker> = {
  'a full handshake': pairs(livelyClient, { ...livelyServer, tickets }),
  'a HelloRetryRequest': pairs(
    { ...livelyClient, groups: ['x25519', 'secp256r1'] },
    { ...livelyServer, groups: ['secp256r1'], cookies: tickets },
  ),
  'a resumption': pairs({ session, applicationProtocols: ['x'] }, { ...livelyServer, tickets }),
  'an external PSK': pairs({ externalPsks: [psk] }, { externalPsk: () => psk }),
}

testWiping(lives, users)

describe.each(Object.keys(modes))('with a provider that answers %s', (mode) => {
  test.each(Object.keys(lives))('while %s is open the keys of both directions are there', async (life) => {
    const provider = trackedProvider((modes[mode] as () => CryptoProvider)())
    const pair = (lives[life] as PairMaker)({ client: { crypto: provider.provider } })
    await pair.settle()
    // And what sessions hold. The traffic, exporter and resumption secrets are in a secret of their own, KeptSecrets.
    const kept = [...users, ...pair.client.sessions.map((one) => one.state.psk)]
    expect(provider.alive(kept)).toHaveLength(2)
    pair.client.connection.abort()
    await pair.settle()
    expect(provider.alive(kept)).toEqual([])
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
