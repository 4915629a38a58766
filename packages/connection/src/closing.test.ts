import { nodeCrypto } from '@typetls/crypto-node'
import { asyncProvider } from '@typetls/testing'
import { TlsError, ascii, fromAscii } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { connectedLater, connectedPair, pairOf } from '../test/peers.ts'

const state = expect.objectContaining({ code: 'ERR_TLS_STATE' })

describe('close_notify', () => {
  test('of both sides is an orderly end', () => {
    const { client, server, pump } = connectedPair()
    client.connection.closeWrite()
    pump()
    expect(client.connection).toMatchObject({ state: 'connected', writeEnded: true, readEnded: false })
    expect(server.connection).toMatchObject({ state: 'connected', writeEnded: false, readEnded: true })
    server.connection.closeWrite()
    pump()
    expect([client.told, server.told]).toEqual([
      ['connected', 'end', 'closed'],
      ['connected', 'end', 'closed'],
    ])
    for (const peer of [client, server]) expect(peer.connection).toMatchObject({ state: 'closed', failure: undefined })
  })

  test('ends one direction: data goes on in the other', () => {
    const { client, server, pump } = connectedPair()
    client.connection.write(ascii('request'))
    client.connection.closeWrite()
    pump()
    for (let i = 0; i < 3; i++) server.connection.write(ascii('answer '))
    server.connection.updateKeys()
    server.connection.write(ascii('end'))
    server.connection.closeWrite()
    pump()
    expect(fromAscii(client.received())).toBe('answer answer answer end')
    expect(client.told.slice(-2)).toEqual(['end', 'closed'])
  })

  test('is said once, and nothing can be written after it', () => {
    const { client, pump, sent } = connectedPair()
    client.connection.closeWrite()
    pump()
    const before = sent('client-to-server').length
    client.connection.closeWrite()
    expect(() => client.connection.write(ascii('x'))).toThrow(state)
    expect(() => client.connection.writeParts([])).toThrow(state)
    expect(() => client.connection.updateKeys()).toThrow(state)
    pump()
    expect(sent('client-to-server').length).toBe(before)
    expect(client.failure).toBeUndefined()
  })

  test('crossing on the way is an orderly end too', () => {
    const { client, server, pump } = connectedPair()
    client.connection.closeWrite()
    server.connection.closeWrite()
    pump()
    for (const peer of [client, server]) expect(peer.told).toEqual(['connected', 'end', 'closed'])
  })

  test('what comes after it is not looked at', () => {
    const { client, server, pump, inject } = connectedPair()
    client.connection.closeWrite()
    pump()
    inject('client-to-server', ascii('anything at all'))
    pump()
    expect(server.failure).toBeUndefined()
    server.connection.write(ascii('fine'))
    pump()
    expect(fromAscii(client.received())).toBe('fine')
  })

  test('before the handshake is done ends it', () => {
    const pair = pairOf({}, {}, { transformRecord: (_direction, record) => record })
    pair.client.connection.closeWrite()
    pair.pump()
    expect(pair.client.failure).toMatchObject({ code: 'ERR_TLS_ABORTED' })
    expect(pair.server.failure).toMatchObject({ code: 'ERR_TLS_HANDSHAKE_CLOSED', alert: undefined })
    const alerts = pair.server.trace.flatMap((event) => (event.event === 'alert' ? [event.description] : []))
    expect(alerts).toEqual(['user_canceled', 'close_notify'])
  })
})

