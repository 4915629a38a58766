import { ascii, fromAscii } from '@typetls/wire'
import { expect, test } from 'vitest'
import { defaultGroup } from '../test/backend.ts'
import { connectedPair, pairOf, serverName } from '../test/peers.ts'

test('two peers agree, authenticate and talk both ways', () => {
  const { client, server, pump } = connectedPair()
  expect(client.facts).toMatchObject({
    version: 'TLSv1.3',
    cipherSuite: 'TLS_AES_128_GCM_SHA256',
    group: defaultGroup,
    signatureScheme: 'ecdsa_secp256r1_sha256',
    serverName,
    resumed: false,
    helloRetryRequest: false,
  })
  expect(server.facts).toMatchObject({ cipherSuite: 'TLS_AES_128_GCM_SHA256', group: defaultGroup, serverName })
  client.connection.write(ascii('ping'))
  pump()
  expect(fromAscii(server.received())).toBe('ping')
  server.connection.write(ascii('pong'))
  server.connection.closeWrite()
  pump()
  expect(fromAscii(client.received())).toBe('pong')
  expect(client.told).toEqual(['connected', 'data', 'end'])
  client.connection.closeWrite()
  pump()
  expect(client.told.at(-1)).toBe('closed')
  expect(server.told.at(-1)).toBe('closed')
})

test('both sides log the same secrets', () => {
  const { client, server } = connectedPair()
  expect(client.keyLog).toHaveLength(5)
  expect([...client.keyLog].sort()).toEqual([...server.keyLog].sort())
})

test('the handshake is the same one byte at a time', () => {
  const pair = pairOf({}, {}, { split: 'bytes' })
  pair.pump()
  expect(pair.client.failure).toBeUndefined()
  expect(pair.client.facts).toBeDefined()
  expect(pair.server.facts).toBeDefined()
})
