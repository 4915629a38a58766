import { X509Certificate } from 'node:crypto'
import { nodeCrypto } from '@typetls/crypto-node'
import type { CryptoProvider } from '@typetls/crypto-provider'
import { TLS_AES_128_GCM_SHA256, defaultSignatureSchemes } from '@typetls/crypto-provider'
import { decodeMessage } from '@typetls/handshake'
import type { HandshakeBytes, Rfc8448Record, Rfc8448Title, Rfc8448Trace } from '@typetls/testing'
import {
  deterministicProvider,
  flight,
  handshakeType,
  interceptedProvider,
  manualClock,
  parseHandshake,
  rfc8448,
} from '@typetls/testing'
import { readPublicKey } from '@typetls/x509'
import { concat, equalBytes, toHex } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import type { Connection, ConnectionEvents, Credential, PeerVerifier } from './index.ts'
import { clientConnection, serverConnection } from './index.ts'

// Whole connections against the other side of the traces, record by record. Our messages differ from those of the RFC in
// what they offer and in which order, so wherever we hash one of ours the transcript is given that of the trace in its
// place: then all keys, all MACs and all later records are the RFC's. The 0-RTT trace is played by its secrets alone
// (`handshake`), since we have no early data yet.

const titles = ['Simple 1-RTT Handshake', 'HelloRetryRequest', 'Client Authentication', 'Compatibility Mode'] as const

describe.each(titles)('%s', (title) => {
  const trace = rfc8448()[title]
  const retried = title === 'HelloRetryRequest'

  test('our client says what the client of the trace says', () => {
    const messages = sentBy(trace, 'client')
    const [hello] = messages
    const crypto = scripted(trace, 'client', messages.slice(0, retried ? 2 : 1))
    const { events, output, connection } = listener()
    const { signature } = signatureOf(messages)
    const client = clientConnection(
      {
        crypto,
        clock: manualClock(),
        cipherSuites: [TLS_AES_128_GCM_SHA256],
        groups: ['x25519', 'secp256r1'],
        keyShares: ['x25519'],
        signatureSchemes: defaultSignatureSchemes,
        serverName: 'server',
        recordSizeLimit: 16384,
        requestStatus: true,
        requestTimestamps: true,
        grease: false,
        middleboxCompatibility: title === 'Compatibility Mode',
        verifier,
        ...(signature !== undefined && { credentials: credentialOf(messages, signature) }),
      },
      events,
    )
    connection(client)
    void client.start()
    expect(parseHandshake(recordsIn(output)[0]?.subarray(5) as Uint8Array).messages[0]?.type).toBe(hello?.type)

    const theirs = trace.records('server')
    const ours = trace.records('client')
    // What the server says up to its Finished.
    const first = theirs
      .filter(({ type }) => type === 'handshake' || type === 'change_cipher_spec')
      .filter(isBeforeTicket)
    for (const { record } of first) void client.receive(record.slice())
    expect(client.failure).toBeUndefined()
    expect(client.facts).toMatchObject({ cipherSuite: 'TLS_AES_128_GCM_SHA256', helloRetryRequest: retried })
    const protectedOnes = (): string[] =>
      recordsIn(output)
        .filter((one) => one[0] === 23)
        .map(toHex)
    expect(protectedOnes()).toEqual(ours.filter(isProtected).filter(isHandshake).map(hexOf))

    for (const { record } of theirs.filter((one) => !first.includes(one) && one.type !== 'alert')) {
      void client.receive(record.slice())
    }
    for (const { payload } of ours.filter(isData)) client.write(payload)
    client.closeWrite()
    for (const { record } of theirs.filter(({ type }) => type === 'alert')) void client.receive(record.slice())
    expect(protectedOnes()).toEqual(ours.filter(isProtected).map(hexOf))
    expect(client).toMatchObject({ state: 'closed', failure: undefined })
    expect(events.received()).toBe(toHex(concat(...theirs.filter(isData).map(({ payload }) => payload))))
    if (title === 'Simple 1-RTT Handshake') {
      const psk = trace.bytes('server', 'generate resumption secret', 'expanded')
      expect(events.psks()).toEqual([toHex(psk)])
    }
  })

  test('our server says what the server of the trace says', () => {
    const messages = sentBy(trace, 'server')
    const { signature } = signatureOf(messages)
    const own = messages.filter(
      ({ type }) => type !== handshakeType.certificate_verify && type !== handshakeType.finished,
    )
    const crypto = scripted(trace, 'server', own)
    const { events, output, connection } = listener()
    const authenticates = title === 'Client Authentication'
    const server = serverConnection(
      {
        crypto,
        clock: manualClock(),
        cipherSuites: [TLS_AES_128_GCM_SHA256],
        groups: retried ? ['secp256r1'] : ['x25519'],
        signatureSchemes: defaultSignatureSchemes,
        recordSizeLimit: 16384,
        credentials: credentialOf(messages, signature as Signature),
        ...(authenticates && { clientAuthentication: 'require', verifier }),
        ...(retried && { cookies: cookiesOf(messages), requireCookie: true }),
      },
      events,
    )
    connection(server)
    const theirs = trace.records('client')
    const ours = trace.records('server')
    for (const { record } of theirs.filter(({ type }) => type === 'handshake' || type === 'change_cipher_spec')) {
      void server.receive(record.slice())
    }
    // The client's Finished, as it stood there, fits what we derived.
    expect(server.failure).toBeUndefined()
    expect(server.facts).toMatchObject({ cipherSuite: 'TLS_AES_128_GCM_SHA256', helloRetryRequest: retried })

    const protectedOnes = (): string[] =>
      recordsIn(output)
        .filter((one) => one[0] === 23)
        .map(toHex)
    const sent = protectedOnes().length
    const ticket = ours.find((one) => isHandshake(one) && !isBeforeTicket(one))
    // Ours is another ticket, but it is a record all the same: where the trace has one, data has to have number 1.
    if (ticket !== undefined) server.write(Uint8Array.of(0))
    const skipped = sent + (ticket === undefined ? 0 : 1)
    for (const one of theirs.filter(isData)) void server.receive(one.record.slice())
    for (const { payload } of ours.filter(isData)) server.write(payload)
    for (const { record } of theirs.filter(({ type }) => type === 'alert')) void server.receive(record.slice())
    server.closeWrite()
    const expected = ours.filter((one) => isData(one) || one.type === 'alert').map(hexOf)
    expect(protectedOnes().slice(skipped)).toEqual(expected)
    expect(events.received()).toBe(toHex(concat(...theirs.filter(isData).map(({ payload }) => payload))))
    expect(server).toMatchObject({ state: 'closed', failure: undefined })
  })
})