describe('the end of the transport', () => {
  test('without close_notify is a truncation', () => {
    const { client, cut, pump } = connectedPair()
    cut('server-to-client')
    pump()
    expect(client.failure).toMatchObject({ code: 'ERR_TLS_TRUNCATED', alert: undefined })
  })

  test('in the middle of a record is one, too, and after our own close_notify', () => {
    const { client, inject, cut, pump } = connectedPair()
    client.connection.closeWrite()
    inject('server-to-client', Uint8Array.of(23, 3, 3, 0, 100, 1, 2, 3))
    cut('server-to-client')
    pump()
    expect(client.told.at(-1)).toBe('closed ERR_TLS_TRUNCATED')
  })

  test('during the handshake is its end', () => {
    const pair = pairOf()
    pair.cut('client-to-server')
    pair.pump()
    expect(pair.server.failure).toMatchObject({ code: 'ERR_TLS_HANDSHAKE_CLOSED' })
  })

  test('after close_notify is nothing new', () => {
    const { client, server, cut, pump } = connectedPair()
    client.connection.closeWrite()
    pump()
    cut('client-to-server')
    pump()
    server.connection.write(ascii('still open'))
    server.connection.closeWrite()
    pump()
    expect(server.failure).toBeUndefined()
    expect(fromAscii(client.received())).toBe('still open')
  })

  test('is noticed when what pended is done', async () => {
    const pair = await connectedLater({ crypto: asyncProvider(nodeCrypto) })
    pair.server.connection.write(ascii('last'))
    pair.pump()
    pair.client.receiveEnd()
    expect(pair.client.failure).toBeUndefined()
    await pair.settle()
    expect(fromAscii(pair.client.received())).toBe('last')
    expect(pair.client.failure).toMatchObject({ code: 'ERR_TLS_TRUNCATED' })
  })
})

describe('abort', () => {
  test('tells the peer and ends both directions', () => {
    const { client, server, pump } = connectedPair()
    client.connection.abort()
    expect(client.told).toEqual(['connected', 'closed ERR_TLS_ABORTED'])
    pump()
    expect(server.told).toEqual(['connected', 'end'])
    expect(() => client.connection.write(ascii('x'))).toThrow(state)
  })

  test('with an error tells its alert', () => {
    const { client, server, pump } = connectedPair()
    client.connection.abort(new TlsError('ERR_TLS_CERTIFICATE_REVOKED', 'just learned that'))
    pump()
    expect(client.failure).toMatchObject({ code: 'ERR_TLS_CERTIFICATE_REVOKED' })
    expect(server.failure).toMatchObject({ code: 'ERR_TLS_PEER_ALERT', received: 'certificate_revoked' })
  })

  test('happens once', () => {
    const { client } = connectedPair()
    client.connection.abort()
    client.connection.abort(new TlsError('ERR_TLS_INTERNAL', 'again'))
    client.connection.closeWrite()
    void client.connection.receive(Uint8Array.of(1))
    client.connection.receiveEnd()
    expect(client.told).toEqual(['connected', 'closed ERR_TLS_ABORTED'])
  })

  test('before the start leaves nothing to start', () => {
    const { client, sent } = pairOf()
    const fresh = pairOf({}, {}).server
    fresh.connection.abort()
    expect(fresh.told).toEqual(['closed ERR_TLS_ABORTED'])
    void fresh.connection.start()
    void fresh.receive(sent('client-to-server'))
    expect(fresh.told).toEqual(['closed ERR_TLS_ABORTED'])
    client.connection.abort()
  })
})

test('nothing can be written before the handshake is done', () => {
  const pair = pairOf()
  for (const { connection } of [pair.client, pair.server]) {
    expect(connection.state).toBe('handshaking')
    expect(() => connection.write(ascii('early'))).toThrow(state)
    expect(() => connection.updateKeys()).toThrow(state)
  }
  pair.pump()
  expect(pair.client.facts).toBeDefined()
})

test('a failed connection takes nothing more', () => {
  const { client, inject, pump } = connectedPair()
  inject('server-to-client', recordOf23(40))
  pump()
  expect(client.told).toEqual(['connected', 'closed ERR_TLS_BAD_RECORD_MAC'])
  inject('server-to-client', recordOf23(40))
  pump()
  expect(client.told).toHaveLength(2)
})

function recordOf23(length: number): Uint8Array {
  return Uint8Array.from([23, 3, 3, 0, length, ...new Uint8Array(length)])
}
