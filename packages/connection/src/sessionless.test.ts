import { nodeCrypto } from '@typetls/crypto-node'
import { Secret } from '@typetls/crypto-provider'
import { connectPair } from '@typetls/testing'
import { ascii, fromAscii } from '@typetls/wire'
import { expect, test } from 'vitest'
import { certificateFor, clientPeer, clock, credentialFor, serverPeer, verifier } from '../test/peers.ts'
import { scriptedServer } from '../test/scripted-server.ts'
import type { clientConnection, ClientOptions, SessionlessClientOptions, Trace } from './index.ts'
import {
  clientCredentials,
  exportKeyingMaterial,
  rotatingTicketKeys,
  sessionlessClientConnection,
  tracing,
} from './index.ts'

const connect: typeof clientConnection = ({ trace, ...options }, events) =>
  sessionlessClientConnection({ ...options, trace: tracing(trace as Trace) } as SessionlessClientOptions, events)
const key = { identity: ascii('key'), secret: new Secret(new Uint8Array(32).fill(7)) }

function pairOf(options: Partial<ClientOptions> = {}) {
  const tickets = rotatingTicketKeys({ crypto: nodeCrypto, clock })
  return connectPair({
    client: (wire) => clientPeer(options, wire, true, undefined, connect),
    server: (wire) => serverPeer({ tickets, externalPsk: () => key }, wire),
  })
}

test('a client without sessions asks for no tickets, and so gets none', () => {
  const pair = pairOf()
  pair.pump()
  expect(pair.client.facts).toMatchObject({ version: 'TLSv1.3', resumed: false, peer: { authorized: true } })
  const sent = pair.server.trace.flatMap((event) => (event.event === 'message' ? [event.type] : []))
  expect(sent).toContain('finished')
  expect(sent).not.toContain('new_session_ticket')
  const { extensions } = scriptedServer({ connect }).hello
  expect(extensions.psk_key_exchange_modes).toBeUndefined()
  expect(extensions.unknown).toEqual([])
  const [ours, theirs] = [pair.client, pair.server].map(({ connection }) =>
    exportKeyingMaterial(connection, 'EXPORTER-Channel-Binding', new Uint8Array(0), 32),
  )
  expect(ours).toEqual(theirs)
})

test('it ignores tickets that come all the same, and goes on under new keys', () => {
  const server = scriptedServer({ connect }).play().ticket()
  expect(server.peer.sessions).toEqual([])
  expect(server.peer.failure).toBeUndefined()
  const pair = pairOf()
  pair.pump()
  pair.server.connection.updateKeys(true)
  pair.server.connection.write(ascii('still'))
  pair.pump()
  pair.client.connection.write(ascii('here'))
  pair.pump()
  expect([fromAscii(pair.client.received()), fromAscii(pair.server.received())]).toEqual(['still', 'here'])
})

test('it tells a trace and a key log what others tell theirs, if it has the code for it', () => {
  const pair = pairOf()
  pair.pump()
  const events = new Set(pair.client.trace.map(({ event }) => event))
  expect([...events].sort()).toEqual(['decision', 'keys', 'message', 'record', 'secret'])
  expect(pair.client.keyLog.toSorted()).toEqual(pair.server.keyLog.toSorted())
  for (const option of ['trace', 'keyLog']) {
    const options = { crypto: nodeCrypto, clock, verifier, [option]: () => {} }
    expect(() => sessionlessClientConnection(options as never, pair.client as never)).toThrow(
      expect.objectContaining({ code: 'ERR_TLS_OPTIONS', received: option }),
    )
  }
})

test.each([
  ['an external PSK', { externalPsks: [key] }],
  ['GREASE', { grease: true }],
  ['details', { keepDetails: true }],
  ['a credential without the code that shows it', { credentials: () => undefined }],
])('%s is refused', (_, options) => {
  expect(() => pairOf(options)).toThrow(expect.objectContaining({ code: 'ERR_TLS_OPTIONS' }))
})

test('it shows a certificate if it has the code for it, and otherwise that it has none', () => {
  const request = { clientAuthentication: 'require', verifier } as const
  const credential = credentialFor(certificateFor('ec-secp256r1', 'client.test'))
  for (const [credentials, code] of [
    [clientCredentials(credential), undefined],
    [undefined, 'ERR_TLS_CERTIFICATE_REQUIRED'],
  ] as const) {
    const pair = connectPair({
      client: (wire) => clientPeer({ ...(credentials && { credentials }) }, wire, true, undefined, connect),
      server: (wire) => serverPeer(request, wire),
    })
    pair.pump()
    expect(pair.server.failure?.code).toBe(code)
    if (code === undefined) expect(pair.server.facts?.peer?.certificates).toEqual(credential.certificates)
  }
})

test('a request to authenticate after the handshake is refused: none was offered', () => {
  const request = { certificateRequestContext: Uint8Array.of(1), extensions: { signature_algorithms: [0x0403] } }
  const server = scriptedServer({ connect }).play().say('certificate_request', request)
  expect(server.peer.failure).toMatchObject({ code: 'ERR_TLS_UNEXPECTED_MESSAGE', alert: 'unexpected_message' })
})
