import { nodeCrypto } from '@typetls/crypto-node'
import { Secret } from '@typetls/crypto-provider'
import { psk as pskExchange } from '@typetls/handshake/tls12'
import type { TlsErrorCode } from '@typetls/wire'
import { ascii, fromAscii, toHex } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { testCrypto } from '../../test/backend.ts'
import { certificateFor, clock, connectedPair, credentialFor, verifier } from '../../test/peers.ts'
import { expectRefusal } from '../../test/refusal.ts'
import { vector } from '../../test/tls12-scripted-peer.ts'
import { tls12ScriptedServer } from '../../test/tls12-scripted-server.ts'
import type { Tls12Pair } from '../../test/tls12-peers.ts'
import { tls12ConnectedPair, tls12PairOf } from '../../test/tls12-peers.ts'
import type { ExternalPsk, ExternalPskLookup, Session } from '../index.ts'
import { rotatingTicketKeys } from '../index.ts'
import type { CipherSuiteRow } from './index.ts'
import {
  TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
  TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256,
  TLS_PSK_WITH_AES_128_CBC_SHA,
  TLS_PSK_WITH_AES_128_GCM_SHA256,
  clientTls12,
  pskLegacyTls12CipherSuites,
  pskTls12CipherSuites,
  serverTls12,
} from './index.ts'

const key = (name: string, fill: number, length = 32): ExternalPsk => ({
  identity: ascii(name),
  secret: new Secret(new Uint8Array(length).fill(fill)),
})
const one = key('one', 1)
const two = key('two', 2, 64)
const lookUp: ExternalPskLookup = (identity) => [one, two].find((own) => toHex(own.identity) === toHex(identity))

/** A client and a server that have a key and no certificate. */
function pskPair(row: CipherSuiteRow = TLS_PSK_WITH_AES_128_GCM_SHA256, client: Tls12Pair['client'] = {}): Tls12Pair {
  const only = { cipherSuites: [row] }
  return {
    client: { externalPsks: [one], verifier: undefined, ...client },
    client12: only,
    server: { credentials: undefined, externalPsk: lookUp },
    server12: only,
  }
}

const small = TLS_PSK_WITH_AES_128_GCM_SHA256
const forwardSecret = TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256

describe.each([...pskTls12CipherSuites, ...pskLegacyTls12CipherSuites])('$name', (row) => {
  test('connects without certificates and carries data', ({ skip }) => {
    skip(!row.cipher.supportedBy(testCrypto), `${testCrypto.name} has not what ${row.name} needs`)
    const pair = tls12ConnectedPair(pskPair(row))
    for (const { facts } of [pair.client, pair.server]) {
      expect(facts).toMatchObject({
        cipherSuite: row.name,
        group: row.name.includes('ECDHE') ? 'x25519' : undefined,
        signatureScheme: undefined,
        peer: undefined,
        externalPskIdentity: ascii('one'),
        extendedMainSecret: true,
      })
    }
    pair.client.connection.write(ascii('shared'))
    pair.pump()
    expect(fromAscii(pair.server.received())).toBe('shared')
  })
})

test('a server says which key it wants, and the client chooses by that, later if it likes', async () => {
  const asked: (string | undefined)[] = []
  const selectExternalPsk = async (hint: Uint8Array | undefined): Promise<ExternalPsk> => {
    asked.push(hint && fromAscii(hint))
    return two
  }
  for (const hint of ['the second', '']) {
    for (const row of [small, forwardSecret]) {
      const options = pskPair(row, { externalPsks: undefined, selectExternalPsk })
      const externalPsk: ExternalPskLookup = async (identity) => lookUp(identity)
      const pair = tls12PairOf({
        ...options,
        server: { ...options.server, externalPsk },
        server12: { ...options.server12, pskIdentityHint: ascii(hint) },
      })
      await pair.settle()
      expect(pair.server.facts?.externalPskIdentity).toEqual(ascii('two'))
    }
  }
  expect(asked).toEqual(['the second', 'the second', undefined, undefined])
})

