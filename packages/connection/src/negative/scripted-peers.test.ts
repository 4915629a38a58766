import { TLS_AES_256_GCM_SHA384, ecdsa_secp256r1_sha256 } from '@typetls/crypto-provider'
import { Secret } from '@typetls/crypto-provider'
import { ascii, fromAscii } from '@typetls/wire'
import { expect, test } from 'vitest'
import { certificateFor, connectedPair, credentialFor, verifier } from '../../test/peers.ts'
import { scriptedClient } from '../../test/scripted-client.ts'
import { scriptedServer } from '../../test/scripted-server.ts'
import { rotatingTicketKeys } from '../index.ts'
import { nodeCrypto } from '@typetls/crypto-node'
import { clock } from '../../test/peers.ts'

// What refuses everything proves nothing: without a fault these scripts must get through.

const key = { identity: ascii('key'), secret: new Secret(new Uint8Array(32).fill(7)) }

test.each([
  ['as it is', {}],
  ['after a HelloRetryRequest', { retry: { group: 0x17, cookie: ascii('cookie') }, group: 'secp256r1' }],
  ['that asks for a certificate', { request: true, client: { credentials: credentialFor(certificateFor()) } }],
  ['that asks for a certificate and gets none', { request: true }],
  ['of SHA-384', { suite: TLS_AES_256_GCM_SHA384 }],
  ['with a PSK', { psk: key, client: { externalPsks: [key] } }],
  [
    'with a PSK alone',
    { psk: key, withoutKeyShare: true, client: { externalPsks: [key], dangerouslyAllowPskWithoutKeyExchange: true } },
  ],
])('a client gets through with a scripted server %s', (_what, script) => {
  const server = scriptedServer(script).play()
  expect(server.peer.failure).toBeUndefined()
  expect(server.peer.told).toEqual(['connected'])
  server.record(23, ascii('data'))
  server.updateKeys('update_requested')
  server.record(23, ascii(' and more'))
  expect(fromAscii(server.peer.received())).toBe('data and more')
  server.peer.connection.write(ascii('answer'))
  server.listen()
  expect(server.data).toEqual([ascii('answer')])
  server.ticket()
  expect(server.peer.sessions).toHaveLength(1)
})

test('a client resumes with a scripted server', () => {
  const first = scriptedServer().play().ticket()
  const [session] = first.peer.sessions
  if (session === undefined) throw new Error('no session')
  const second = scriptedServer({ client: { session }, psk: { secret: first.pskOf() } }).play()
  expect(second.peer.facts).toMatchObject({ resumed: true })
})

test.each([
  ['as it is', {}],
  ['after a HelloRetryRequest', { shares: ['secp256r1'], server: { groups: ['x25519'] } }],
  [
    'that authenticates',
    { credential: credentialFor(certificateFor()), server: { clientAuthentication: 'require', verifier } },
  ],
  ['that could authenticate', { server: { clientAuthentication: 'request', verifier } }],
  ['with a PSK', { psks: [{ ...key, kind: 'external' }], server: { externalPsk: () => key } }],
] as const)('a server gets through with a scripted client %s', (_what, script) => {
  const client = scriptedClient(script).play()
  expect(client.peer.failure).toBeUndefined()
  expect(client.peer.told).toEqual(['connected'])
  client.record(23, ascii('data')).updateKeys().record(23, ascii(' and more'))
  expect(fromAscii(client.peer.received())).toBe('data and more')
})

test('a server resumes with a scripted client', () => {
  const tickets = rotatingTicketKeys({ crypto: nodeCrypto, clock })
  const [session] = connectedPair({}, { tickets }).client.sessions
  if (session === undefined) throw new Error('no session')
  const { psk: secret, ticket: identity } = session.state
  const client = scriptedClient({ psks: [{ identity, secret, kind: 'resumption' }], server: { tickets } }).play()
  expect(client.peer.facts).toMatchObject({ resumed: true })
})

test('a scripted client authenticates after the handshake', () => {
  const client = scriptedClient({
    credential: credentialFor(certificateFor()),
    scheme: ecdsa_secp256r1_sha256,
    body: { client_hello: (hello) => ({ ...hello, extensions: { ...hello.extensions, post_handshake_auth: {} } }) },
    server: { verifier },
  }).play()
  client.peer.connection.requestClientCertificate()
  client.listen().step('certificate').step('certificate_verify').step('finished')
  expect(client.peer.failure).toBeUndefined()
  expect(client.peer.authenticated).toHaveLength(1)
})
