import { nodeCrypto } from '@typetls/crypto-node'
import { isGrease } from '@typetls/handshake'
import { contentType, parseRecords, plaintextHandshake } from '@typetls/testing'
import { padToMultipleOf } from '@typetls/record'
import { describe, expect, test } from 'vitest'
import { certificateFor, clock, connectedPair, credentialFor } from '../test/peers.ts'
import { tls12ConnectedPair } from '../test/tls12-peers.ts'
import type { ClientOptions } from './index.ts'
import { rotatingTicketKeys } from './ticket-keys.ts'

const tickets = rotatingTicketKeys({ crypto: nodeCrypto, clock })

describe('GREASE', () => {
  type Hello = Parameters<NonNullable<Parameters<typeof connectedPair>[1]>['onClientHello'] & object>[0]

  function helloOf(options: Partial<ClientOptions>): Hello {
    let seen: Hello | undefined
    connectedPair(options, { onClientHello: (hello) => void (seen = hello) })
    return seen as Hello
  }

  test('is in suites, groups, shares, versions and at both ends of the extensions, and the server ignores it', () => {
    const { cipherSuites, extensions } = helloOf({})
    const { supported_groups: groups, key_share: shares, supported_versions: versions, order = [] } = extensions
    for (const list of [cipherSuites, groups as number[], versions as number[]]) {
      expect(list.filter(isGrease)).toHaveLength(1)
      expect(list.findIndex(isGrease)).toBe(0)
    }
    expect(shares?.[0]).toMatchObject({ group: groups?.[0], keyExchange: Uint8Array.of(0) })
    expect(order.map(isGrease)).toEqual(order.map((_, i) => i === 0 || i === order.length - 1))
  })

  test('is in the ClientHello of TLS 1.2 alone as well, but for what that does not have', () => {
    const [hello, without] = [{}, { grease: false, fallback: true }].map((client) => {
      let seen: Hello | undefined
      tls12ConnectedPair({ client, server: { onClientHello: (one) => void (seen = one) } })
      return seen as unknown as Hello
    }) as [Hello, Hello]
    const listsOf = ({ cipherSuites, extensions }: Hello): (readonly number[])[] => [
      cipherSuites,
      extensions.supported_groups ?? [],
      extensions.signature_algorithms ?? [],
      extensions.order ?? [],
    ]
    expect(listsOf(hello).map((list) => list.filter(isGrease).length)).toEqual([1, 1, 1, 2])
    expect(hello.extensions.order?.map(isGrease)).toEqual(
      hello.extensions.order?.map((_, i, { length }) => i === 0 || i === length - 1),
    )
    expect(listsOf(without).flat().filter(isGrease)).toEqual([])
    // TLS_FALLBACK_SCSV
    expect([hello, without].map(({ cipherSuites }) => cipherSuites.includes(0x5600))).toEqual([false, true])
  })

  test('stands before pre_shared_key, which must be last', () => {
    const session = connectedPair({}, { tickets }).client.sessions[0]
    const { order = [] } = helloOf({ ...(session && { session }) }).extensions
    expect(order.at(-1)).toBe(41)
    expect(isGrease(order.at(-2) as number)).toBe(true)
  })

  test('varies, and its two extensions never have one type', () => {
    const seen = new Set<string>()
    for (let i = 0; i < 40; i++) {
      const { order = [] } = helloOf({}).extensions
      const types = order.filter(isGrease)
      expect(new Set(types).size).toBe(2)
      seen.add(types.join())
    }
    expect(seen.size).toBeGreaterThan(10)
  })

  test('can be left out', () => {
    const { cipherSuites, extensions } = helloOf({ grease: false })
    expect(
      [...cipherSuites, ...(extensions.supported_groups ?? []), ...(extensions.order ?? [])].filter(isGrease),
    ).toEqual([])
  })

  test('stays the same in a second ClientHello, but for the share', () => {
    for (const server of [{ groups: ['secp384r1'] }, { cookies: tickets, requireCookie: true }]) {
      const { client, sent } = connectedPair({ groups: ['x25519', 'secp384r1'] }, server)
      expect(client.facts?.helloRetryRequest).toBe(true)
      expect(plaintextHandshake(sent('client-to-server'))).toHaveLength(2)
    }
  })
})

describe('middlebox compatibility', () => {
  const changeCipherSpecs = (stream: Uint8Array): number[] =>
    parseRecords(stream).records.flatMap(({ type }, i) => (type === contentType.change_cipher_spec ? [i] : []))

  test('has a session id that is echoed, and one ChangeCipherSpec of each side behind its hello', () => {
    const { sent } = connectedPair()
    const [hello] = plaintextHandshake(sent('client-to-server'))
    const [answer] = plaintextHandshake(sent('server-to-client'))
    expect(hello?.body[34]).toBe(32)
    expect(answer?.body.subarray(34, 67)).toEqual(hello?.body.subarray(34, 67))
    expect(changeCipherSpecs(sent('client-to-server'))).toEqual([1])
    expect(changeCipherSpecs(sent('server-to-client'))).toEqual([1])
  })

  test('has the ChangeCipherSpec before the second flight, when there is a HelloRetryRequest', () => {
    const { sent } = connectedPair({ keyShares: [] })
    expect(changeCipherSpecs(sent('client-to-server'))).toEqual([1])
    expect(changeCipherSpecs(sent('server-to-client'))).toEqual([1])
  })

  test('can be left out: no session id, no ChangeCipherSpec', () => {
    const { sent } = connectedPair({ middleboxCompatibility: false })
    expect(plaintextHandshake(sent('client-to-server'))[0]?.body[34]).toBe(0)
    expect(changeCipherSpecs(sent('client-to-server'))).toEqual([])
    expect(changeCipherSpecs(sent('server-to-client'))).toEqual([])
  })

  test('the records of a first ClientHello say 0x0301, all others 0x0303', () => {
    const { sent } = connectedPair({ keyShares: [] })
    const versions = parseRecords(sent('client-to-server')).records.map(({ version }) => version)
    expect(versions[0]).toBe(0x0301)
    expect(new Set(versions.slice(1))).toEqual(new Set([0x0303]))
    expect(new Set(parseRecords(sent('server-to-client')).records.map(({ version }) => version))).toEqual(
      new Set([0x0303]),
    )
  })
})

