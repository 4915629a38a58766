import { nodeCrypto } from '@typetls/crypto-node'
import { asyncProvider, contentType, handshakeType } from '@typetls/testing'
import { ascii, concat, fromAscii } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import type { Peer } from '../../test/peers.ts'
import { authority, credentialFor, pairOf, verifier } from '../../test/peers.ts'
import { expectRefusal } from '../../test/refusal.ts'
import type { Tls12Pair } from '../../test/tls12-peers.ts'
import { tls12ConnectedPair, tls12PairOf } from '../../test/tls12-peers.ts'
import type { Tls12ClientScript, Tls12ScriptedClient } from '../../test/tls12-scripted-client.ts'
import { tls12ScriptedClient } from '../../test/tls12-scripted-client.ts'
import { trackedProvider } from '../../test/tracked-provider.ts'
import { exportKeyingMaterial } from '../index.ts'
import { clientTls12, renegotiate, serverTls12 } from './index.ts'

const info = 0xff01
const extendedMainSecret = 23
const scsv = 0x00ff

const client = credentialFor(authority.issue({ subject: 'client', dns: ['client'] }))
const other = credentialFor(authority.issue({ subject: 'other', dns: ['other'] }))

/** A client whose server, which renegotiates, is connected. */
function connected(script: Tls12ClientScript = {}): Tls12ScriptedClient {
  const played = tls12ScriptedClient({ ...script, server12: { renegotiation: 'freely', ...script.server12 } }).play()
  expect(played.peer.failure).toBeUndefined()
  expect(played.peer.facts?.version).toBe('TLSv1.2')
  return played
}

/** Two peers of ours that renegotiate. */
function pair(options: Tls12Pair = {}): ReturnType<typeof tls12ConnectedPair> {
  return tls12ConnectedPair({
    ...options,
    client12: { renegotiation: 'freely', ...options.client12 },
    server12: { renegotiation: 'freely', ...options.server12 },
  })
}

function times(peer: Peer): number {
  return peer.told.filter((event) => event === 'renegotiated').length
}

