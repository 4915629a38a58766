import { nodeCrypto } from '@typetls/crypto-node'
import { Secret } from '@typetls/crypto-provider'
import { ascii } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import type { More } from '../test/peers.ts'
import { certificateFor, credentialFor, pairs } from '../test/peers.ts'
import { everything, expectNoSecretIn, recordedSetting, shown, testSecrecy } from '../test/secrecy.ts'
import type { ExternalPsk } from './index.ts'

const psk: ExternalPsk = { identity: ascii('shared'), secret: new Secret(nodeCrypto.random(32)) }

testSecrecy({ 'TLS 1.3': pairs() }, 10)

describe('no secret shows', () => {
  test('in the middle of a handshake', () => {
    const { recording, pair, options } = recordedSetting(pairs())
    const later = pairs(options.client, options.server)({ server: { credentials: () => new Promise<never>(() => {}) } })
    later.pump()
    pair.pump()
    expect(later.server.facts).toBeUndefined()
    expectNoSecretIn(recording, everything(later))
  })

  test('with keys agreed outside', () => {
    const keys = { client: { externalPsks: [psk] }, server: { externalPsk: () => psk } }
    const { recording, pair, options } = recordedSetting(pairs(), keys)
    pair.pump()
    expect(pair.client.facts?.externalPskIdentity).toEqual(psk.identity)
    expectNoSecretIn(recording, { ...everything(pair), options, psk })
  })

  test('in the errors of peers that do not fit', () => {
    const misfits: readonly Pick<More, 'client' | 'server'>[] = [
      { client: { serverName: 'other.test' } },
      {
        client: { externalPsks: [psk] },
        server: { externalPsk: () => ({ ...psk, secret: new Secret(nodeCrypto.random(32)) }) },
      },
      { client: { groups: ['x25519'] }, server: { groups: ['secp256r1'] } },
      {
        client: { credentials: credentialFor(certificateFor('ed25519', 'client.test')) },
        server: { verifier: refusing },
      },
    ]
    for (const misfit of misfits) {
      const { recording, pair } = recordedSetting(pairs(), misfit)
      pair.pump()
      expect([pair.client.failure, pair.server.failure].filter(Boolean)).not.toEqual([])
      for (const thing of [pair.client.failure, pair.server.failure, pair.client.trace, pair.server.trace]) {
        expect(recording.leaks(shown(thing))).toEqual([])
      }
    }
  })
})

const refusing = {
  verify() {
    throw new Error('no')
  },
}
