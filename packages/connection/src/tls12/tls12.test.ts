import { nodeCrypto } from '@typetls/crypto-node'
import { ecdsa_secp256r1_sha256 } from '@typetls/crypto-provider'
import type { MemoryPair } from '@typetls/testing'
import { connectPair } from '@typetls/testing'
import { ascii, fromAscii, toHex } from '@typetls/wire'
import { selectCredential } from '@typetls/x509'
import { describe, expect, test } from 'vitest'
import { testCrypto } from '../../test/backend.ts'
import type { Peer } from '../../test/peers.ts'
import {
  certificateFor,
  clientPeer,
  clock,
  connectedPair,
  credentialFor,
  serverName,
  serverPeer,
  tls12ClientPeer,
  tls12ServerPeer,
  verifier,
} from '../../test/peers.ts'
import { tls12ConnectedPair, tls12PairOf } from '../../test/tls12-peers.ts'
import { Session, exportKeyingMaterial, rotatingTicketKeys } from '../index.ts'
import type { SessionIdStore } from './index.ts'
import {
  TLS_ECDHE_ECDSA_WITH_AES_128_CCM,
  TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8,
  TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
  clientTls12,
  defaultTls12CipherSuites,
  serverTls12,
} from './index.ts'

const tickets = rotatingTicketKeys({ crypto: nodeCrypto, clock })
const rsa = credentialFor(certificateFor('rsa'))

function storeInMemory(): SessionIdStore {
  const kept = new Map<string, Uint8Array>()
  return {
    put: (id, state) => void kept.set(toHex(id), state.slice()),
    get: (id) => kept.get(toHex(id))?.slice(),
  }
}

describe.each([...defaultTls12CipherSuites, TLS_ECDHE_ECDSA_WITH_AES_128_CCM, TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8])(
  '$name',
  (row) => {
    const credentials = row.authentication === 'rsa' ? rsa : credentialFor(certificateFor())

    test('connects and carries data both ways', ({ skip }) => {
      skip(!row.cipher.supportedBy(testCrypto), `${testCrypto.name} has not what ${row.name} needs`)
      const only = { cipherSuites: [row] }
      const pair = tls12ConnectedPair({ client12: only, server12: only, server: { credentials } })
      for (const { facts } of [pair.client, pair.server]) {
        expect(facts).toMatchObject({
          version: 'TLSv1.2',
          cipherSuite: row.name,
          group: 'x25519',
          serverName,
          resumed: false,
          extendedMainSecret: true,
        })
      }
      pair.client.connection.write(ascii('from the client'))
      pair.server.connection.write(new Uint8Array(40000).fill(7))
      pair.pump()
      expect(fromAscii(pair.server.received())).toBe('from the client')
      expect(pair.client.received()).toEqual(new Uint8Array(40000).fill(7))
      pair.client.connection.closeWrite()
      pair.server.connection.closeWrite()
      pair.pump()
      expect([pair.client.told.at(-1), pair.server.told.at(-1)]).toEqual(['closed', 'closed'])
    })
  },
)

test.each(['ec-secp256r1', 'ec-secp384r1', 'ed25519', 'rsa', 'rsa-pss'] as const)(
  'a server is authenticated by a certificate with a key of the kind %s',
  (keyType) => {
    const pair = tls12ConnectedPair({ server: { credentials: credentialFor(certificateFor(keyType)) } })
    expect(pair.client.facts?.peer).toMatchObject({ authorized: true, certificates: certificateFor(keyType).chain })
  },
)

test.each(['bytes', 'whole', { seed: 5, max: 40 }] as const)('it connects when its bytes are cut as %j', (split) => {
  const pair = tls12ConnectedPair({ split })
  expect(pair.client.facts?.version).toBe('TLSv1.2')
})

test('whoever has both versions takes TLS 1.3', () => {
  const pair = connectedPair({ tls12: clientTls12() }, { tls12: serverTls12() })
  expect(pair.client.facts?.version).toBe('TLSv1.3')
})

test('a client with both versions connects to a server with TLS 1.2 alone', () => {
  const pair = mixed({ client: 'both', server: 'tls12' })
  expect(pair.client.facts?.version).toBe('TLSv1.2')
  expect(pair.server.facts?.version).toBe('TLSv1.2')
})

test('a server with both versions connects to a client with TLS 1.2 alone', () => {
  const pair = mixed({ client: 'tls12', server: 'both' })
  expect(pair.client.facts?.version).toBe('TLSv1.2')
})

test('without TLS 1.2 a client refuses it and a server does not know it', () => {
  expect(failures(mixed({ client: 'tls13', server: 'tls12' })).server).toMatchObject({ code: 'ERR_TLS_VERSION' })
  expect(failures(mixed({ client: 'tls12', server: 'tls13' })).server).toMatchObject({ code: 'ERR_TLS_VERSION' })
})

