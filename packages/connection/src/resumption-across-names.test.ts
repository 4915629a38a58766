import { nodeCrypto } from '@typetls/crypto-node'
import { expect, test } from 'vitest'
import { authority, clock, connectedPair, credentialFor, pairOf, serverName } from '../test/peers.ts'
import type { ServerOptions } from './index.ts'
import { Session, rotatingTicketKeys } from './index.ts'

const certificate = authority.issue({ subject: serverName, dns: [serverName, 'other.test'] })
const server: Partial<ServerOptions> = {
  credentials: credentialFor(certificate),
  tickets: rotatingTicketKeys({ crypto: nodeCrypto, clock }),
  resumptionAcrossNames: true,
}

function firstSession(options: Partial<ServerOptions> = server): Session {
  return connectedPair({}, options).client.sessions[0] as Session
}

test('a session says whether its server resumes it under other names, also when it was written down', () => {
  expect(firstSession().resumableAcrossNames).toBe(true)
  expect(Session.parse(firstSession().serialize()).resumableAcrossNames).toBe(true)
  expect(firstSession({ ...server, resumptionAcrossNames: false }).resumableAcrossNames).toBe(false)
})

test('it is resumed under another name of the certificate, and so are the sessions it leads to', () => {
  const pair = connectedPair({ session: firstSession(), serverName: 'other.test' }, server)
  expect(pair.client.facts).toMatchObject({
    resumed: true,
    peer: { authorized: true, certificates: certificate.chain },
  })
  expect(pair.server.facts).toMatchObject({ resumed: true, serverName: 'other.test' })
  const next = connectedPair({ session: pair.client.sessions[0] as Session }, server)
  expect(next.client.facts?.resumed).toBe(true)
})

test('a client refuses to go on under a name that the certificate is not valid for', () => {
  const pair = pairOf({ session: firstSession(), serverName: 'third.test' }, server)
  pair.pump()
  expect(pair.client.failure).toMatchObject({ code: 'ERR_TLS_CERTIFICATE_NAME', alert: 'bad_certificate' })
})

test('a server that does not want it makes a full handshake', () => {
  const strict = { ...server, resumptionAcrossNames: false }
  const { client } = connectedPair({ session: firstSession(), serverName: 'other.test' }, strict)
  expect(client.facts?.resumed).toBe(false)
})