describe('record sizes', () => {
  /** Bytes of content, type and padding of the protected records in a stream. */
  const innerSizes = (stream: Uint8Array): number[] =>
    parseRecords(stream).records.flatMap(({ type, fragment }) =>
      type === contentType.application_data ? [fragment.length - 16] : [],
    )

  test('a limit that one side announces holds for the other, flight included, and both may differ', () => {
    const { client, server, pump, sent } = connectedPair({ recordSizeLimit: 100 }, { recordSizeLimit: 2000 })
    client.connection.write(new Uint8Array(10_000).fill(1))
    server.connection.write(new Uint8Array(1_000).fill(2))
    pump()
    expect(server.received()).toHaveLength(10_000)
    expect(client.received()).toHaveLength(1_000)
    expect(Math.max(...innerSizes(sent('server-to-client')))).toBe(101)
    expect(Math.max(...innerSizes(sent('client-to-server')))).toBe(2001)
  })

  test("a server without a limit of its own keeps to its client's", () => {
    const { server, client, pump, sent } = connectedPair({ recordSizeLimit: 100 })
    client.connection.write(new Uint8Array(1_000))
    server.connection.write(new Uint8Array(1_000))
    pump()
    expect(client.received()).toHaveLength(1_000)
    expect(Math.max(...innerSizes(sent('server-to-client')))).toBe(101)
    expect(Math.max(...innerSizes(sent('client-to-server')))).toBe(1_001)
  })

  test("a server's limit is not in force for a client that announces none", () => {
    const { server, client, pump, sent } = connectedPair({}, { recordSizeLimit: 100 })
    client.connection.write(new Uint8Array(1_000))
    pump()
    expect(server.received()).toHaveLength(1_000)
    expect(Math.max(...innerSizes(sent('client-to-server')))).toBe(1_001)
  })

  test('maxFragment is our own wish, from the first record on', () => {
    const credentials = credentialFor(certificateFor('rsa'))
    const { server, client, pump, sent } = connectedPair({ maxFragment: 64 }, { maxFragment: 128, credentials })
    server.connection.write(new Uint8Array(1_000))
    pump()
    expect(client.received()).toHaveLength(1_000)
    expect(Math.max(...innerSizes(sent('server-to-client')))).toBe(129)
    const ofClient = parseRecords(sent('client-to-server')).records.map(({ fragment }) => fragment.length)
    expect(Math.max(...ofClient)).toBe(64)
  })

  test('the wish may change at any time, and never exceeds what the peer takes', () => {
    const { server, client, pump, sent } = connectedPair({ recordSizeLimit: 300 })
    for (const wish of [200, 16384]) {
      const before = sent('server-to-client').length
      server.connection.limitFragments(wish)
      server.connection.write(new Uint8Array(1_000))
      pump()
      expect(Math.max(...innerSizes(sent('server-to-client').slice(before)))).toBe(Math.min(wish, 300) + 1)
    }
    expect(client.received()).toHaveLength(2_000)
    expect(() => server.connection.limitFragments(0)).toThrow(expect.objectContaining({ code: 'ERR_TLS_OPTIONS' }))
  })

  test('padding hides lengths, within the limit of the peer', () => {
    const { client, server, pump, sent } = connectedPair(
      { padding: padToMultipleOf(64), recordSizeLimit: 16384 },
      { recordSizeLimit: 200 },
    )
    for (const length of [1, 50, 63, 64, 65, 199]) client.connection.write(new Uint8Array(length))
    pump()
    expect(server.received()).toHaveLength(442)
    const sizes = innerSizes(sent('client-to-server')).map((size) => size - 1)
    expect(sizes.every((size) => size % 64 === 0 || size === 200)).toBe(true)
  })

  test('several arrays are one output', () => {
    const { client, server, pump } = connectedPair()
    client.connection.writeParts([Uint8Array.of(1, 2), Uint8Array.of(), Uint8Array.of(3)])
    pump()
    expect([...server.received()]).toEqual([1, 2, 3])
    expect(server.told.filter((event) => event === 'data')).toHaveLength(1)
  })

  test('output buffers may come from elsewhere', () => {
    const lengths: number[] = []
    const { client } = connectedPair({
      allocate(length) {
        lengths.push(length)
        return new Uint8Array(length)
      },
    })
    client.connection.write(new Uint8Array(100))
    expect(lengths.at(-1)).toBe(5 + 100 + 1 + 16)
  })
})
