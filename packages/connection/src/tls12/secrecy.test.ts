import { inspect } from 'node:util'
import { nodeCrypto } from '@typetls/crypto-node'
import type { RecordingSecrets } from '@typetls/testing'
import { interceptedProvider, recordingSecrets } from '@typetls/testing'
import { describe, expect, test } from 'vitest'
import { samples } from '../../test/effort.ts'
import type { Peer } from '../../test/peers.ts'
import { clock } from '../../test/peers.ts'
import { liveTls12Now, tls12LivelyClient, tls12LivelyServer } from '../../test/tls12-life.ts'
import type { Tls12Pair } from '../../test/tls12-peers.ts'
import { tls12PairOf } from '../../test/tls12-peers.ts'
import type { Session } from '../index.ts'
import { rotatingTicketKeys } from '../index.ts'
import { TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA } from './index.ts'

const cbc = { cipherSuites: [TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA] }

const lives: Record<string, Tls12Pair> = { 'an AEAD': {}, 'a block cipher': { client12: cbc, server12: cbc } }

/** Both sides and the ticket keys, with every secret remembered. */
function setting(life: Tls12Pair = {}) {
  const recording = recordingSecrets(nodeCrypto)
  const crypto = recording.provider
  const tickets = rotatingTicketKeys({ crypto, clock })
  const logged: string[] = []
  const keyLog = (line: string): void => void logged.push(line)
  const options: Tls12Pair = {
    ...life,
    client: { ...tls12LivelyClient, crypto, keyLog, ...life.client },
    server: { ...tls12LivelyServer, tickets, crypto, keyLog, ...life.server },
  }
  return { recording, options, logged, tickets, pair: tls12PairOf(options) }
}

/** Everything that may end up in somebody's log file. */
function shown(thing: unknown): string {
  const seen = new Set<unknown>()
  const json = JSON.stringify(thing, (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null) return typeof value === 'bigint' ? String(value) : value
    if (seen.has(value)) return '[seen]'
    seen.add(value)
    return value
  })
  const settings = { depth: 20, showHidden: true, maxArrayLength: null, maxStringLength: null } as const
  return [String(thing), json, inspect(thing, settings), inspect(thing, { ...settings, customInspect: false })].join(
    '\n',
  )
}

function expectNoSecretIn(recording: RecordingSecrets<'sync'>, things: Readonly<Record<string, unknown>>): void {
  expect(recording.secrets().length).toBeGreaterThan(4)
  for (const [what, thing] of Object.entries(things)) expect(recording.leaks(shown(thing)), what).toEqual([])
}

/** What a peer told and can be asked. */
function everything(name: string, peer: Peer): Record<string, unknown> {
  const { connection, trace, sessions, facts, failure, told } = peer
  return Object.fromEntries(
    Object.entries({ connection, trace, sessions, facts, failure, told }).map(([what, thing]) => [
      `${name} ${what}`,
      thing,
    ]),
  )
}

test('the search finds what is there', () => {
  const { recording, pair, logged } = setting()
  pair.pump()
  expect(logged).toHaveLength(2)
  for (const line of logged) expect(recording.leaks(line)).not.toEqual([])
  const [session] = pair.client.sessions as [Session]
  expect(recording.leaks(session.serialize())).not.toEqual([])
})

describe.each(Object.keys(lives))('with %s no secret shows', (life) => {
  test('while connected, nor after the end', () => {
    const { recording, pair, options, tickets } = setting(lives[life])
    pair.pump()
    const things = () => ({
      ...everything('client', pair.client),
      ...everything('server', pair.server),
      options,
      tickets,
    })
    expectNoSecretIn(recording, things())
    liveTls12Now(pair)
    expect(pair.client.told.at(-1)).toBe('closed')
    expectNoSecretIn(recording, things())
  })

  test('with a session', () => {
    const first = setting(lives[life])
    first.pair.pump()
    const session = first.pair.client.sessions[0] as Session
    const resumed = tls12PairOf({ ...first.options, client: { ...first.options.client, session } })
    resumed.pump()
    expect(resumed.client.facts?.resumed).toBe(true)
    expectNoSecretIn(first.recording, {
      ...everything('client', resumed.client),
      ...everything('server', resumed.server),
      session,
    })
  })

  test('in what went over the wire', () => {
    const { recording, pair } = setting(lives[life])
    liveTls12Now(pair)
    for (const direction of ['client-to-server', 'server-to-client'] as const) {
      expect(recording.leaks(pair.sent(direction))).toEqual([])
    }
  })

  test.each(['client', 'server'] as const)('in the errors of a %s whose provider fails, at whatever call', (side) => {
    let calls = 0
    const counted = interceptedProvider(nodeCrypto, (_call, args, run) => {
      calls++
      return run(args)
    })
    const { options: counting } = setting(lives[life])
    tls12PairOf({ ...counting, [side]: { ...counting[side], crypto: counted } }).pump()
    expect(calls).toBeGreaterThan(15)
    const step = Math.max(1, Math.floor(calls / samples(15)))
    for (let at = 0; at < calls; at += step) {
      const { recording, options } = setting(lives[life])
      let call = 0
      const failing = interceptedProvider(recording.provider, (name, args, run) => {
        if (call++ === at) throw new Error(`${name} failed`)
        return run(args)
      })
      const pair = tls12PairOf({ ...options, [side]: { ...options[side], crypto: failing } })
      pair.pump()
      const peer = pair[side]
      if (peer.failure === undefined) continue
      for (const [what, thing] of Object.entries(everything(side, peer))) {
        expect(recording.leaks(shown(thing)), `${what}, call ${at}`).toEqual([])
      }
    }
  })
})
