import { nodeCrypto } from '@typetls/crypto-node'
import { defaultSignatureSchemes } from '@typetls/crypto-provider'
import { describe, expect, test } from 'vitest'
import { certificateFor, clock, connectedPair, credentialFor, verifier } from '../test/peers.ts'
import { tls12ConnectedPair } from '../test/tls12-peers.ts'
import type { ClientOptions, ServerOptions } from './index.ts'
import { rotatingTicketKeys } from './index.ts'

const pairs = {
  'TLS 1.3': connectedPair,
  'TLS 1.2': (client: Partial<ClientOptions> = {}, server: Partial<ServerOptions> = {}) =>
    tls12ConnectedPair({ client, server }),
}

describe.each(Object.entries(pairs))('%s', (_version, connected) => {
  test('what few ask for is kept for those who say so, the same on both sides', () => {
    const { client, server } = connected({ keepDetails: true }, { keepDetails: true })
    const [ofClient, ofServer] = [client.facts?.details, server.facts?.details]
    expect(ofClient?.ownFinished.length).toBeGreaterThanOrEqual(12)
    expect(ofClient?.ownFinished).toEqual(ofServer?.peerFinished)
    expect(ofClient?.peerFinished).toEqual(ofServer?.ownFinished)
    expect(ofServer?.sharedSignatureSchemes).toContain(defaultSignatureSchemes[0]?.name)
    expect(ofClient?.sharedSignatureSchemes).toEqual([])
    expect(connected().client.facts?.details).toBeUndefined()
  })

  test('each side knows which certificates it showed', () => {
    const own = certificateFor('ec-secp256r1', 'a client')
    const { client, server } = connected(
      { credentials: credentialFor(own) },
      { clientAuthentication: 'require', verifier },
    )
    expect(server.facts?.ownCertificates).toEqual(certificateFor().chain)
    expect(client.facts?.ownCertificates).toEqual(own.chain)
    expect(connected().client.facts?.ownCertificates).toBeUndefined()
  })
})

test('who resumes shows none', () => {
  const tickets = rotatingTicketKeys({ crypto: nodeCrypto, clock })
  const [session] = connectedPair({}, { tickets }).client.sessions
  expect(connectedPair({ session: session as never }, { tickets }).server.facts).toMatchObject({
    resumed: true,
    ownCertificates: undefined,
  })
})
