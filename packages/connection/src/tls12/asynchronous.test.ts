import { nodeCrypto } from '@typetls/crypto-node'
import type { CryptoProvider } from '@typetls/crypto-provider'
import { asyncProvider } from '@typetls/testing'
import { fromAscii } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { samples } from '../../test/effort.ts'
import { clock, pairOf } from '../../test/peers.ts'
import { live, livelyClient, livelyServer } from '../../test/life.ts'
import { tls12PairOf } from '../../test/tls12-peers.ts'
import { rotatingTicketKeys } from '../index.ts'
import {
  TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA,
  TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
  clientTls12,
  serverTls12,
} from './index.ts'

const later = (seed: number): CryptoProvider => asyncProvider(nodeCrypto, { seed })

const sides: [string, (seed: number) => [CryptoProvider, CryptoProvider]][] = [
  ['the client', (seed) => [later(seed), nodeCrypto]],
  ['the server', (seed) => [nodeCrypto, later(seed)]],
  ['both', (seed) => [later(seed), later(seed + 1000)]],
]

/** One of each kind of protection. */
const suites = [
  TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
  TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA,
]

describe.each(sides)('with an asynchronous provider of %s', (_who, providers) => {
  test('a whole life is the same as with synchronous ones, and is resumed', async () => {
    const tickets = rotatingTicketKeys({ crypto: later(1), clock })
    for (let seed = 0; seed < samples(6); seed++) {
      const [client, server] = providers(seed)
      const options = {
        client: { ...livelyClient, crypto: client },
        server: { ...livelyServer, tickets, crypto: server },
      }
      const first = tls12PairOf(options)
      await live(first, 20)
      const [session] = first.client.sessions
      if (session === undefined) throw first.client.failure ?? new Error('there is no session')
      const second = tls12PairOf({ ...options, client: { ...options.client, session } })
      await live(second, 20)
      expect(second.client.facts).toMatchObject({ resumed: true })
      for (const { client: one, server: other } of [first, second]) {
        expect(one.told).toEqual(['connected', 'data', 'data', 'end', 'closed'])
        expect(other.told).toEqual(['connected', 'data', 'end', 'closed'])
        expect(fromAscii(one.received())).toBe('from the server, twice')
        expect(fromAscii(other.received())).toBe('from the client')
      }
    }
  })

  test('much data goes both ways in order, with every kind of cipher', async () => {
    for (const suite of suites) {
      const only = { cipherSuites: [suite] }
      const [client, server] = providers(7)
      const pair = tls12PairOf({
        client: { crypto: client },
        server: { crypto: server },
        client12: only,
        server12: only,
      })
      await pair.settle()
      expect(pair.client.facts?.cipherSuite).toBe(suite.name)
      const data = Uint8Array.from({ length: 40_000 }, (_, i) => i * 7)
      pair.client.connection.write(data)
      pair.server.connection.write(data)
      await pair.settle()
      expect(pair.client.received()).toEqual(data)
      expect(pair.server.received()).toEqual(data)
    }
  })

  test('both versions are offered, and TLS 1.3 taken', async () => {
    const [client, server] = providers(3)
    const pair = pairOf({ crypto: client, tls12: clientTls12() }, { crypto: server, tls12: serverTls12() })
    await pair.settle()
    expect(pair.server.facts?.version).toBe('TLSv1.3')
  })
})
