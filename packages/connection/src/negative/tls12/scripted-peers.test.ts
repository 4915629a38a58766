import { contentType } from '@typetls/testing'
import { ascii, fromAscii } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { testCrypto } from '../../../test/backend.ts'
import { certificateFor, clock, credentialFor, verifier } from '../../../test/peers.ts'
import { tls12ConnectedPair } from '../../../test/tls12-peers.ts'
import type { Tls12ClientScript } from '../../../test/tls12-scripted-client.ts'
import { tls12ScriptedClient } from '../../../test/tls12-scripted-client.ts'
import type { Tls12ServerScript } from '../../../test/tls12-scripted-server.ts'
import { tls12ScriptedServer } from '../../../test/tls12-scripted-server.ts'
import type { Session } from '../../index.ts'
import { rotatingTicketKeys } from '../../index.ts'
import { TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA } from '../../tls12/index.ts'

// The peers of the other tests, when they do nothing wrong: a refusal there is for what a test does.

const tickets = rotatingTicketKeys({ crypto: testCrypto, clock })
const session = tls12ConnectedPair({ server: { tickets } }).client.sessions[0] as Session
const main = session.state.psk.reveal().slice()
const trusting = {
  verify: (chain, context) => verifier.verify({ ...chain, ocspResponse: undefined }, context),
} as typeof verifier
const cbc = { suite: 0xc009, both: false }
const credential = credentialFor(certificateFor('ec-secp256r1', 'client.test'))

const servers: Record<string, Tls12ServerScript> = {
  'a full handshake': {},
  'a client with both versions': { both: true },
  secp256r1: { group: 'secp256r1' },
  'an RSA certificate': { suite: 0xc02f, credential: credentialFor(certificateFor('rsa')) },
  'AES-256': { suite: 0xc02c },
  CBC: { ...cbc, client12: { cipherSuites: [TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA] } },
  'a CertificateRequest': { request: true },
  'a CertificateRequest to a client with a certificate': { request: true, client: { credentials: credential } },
  'a CertificateStatus': { status: true, client: { verifier: trusting } },
  'a ticket': { ticket: true },
  'a resumption': { resume: main, client: { session } },
  'a resumption with a new ticket': { resume: main, ticket: true, client: { session } },
}

const clients: Record<string, Tls12ClientScript> = {
  'a full handshake': {},
  'a server with both versions': { both: true },
  'a ticket': { ticket: true, server: { tickets } },
  'a resumption': {
    resume: { ticket: session.ticket, sessionId: new Uint8Array(32).fill(5), main },
    server: { tickets },
  },
  'an empty Certificate': { server: { clientAuthentication: 'request', verifier } },
  'a Certificate': { credential, server: { clientAuthentication: 'require', verifier } },
  CBC: { ...cbc, server12: { cipherSuites: [TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA] } },
}

describe('a client connects to the scripted server', () => {
  test.each(Object.keys(servers))('with %s', (name) => {
    const server = tls12ScriptedServer(servers[name]).play()
    expect(server.peer.failure).toBeUndefined()
    expect(server.peer.facts).toMatchObject({ version: 'TLSv1.2', resumed: name.startsWith('a resumption') })
    server.record(contentType.application_data, ascii('data'))
    expect(fromAscii(server.peer.received())).toBe('data')
    server.peer.connection.write(ascii('more'))
    expect(server.listen().data).toEqual([ascii('more')])
  })
})

describe('a server connects to the scripted client', () => {
  test.each(Object.keys(clients))('with %s', (name) => {
    const client = tls12ScriptedClient(clients[name]).play()
    expect(client.peer.failure).toBeUndefined()
    expect(client.peer.facts).toMatchObject({ version: 'TLSv1.2', resumed: name === 'a resumption' })
    client.record(contentType.application_data, ascii('data'))
    expect(fromAscii(client.peer.received())).toBe('data')
    client.peer.connection.write(ascii('more'))
    expect(client.listen().data).toEqual([ascii('more')])
  })
})
