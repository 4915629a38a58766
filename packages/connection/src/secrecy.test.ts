import { inspect } from 'node:util'
import { nodeCrypto } from '@typetls/crypto-node'
import { Secret } from '@typetls/crypto-provider'
import type { RecordingSecrets } from '@typetls/testing'
import { interceptedProvider, recordingSecrets } from '@typetls/testing'
import { ascii } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { samples } from '../test/effort.ts'
import { liveNow, livelyClient, livelyServer } from '../test/life.ts'
import type { Peer } from '../test/peers.ts'
import { certificateFor, clientOptions, clock, credentialFor, pairOf, serverOptions } from '../test/peers.ts'
import type { ClientOptions, ExternalPsk, ServerOptions, Session } from './index.ts'
import { rotatingTicketKeys } from './index.ts'

const psk: ExternalPsk = { identity: ascii('shared'), secret: new Secret(nodeCrypto.random(32)) }

/** Both sides and the ticket keys, with every secret remembered. */
function setting(client: Partial<ClientOptions> = {}, server: Partial<ServerOptions> = {}) {
  const recording = recordingSecrets(nodeCrypto)
  const crypto = recording.provider
  const tickets = rotatingTicketKeys({ crypto, clock })
  const logged: string[] = []
  const own = {
    crypto,
    keyLog: (line: string) => void logged.push(line),
  }
  const options = {
    client: clientOptions({ ...livelyClient, ...own, ...client }),
    server: serverOptions({ ...livelyServer, tickets, cookies: tickets, ...own, ...server }),
  }
  return { recording, options, logged, tickets, pair: pairOf(options.client, options.server) }
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
  expect(recording.secrets().length).toBeGreaterThan(10)
  for (const [what, thing] of Object.entries(things)) expect(recording.leaks(shown(thing)), what).toEqual([])
}

/** What a peer told and can be asked. */
function everything(name: string, peer: Peer): Record<string, unknown> {
  const { connection, trace, sessions, facts, failure, told } = peer
  return {
    [`${name} connection`]: connection,
    [`${name} trace`]: trace,
    [`${name} facts`]: facts,
    [`${name} failure`]: failure,
    [`${name} sessions`]: sessions,
    [`${name} told`]: told,
  }
}

test('the search finds what is there', () => {
  const { recording, pair, logged } = setting()
  pair.pump()
  expect(logged).toHaveLength(10)
  for (const line of logged) expect(recording.leaks(line)).not.toEqual([])
  const [session] = pair.client.sessions as [Session]
  expect(recording.leaks(session.serialize())).not.toEqual([])
  expect(recording.leaks(shown(session.state.psk.reveal()))).not.toEqual([])
})

describe('no secret shows', () => {
  test('while connected, nor after the end', () => {
    const { recording, pair, options, tickets } = setting()
    pair.pump()
    const things = () => ({
      ...everything('client', pair.client),
      ...everything('server', pair.server),
      options,
      tickets,
    })
    expectNoSecretIn(recording, things())
    liveNow(pair)
    expect(pair.client.told.at(-1)).toBe('closed')
    expectNoSecretIn(recording, things())
  })

  test('in the middle of a handshake', () => {
    const { recording, pair, options } = setting({}, {})
    const later = pairOf(options.client, { ...options.server, credentials: () => new Promise<never>(() => {}) })
    later.pump()
    pair.pump()
    expect(later.server.facts).toBeUndefined()
    expectNoSecretIn(recording, { ...everything('client', later.client), ...everything('server', later.server) })
  })

  test('with a session and with keys agreed outside', () => {
    const first = setting()
    first.pair.pump()
    const session = first.pair.client.sessions[0] as Session
    const resumed = pairOf({ ...first.options.client, session }, first.options.server)
    resumed.pump()
    expect(resumed.client.facts?.resumed).toBe(true)
    expectNoSecretIn(first.recording, {
      ...everything('client', resumed.client),
      ...everything('server', resumed.server),
      session,
      options: { ...first.options.client, session },
    })
    const external = setting({ externalPsks: [psk] }, { externalPsk: () => psk })
    external.pair.pump()
    expect(external.pair.client.facts?.externalPskIdentity).toEqual(psk.identity)
    expectNoSecretIn(external.recording, {
      ...everything('client', external.pair.client),
      ...everything('server', external.pair.server),
      options: external.options,
      psk,
    })
  })

  test('in what went over the wire', () => {
    const { recording, pair } = setting()
    liveNow(pair)
    for (const direction of ['client-to-server', 'server-to-client'] as const) {
      expect(recording.leaks(pair.sent(direction))).toEqual([])
    }
  })

  test.each(['client', 'server'] as const)('in the errors of a %s whose provider fails, at whatever call', (side) => {
    const counting = setting()
    let calls = 0
    const counted = interceptedProvider(nodeCrypto, (_call, args, run) => {
      calls++
      return run(args)
    })
    pairOf(...both(counting.options, side, counted)).pump()
    expect(calls).toBeGreaterThan(20)
    const step = Math.max(1, Math.floor(calls / samples(20)))
    for (let at = 0; at < calls; at += step) {
      const { recording, options } = setting()
      let call = 0
      const failing = interceptedProvider(recording.provider, (name, args, run) => {
        // An exception that says all it knows, as providers should not.
        if (call++ === at) throw new Error(`${name} failed`)
        return run(args)
      })
      const pair = pairOf(...both(options, side, failing))
      pair.pump()
      const peer = pair[side]
      if (peer.failure === undefined) continue
      for (const [what, thing] of Object.entries(everything(side, peer))) {
        expect(recording.leaks(shown(thing)), `${what}, call ${at}`).toEqual([])
      }
    }
  })

  test('in the errors of peers that do not fit', () => {
    for (const [client, server] of [
      [{ serverName: 'other.test' }, {}],
      [{ externalPsks: [psk] }, { externalPsk: () => ({ ...psk, secret: new Secret(nodeCrypto.random(32)) }) }],
      [{ groups: ['x25519'] }, { groups: ['secp256r1'] }],
      [{ credentials: credentialFor(certificateFor('ed25519', 'client.test')) }, { verifier: refusing }],
    ] as [Partial<ClientOptions>, Partial<ServerOptions>][]) {
      const { recording, pair } = setting(client, server)
      pair.pump()
      expect([pair.client.failure, pair.server.failure].filter(Boolean)).not.toEqual([])
      for (const thing of [pair.client.failure, pair.server.failure, pair.client.trace, pair.server.trace]) {
        expect(recording.leaks(shown(thing))).toEqual([])
      }
    }
  })
})

const refusing = {
  verify() {
    throw new Error('no')
  },
}

function both(
  options: { readonly client: ClientOptions; readonly server: ServerOptions },
  side: 'client' | 'server',
  crypto: typeof nodeCrypto,
): [ClientOptions, ServerOptions] {
  return side === 'client'
    ? [{ ...options.client, crypto }, options.server]
    : [options.client, { ...options.server, crypto }]
}