test('a session is resumed by a ticket, and written down in between', () => {
  const first = tls12ConnectedPair({ server: { tickets } })
  expect(first.client.sessions).toHaveLength(1)
  const session = Session.parse((first.client.sessions[0] as Session).serialize())
  expect(session.version).toBe('TLSv1.2')
  const pair = tls12ConnectedPair({ client: { session }, server: { tickets } })
  for (const { facts } of [pair.client, pair.server]) expect(facts).toMatchObject({ resumed: true, group: undefined })
  expect(pair.client.facts?.peer).toMatchObject({ authorized: true, certificates: certificateFor().chain })
  expect(pair.client.facts?.tlsUnique).toEqual(pair.server.facts?.tlsUnique)
  pair.server.connection.write(ascii('again'))
  pair.pump()
  expect(fromAscii(pair.client.received())).toBe('again')
})

test('a session is resumed by its id', () => {
  const sessions = storeInMemory()
  const options = { client12: { tickets: false }, server12: { sessions } }
  const [session] = tls12ConnectedPair(options).client.sessions
  expect(session?.ticket).toHaveLength(0)
  const pair = tls12ConnectedPair({ ...options, client: { session: session as Session } })
  expect(pair.server.facts?.resumed).toBe(true)
})

test('a session of TLS 1.2 is resumed where both sides have TLS 1.3 only if the server wants it', () => {
  const [session] = tls12ConnectedPair({ server: { tickets } }).client.sessions
  const pair = connectedPair({ tls12: clientTls12(), session: session as Session }, { tls12: serverTls12(), tickets })
  expect(pair.client.facts).toMatchObject({ version: 'TLSv1.3', resumed: false })
})

test('a session goes with its cipher suite and its name', () => {
  const [session] = tls12ConnectedPair({ server: { tickets } }).client.sessions
  const other = tls12ConnectedPair({
    client: { session: session as Session },
    client12: { cipherSuites: [TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384] },
    server: { tickets },
  })
  expect(other.client.facts?.resumed).toBe(false)
})

test('a client authenticates by certificate, and need not unless it is required', () => {
  const asks = { clientAuthentication: 'require', verifier } as const
  const certificate = certificateFor('ec-secp256r1', 'client.test')
  const pair = tls12ConnectedPair({ client: { credentials: credentialFor(certificate) }, server: asks })
  expect(pair.server.facts).toMatchObject({
    clientSignatureScheme: 'ecdsa_secp256r1_sha256',
    peer: { certificates: certificate.chain },
  })
  expect(failures(tls12PairOf({ server: asks })).server).toMatchObject({
    code: 'ERR_TLS_CLIENT_CERTIFICATE_MISSING',
    alert: 'handshake_failure',
  })
  const optional = tls12ConnectedPair({ server: { ...asks, clientAuthentication: 'request' } })
  expect(optional.server.facts?.peer).toBeUndefined()
})

test('a server shows no ECDSA key of a curve that the client does not list, and signs with any hash', () => {
  const p384 = credentialFor(certificateFor('ec-secp384r1'))
  const p256 = credentialFor(certificateFor())
  const groups = ['x25519', 'secp384r1']
  const sha256 = { groups, signatureSchemes: [ecdsa_secp256r1_sha256] }
  for (const credentials of [[p256, p384], selectCredential([p256, p384])]) {
    const { client } = tls12ConnectedPair({ client: sha256, server: { credentials } })
    expect(client.facts).toMatchObject({
      signatureScheme: 'ecdsa_secp256r1_sha256',
      peer: { certificates: certificateFor('ec-secp384r1').chain },
    })
  }
  expect(failures(tls12PairOf({ client: { groups }, server: { credentials: p256 } })).server).toMatchObject({
    code: 'ERR_TLS_CERTIFICATE_CURVE',
    alert: 'handshake_failure',
    received: 'secp256r1',
  })
})

test('a client hears which kinds of certificates a server of TLS 1.2 takes', () => {
  const heard: unknown[] = []
  tls12ConnectedPair({
    client: { credentials: ({ certificateTypes }) => void heard.push(certificateTypes) },
    server: { clientAuthentication: 'request', verifier },
  })
  expect(heard).toEqual([[64, 1]])
})

test('ALPN, OCSP staples and timestamps are told', () => {
  const { certificate, staple, timestamps } = {
    certificate: credentialFor(certificateFor()),
    staple: Uint8Array.of(0x30, 0),
    timestamps: Uint8Array.of(0, 3, 0, 1, 9),
  }
  const pair = tls12ConnectedPair({
    client: { applicationProtocols: ['h2', 'http/1.1'], verifier: trusting() },
    server: {
      applicationProtocols: ['http/1.1'],
      credentials: { ...certificate, ocspResponse: staple, signedCertificateTimestamps: timestamps },
    },
  })
  expect(pair.client.facts).toMatchObject({
    applicationProtocol: 'http/1.1',
    peer: { ocspResponse: staple, signedCertificateTimestamps: timestamps },
  })
})

