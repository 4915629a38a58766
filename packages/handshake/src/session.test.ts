import { inspect } from 'node:util'
import { Secret, TLS_AES_128_GCM_SHA256, TLS_AES_256_GCM_SHA384 } from '@typetls/crypto-provider'
import { toHex } from '@typetls/wire'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { SessionState } from './index.ts'
import { Session } from './index.ts'
import type { TicketState } from './ticket-state.ts'
import { decodeTicketState, encodeTicketState, fits } from './ticket-state.ts'

const uint32 = fc.integer({ min: 0, max: 0xffffffff })
const time = fc.integer({ min: 0, max: 2 ** 45 })
const name = fc.option(fc.string({ unit: fc.constantFrom(...'abc.-'), minLength: 1, maxLength: 40 }), {
  nil: undefined,
})
const protocol = fc.option(
  fc.uint8Array({ minLength: 1, maxLength: 20 }).map((bytes) => String.fromCharCode(...bytes)),
  { nil: undefined },
)
const peer = fc.option(
  fc.record({
    certificates: fc.array(fc.uint8Array({ minLength: 1, maxLength: 50 }), { minLength: 1, maxLength: 3 }),
    authorized: fc.boolean(),
  }),
  { nil: undefined },
)
const identity = fc.option(fc.uint8Array({ maxLength: 40 }), { nil: undefined })
const psk = fc.uint8Array({ minLength: 32, maxLength: 48 }).map((bytes) => new Secret(bytes))

const sessions: fc.Arbitrary<SessionState> = fc.record({
  version: fc.constantFrom(0x0303, 0x0304),
  extendedMainSecret: fc.boolean(),
  sessionId: fc.uint8Array({ maxLength: 32 }),
  cipherSuite: fc.integer({ min: 0, max: 0xffff }),
  psk,
  ticket: fc.uint8Array({ maxLength: 100 }),
  ageAdd: uint32,
  lifetime: uint32,
  receivedAt: time,
  maxEarlyData: uint32,
  serverName: name,
  verifiedName: name,
  resumableAcrossNames: fc.boolean(),
  applicationProtocol: protocol,
  externalPskIdentity: identity,
  peer,
})

const ticketStates: fc.Arbitrary<TicketState> = fc.record({
  cipherSuite: fc.integer({ min: 0, max: 0xffff }),
  extendedMainSecret: fc.boolean(),
  psk,
  ageAdd: uint32,
  issuedAt: time,
  lifetime: uint32,
  serverName: name,
  applicationProtocol: protocol,
  externalPskIdentity: identity,
  peer,
})

const plain = (state: { readonly psk: Secret }): object => ({ ...state, psk: toHex(state.psk.reveal()) })

describe('a session', () => {
  test('is the same when it is read again', () => {
    fc.assert(
      fc.property(sessions, (state) => {
        const read = Session.parse(new Session(state).serialize())
        expect(plain(read.state)).toEqual(plain(state))
        expect(read.expiresAt).toBe(state.receivedAt + 1000 * state.lifetime)
      }),
    )
  })

  test('has nothing of the bytes it was read from', () => {
    const [state] = fc.sample(sessions, { numRuns: 1, seed: 3 }) as [SessionState]
    const bytes = new Session(state).serialize()
    const read = Session.parse(bytes)
    bytes.fill(0)
    expect(plain(read.state)).toEqual(plain(state))
  })

  test('is not made of other bytes: cut, longer or of another format', () => {
    fc.assert(
      fc.property(sessions, fc.nat(), (state, at) => {
        const bytes = new Session(state).serialize()
        for (const wrong of [bytes.subarray(0, at % bytes.length), Uint8Array.from([...bytes, 0])]) {
          expect(() => Session.parse(wrong)).toThrow(expect.objectContaining({ code: 'ERR_TLS_SESSION_INVALID' }))
        }
        bytes[0] = 99
        expect(() => Session.parse(bytes)).toThrow(
          expect.objectContaining({ code: 'ERR_TLS_SESSION_INVALID', received: 99 }),
        )
      }),
    )
  })

  test('does not show its key', () => {
    const [state] = fc.sample(sessions, { numRuns: 1, seed: 7 }) as [SessionState]
    const session = new Session(state)
    const shown = [
      String(session),
      JSON.stringify(session),
      inspect(session),
      inspect({ session }, { showHidden: true }),
    ]
    for (const text of shown) {
      expect(text).not.toContain(toHex(state.psk.reveal()))
      expect(text).not.toContain(state.psk.reveal().slice(0, 8).join(', '))
      expect(text).toContain(String(session.expiresAt))
    }
  })
})

describe('the state of a ticket', () => {
  test('is the same when it is read again', () => {
    fc.assert(
      fc.property(ticketStates, (state) => {
        const read = decodeTicketState(encodeTicketState(state)) as TicketState
        expect(plain(read)).toEqual(plain(state))
      }),
    )
  })

  test('is none when it is cut, longer or anything else', () => {
    fc.assert(
      fc.property(ticketStates, fc.nat(), fc.uint8Array({ maxLength: 60 }), (state, at, noise) => {
        const bytes = encodeTicketState(state)
        expect(decodeTicketState(bytes.subarray(0, at % bytes.length))).toBeUndefined()
        expect(decodeTicketState(Uint8Array.from([...bytes, 0]))).toBeUndefined()
        expect(decodeTicketState(Uint8Array.from([2, ...noise]))).toBeUndefined()
      }),
    )
  })

  test('has nothing of the bytes it was read from, which are wiped', () => {
    const [state] = fc.sample(ticketStates, { numRuns: 1, seed: 5 }) as [TicketState]
    const bytes = encodeTicketState(state)
    const read = decodeTicketState(bytes) as TicketState
    bytes.fill(0)
    expect(plain(read)).toEqual(plain(state))
  })

  test('fits the same name within its lifetime, with its suite', () => {
    const [some] = fc.sample(ticketStates, { numRuns: 1 }) as [TicketState]
    const state = { ...some, cipherSuite: 0x1301, issuedAt: 1_000_000, lifetime: 10, serverName: 'a.test' }
    const wanted = {
      serverName: 'a.test',
      now: 1_005_000,
      suites: [TLS_AES_256_GCM_SHA384, TLS_AES_128_GCM_SHA256],
    }
    expect(fits(state, wanted)).toBe(TLS_AES_128_GCM_SHA256)
    expect(fits(state, { ...wanted, now: 1_000_000 })).toBeDefined()
    expect(fits(state, { ...wanted, now: 1_009_999 })).toBeDefined()
    expect(fits(state, { ...wanted, now: 1_010_000 })).toBeUndefined()
    expect(fits(state, { ...wanted, now: 999_999 })).toBeUndefined()
    expect(fits(state, { ...wanted, serverName: 'b.test' })).toBeUndefined()
    expect(fits(state, { ...wanted, serverName: undefined })).toBeUndefined()
    expect(fits(state, { ...wanted, suites: [TLS_AES_256_GCM_SHA384] })).toBeUndefined()
  })
})
