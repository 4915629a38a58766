import type { Direction, MemoryPair } from '@typetls/testing'
import { connectPair } from '@typetls/testing'
import { expect, test } from 'vitest'
import type { Peer } from '../../test/peers.ts'
import { clientPeer, serverPeer, tls12ClientPeer } from '../../test/peers.ts'
import { tls12ConnectedPair, tls12PairOf } from '../../test/tls12-peers.ts'
import { clientTls12, serverTls12 } from './index.ts'

/** A man in the middle who drops, or changes, whole records. */
function meddled(
  direction: Direction,
  meddle: (record: Uint8Array) => Uint8Array,
  pairOf: (options: { transformRecord: Meddler }) => MemoryPair<Peer, Peer> = tls12PairOf,
): MemoryPair<Peer, Peer> {
  const pair = pairOf({ transformRecord: (from, record) => (from === direction ? meddle(record) : record) })
  pair.pump()
  return pair
}

type Meddler = (direction: Direction, record: Uint8Array, index: number) => Uint8Array

const changeCipherSpec = 20
const none = new Uint8Array()

test('a server refuses a client that skips ChangeCipherSpec, and a client such a server', () => {
  const skip = (record: Uint8Array): Uint8Array => (record[0] === changeCipherSpec ? none : record)
  // What comes instead is protected, and no whole handshake message of any type that is due.
  expect(meddled('client-to-server', skip).server.failure).toMatchObject({ alert: 'unexpected_message' })
  expect(meddled('server-to-client', skip).client.failure).toMatchObject({ alert: 'unexpected_message' })
})

test('a ChangeCipherSpec before its time is refused', () => {
  const early = (record: Uint8Array): Uint8Array =>
    record[0] === 22 ? Uint8Array.from([...record, changeCipherSpec, 3, 3, 0, 1, 1]) : record
  expect(meddled('client-to-server', early).server.failure).toMatchObject({
    code: 'ERR_TLS_CHANGE_CIPHER_SPEC_UNEXPECTED',
    alert: 'unexpected_message',
  })
})

test('a changed Finished is refused as a record that is not authentic', () => {
  const change = (record: Uint8Array): Uint8Array => {
    if (record[0] === 22 && record[5] === 0) record[20] = (record[20] as number) ^ 1
    return record
  }
  expect(meddled('client-to-server', change).server.failure).toMatchObject({
    code: 'ERR_TLS_BAD_RECORD_MAC',
    alert: 'bad_record_mac',
  })
})

test('a client that is talked down to TLS 1.2 sees it by the random of the server', () => {
  // supported_versions becomes an extension nobody knows: the server takes legacy_version for what is offered.
  const hide = (record: Uint8Array): Uint8Array => {
    const at = Buffer.from(record).indexOf(Buffer.from('002b00', 'hex'))
    if (record[0] === 22 && record[5] === 1 && at > 0) record[at] = 0x7f
    return record
  }
  const both = (options: { transformRecord: Meddler }): MemoryPair<Peer, Peer> =>
    connectPair<Peer, Peer>({
      ...options,
      client: (wire) => clientPeer({ tls12: clientTls12() }, wire),
      server: (wire) => serverPeer({ tls12: serverTls12() }, wire),
    })
  expect(meddled('client-to-server', hide, both).client.failure).toMatchObject({
    code: 'ERR_TLS_DOWNGRADE',
    alert: 'illegal_parameter',
  })
})

test('a client that says it falls back is refused by a server with TLS 1.3', () => {
  const pair = connectPair<Peer, Peer>({
    client: (wire) => tls12ClientPeer({}, wire, {}),
    server: (wire) => serverPeer({ tls12: serverTls12() }, wire),
    // A suite that every backend has becomes TLS_FALLBACK_SCSV. It stands behind the random.
    transformRecord: (direction, record) => {
      const at = Buffer.from(record).indexOf(Buffer.from('c030', 'hex'), 44)
      if (direction === 'client-to-server' && record[5] === 1 && at > 0) record.set([0x56, 0x00], at)
      return record
    },
  })
  pair.pump()
  expect(pair.server.failure).toMatchObject({ code: 'ERR_TLS_FALLBACK', alert: 'inappropriate_fallback' })
})

test('there is no KeyUpdate', () => {
  const { client } = tls12ConnectedPair()
  expect(() => client.connection.updateKeys()).toThrow(expect.objectContaining({ code: 'ERR_TLS_STATE' }))
})

test('cut anywhere, a handshake fails or is done, and never in between', () => {
  for (let index = 0; index < 9; index++) {
    for (const direction of ['client-to-server', 'server-to-client'] as const) {
      const pair = tls12PairOf({
        transformRecord: (from, record, at) => (from === direction && at >= index ? none : record),
      })
      pair.pump()
      const states = [pair.client.connection.state, pair.server.connection.state]
      expect(states).not.toContain('closed')
      if (index < 3) expect(states).toContain('handshaking')
    }
  }
})