test.each(['ticket', 'session id'] as const)('a session resumed by %s keeps the identity', (how) => {
  const kept = new Map<string, Uint8Array>()
  const sessions = {
    put: (id: Uint8Array, state: Uint8Array) => void kept.set(toHex(id), state.slice()),
    get: (id: Uint8Array) => kept.get(toHex(id))?.slice(),
  }
  const options = pskPair(forwardSecret)
  const server = {
    ...options.server,
    ...(how === 'ticket' && { tickets: rotatingTicketKeys({ crypto: testCrypto, clock }) }),
    // Who is known by a key needs no certificate.
    clientAuthentication: 'require' as const,
    verifier,
    verifyOnResumption: true,
  }
  const server12 = { ...options.server12, ...(how === 'session id' && { sessions }) }
  const [session] = tls12ConnectedPair({ ...options, server, server12 }).client.sessions
  const again = { ...options, server, server12, client: { ...options.client, session: session as Session } }
  const pair = tls12ConnectedPair(again)
  for (const { facts } of [pair.client, pair.server]) {
    expect(facts).toMatchObject({ resumed: true, externalPskIdentity: ascii('one') })
  }
  // The key is one no more.
  const gone = tls12PairOf({ ...again, server: { ...server, externalPsk: () => undefined } })
  gone.pump()
  expect(gone.server.failure).toMatchObject({ code: 'ERR_TLS_BAD_RECORD_MAC' })
})

test('one option serves both versions, and a session of either keeps the identity', () => {
  const suites = { cipherSuites: [small, forwardSecret] }
  const server = {
    credentials: undefined,
    externalPsk: lookUp,
    tickets: rotatingTicketKeys({ crypto: testCrypto, clock }),
  }
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    const client = { externalPsks: [one], tls12: clientTls12(suites) }
    const play = (session?: Session) =>
      version === 'TLSv1.3'
        ? connectedPair({ ...client, session }, { ...server, tls12: serverTls12(suites) })
        : tls12ConnectedPair({ client: { externalPsks: [one], session }, client12: suites, server, server12: suites })
    const first = play()
    expect(first.server.facts).toMatchObject({ version, resumed: false, externalPskIdentity: ascii('one') })
    const again = play(first.client.sessions[0])
    for (const { facts } of [again.client, again.server]) {
      expect(facts).toMatchObject({ version, resumed: true, externalPskIdentity: ascii('one') })
    }
  }
})

test('a client without a key does not offer what it has no key for', () => {
  const both = { cipherSuites: [small, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256] }
  const server = { externalPsk: lookUp, credentials: credentialFor(certificateFor()) }
  const without = tls12ConnectedPair({ client12: both, server, server12: both })
  expect(without.server.facts).toMatchObject({ cipherSuite: TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256.name })
  const withKey = tls12ConnectedPair({ client: { externalPsks: [one] }, client12: both, server, server12: both })
  expect(withKey.server.facts).toMatchObject({ cipherSuite: small.name, externalPskIdentity: ascii('one') })
})

test("the keys stay the user's: nothing wipes them", () => {
  for (const row of [small, forwardSecret]) {
    const pair = tls12ConnectedPair(pskPair(row))
    pair.client.connection.abort()
    pair.pump()
  }
  expect([one, two].map(({ secret }) => secret.disposed)).toEqual([false, false])
})

describe('a server refuses', () => {
  test.for([small, forwardSecret, TLS_PSK_WITH_AES_128_CBC_SHA])(
    'an identity nobody knows as it does a wrong key, with $name',
    (row, { skip }) => {
      skip(!row.cipher.supportedBy(testCrypto), `${testCrypto.name} has not what ${row.name} needs`)
      const failures = [key('one', 99), key('six', 1)].map((wrong) => {
        const pair = tls12PairOf(pskPair(row, { externalPsks: [wrong] }))
        pair.pump()
        const { code, alert, message } = pair.server.failure ?? {}
        const shape = pair.server.trace.flatMap((event) =>
          event.event === 'record' ? [`${event.direction} ${event.contentType} ${event.wireLength}`] : [],
        )
        return { code, alert, message, shape }
      })
      expect(failures[0]).toMatchObject({ code: 'ERR_TLS_BAD_RECORD_MAC', alert: 'bad_record_mac' })
      expect(failures[1]).toEqual(failures[0])
    },
  )

  test('an identity nobody knows by its name, where it may', () => {
    const options = pskPair(small, { externalPsks: [key('nobody', 1)] })
    const pair = tls12PairOf({ ...options, server12: { ...options.server12, tellUnknownPskIdentity: true } })
    pair.pump()
    expect(pair.server.failure).toMatchObject({
      code: 'ERR_TLS_PSK_UNKNOWN_IDENTITY',
      alert: 'unknown_psk_identity',
    })
    expect(pair.client.failure).toMatchObject({ code: 'ERR_TLS_PEER_ALERT', received: 'unknown_psk_identity' })
  })

  test('an empty key, as one it does not have', () => {
    const options = pskPair()
    const pair = tls12PairOf({ ...options, server: { ...options.server, externalPsk: () => key('one', 0, 0) } })
    pair.pump()
    expect(pair.server.trace).toContainEqual({ event: 'decision', what: 'psk', value: 'unknown identity' })
    expect(pair.server.failure).toMatchObject({ code: 'ERR_TLS_BAD_RECORD_MAC' })
  })

  test('an identity of more than 256 bytes, without asking anybody', () => {
    const options = pskPair(small, { externalPsks: [key('x'.repeat(257), 1)] })
    const externalPsk: ExternalPskLookup = () => {
      throw new Error('was asked')
    }
    const pair = tls12PairOf({ ...options, server: { ...options.server, externalPsk } })
    pair.pump()
    expect(pair.server.failure).toMatchObject({
      code: 'ERR_TLS_DECODE_LENGTH',
      alert: 'decode_error',
      path: expect.stringContaining('ClientKeyExchange') as string,
    })
  })

  test.each([
    ['ends', new Uint8Array(1), 'ERR_TLS_DECODE_TRUNCATED'],
    ['goes on', Uint8Array.of(0, 3, 1, 2, 3, 0), 'ERR_TLS_DECODE_TRAILING'],
  ])('a ClientKeyExchange that %s where it should not', (_, body, code) => {
    const lying = { ...pskExchange, answer: answering(body) }
    const options = pskPair()
    const pair = tls12PairOf({ ...options, client12: { cipherSuites: [{ ...small, keyExchange: lying }] } })
    pair.pump()
    expect(pair.server.failure).toMatchObject({ code, alert: 'decode_error' })
  })

  test('a client that has only suites for keys, where there is no lookup', () => {
    const options = pskPair()
    const server = { credentials: credentialFor(certificateFor()) }
    const pair = tls12PairOf({ ...options, server })
    pair.pump()
    expect(pair.server.failure).toMatchObject({ code: 'ERR_TLS_NO_SHARED_CIPHER', alert: 'handshake_failure' })
  })

  test('to be made with a hint that nobody would take', () => {
    expect(() => serverTls12({ pskIdentityHint: new Uint8Array(257) }).older(testCrypto)).toThrow(
      expect.objectContaining({ code: 'ERR_TLS_OPTIONS', received: 'tls12.pskIdentityHint' }),
    )
  })
})