/** The trace's keys and random bytes; in transcripts each of our first messages is the one of the trace. */
function scripted(trace: Rfc8448Trace, who: 'client' | 'server', theirs: readonly HandshakeBytes[]): CryptoProvider {
  const keys = (curve: string): Uint8Array[] =>
    trace.steps.flatMap((one) =>
      one.who === who && one.what.startsWith(`create an ephemeral ${curve}`) ? [one.bytes('private key')] : [],
    )
  const crypto = deterministicProvider(nodeCrypto, {
    random: randomOf(trace, who),
    seed: 1,
    keyExchange: { x25519: keys('x25519'), secp256r1: keys('P-256') },
  })
  // Ours, as they come up for hashing, and what they stand for.
  const known: { ours: Uint8Array; theirs: Uint8Array }[] = []
  const left = [...theirs]
  const peerTypes = who === 'client' ? [handshakeType.server_hello] : [handshakeType.client_hello]
  const peers = sentBy(trace, who === 'client' ? 'server' : 'client').map(({ raw }) => raw)

  const substituted = (bytes: Uint8Array): Uint8Array => {
    const { messages, rest } = parseHandshake(bytes)
    if (messages.length === 0 || rest.length > 0) return bytes
    return concat(...messages.map(({ raw, type }) => substitute(raw, type)))
  }
  const substitute = (raw: Uint8Array, type: number): Uint8Array => {
    if (peers.some((one) => equalBytes(one, raw)) || peerTypes.includes(type as never)) return raw
    const before = known.find((one) => equalBytes(one.ours, raw))
    if (before !== undefined) return before.theirs
    const [next] = left
    if (next?.type !== type) return raw
    left.shift()
    known.push({ ours: raw.slice(), theirs: next.raw })
    return next.raw
  }
  return interceptedProvider(crypto, (call, args, run) => {
    if (!/^hash\.sha256\.(digest|update)$/.test(call)) return run(args)
    return run([substituted(args[0] as Uint8Array)])
  })
}

