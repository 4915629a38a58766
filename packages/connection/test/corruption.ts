import type { Direction, MemoryPair } from '@typetls/testing'
import { parseRecords } from '@typetls/testing'
import { TlsError } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { channelBinding } from '../src/index.ts'
import { samples } from './effort.ts'
import type { PairMaker, Peer } from './peers.ts'

const directions = ['client-to-server', 'server-to-client'] as const

/**
 * Somebody in between changes a byte, or cuts: neither side takes what the other did not say.
 *
 * @param stepOf at which distances the bytes of a record are tried
 * @param mostHarmless how many changes may mean nothing
 */
export function testCorruption(
  handshakes: Readonly<Record<string, PairMaker>>,
  stepOf: (record: Uint8Array) => number,
  mostHarmless: (changes: number, records: number) => number,
): void {
  describe.each(Object.keys(handshakes))('%s', (name) => {
    const make = handshakes[name] as PairMaker
    const play = (transformRecord?: (direction: Direction, record: Uint8Array, index: number) => Uint8Array) => {
      const pair = make(transformRecord === undefined ? {} : { transformRecord })
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
          for (let at = 0; at < record.length; at += stepOf(record)) {
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
        // Such as the version that a record says it has.
        expect(harmless).toBeLessThanOrEqual(mostHarmless(changes, records.length))
      })

      test('no byte can be left out unnoticed, and nothing hangs where it ends', () => {
        const total = records.reduce((sum, record) => sum + record.length, 0)
        const step = Math.max(1, Math.floor(total / samples(30)))
        for (let end = 0; end < total; end += step) {
          let passed = 0
          const pair = make({
            transform(where, bytes) {
              if (where !== direction) return bytes
              const kept = bytes.subarray(0, Math.max(0, end - passed))
              passed += bytes.length
              return kept
            },
          })
          pair.pump()
          const receiver = direction === 'client-to-server' ? pair.server : pair.client
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
  })
}

/** Either both went on and agree in everything, which is told, or both are over once the transport is. */
export function expectFailureOrAgreement(pair: MemoryPair<Peer, Peer>, what: string): boolean {
  const { client, server } = pair
  if (client.connection.state === 'connected' && server.connection.state === 'connected') {
    const ours = channelBinding(client.connection, 'tls-exporter')
    expect(ours, what).toBeDefined()
    expect(ours, what).toEqual(channelBinding(server.connection, 'tls-exporter'))
    // Who authenticated, and how old a ticket seems, is for one side to know.
    const ofOne = { peer: undefined, ownCertificates: undefined, ticketAgeSkew: undefined }
    expect({ ...client.facts, ...ofOne }, what).toEqual({ ...server.facts, ...ofOne })
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

/** No bug of ours was found, and the peer was not told of one. */
export function expectSoundEnd({ failure }: Peer, what: string): void {
  if (failure === undefined) return
  const ours = ['ERR_TLS_INTERNAL', 'ERR_TLS_STATE', 'ERR_TLS_CRYPTO', 'ERR_TLS_CALLBACK']
  expect(ours, `${what}: ${failure}`).not.toContain(failure.code)
  expect(failure.alert, `${what}: ${failure}`).not.toBe('internal_error')
}
