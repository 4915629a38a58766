import { nodeCrypto } from '@typetls/crypto-node'
import { asyncProvider } from '@typetls/testing'
import { TlsError, ascii, fromAscii } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import type { Hook, Watched } from '../test/peers.ts'
import { certificateFor, clock, credentialFor, pairOf, serverOptions, verifier } from '../test/peers.ts'
import type { ClientOptions, Connection, ConnectionEvents, Credential, ServerOptions } from './index.ts'
import { rotatingTicketKeys } from './index.ts'

const tickets = rotatingTicketKeys({ crypto: nodeCrypto, clock })

/** Something to do from within a callback. */
type Act = (connection: Connection) => void

interface Place {
  readonly client?: Partial<ClientOptions>
  readonly server?: Partial<ServerOptions>
  readonly pair?: Watched
}

/** Every callback there is, and how to get called there. `act` is called at the first chance, with the connection. */
const places: Record<string, (act: () => void, on: (connection: Connection) => void) => Place> = {}

for (const event of ['output', 'connected', 'data', 'session', 'end'] as const) {
  places[`client ${event}`] = (act, on) => ({ server: { tickets }, pair: { clientHook: hookOn(event, act, on) } })
}
for (const event of ['output', 'connected', 'data', 'authenticated', 'end'] as const) {
  places[`server ${event}`] = (act, on) => ({ pair: { serverHook: hookOn(event, act, on) } })
}
for (const kind of ['record', 'message', 'alert', 'secret', 'keys', 'decision'] as const) {
  const trace = (act: () => void) => (event: { event: string }) => void (event.event === kind && act())
  places[`client trace of a ${kind}`] = (act) => ({ client: { trace: trace(act) } })
  places[`server trace of a ${kind}`] = (act) => ({ server: { trace: trace(act) } })
}
Object.assign(places, {
  'client keyLog': (act) => ({ client: { keyLog: act } }),
  'server keyLog': (act) => ({ server: { keyLog: act } }),
  'client clock': (act) => ({ client: { clock: { now: () => (act(), clock.now()) } } }),
  'client verifier': (act) => ({
    client: { verifier: { verify: (chain, context) => (act(), verifier.verify(chain, context)) } },
  }),
  'server verifier': (act) => ({
    server: { verifier: { verify: (chain, context) => (act(), verifier.verify(chain, context)) } },
  }),
  'server onClientHello': (act) => ({ server: { onClientHello: act } }),
  'server credentials': (act) => ({
    server: { credentials: () => (act(), serverOptions().credentials as Credential) },
  }),
  'server signer': (act) => ({ server: { credentials: signingWith(serverOptions().credentials as Credential, act) } }),
  'client signer': (act) => ({ client: { credentials: signingWith(clientCredential, act) } }),
  'server selectApplicationProtocol': (act) => ({
    server: { selectApplicationProtocol: (offered) => (act(), offered[0]) },
  }),
  'server tickets': (act) => ({
    server: { tickets: { seal: (bytes) => (act(), tickets.seal(bytes)), open: (bytes) => tickets.open(bytes) } },
  }),
} satisfies typeof places)

const clientCredential = credentialFor(certificateFor('ed25519', 'client.test'))

function signingWith({ certificates, signer }: Credential, act: () => void): Credential {
  return {
    certificates,
    signer: { schemes: signer.schemes, sign: (scheme, data) => (act(), signer.sign(scheme, data)) },
  }
}

function hookOn(event: keyof ConnectionEvents, act: () => void, on: (connection: Connection) => void): Hook {
  return (told, connection) => {
    on(connection)
    if (told === event) act()
  }
}

/** A whole life, with something in it for every callback. */
async function live(place: Place, mode: 'sync' | 'async', born: (pair: ReturnType<typeof pairOf>) => void) {
  const crypto = mode === 'async' ? asyncProvider(nodeCrypto) : nodeCrypto
  const pair = pairOf(
    {
      crypto,
      credentials: clientCredential,
      postHandshakeAuthentication: true,
      applicationProtocols: ['x'],
      ...place.client,
    },
    { crypto, tickets, verifier, clientAuthentication: 'request', applicationProtocols: ['x'], ...place.server },
    place.pair,
  )
  born(pair)
  const say = (action: () => void): void => {
    try {
      action()
    } catch (error) {
      // A side that is over says nothing more.
      expect(error).toMatchObject({ code: 'ERR_TLS_STATE' })
    }
  }
  await pair.settle(4)
  say(() => pair.server.connection.requestClientCertificate())
  say(() => pair.client.connection.write(ascii('from the client')))
  say(() => pair.server.connection.write(ascii('from the server')))
  await pair.settle(4)
  say(() => pair.client.connection.updateKeys(true))
  await pair.settle(4)
  pair.client.connection.closeWrite()
  pair.server.connection.closeWrite()
  await pair.settle(4)
  return pair
}

