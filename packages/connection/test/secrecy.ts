import { inspect } from 'node:util'
import { nodeCrypto } from '@typetls/crypto-node'
import type { RecordingSecrets } from '@typetls/testing'
import { interceptedProvider, recordingSecrets } from '@typetls/testing'
import { describe, expect, test } from 'vitest'
import type { Session } from '../src/index.ts'
import { rotatingTicketKeys } from '../src/index.ts'
import { samples } from './effort.ts'
import { liveNow, livelyClient, livelyServer } from './life.ts'
import type { More, PairMaker, Peer } from './peers.ts'
import { clock } from './peers.ts'

/** Both sides and the ticket keys, with every secret remembered. */
export function recordedSetting(make: PairMaker, more: Pick<More, 'client' | 'server'> = {}) {
  const recording = recordingSecrets(nodeCrypto)
  const crypto = recording.provider
  const tickets = rotatingTicketKeys({ crypto, clock })
  const logged: string[] = []
  const own = { crypto, keyLog: (line: string) => void logged.push(line) }
  const options = {
    client: { ...livelyClient, ...own, ...more.client },
    server: { ...livelyServer, tickets, cookies: tickets, ...own, ...more.server },
  }
  return { recording, options, logged, tickets, pair: make(options) }
}

/** Everything that may end up in somebody's log file. */
export function shown(thing: unknown): string {
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

export function expectNoSecretIn(recording: RecordingSecrets<'sync'>, things: Readonly<Record<string, unknown>>): void {
  expect(recording.secrets().length).toBeGreaterThan(4)
  for (const [what, thing] of Object.entries(things)) expect(recording.leaks(shown(thing)), what).toEqual([])
}

/** What both peers told and can be asked. */
export function everything(pair: { readonly client: Peer; readonly server: Peer }): Record<string, unknown> {
  return { ...everythingOf('client', pair.client), ...everythingOf('server', pair.server) }
}

function everythingOf(name: string, peer: Peer): Record<string, unknown> {
  const { connection, trace, sessions, facts, failure, told } = peer
  return Object.fromEntries(
    Object.entries({ connection, trace, sessions, facts, failure, told }).map(([what, thing]) => [
      `${name} ${what}`,
      thing,
    ]),
  )
}

/** @param lines how many lines a key log of both sides has */
export function testSecrecy(lives: Readonly<Record<string, PairMaker>>, lines: number): void {
  describe.each(Object.keys(lives))('with %s', (life) => {
    const make = lives[life] as PairMaker

    test('the search finds what is there', () => {
      const { recording, pair, logged } = recordedSetting(make)
      pair.pump()
      expect(logged).toHaveLength(lines)
      for (const line of logged) expect(recording.leaks(line)).not.toEqual([])
      const [session] = pair.client.sessions as [Session]
      expect(recording.leaks(session.serialize())).not.toEqual([])
      expect(recording.leaks(shown(session.state.psk.reveal()))).not.toEqual([])
    })

    test('no secret shows while connected, nor after the end', () => {
      const { recording, pair, options, tickets } = recordedSetting(make)
      pair.pump()
      const things = () => ({ ...everything(pair), options, tickets })
      expectNoSecretIn(recording, things())
      liveNow(pair)
      expect(pair.client.told.at(-1)).toBe('closed')
      expectNoSecretIn(recording, things())
    })

    test('no secret shows with a session', () => {
      const { recording, pair, options } = recordedSetting(make)
      pair.pump()
      const client = { ...options.client, session: pair.client.sessions[0] as Session }
      const resumed = make({ ...options, client })
      resumed.pump()
      expect(resumed.client.facts?.resumed).toBe(true)
      expectNoSecretIn(recording, { ...everything(resumed), options: client })
    })

    test('no secret shows in what went over the wire', () => {
      const { recording, pair } = recordedSetting(make)
      liveNow(pair)
      for (const direction of ['client-to-server', 'server-to-client'] as const) {
        expect(recording.leaks(pair.sent(direction))).toEqual([])
      }
    })

    test.each(['client', 'server'] as const)(
      'no secret shows in the errors of a %s whose provider fails, at whatever call',
      (side) => {
        let calls = 0
        const counted = interceptedProvider(nodeCrypto, (_call, args, run) => {
          calls++
          return run(args)
        })
        const { options: counting } = recordedSetting(make)
        make({ ...counting, [side]: { ...counting[side], crypto: counted } }).pump()
        expect(calls).toBeGreaterThan(15)
        const step = Math.max(1, Math.floor(calls / samples(20)))
        for (let at = 0; at < calls; at += step) {
          const { recording, options } = recordedSetting(make)
          let call = 0
          const failing = interceptedProvider(recording.provider, (name, args, run) => {
            // An exception that says all it knows, as providers should not.
            if (call++ === at) throw new Error(`${name} failed`)
            return run(args)
          })
          const pair = make({ ...options, [side]: { ...options[side], crypto: failing } })
          pair.pump()
          const peer = pair[side]
          if (peer.failure === undefined) continue
          for (const [what, thing] of Object.entries(everythingOf(side, peer))) {
            expect(recording.leaks(shown(thing)), `${what}, call ${at}`).toEqual([])
          }
        }
      },
    )
  })
}