describe('a client refuses', () => {
  test.each([
    ['has no key for the hint', () => undefined],
    ['has an empty key', () => key('one', 0, 0)],
  ])('to go on when it %s', (_, selectExternalPsk) => {
    const pair = tls12PairOf(pskPair(small, { externalPsks: undefined, selectExternalPsk }))
    pair.pump()
    expect(pair.client.failure).toMatchObject({ code: 'ERR_TLS_NO_PSK', alert: 'handshake_failure' })
  })

  test('to go on when the choice fails', () => {
    const selectExternalPsk = (): never => {
      throw new Error('no such file')
    }
    const pair = tls12PairOf(pskPair(small, { selectExternalPsk }))
    pair.pump()
    expect(pair.client.failure).toMatchObject({ code: 'ERR_TLS_CALLBACK', alert: 'internal_error' })
  })

  test.each<[string, Uint8Array, TlsErrorCode]>([
    ['of more than 256 bytes', vector(2, new Uint8Array(257)), 'ERR_TLS_DECODE_LENGTH'],
    ['with something behind it', Uint8Array.of(0, 1, 7, 0), 'ERR_TLS_DECODE_TRAILING'],
  ])('a hint %s', (_, body, code) => {
    const server = scripted().step('server_hello')
    server.message('server_key_exchange', body)
    expectRefusal(server, code, 'decode_error')
  })

  test.each(['certificate', 'certificate_request', 'certificate_status'] as const)('a %s', (type) => {
    const server = scripted().step('server_hello')
    server.message(type)
    expectRefusal(server, 'ERR_TLS_UNEXPECTED_MESSAGE', 'unexpected_message')
  })

  test('a second ServerKeyExchange', () => {
    const server = scripted().step('server_hello')
    for (let i = 0; i < 2; i++) server.message('server_key_exchange', vector(2, ascii('hint')))
    expectRefusal(server, 'ERR_TLS_UNEXPECTED_MESSAGE', 'unexpected_message')
  })

  test('no ServerKeyExchange at all with ECDHE_PSK', () => {
    const server = scripted(forwardSecret).step('server_hello')
    server.message('server_hello_done')
    expectRefusal(server, 'ERR_TLS_UNEXPECTED_MESSAGE', 'unexpected_message')
  })
})

/** A server that chose a suite for keys. */
function scripted({ id: suite, ...row } = small) {
  return tls12ScriptedServer({
    suite,
    client: { crypto: nodeCrypto, externalPsks: [one] },
    client12: { cipherSuites: [{ id: suite, ...row }] },
  })
}

function answering(message: Uint8Array): typeof pskExchange.answer {
  return function* (...args) {
    return { ...(yield* pskExchange.answer(...args)), message }
  }
}