test('both sides export the same keying material, and an empty context is not none', () => {
  const { client, server } = tls12ConnectedPair()
  const of = (peer: typeof client, context: Uint8Array | undefined) =>
    exportKeyingMaterial(peer.connection, 'EXPERIMENTAL test', context, 40)
  expect(of(client, undefined)).toEqual(of(server, undefined))
  expect(of(client, ascii('context'))).toEqual(of(server, ascii('context')))
  expect(of(client, undefined)).not.toEqual(of(client, new Uint8Array()))
  expect(client.facts?.tlsUnique).toHaveLength(12)
})

test('the main secret is logged under the random of the client', () => {
  const { client, server } = tls12ConnectedPair()
  expect(client.keyLog).toEqual(server.keyLog)
  expect(client.keyLog).toEqual([expect.stringMatching(/^CLIENT_RANDOM [0-9a-f]{64} [0-9a-f]{96}$/)])
})

test('max_fragment_length makes records short', () => {
  const pair = tls12ConnectedPair({ client12: { maxFragmentLength: 512 } })
  pair.client.connection.write(new Uint8Array(2000))
  pair.server.connection.write(new Uint8Array(2000))
  pair.pump()
  const sizes = [pair.client, pair.server].map(({ trace }) =>
    Math.max(...trace.flatMap((e) => (e.event === 'record' && e.contentType === 23 ? [e.length] : []))),
  )
  expect(sizes).toEqual([512, 512])
})

test.each(['tls12', 'both'] as const)('record_size_limit makes records short, offered with %s', (versions) => {
  const pair =
    versions === 'tls12'
      ? tls12ConnectedPair({ client: { recordSizeLimit: 512 }, server: { recordSizeLimit: 600 } })
      : mixed({ client: 'both', server: 'tls12', limits: { client: 512, server: 600 } })
  pair.client.connection.write(new Uint8Array(2000))
  pair.server.connection.write(new Uint8Array(2000))
  pair.pump()
  const sizes = [pair.client, pair.server].map(({ trace }) =>
    Math.max(
      ...trace.flatMap((e) =>
        e.event === 'record' && e.contentType === 23 && e.direction === 'received' ? [e.length] : [],
      ),
    ),
  )
  // One ClientHello for both versions counts the type byte of TLS 1.3, which TLS 1.2 does not have.
  expect(sizes).toEqual([versions === 'tls12' ? 512 : 513, 600])
})

test('a server takes the suite that goes with its certificate', () => {
  const pair = tls12ConnectedPair({ server: { credentials: rsa } })
  expect(pair.client.facts?.cipherSuite).toBe(TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256.name)
})

test('without extended_main_secret nothing goes on', () => {
  // A man in the middle who takes it out of the ClientHello: the number becomes an unknown one.
  const withoutIt = (_: string, bytes: Uint8Array): Uint8Array => {
    const at = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(Buffer.from('00170000', 'hex'))
    if (bytes[0] === 22 && bytes[5] === 1 && at > 0) bytes[at] = 0x7f
    return bytes
  }
  expect(failures(tls12PairOf({ transform: withoutIt })).server).toMatchObject({
    code: 'ERR_TLS_EXTENDED_MAIN_SECRET',
    alert: 'handshake_failure',
  })
})

function trusting(): typeof verifier {
  return {
    verify: (chain, context) =>
      verifier.verify({ ...chain, ocspResponse: undefined, signedCertificateTimestamps: undefined }, context),
  }
}

type Speaks = 'tls12' | 'tls13' | 'both'

interface Mixed {
  readonly client: Speaks
  readonly server: Speaks
  /** record_size_limit of each, bytes. */
  readonly limits?: { readonly client: number; readonly server: number }
}

function mixed({ client, server, limits }: Mixed): MemoryPair<Peer, Peer> {
  const ofClient = limits && { recordSizeLimit: limits.client }
  const ofServer = limits && { recordSizeLimit: limits.server }
  const pair = connectPair<Peer, Peer>({
    client: (wire) =>
      client === 'tls12'
        ? tls12ClientPeer({ ...ofClient }, wire, {})
        : clientPeer({ ...ofClient, ...(client === 'both' && { tls12: clientTls12() }) }, wire),
    server: (wire) =>
      server === 'tls12'
        ? tls12ServerPeer({ ...ofServer }, wire, {})
        : serverPeer({ ...ofServer, ...(server === 'both' && { tls12: serverTls12() }) }, wire),
  })
  pair.pump()
  return pair
}

function failures(pair: ReturnType<typeof tls12PairOf>) {
  pair.pump()
  return { client: pair.client.failure, server: pair.server.failure }
}