describe('a server that renegotiates', () => {
  test('does so as often as a client begins, under new keys each time, and goes on with its data', () => {
    const played = connected()
    for (let round = 0; round < 3; round++) {
      const { main } = played
      played.renegotiate().play()
      expect(played.main).not.toEqual(main)
      played.peer.connection.write(ascii(`round ${round};`))
      played.record(contentType.application_data, ascii('answer;')).listen()
    }
    expect(played.peer.failure).toBeUndefined()
    expect(fromAscii(concat(...played.data))).toBe('round 0;round 1;round 2;')
    expect(fromAscii(played.peer.received())).toBe('answer;answer;answer;')
    expect(times(played.peer)).toBe(3)
  })

  test('ties it to the handshake before, and answers neither ALPN nor a session', () => {
    const alpn = { 16: Uint8Array.of(0, 3, 2, 0x68, 0x32) }
    const played = connected({ server: { applicationProtocols: ['h2'] }, extensions: alpn })
    expect(played.peer.facts?.applicationProtocol).toBe('h2')
    played.renegotiate().play()
    const hello = played.heard.findLast(({ type }) => type === handshakeType.server_hello)
    const [own, theirs] = [played.said, played.heard].map((list) =>
      list.find(({ type }) => type === handshakeType.finished),
    )
    const expected = concat(Uint8Array.of(0xff, 0x01, 0, 25, 24), own?.body ?? ascii(''), theirs?.body ?? ascii(''))
    expect(Buffer.from(hello?.body ?? []).includes(Buffer.from(expected))).toBe(true)
    expect(Buffer.from(hello?.body ?? []).includes('h2')).toBe(false)
    expect(played.peer.facts).toMatchObject({ applicationProtocol: 'h2', resumed: false, secureRenegotiation: true })
  })

  test('takes data up to the ClientHello, and none from there to the Finished', () => {
    const before = connected()
    before.record(contentType.application_data, ascii('before')).renegotiate().play()
    expect(fromAscii(before.peer.received())).toBe('before')
    const within = connected().renegotiate().step('client_hello')
    within.record(contentType.application_data, ascii('within'))
    expectRefusal(within, 'ERR_TLS_RECORD_INTERLEAVED', 'unexpected_message')
    const late = connected().renegotiate().until('finished')
    late.record(contentType.application_data, ascii('not authentic yet'))
    expectRefusal(late, 'ERR_TLS_RECORD_UNEXPECTED', 'unexpected_message')
  })

  test('sends what is written meanwhile once it is done, and exports nothing until then', () => {
    const played = connected().renegotiate().step('client_hello')
    const { connection } = played.peer
    connection.write(ascii('meanwhile'))
    expect(() => exportKeyingMaterial(connection, 'EXPERIMENTAL x', undefined, 16)).toThrow(
      expect.objectContaining({ code: 'ERR_TLS_STATE' }),
    )
    played.listen()
    expect(played.data).toEqual([])
    played.play()
    expect(fromAscii(concat(...played.data))).toBe('meanwhile')
    expect(exportKeyingMaterial(connection, 'EXPERIMENTAL x', undefined, 16)).toHaveLength(16)
  })

  test('once refuses a second time', () => {
    const played = connected({ server12: { renegotiation: 'once' } })
    played.renegotiate().play().renegotiate().step('client_hello')
    expectRefusal(played, 'ERR_TLS_NO_RENEGOTIATION', 'no_renegotiation')
  })

  test('asks a function each time, with what tells its connection apart, and writes nothing before it answered', async () => {
    const answers = [true, false]
    const asked: unknown[] = []
    const renegotiation = (events: unknown): Promise<boolean> => {
      asked.push(events)
      return Promise.resolve(answers.shift() === true)
    }
    const played = connected({ server12: { renegotiation } })
    played.renegotiate().step('client_hello')
    played.peer.connection.write(ascii('meanwhile'))
    await new Promise((resolve) => setImmediate(resolve))
    played.listen().play()
    expect(times(played.peer)).toBe(1)
    expect(fromAscii(concat(...played.data))).toBe('meanwhile')
    played.renegotiate().step('client_hello')
    await new Promise((resolve) => setImmediate(resolve))
    expectRefusal(played.listen(), 'ERR_TLS_NO_RENEGOTIATION', 'no_renegotiation')
    expect(asked).toHaveLength(2)
    expect(asked[0]).toHaveProperty('output')
    expect(asked[0]).toBe(asked[1])
  })

  test('ends the connection when the function fails', () => {
    const fails = (): never => {
      throw new Error('cannot say')
    }
    const played = connected({ server12: { renegotiation: fails } })
      .renegotiate()
      .step('client_hello')
    expectRefusal(played, 'ERR_TLS_CALLBACK', 'internal_error')
  })

  test('takes the end of the client in the middle for no orderly end', () => {
    const played = connected().renegotiate().step('client_hello')
    played.alert(1, 'close_notify')
    expect(played.peer.failure).toMatchObject({ code: 'ERR_TLS_HANDSHAKE_CLOSED' })
  })

  test('says nothing of it once it said close_notify', () => {
    const played = connected()
    played.peer.connection.closeWrite()
    played.renegotiate().step('client_hello')
    expect(played.peer.failure).toMatchObject({ code: 'ERR_TLS_NO_RENEGOTIATION' })
    expect(played.listen().alerts.map(({ description }) => description)).toEqual(['close_notify'])
  })
})

