import { ecdsa_secp256r1_sha256, rsa_pkcs1_sha256_legacy, rsa_pss_rsae_sha256 } from '@typetls/crypto-provider'
import { TlsError } from '@typetls/wire'
import { expect, test } from 'vitest'
import { testCrypto } from '../../test/backend.ts'
import { certificateFor, clock, credentialFor, verifier } from '../../test/peers.ts'
import type { Tls12Pair } from '../../test/tls12-peers.ts'
import { tls12ConnectedPair, tls12PairOf } from '../../test/tls12-peers.ts'
import type { PeerVerifier, Session } from '../index.ts'
import { rotatingTicketKeys } from '../index.ts'
import { TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 } from './index.ts'

const tickets = rotatingTicketKeys({ crypto: testCrypto, clock })

const changed: PeerVerifier = {
  verify() {
    throw new TlsError('ERR_TLS_CERTIFICATE_REVOKED', 'revoked since')
  },
}

test('resumption can be refused where another suite would be chosen now', () => {
  const session = sessionOf({ client12: { cipherSuites: [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256] } })
  const cipherSuites = [TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]
  const resumed = (resumeWithOtherSuite: boolean): boolean | undefined =>
    tls12ConnectedPair({
      client: { session },
      client12: { cipherSuites },
      server: { tickets, resumeWithOtherSuite },
      server12: { cipherSuites },
    }).client.facts?.resumed
  expect([resumed(true), resumed(false)]).toEqual([true, false])
})

test('among suites that a server wants equally the client decides, whatever it wants more', () => {
  const [aes128, aes256] = [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384]
  const server12 = { cipherSuites: [[aes128, aes256]] }
  for (const cipherSuites of [
    [aes128, aes256],
    [aes256, aes128],
  ]) {
    const { client } = tls12ConnectedPair({ client12: { cipherSuites }, server12 })
    expect(client.facts?.cipherSuite).toBe(cipherSuites[0]?.name)
  }
})

test('a client asks its verifier again about a resumed session if it is to', () => {
  const session = sessionOf()
  const client = { session, verifyOnResumption: true }
  expect(tls12ConnectedPair({ client, server: { tickets } }).client.facts).toMatchObject({
    resumed: true,
    peer: { authorized: true },
  })
  expect(
    failures({ client: { ...client, verifyOnResumption: false, verifier: changed }, server: { tickets } }).client,
  ).toBeUndefined()
  const refused = failures({ client: { ...client, verifier: changed }, server: { tickets } })
  expect(refused.client).toMatchObject({ code: 'ERR_TLS_CERTIFICATE_REVOKED', alert: 'certificate_revoked' })
  expect(refused.server).toMatchObject({ code: 'ERR_TLS_PEER_ALERT', received: 'certificate_revoked' })
})

test('a server asks its verifier again about a resumed session if it is to', () => {
  const asking = { clientAuthentication: 'require', verifier, tickets } as const
  const credentials = credentialFor(certificateFor('ec-secp256r1', 'client.test'))
  const session = sessionOf({ client: { credentials }, server: asking })
  const server = { ...asking, verifyOnResumption: true }
  expect(tls12ConnectedPair({ client: { session }, server }).server.facts?.resumed).toBe(true)
  const refused = failures({ client: { session }, server: { ...server, verifier: changed } })
  expect(refused.server).toMatchObject({ code: 'ERR_TLS_CERTIFICATE_REVOKED' })
})

test('a server can be told not to acknowledge the name', () => {
  const length = (acknowledgeServerName: boolean): number => {
    const { client } = tls12ConnectedPair({ server: { acknowledgeServerName } })
    const event = client.trace.find((one) => one.event === 'message' && one.type === 'server_hello')
    return event?.event === 'message' ? event.bytes.length : 0
  }
  expect(length(true) - length(false)).toBe(4)
})

test('a client can be told to go on with an application protocol that it did not offer', () => {
  // Somebody changes what the server selected: who goes on finds out by the keys.
  const renamed = (_: string, bytes: Uint8Array): Uint8Array => {
    const at = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf('mine')
    if (bytes[0] === 22 && bytes[5] === 2 && at > 0) bytes[at] = 0x77
    return bytes
  }
  const refusal = (allowUnofferedApplicationProtocol: boolean): string | undefined =>
    failures({
      client: { applicationProtocols: ['mine'], allowUnofferedApplicationProtocol },
      server: { applicationProtocols: ['mine'] },
      transform: renamed,
    }).client?.code
  expect(refusal(false)).toBe('ERR_TLS_ALPN')
  expect(refusal(true)).toBe('ERR_TLS_PEER_ALERT')
})

test('nobody signs with the schemes that TLS 1.3 has for old keys', () => {
  const certificate = certificateFor('rsa')
  const { certificates } = credentialFor(certificate)
  const signer = { schemes: [rsa_pkcs1_sha256_legacy], sign: () => new Uint8Array(256) }
  const schemes = [ecdsa_secp256r1_sha256, rsa_pss_rsae_sha256, rsa_pkcs1_sha256_legacy]
  const refused = failures({
    client: { signatureSchemes: schemes },
    server: { signatureSchemes: schemes, credentials: () => ({ certificates, signer }) },
  })
  expect(refused.server).toMatchObject({ code: 'ERR_TLS_NO_SHARED_SIGNATURE_SCHEME', alert: 'handshake_failure' })
})

test('a signature by such a scheme is refused', () => {
  const certificate = certificateFor('rsa')
  const { certificates, signer } = credentialFor(certificate)
  // Signs with one that is offered as well, and says it was the other.
  const renamed = { ...rsa_pss_rsae_sha256, id: rsa_pkcs1_sha256_legacy.id }
  const schemes = [ecdsa_secp256r1_sha256, rsa_pss_rsae_sha256, rsa_pkcs1_sha256_legacy]
  const refused = failures({
    client: { signatureSchemes: schemes },
    server: {
      signingSchemes: [renamed],
      credentials: () => ({
        certificates,
        signer: { schemes: [renamed], sign: (_, data) => signer.sign(rsa_pss_rsae_sha256, data) },
      }),
    },
  })
  expect(refused.client).toMatchObject({ code: 'ERR_TLS_SIGNATURE_SCHEME', alert: 'illegal_parameter' })
})

function sessionOf(options: Tls12Pair = {}): Session {
  return tls12ConnectedPair({ ...options, server: { tickets, ...options.server } }).client.sessions[0] as Session
}

function failures(options: Tls12Pair): { client: TlsError | undefined; server: TlsError | undefined } {
  const pair = tls12PairOf(options)
  pair.pump()
  return { client: pair.client.failure, server: pair.server.failure }
}
