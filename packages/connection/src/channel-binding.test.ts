import { createHash } from 'node:crypto'
import { createAuthority } from '@typetls/testing'
import type { TestKeyType } from '@typetls/testing'
import { createVerifier, signatureHash } from '@typetls/x509'
import { nodeCrypto } from '@typetls/crypto-node'
import { describe, expect, test } from 'vitest'
import type { Changed } from '../test/peers.ts'
import { certificateFor, clock, connectedPair, credentialFor, pairOf, serverName } from '../test/peers.ts'
import { tls12ConnectedPair } from '../test/tls12-peers.ts'
import { tls12ScriptedServer } from '../test/tls12-scripted-server.ts'
import type { ChannelBindingType, Connection, ServerOptions } from './index.ts'
import { Session, channelBinding, rotatingTicketKeys } from './index.ts'

const tickets = rotatingTicketKeys({ crypto: nodeCrypto, clock })

function bindingsOf({ connection }: { readonly connection: Connection }) {
  const of = (type: ChannelBindingType) => channelBinding(connection, type, signatureHash) as Uint8Array | undefined
  return { exporter: of('tls-exporter'), endPoint: of('tls-server-end-point'), unique: of('tls-unique') }
}

const connected = {
  'TLS 1.3': (server: Changed<ServerOptions> = {}, session?: Session) => connectedPair({ session }, server),
  'TLS 1.2': (server: Changed<ServerOptions> = {}, session?: Session) =>
    tls12ConnectedPair({ client: { session }, server }),
}

describe.each(Object.keys(connected) as (keyof typeof connected)[])('%s', (version) => {
  test('both sides have the same, and another connection another', () => {
    const [one, two] = [connected[version](), connected[version]()].map(({ client, server }) => {
      expect(bindingsOf(client)).toEqual(bindingsOf(server))
      return bindingsOf(client)
    })
    expect(one?.exporter).toHaveLength(32)
    expect(one?.exporter).not.toEqual(two?.exporter)
    const sha256 = createHash('sha256').update(certificateFor().certificate).digest()
    expect(one?.endPoint).toEqual(new Uint8Array(sha256))
    expect(one?.endPoint).toEqual(two?.endPoint)
    // TLS 1.3 has no tls-unique.
    expect(one?.unique?.length).toBe(version === 'TLS 1.2' ? 12 : undefined)
    if (version === 'TLS 1.2') expect(one?.unique).not.toEqual(two?.unique)
  })

  test('on resumption a client has the certificate that it remembers, and a server shows none', () => {
    const [session] = connected[version]({ tickets }).client.sessions
    const { client, server } = connected[version]({ tickets }, session)
    expect(client.facts?.resumed).toBe(true)
    const { endPoint, ...others } = bindingsOf(client)
    expect(endPoint).toHaveLength(32)
    expect(bindingsOf(server)).toEqual({ ...others, endPoint: undefined })
  })
})

test('the hash of the end point is that of its signature, and none where that has none', () => {
  const byAuthority: readonly [TestKeyType, string | undefined][] = [
    ['ec-secp384r1', 'sha384'],
    ['ec-secp521r1', 'sha512'],
    ['rsa', 'sha256'],
    ['ed25519', undefined],
  ]
  for (const [keyType, hash] of byAuthority) {
    const other = createAuthority({ keyType })
    const certificate = other.issue({ dns: [serverName], keyType: 'ec-secp256r1' })
    const { client, server } = connectedPair(
      { verifier: createVerifier({ trustAnchors: [other.certificate] }) },
      { credentials: credentialFor(certificate) },
    )
    const digest = hash && new Uint8Array(createHash(hash).update(certificate.certificate).digest())
    for (const peer of [client, server]) expect(bindingsOf(peer).endPoint).toEqual(digest)
    expect(signatureHash(certificate.certificate)).toBe(hash)
  }
})

test('for MD5 and SHA-1 it is SHA-256', () => {
  const { client } = connectedPair()
  const sha256 = createHash('sha256').update(certificateFor().certificate).digest()
  for (const weak of ['md5', 'sha1']) {
    expect(channelBinding(client.connection, 'tls-server-end-point', () => weak)).toEqual(new Uint8Array(sha256))
  }
  expect(channelBinding(client.connection, 'tls-server-end-point', () => 'gost')).toBeUndefined()
})

test('a session resumed without extended_main_secret has none but the end point', () => {
  const [session] = tls12ConnectedPair({ server: { tickets } }).client.sessions
  if (session === undefined) throw new Error('there is no session')
  const { state } = session
  const server = tls12ScriptedServer({
    client: { session: new Session({ ...state, extendedMainSecret: false }) },
    client12: { requireExtendedMainSecret: false },
    resume: state.psk.reveal(),
    extensions: { 23: undefined },
  })
  const { endPoint, ...others } = bindingsOf(server.play().peer)
  expect(server.peer.facts).toMatchObject({ resumed: true, extendedMainSecret: false })
  expect(endPoint).toHaveLength(32)
  expect(others).toEqual({ exporter: undefined, unique: undefined })
})

test('a renegotiated connection exports no binding, and has the tls-unique of its last handshake', () => {
  const server = tls12ScriptedServer({ client12: { renegotiation: 'once' } }).play()
  const before = bindingsOf(server.peer)
  const after = bindingsOf(server.renegotiate().play().peer)
  expect(server.peer.told).toContain('renegotiated')
  expect(after).toMatchObject({ exporter: undefined, endPoint: before.endPoint })
  expect(after.unique).not.toEqual(before.unique)
})

test('before the handshake is done there is none', () => {
  const { client } = pairOf()
  expect(() => channelBinding(client.connection, 'tls-unique')).toThrow(
    expect.objectContaining({ code: 'ERR_TLS_STATE' }),
  )
})
