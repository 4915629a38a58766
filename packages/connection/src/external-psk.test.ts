import { Secret, TLS_AES_128_GCM_SHA256, TLS_AES_256_GCM_SHA384 } from '@typetls/crypto-provider'
import { ascii, fromAscii } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { defaultGroup } from '../test/backend.ts'
import { connectedPair, pairOf } from '../test/peers.ts'
import type { ExternalPsk, ExternalPskLookup } from './index.ts'

const psk = (name: string, fill: number, hash?: string): ExternalPsk => ({
  identity: ascii(name),
  secret: new Secret(new Uint8Array(32).fill(fill)),
  hash,
})

const known = [psk('one', 1), psk('two', 2), psk('three', 3, 'sha384')]

const lookUp: ExternalPskLookup = (identity) => known.find((one) => fromAscii(one.identity) === fromAscii(identity))

const pskOnly = { credentials: undefined, externalPsk: lookUp }

test('two sides that share a key need no certificate', () => {
  const { client, server, pump } = connectedPair({ externalPsks: [psk('one', 1)] }, pskOnly)
  for (const peer of [client, server]) {
    expect(peer.facts).toMatchObject({
      resumed: false,
      signatureScheme: undefined,
      peer: undefined,
      externalPskIdentity: ascii('one'),
      cipherSuite: 'TLS_AES_128_GCM_SHA256',
      group: defaultGroup,
    })
  }
  client.connection.write(ascii('shared'))
  pump()
  expect(fromAscii(server.received())).toBe('shared')
})

test('a client with nothing but a key needs no verifier', () => {
  const { client } = connectedPair({ externalPsks: [psk('one', 1)], verifier: undefined }, pskOnly)
  expect(client.facts?.externalPskIdentity).toEqual(ascii('one'))
})

test('a key of SHA-384 makes the suite one of SHA-384', () => {
  const { client } = connectedPair({ externalPsks: [psk('three', 3, 'sha384')] }, pskOnly)
  expect(client.facts).toMatchObject({ cipherSuite: 'TLS_AES_256_GCM_SHA384', externalPskIdentity: ascii('three') })
})

test('of several keys the first that the server knows is taken', () => {
  const externalPsks = [psk('nobody knows', 9), psk('three', 3, 'sha384'), psk('one', 1)]
  const { client, server } = connectedPair({ externalPsks }, pskOnly)
  for (const peer of [client, server]) expect(peer.facts?.externalPskIdentity).toEqual(ascii('three'))
  const only = connectedPair({ externalPsks }, { ...pskOnly, cipherSuites: [TLS_AES_128_GCM_SHA256] })
  expect(only.client.facts?.externalPskIdentity).toEqual(ascii('one'))
})

test('after a HelloRetryRequest only keys of the chosen hash are left', () => {
  const externalPsks = [psk('one', 1), psk('three', 3, 'sha384')]
  const { client } = connectedPair(
    { externalPsks, groups: ['x25519', 'secp256r1'] },
    { ...pskOnly, groups: ['secp256r1'], cipherSuites: [TLS_AES_256_GCM_SHA384] },
  )
  expect(client.facts).toMatchObject({ helloRetryRequest: true, externalPskIdentity: ascii('three') })
})

test('the lookup may answer later', async () => {
  const pair = pairOf(
    { externalPsks: [psk('two', 2)] },
    { ...pskOnly, externalPsk: async (identity) => lookUp(identity) },
  )
  await pair.settle()
  expect(pair.client.facts?.externalPskIdentity).toEqual(ascii('two'))
})

test('a server that has certificates too falls back to them', () => {
  const { client } = connectedPair({ externalPsks: [psk('nobody knows', 9)] }, { externalPsk: lookUp })
  expect(client.facts).toMatchObject({ externalPskIdentity: undefined, signatureScheme: 'ecdsa_secp256r1_sha256' })
})

test('psk_ke needs no group at all', () => {
  const dangerouslyAllowPskWithoutKeyExchange = true
  const { client } = connectedPair(
    { externalPsks: [psk('one', 1)], groups: [], dangerouslyAllowPskWithoutKeyExchange },
    { ...pskOnly, dangerouslyAllowPskWithoutKeyExchange },
  )
  expect(client.facts).toMatchObject({ group: undefined, externalPskIdentity: ascii('one') })
})

test("the keys stay the user's: nothing wipes them", () => {
  const mine = psk('one', 1)
  for (let i = 0; i < 3; i++) {
    const pair = connectedPair({ externalPsks: [mine] }, pskOnly)
    pair.client.connection.abort()
    pair.pump()
  }
  expect(mine.secret.disposed).toBe(false)
  expect(known.every((one) => !one.secret.disposed)).toBe(true)
})

describe('refused are', () => {
  test('a key that is not the one of that name', () => {
    const pair = pairOf({ externalPsks: [psk('one', 99)] }, pskOnly)
    pair.pump()
    expect(pair.server.failure).toMatchObject({ code: 'ERR_TLS_PSK_BINDER', alert: 'decrypt_error' })
  })

  test('an identity nobody knows, where there is nothing else', () => {
    const pair = pairOf({ externalPsks: [psk('nobody knows', 9)] }, pskOnly)
    pair.pump()
    expect(pair.server.failure).toMatchObject({ code: 'ERR_TLS_PSK_REQUIRED', alert: 'handshake_failure' })
  })

  test('a certificate, by a client that has no verifier', () => {
    const pair = pairOf({ externalPsks: [psk('nobody knows', 9)], verifier: undefined }, { externalPsk: lookUp })
    pair.pump()
    expect(pair.client.failure).toMatchObject({ code: 'ERR_TLS_CERTIFICATE_REFUSED', alert: 'certificate_unknown' })
  })
})
