import type { Direction, MemoryPair } from '@typetls/testing'
import { connectPair, withExtensions, extensionsOf, parseHandshake, plaintextHandshake, record } from '@typetls/testing'
import { ascii, concat, fromAscii } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import type { Peer } from '../../test/peers.ts'
import { clientPeer, serverPeer, tls12ClientPeer, tls12ServerPeer } from '../../test/peers.ts'
import { clientTls12, serverTls12 } from './index.ts'

type Speaks = 'tls12' | 'tls13' | 'both'

const speaks: readonly Speaks[] = ['tls12', 'tls13', 'both']

type Meddler = (direction: Direction, record: Uint8Array, index: number) => Uint8Array

function played(client: Speaks, server: Speaks, transformRecord?: Meddler): MemoryPair<Peer, Peer> {
  const pair = connectPair<Peer, Peer>({
    client: (wire) =>
      client === 'tls12'
        ? tls12ClientPeer({}, wire, {})
        : clientPeer(client === 'both' ? { tls12: clientTls12() } : {}, wire),
    server: (wire) =>
      server === 'tls12'
        ? tls12ServerPeer({}, wire, {})
        : serverPeer(server === 'both' ? { tls12: serverTls12() } : {}, wire),
    ...(transformRecord && { transformRecord }),
  })
  pair.pump()
  return pair
}

/** What the two should come to. */
function best(client: Speaks, server: Speaks): 'TLSv1.2' | 'TLSv1.3' | undefined {
  if (client !== 'tls12' && server !== 'tls12') return 'TLSv1.3'
  return client !== 'tls13' && server !== 'tls13' ? 'TLSv1.2' : undefined
}

describe.each(speaks.flatMap((client) => speaks.map((server) => [client, server] as const)))(
  'a client with %s and a server with %s',
  (client, server) => {
    const version = best(client, server)

    test(version === undefined ? 'have nothing in common, and say so' : `speak ${version}`, () => {
      const pair = played(client, server)
      if (version === undefined) {
        expect(pair.server.failure).toMatchObject({ code: 'ERR_TLS_VERSION', alert: 'protocol_version' })
        expect(pair.client.failure).toMatchObject({ code: 'ERR_TLS_PEER_ALERT', received: 'protocol_version' })
        return
      }
      for (const { facts } of [pair.client, pair.server]) expect(facts?.version).toBe(version)
      pair.client.connection.write(ascii('data'))
      pair.pump()
      expect(fromAscii(pair.server.received())).toBe('data')
    })

    const sentinel = server === 'both' && version === 'TLSv1.2'
    test.runIf(version === 'TLSv1.2')(`the random of the server says ${sentinel ? '' : 'not '}that it has more`, () => {
      const hello = plaintextHandshake(played(client, server).sent('server-to-client'))[0]
      const says = fromAscii(hello?.body.subarray(26, 33) as Uint8Array) === 'DOWNGRD'
      expect(says).toBe(sentinel)
      if (says) expect(hello?.body[33]).toBe(1)
    })
  },
)

describe('a man in the middle who takes TLS 1.3 away', () => {
  /** Changes the ClientHello. */
  const changing =
    (change: (message: ReturnType<typeof parseHandshake>['messages'][number]) => Uint8Array): Meddler =>
    (direction, bytes) => {
      const message = bytes[0] === 22 ? parseHandshake(bytes.subarray(5)).messages[0] : undefined
      return direction === 'client-to-server' && message?.type === 1 ? record(22, change(message)) : bytes
    }
  const without43 = changing(
    (message) =>
      withExtensions(
        message,
        extensionsOf(message).filter(({ type }) => type !== 43),
      ).raw,
  )
  const listing12 = changing(
    (message) =>
      withExtensions(
        message,
        extensionsOf(message).map((one) => (one.type === 43 ? { type: 43, data: Uint8Array.of(2, 3, 3) } : one)),
      ).raw,
  )

  test.each([
    ['by taking supported_versions out', without43],
    ['by another supported_versions', listing12],
  ])('is found by the client, %s', (_how, meddle) => {
    const pair = played('both', 'both', meddle)
    expect(pair.client.failure).toMatchObject({ code: 'ERR_TLS_DOWNGRADE', alert: 'illegal_parameter' })
    expect(pair.server.failure).toMatchObject({ code: 'ERR_TLS_PEER_ALERT', received: 'illegal_parameter' })
    expect(pair.client.told).not.toContain('connected')
  })

  test('and hides the sentinel is found by the signature over the random', () => {
    const pair = played('both', 'both', (direction, bytes, index) => {
      if (direction === 'client-to-server') return without43(direction, bytes, index)
      if (bytes[0] === 22 && bytes[5] === 2) bytes[9 + 26] = 0
      return bytes
    })
    expect(pair.client.failure).toMatchObject({ code: 'ERR_TLS_SIGNATURE', alert: 'decrypt_error' })
  })

  test.each(['tls12', 'both'] as const)(
    'cannot make a client of TLS 1.3 speak TLS 1.2 with a server of %s',
    (server) => {
      const pair = played('tls13', server, without43)
      expect(pair.server.facts).toBeUndefined()
      expect(pair.client.facts).toBeUndefined()
      expect(pair.client.failure ?? pair.server.failure).toBeDefined()
    },
  )

  test('does not touch who has TLS 1.2 alone', () => {
    const pair = played('both', 'tls12', without43)
    // What was said differs, so Finished does.
    expect(pair.server.failure ?? pair.client.failure).toMatchObject({ alert: expect.any(String) as string })
    expect(pair.client.facts).toBeUndefined()
  })
})

describe('TLS_FALLBACK_SCSV', () => {
  const fallingBack: Meddler = (direction, bytes) => {
    const message = bytes[0] === 22 ? parseHandshake(bytes.subarray(5)).messages[0] : undefined
    if (direction !== 'client-to-server' || message?.type !== 1) return bytes
    const changed = message.raw.slice()
    // Behind the version, the random and an id: the first suite.
    const at = 4 + 34 + 1 + (changed[4 + 34] as number) + 2
    changed.set([0x56, 0x00], at)
    return record(22, changed)
  }

  test('is refused by a server that has more than the client offers', () => {
    const pair = played('tls12', 'both', fallingBack)
    expect(pair.server.failure).toMatchObject({ code: 'ERR_TLS_FALLBACK', alert: 'inappropriate_fallback' })
    expect(pair.client.failure).toMatchObject({ code: 'ERR_TLS_PEER_ALERT', received: 'inappropriate_fallback' })
  })

  test('means nothing to a server that has no more, and to one that is offered its best', () => {
    for (const [client, server] of [
      ['tls12', 'tls12'],
      ['both', 'both'],
      ['tls13', 'both'],
    ] as const) {
      expect(played(client, server, fallingBack).server.failure?.code).not.toBe('ERR_TLS_FALLBACK')
    }
  })
})

test('a client with both offers both in one ClientHello, and the old fields say TLS 1.2', () => {
  const [hello] = plaintextHandshake(played('both', 'tls12').sent('client-to-server'))
  if (hello === undefined) throw new Error('there is no ClientHello')
  expect([...hello.body.subarray(0, 2)]).toEqual([3, 3])
  const versions = extensionsOf(hello).find(({ type }) => type === 43)?.data as Uint8Array
  expect([...versions]).toEqual(expect.arrayContaining([3, 4, 3, 3]))
  expect(concat(versions).indexOf(4)).toBeLessThan(versions.lastIndexOf(3))
})
