import { ascii } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { connectedPair, pairOf } from '../test/peers.ts'
import { TLS_AES_256_GCM_SHA384 } from '@typetls/crypto-provider'
import { exportKeyingMaterial } from './index.ts'

const none = new Uint8Array()

describe('keying material', () => {
  test.each([{}, { cipherSuites: [TLS_AES_256_GCM_SHA384] }])('is the same on both sides %o', (options) => {
    const { client, server } = connectedPair(options)
    for (const [label, context, length] of [
      ['EXPERIMENTAL a', none, 1],
      ['EXPERIMENTAL a', ascii('context'), 32],
      ['EXPERIMENTAL a', new Uint8Array(1000), 255],
      ['EXPORTER-Channel-Binding', none, 32],
    ] as const) {
      const ours = exportKeyingMaterial(client.connection, label, context, length) as Uint8Array
      expect(ours).toHaveLength(length)
      expect(exportKeyingMaterial(server.connection, label, context, length)).toEqual(ours)
    }
  })

  test('differs by label, by context and by connection', () => {
    const [one, two] = [connectedPair(), connectedPair()]
    const of = (pair: typeof one, label: string, context: Uint8Array) =>
      (exportKeyingMaterial(pair.client.connection, label, context, 16) as Uint8Array).join()
    const all = [of(one, 'a', none), of(one, 'b', none), of(one, 'a', ascii('c')), of(two, 'a', none)]
    expect(new Set(all).size).toBe(4)
  })

  test('does not change with the keys', () => {
    const { client, server, pump } = connectedPair()
    const before = exportKeyingMaterial(client.connection, 'a', none, 32)
    client.connection.updateKeys(true)
    client.connection.write(none)
    server.connection.updateKeys()
    pump()
    expect(exportKeyingMaterial(client.connection, 'a', none, 32)).toEqual(before)
    expect(exportKeyingMaterial(server.connection, 'a', none, 32)).toEqual(before)
  })

  test('is there only while connected', () => {
    const pair = pairOf()
    const state = expect.objectContaining({ code: 'ERR_TLS_STATE' })
    expect(() => exportKeyingMaterial(pair.client.connection, 'a', none, 32)).toThrow(state)
    pair.pump()
    pair.client.connection.abort()
    expect(() => exportKeyingMaterial(pair.client.connection, 'a', none, 32)).toThrow(state)
  })

  test('needs a label that fits', () => {
    const { client } = connectedPair()
    expect(() => exportKeyingMaterial(client.connection, 'x'.repeat(250), none, 32)).toThrow(
      expect.objectContaining({ code: 'ERR_TLS_ENCODE_RANGE' }),
    )
    expect(exportKeyingMaterial(client.connection, '', none, 32)).toHaveLength(32)
    expect(exportKeyingMaterial(client.connection, 'x'.repeat(249), none, 32)).toHaveLength(32)
  })
})

describe('the key log', () => {
  test('has one line a secret, as RFC 9850 has it', () => {
    const { client, server } = connectedPair()
    expect(client.keyLog.toSorted()).toEqual(server.keyLog.toSorted())
    const lines = client.keyLog.map((line) => /^([A-Z0-9_]+) ([0-9a-f]{64}) ([0-9a-f]{64})$/.exec(line))
    expect(lines.map((line) => line?.[1])).toEqual([
      'CLIENT_HANDSHAKE_TRAFFIC_SECRET',
      'SERVER_HANDSHAKE_TRAFFIC_SECRET',
      'CLIENT_TRAFFIC_SECRET_0',
      'SERVER_TRAFFIC_SECRET_0',
      'EXPORTER_SECRET',
    ])
    expect(new Set(lines.map((line) => line?.[2])).size).toBe(1)
    expect(new Set(lines.map((line) => line?.[3])).size).toBe(5)
  })

  test('names the random of the first ClientHello, also after a HelloRetryRequest', () => {
    let first: Uint8Array | undefined
    const { client, server } = connectedPair(
      { keyShares: [] },
      { onClientHello: (hello) => void (first = hello.random) },
    )
    const random = client.keyLog[0]?.split(' ')[1]
    expect(random).toBe(Buffer.from(first as Uint8Array).toString('hex'))
    expect(client.keyLog.toSorted()).toEqual(server.keyLog.toSorted())
  })

  test('has secrets of 48 bytes where the suite has SHA-384', () => {
    const { client } = connectedPair({ cipherSuites: [TLS_AES_256_GCM_SHA384] })
    for (const line of client.keyLog) expect(line.split(' ')[2]).toHaveLength(96)
  })
})