describe('a server refuses a renegotiation', () => {
  test.each([
    ['empty', Uint8Array.of(0)],
    ['missing', undefined],
    ['of other handshakes', Uint8Array.of(12, ...new Uint8Array(12))],
    ['of both sides', Uint8Array.of(24, ...new Uint8Array(24))],
  ])('#117 whose renegotiation_info is %s', (_, data) => {
    const played = connected()
      .renegotiate({ extensions: { [info]: data } })
      .step('client_hello')
    expectRefusal(played, 'ERR_TLS_RENEGOTIATION_INFO', 'handshake_failure')
  })

  test('#117 that says it is a first handshake', () => {
    for (const extensions of [{}, { [info]: undefined }]) {
      const played = connected()
        .renegotiate({ hello: { suites: [0xc02b, scsv] }, extensions })
        .step('client_hello')
      expectRefusal(played, 'ERR_TLS_RENEGOTIATION_INFO', 'handshake_failure')
    }
  })

  test('#117 of a client that cannot do so securely, whatever its policy is', () => {
    const played = connected({ extensions: { [info]: undefined } })
    expect(played.peer.facts?.secureRenegotiation).toBe(false)
    played.renegotiate({ extensions: {} }).step('client_hello')
    expectRefusal(played, 'ERR_TLS_NO_RENEGOTIATION', 'no_renegotiation')
  })

  test('#118 that changes the version', () => {
    for (const hello of [{ version: 0x0302 }, { supportedVersions: [0x0304] }]) {
      const played = connected({ both: true }).renegotiate({ hello }).step('client_hello')
      expectRefusal(played, 'ERR_TLS_RENEGOTIATION_VERSION', 'protocol_version')
    }
  })

  test('#118 that loses extended_main_secret, or gets it', () => {
    const without = { [extendedMainSecret]: undefined }
    const lax = { requireExtendedMainSecret: false, renegotiation: 'freely' } as const
    const lost = connected({ server12: lax }).renegotiate({ extensions: without }).step('client_hello')
    expectRefusal(lost, 'ERR_TLS_RENEGOTIATION_MAIN_SECRET', 'illegal_parameter')
    const found = connected({ server12: lax, extensions: without }).renegotiate({ extensions: {} }).step('client_hello')
    expectRefusal(found, 'ERR_TLS_RENEGOTIATION_MAIN_SECRET', 'illegal_parameter')
  })

  test('#118 for another server name', () => {
    const played = connected()
      .renegotiate({ hello: { serverName: 'other.test' } })
      .step('client_hello')
    expectRefusal(played, 'ERR_TLS_SERVER_NAME', 'illegal_parameter')
  })

  test.each([
    ['another certificate', other],
    ['none', undefined],
  ])('#118 of a client that showed a certificate and now shows %s', (_, credential) => {
    const server = { verifier, clientAuthentication: 'request' } as const
    const played = connected({ server, credential: client }).renegotiate({ credential }).until('certificate')
    expectRefusal(played.step('certificate'), 'ERR_TLS_RENEGOTIATION_CERTIFICATE', 'illegal_parameter')
    expect(played.peer.facts?.peer?.certificates).toEqual(client.certificates)
  })

  test('with a message that is none of a renegotiation', () => {
    for (const type of ['server_hello_done', 'hello_request', 'finished'] as const) {
      expectRefusal(connected().message(type), 'ERR_TLS_UNEXPECTED_MESSAGE', 'unexpected_message')
    }
    const first = tls12ScriptedClient({ server12: { renegotiation: 'freely' } }).message('hello_request')
    expectRefusal(first, 'ERR_TLS_UNEXPECTED_MESSAGE', 'unexpected_message')
  })

  test('whose Finished is wrong', () => {
    const wrong = connected().renegotiate().until('finished').message('finished', new Uint8Array(12))
    expectRefusal(wrong, 'ERR_TLS_FINISHED_MISMATCH', 'decrypt_error')
  })
})

