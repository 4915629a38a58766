import { TLS_AES_128_GCM_SHA256, TLS_CHACHA20_POLY1305_SHA256 } from '@typetls/crypto-provider'
import { ascii, fromAscii } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { needSuites } from '../test/backend.ts'
import type { Peer } from '../test/peers.ts'
import { connectedPair } from '../test/peers.ts'

describe.each(['client', 'server'] as const)('the %s updates its keys', (who) => {
  const other = who === 'client' ? 'server' : 'client'

  test('and goes on, without asking the peer for it', () => {
    const pair = connectedPair()
    pair[who].connection.updateKeys()
    pair[who].connection.write(ascii('new keys'))
    pair[other].connection.write(ascii('old keys'))
    pair.pump()
    expect(fromAscii(pair[other].received())).toBe('new keys')
    expect(fromAscii(pair[who].received())).toBe('old keys')
    expect([updates(pair[who]), updates(pair[other])]).toEqual([1, 0])
  })

  test('and asks: the peer answers before its next data, once for many requests', () => {
    const pair = connectedPair()
    for (let i = 0; i < 20; i++) pair[who].connection.updateKeys(true)
    pair.pump()
    expect(updates(pair[other])).toBe(0)
    pair[other].connection.write(ascii('one'))
    pair[other].connection.write(ascii(' two'))
    pair.pump()
    expect([updates(pair[who]), updates(pair[other])]).toEqual([20, 1])
    expect(fromAscii(pair[who].received())).toBe('one two')
  })

  test('many times, with data between', () => {
    const pair = connectedPair()
    for (let i = 0; i < 100; i++) {
      pair[who].connection.updateKeys(i % 3 === 0)
      pair[who].connection.write(ascii('.'))
      pair[other].connection.write(ascii(','))
      if (i % 7 === 0) pair.pump()
    }
    pair.pump()
    expect(fromAscii(pair[other].received())).toBe('.'.repeat(100))
    expect(fromAscii(pair[who].received())).toBe(','.repeat(100))
    for (const name of ['client', 'server'] as const) expect(pair[name].failure).toBeUndefined()
  })

  test('but not more than 32 times in a row without data: the peer ends it', () => {
    const pair = connectedPair()
    for (let i = 0; i < 33; i++) pair[who].connection.updateKeys()
    pair.pump()
    expect(pair[other].failure).toMatchObject({ code: 'ERR_TLS_TOO_MANY_KEY_UPDATES', alert: 'unexpected_message' })
  })
})

test.for([TLS_AES_128_GCM_SHA256, TLS_CHACHA20_POLY1305_SHA256])(
  'a key that protected as many records as $name lets it is replaced by itself',
  (row, { skip }) => {
    needSuites(skip, row)
    const suite = { ...row, recordLimit: 5 }
    const { client, server, pump } = connectedPair({ cipherSuites: [suite] }, { cipherSuites: [suite] })
    for (let i = 0; i < 23; i++) client.connection.write(Uint8Array.of(i))
    for (let i = 0; i < 9; i++) server.connection.write(Uint8Array.of(i))
    pump()
    expect([...server.received()]).toEqual(Array.from({ length: 23 }, (_, i) => i))
    expect([...client.received()]).toEqual(Array.from({ length: 9 }, (_, i) => i))
    // The KeyUpdate itself is the sixth record of its key. The first key of the server protected tickets, if any.
    expect([updates(client), updates(server)]).toEqual([4, 1])
  },
)

test('keys cannot be updated when nothing can be written', () => {
  const { client } = connectedPair()
  client.connection.closeWrite()
  expect(() => client.connection.updateKeys()).toThrow(expect.objectContaining({ code: 'ERR_TLS_STATE' }))
})

test('a request that comes after we closed our side is owed no answer', () => {
  const { client, server, pump } = connectedPair()
  client.connection.closeWrite()
  pump()
  server.connection.updateKeys(true)
  server.connection.write(ascii('last words'))
  pump()
  expect(fromAscii(client.received())).toBe('last words')
  expect(updates(client)).toBe(0)
})

function updates(peer: Peer): number {
  return peer.trace.filter(
    (event) => event.event === 'message' && event.direction === 'sent' && event.type === 'key_update',
  ).length
}