/** What each side asks for first: the random of its hello, and the client its session id where there is one. */
function randomOf(trace: Rfc8448Trace, who: 'client' | 'server'): Uint8Array[] {
  const hellos = sentBy(trace, who)
  if (who === 'client') {
    const { random, legacySessionId } = decodeMessage('client_hello', (hellos[0] as HandshakeBytes).raw).body
    return legacySessionId.length > 0 ? [random, legacySessionId] : [random]
  }
  const [hello] = hellos.filter(({ type }) => type === handshakeType.server_hello).slice(-1)
  return [decodeMessage('server_hello', (hello as HandshakeBytes).raw).body.random]
}

function sentBy(trace: Rfc8448Trace, who: 'client' | 'server'): HandshakeBytes[] {
  return parseHandshake(
    concat(
      ...trace
        .records(who)
        .filter(isHandshake)
        .map(({ payload }) => payload),
    ),
  ).messages
}

/** The keys of these certificates are RSA, of 1024 bits where they are: no business of this test. */
const verifier: PeerVerifier = {
  verify({ certificates }) {
    const { publicKey } = new X509Certificate(certificates[0] as Uint8Array)
    const spki = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }))
    return { publicKey: readPublicKey(spki), authorized: true, failure: undefined, facts: undefined }
  },
}

interface Signature {
  readonly algorithm: number
  readonly signature: Uint8Array
}

function signatureOf(messages: readonly HandshakeBytes[]): { signature: Signature | undefined } {
  const verify = messages.find(({ type }) => type === handshakeType.certificate_verify)
  return { signature: verify && decodeMessage('certificate_verify', verify.raw).body }
}

/** RSA-PSS signatures are random: the signer gives that of the trace. */
function credentialOf(messages: readonly HandshakeBytes[], { algorithm, signature }: Signature): Credential {
  const { certificateList } = decodeMessage('certificate', flight(messages).message('certificate').raw).body
  const schemes = defaultSignatureSchemes.filter((row) => row.id === algorithm)
  expect(schemes).toHaveLength(1)
  return {
    certificates: certificateList.map(({ certData }) => certData),
    signer: { schemes, sign: () => signature },
  }
}

/** The server of the trace has sent a cookie of its own making. */
function cookiesOf(messages: readonly HandshakeBytes[]) {
  const { cookie } = decodeMessage('hello_retry_request', (messages[0] as HandshakeBytes).raw).body.extensions
  let kept: Uint8Array | undefined
  return {
    seal(state: Uint8Array) {
      kept = state.slice()
      return cookie as Uint8Array
    },
    open: (sealed: Uint8Array) => (equalBytes(sealed, cookie as Uint8Array) ? kept?.slice() : undefined),
  }
}

function listener() {
  const output: Uint8Array[] = []
  const data: Uint8Array[] = []
  const psks: string[] = []
  const events: ConnectionEvents & { received(): string; psks(): string[] } = {
    output: (bytes) => void output.push(bytes),
    data: (bytes) => void data.push(bytes.slice()),
    session: (session) => void psks.push(toHex(session.state.psk.reveal())),
    closed() {},
    received: () => toHex(concat(...data)),
    psks: () => psks,
  }
  return { events, output, connection: (one: Connection) => expect(one.state).toBe('handshaking') }
}

function recordsIn(output: readonly Uint8Array[]): Uint8Array[] {
  const stream = concat(...output)
  const records: Uint8Array[] = []
  for (let offset = 0; offset < stream.length;) {
    const end = offset + 5 + (((stream[offset + 3] as number) << 8) | (stream[offset + 4] as number))
    records.push(stream.subarray(offset, end))
    offset = end
  }
  return records
}

const isProtected = ({ record }: Rfc8448Record): boolean => record[0] === 23
const isHandshake = ({ type }: Rfc8448Record): boolean => type === 'handshake'
const isData = ({ type }: Rfc8448Record): boolean => type === 'application_data'
const hexOf = ({ record }: Rfc8448Record): string => toHex(record)
const isBeforeTicket = ({ payload }: Rfc8448Record): boolean => payload[0] !== handshakeType.new_session_ticket

test('the trace that is not played here is the one with early data', () => {
  const all: readonly Rfc8448Title[] = ['Resumed 0-RTT Handshake', ...titles]
  expect(Object.keys(rfc8448()).toSorted()).toEqual(all.toSorted())
})