describe('renegotiate', () => {
  test('makes another handshake for a client, and for a server, with data before, meanwhile and after', () => {
    const { client: one, server: two, pump } = pair()
    for (const [own, their] of [
      [one, two],
      [two, one],
    ] as const) {
      own.connection.write(ascii('1'))
      their.connection.write(ascii('1'))
      renegotiate(own.connection)
      own.connection.write(ascii('2'))
      their.connection.write(ascii('2'))
      pump()
      own.connection.write(ascii('3'))
      their.connection.write(ascii('3'))
      pump()
    }
    expect([one.failure, two.failure]).toEqual([undefined, undefined])
    expect([times(one), times(two)]).toEqual([2, 2])
    expect(fromAscii(one.received())).toBe('123123')
    expect(fromAscii(two.received())).toBe('123123')
  })

  test('makes one handshake when both sides want one at the same time', () => {
    const { client: one, server: two, pump } = pair()
    renegotiate(one.connection)
    renegotiate(two.connection)
    pump()
    expect([one.failure, two.failure]).toEqual([undefined, undefined])
    expect([times(one), times(two)]).toEqual([1, 1])
  })

  test('makes as many as it is asked for, one after the other, and closes after them', () => {
    const { client: one, server: two, pump } = pair()
    renegotiate(one.connection)
    renegotiate(one.connection)
    one.connection.write(ascii('done'))
    one.connection.closeWrite()
    pump()
    expect([times(one), times(two)]).toEqual([2, 2])
    expect(fromAscii(two.received())).toBe('done')
    expect(two.told.at(-1)).toBe('end')
  })

  test('lets a server ask for a certificate that it did not want before', () => {
    const { client: one, server: two, pump } = pair({ client: { credentials: client } })
    expect(two.facts?.peer).toBeUndefined()
    renegotiate(two.connection, { clientAuthentication: 'require', verifier })
    pump()
    expect(two.facts?.peer).toMatchObject({ authorized: true, certificates: client.certificates })
    // It stays so, and what was asked for once counts for the next time.
    renegotiate(one.connection)
    pump()
    expect([one.failure, two.failure]).toEqual([undefined, undefined])
    expect(two.facts?.peer?.certificates).toEqual(client.certificates)
  })

  test('ends the connection with a client that has no certificate then', () => {
    const { client: one, server: two, pump } = pair()
    renegotiate(two.connection, { clientAuthentication: 'require', verifier })
    pump()
    expect(two.failure).toMatchObject({ code: 'ERR_TLS_CLIENT_CERTIFICATE_MISSING', alert: 'handshake_failure' })
    expect(one.failure).toMatchObject({ code: 'ERR_TLS_PEER_ALERT', received: 'handshake_failure' })
  })

  test('is allowed to a server that refuses its clients', () => {
    const { client: one, server: two, pump } = pair({ server12: { renegotiation: 'never' } })
    renegotiate(two.connection)
    pump()
    expect([times(one), times(two)]).toEqual([1, 1])
    renegotiate(one.connection)
    pump()
    expect(two.failure).toMatchObject({ code: 'ERR_TLS_NO_RENEGOTIATION', alert: 'no_renegotiation' })
    expect(one.failure).toMatchObject({ code: 'ERR_TLS_PEER_ALERT', received: 'no_renegotiation' })
  })

  test('fails with a peer that says no and goes on, whoever asked', () => {
    const played = connected()
    renegotiate(played.peer.connection)
    played.listen().alert(1, 'no_renegotiation')
    expectRefusal(played, 'ERR_TLS_NO_RENEGOTIATION', 'no_renegotiation')
    // Nobody asked: a warning is no more than that.
    const unasked = connected().alert(1, 'no_renegotiation')
    expect(unasked.peer.failure).toBeUndefined()
  })

  test('is refused where it cannot be, and changes nothing there', () => {
    const state = expect.objectContaining({ code: 'ERR_TLS_STATE', alert: 'internal_error' })
    const newer = pairOf({ tls12: clientTls12() }, { tls12: serverTls12() })
    expect(() => renegotiate(newer.client.connection)).toThrow(state)
    newer.pump()
    for (const peer of [newer.client, newer.server]) expect(() => renegotiate(peer.connection)).toThrow(state)

    const insecure = connected({ extensions: { [info]: undefined } })
    expect(() => renegotiate(insecure.peer.connection)).toThrow(state)
    const blind = connected()
    expect(() => renegotiate(blind.peer.connection, { clientAuthentication: 'request' })).toThrow(state)
    blind.renegotiate().play()
    expect(times(blind.peer)).toBe(1)
    blind.alert(1, 'close_notify')
    expect(() => renegotiate(blind.peer.connection)).toThrow(state)
  })
})

test('a server with both versions renegotiates what became TLS 1.2', () => {
  const played = connected({ both: true }).renegotiate().play()
  expect(times(played.peer)).toBe(1)
})

test('two peers renegotiate that answer later, and nothing is left of either when one gives up in the middle', async () => {
  const tracked = trackedProvider(asyncProvider(nodeCrypto, { seed: 1 }), () => {})
  const crypto = tracked.provider
  const later = tls12PairOf({
    client: { crypto },
    server: { crypto },
    client12: { renegotiation: 'freely' },
    server12: { renegotiation: () => Promise.resolve(true) },
  })
  await later.settle()
  const { client: one, server: two } = later
  renegotiate(one.connection)
  one.connection.write(ascii('one'))
  two.connection.write(ascii('two'))
  await later.settle()
  renegotiate(two.connection)
  await later.settle()
  expect([one.failure, two.failure]).toEqual([undefined, undefined])
  expect([times(one), times(two)]).toEqual([2, 2])
  expect([one, two].map((peer) => fromAscii(peer.received()))).toEqual(['two', 'one'])
  renegotiate(one.connection)
  two.connection.abort()
  await later.settle()
  one.connection.abort()
  await later.settle()
  expect(tracked.alive([...one.sessions, ...two.sessions].map(({ state }) => state.psk))).toEqual([])
})