const who = (place: string): 'client' | 'server' => (place.startsWith('client') ? 'client' : 'server')

describe.each(['sync', 'async'] as const)('with a provider that answers %s', (mode) => {
  /** Plays with `act` called once at the place, on the connection whose callback it is. */
  async function play(place: string, act: Act, when: (connection: Connection) => boolean = () => true) {
    let pair: ReturnType<typeof pairOf> | undefined
    let early: Connection | undefined
    let called = 0
    const once = (): void => {
      const connection = pair?.[who(place)].connection ?? early
      if (connection === undefined || called > 0 || !when(connection)) return
      called++
      act(connection)
    }
    const reach = places[place] as (typeof places)[string]
    const played = await live(
      reach(once, (one) => (early = one)),
      mode,
      (made) => (pair = made),
    )
    return { ...played, called }
  }

  test.each(Object.keys(places))('%s may abort', async (place) => {
    const pair = await play(place, (connection) => connection.abort())
    expect(pair.called).toBe(1)
    const peer = pair[who(place)]
    expect(peer.failure).toMatchObject({ code: 'ERR_TLS_ABORTED' })
    expect(peer.told.filter((event) => event.startsWith('closed'))).toEqual(['closed ERR_TLS_ABORTED'])
    expect(peer.told.at(-1)).toMatch(/^closed/)
    const other = pair[who(place) === 'client' ? 'server' : 'client']
    expect(other.told.at(-1)).toMatch(/^(closed|end)/)
  })

  test.each(Object.keys(places))('%s may close our side', async (place) => {
    const pair = await play(place, (connection) => connection.closeWrite())
    for (const peer of [pair.client, pair.server]) {
      expect(peer.told.filter((event) => event.startsWith('closed'))).toHaveLength(1)
      expect([undefined, 'ERR_TLS_ABORTED', 'ERR_TLS_HANDSHAKE_CLOSED']).toContain(peer.failure?.code)
    }
  })

  test.each(Object.keys(places))('%s may try to write too early', async (place) => {
    const pair = await play(
      place,
      (connection) => {
        for (const early of [() => connection.write(ascii('x')), () => connection.updateKeys()]) {
          expect(early).toThrow(expect.objectContaining({ code: 'ERR_TLS_STATE' }))
        }
      },
      (connection) => connection.state === 'handshaking',
    )
    expectAllWell(pair)
  })

  test.each(Object.keys(places))('%s may write and update keys', async (place) => {
    const pair = await play(
      place,
      (connection) => {
        void connection.facts
        connection.write(ascii('[here]'))
        connection.updateKeys(true)
        connection.write(ascii('[there]'))
      },
      (connection) => connection.state === 'connected' && !connection.writeEnded,
    )
    expectAllWell(pair)
    const other = who(place) === 'client' ? pair.server : pair.client
    expect(fromAscii(other.received()).includes('[here][there]')).toBe(pair.called === 1)
  })

  function expectAllWell(pair: Awaited<ReturnType<typeof play>>): void {
    for (const peer of [pair.client, pair.server]) expect(peer.failure).toBeUndefined()
    expect(fromAscii(pair.server.received()).replace('[here][there]', '')).toBe('from the client')
    expect(fromAscii(pair.client.received()).replace('[here][there]', '')).toBe('from the server')
  }

  test.each(Object.keys(places))('%s may throw, which ends the connection', async (place) => {
    const pair = await play(place, () => {
      throw new Error('thrown by a test')
    })
    const { failure, told } = pair[who(place)]
    const codes: Record<string, string> = {
      'server onClientHello': 'ERR_TLS_CLIENT_HELLO_REFUSED',
      'server signer': 'ERR_TLS_SIGNER',
      'client signer': 'ERR_TLS_SIGNER',
    }
    expect(failure).toMatchObject({ code: codes[place] ?? 'ERR_TLS_CALLBACK', cause: { message: 'thrown by a test' } })
    expect(told.filter((event) => event.startsWith('closed'))).toHaveLength(1)
  })

  test.each(Object.keys(places))('%s may throw an error of ours, whose alert the peer is told', async (place) => {
    const pair = await play(place, () => {
      throw new TlsError('ERR_TLS_CERTIFICATE_REVOKED', 'thrown by a test')
    })
    expect(pair[who(place)].failure).toMatchObject({ code: 'ERR_TLS_CERTIFICATE_REVOKED', message: 'thrown by a test' })
  })
})
