import { nodeCrypto } from '@typetls/crypto-node'
import { Secret, TLS_AES_256_GCM_SHA384 } from '@typetls/crypto-provider'
import { ExtensionType } from '@typetls/handshake'
import type { HandshakeBytes } from '@typetls/testing'
import {
  extensionOf,
  extensionsOf,
  handshakeMessage,
  repeatingExtension,
  withExtension,
  withExtensions,
} from '@typetls/testing'
import { ascii, concat } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { clock, connectedPair } from '../../test/peers.ts'
import { expectRefusal } from '../../test/refusal.ts'
import type { ClientScript, ScriptedClient } from '../../test/scripted-client.ts'
import { scriptedClient } from '../../test/scripted-client.ts'
import type { ScriptedServer, ServerScript } from '../../test/scripted-server.ts'
import { scriptedServer } from '../../test/scripted-server.ts'
import { rotatingTicketKeys } from '../index.ts'

const ids = ExtensionType.ids
const key = { identity: ascii('key'), secret: new Secret(new Uint8Array(32).fill(7)) }
const tickets = rotatingTicketKeys({ crypto: nodeCrypto, clock })

/** A client that offers a key, or a session it has. */
const offers: readonly [string, () => ServerScript][] = [
  ['an external PSK', () => ({ psk: key, client: { externalPsks: [key] } })],
  [
    'a session',
    () => {
      const first = scriptedServer().play().ticket()
      const [session] = first.peer.sessions
      if (session === undefined) throw new Error('there was no ticket')
      return { psk: { secret: first.pskOf() }, client: { session } }
    },
  ],
]

describe.each(offers)('a client that offers %s', (what, offer) => {
  test(`#64 a client that offers ${what} refuses a ServerHello with it and without key_share`, () => {
    const server = scriptedServer({ ...offer(), withoutKeyShare: true }).step('server_hello')
    expect(server.peer.failure).toMatchObject({ expected: 'key_share' })
    expectRefusal(server, 'ERR_TLS_MISSING_EXTENSION', 'missing_extension')
  })

  test(`#96 a client that offers ${what} refuses it with a suite of another hash`, () => {
    const server = scriptedServer({ ...offer(), suite: TLS_AES_256_GCM_SHA384 }).step('server_hello')
    expect(server.peer.failure).toMatchObject({ expected: 'sha256', received: 'sha384' })
    expectRefusal(server, 'ERR_TLS_PSK_HASH', 'illegal_parameter')
  })

  test(`#98 a client that offers ${what} refuses the choice of another`, () => {
    for (const index of [1, 2, 0xffff]) {
      const script = offer()
      const server = scriptedServer({ ...script, psk: { ...(script.psk as typeof key), index } }).step('server_hello')
      expect(server.peer.failure).toMatchObject({ expected: { below: 1 }, received: index })
      expectRefusal(server, 'ERR_TLS_PSK_IDENTITY', 'illegal_parameter')
    }
  })

  test(`#93 a client that offers ${what} refuses a Finished that does not fit it`, () => {
    const finished = (message: HandshakeBytes): HandshakeBytes =>
      handshakeMessage(
        'finished',
        message.body.map((byte) => byte ^ 1),
      )
    const server = scriptedServer({ ...offer(), bytes: { finished } }).play()
    expectRefusal(server, 'ERR_TLS_FINISHED_MISMATCH', 'decrypt_error')
  })

  test(`#12 a client that offers ${what} cannot read a server that does not have it`, () => {
    const server = scriptedServer({ ...offer(), psk: { secret: new Secret(new Uint8Array(32)) } }).step('server_hello')
    // Nor can the server read what the client then says.
    server.peer.receive(server.sealed(22, server.writtenStep('encrypted_extensions').raw))
    expect(server.peer.failure).toMatchObject({ code: 'ERR_TLS_BAD_RECORD_MAC', alert: 'bad_record_mac' })
  })
})

test('#97 a client refuses the choice of a PSK when it offered none', () => {
  const server = scriptedServer({ psk: key }).step('server_hello')
  expect(server.peer.failure).toMatchObject({ received: ids.pre_shared_key })
  expectRefusal(server, 'ERR_TLS_UNSUPPORTED_EXTENSION', 'unsupported_extension')
})

test('#97 a client refuses the choice of a PSK that it withdrew for the hash of the HelloRetryRequest', () => {
  const server = scriptedServer({
    client: { externalPsks: [key] },
    psk: key,
    suite: TLS_AES_256_GCM_SHA384,
    retry: { group: 0x17 },
    group: 'secp256r1',
  })
  server.step('hello_retry_request').step('server_hello')
  expectRefusal(server, 'ERR_TLS_UNSUPPORTED_EXTENSION', 'unsupported_extension')
})

const ways: readonly [string, () => ClientScript][] = [
  [
    'an external PSK',
    () => ({
      psks: [{ ...key, kind: 'external' }],
      server: { externalPsk: ({ length }) => (length === 3 ? key : undefined) },
    }),
  ],
  [
    'a ticket',
    () => {
      const [session] = connectedPair({}, { tickets }).client.sessions
      if (session === undefined) throw new Error('there was no ticket')
      const { psk, ticket } = session.state
      return { psks: [{ identity: ticket, secret: psk, kind: 'resumption' }], server: { tickets } }
    },
  ],
]

describe.each(ways)('a server that is offered %s', (what, offer) => {
  const said = (script: Partial<ClientScript>): ScriptedClient =>
    scriptedClient({ ...offer(), ...script }).step('client_hello')
  const psks = (change: (data: Uint8Array) => Uint8Array) => ({
    bound: (message: HandshakeBytes) =>
      withExtension(message, ids.pre_shared_key, change(extensionOf(message, ids.pre_shared_key))),
  })
  /** Everything before the binders, and the one binder. */
  const parts = (data: Uint8Array): [Uint8Array, Uint8Array] => [data.slice(0, -35), data.slice(-32)]

  test(`#99 a server that is offered ${what} refuses it anywhere but last`, () => {
    for (const place of [0, 3]) {
      const client = said({
        bound: (message) => {
          const psk = extensionsOf(message).at(-1)
          if (psk === undefined) throw new Error('there are no extensions')
          const others = extensionsOf(message).slice(0, -1)
          return withExtensions(message, [...others.slice(0, place), psk, ...others.slice(place)])
        },
      })
      expectRefusal(client, 'ERR_TLS_PSK_NOT_LAST', 'illegal_parameter')
    }
  })

  test(`#100 a server that is offered ${what} refuses one binder too many`, () => {
    const twice = psks((data) => {
      const [before, binder] = parts(data)
      return concat(before, Uint8Array.of(0, 66, 32), binder, Uint8Array.of(32), binder)
    })
    expectRefusal(said(twice), 'ERR_TLS_PSK_BINDER_COUNT', 'illegal_parameter')
  })

  test(`#100 a server that is offered ${what} refuses an identity without a binder`, () => {
    const more = psks((data) => {
      const length = ((data[0] as number) << 8) + (data[1] as number)
      const extra = Uint8Array.of(0, 1, 9, 0, 0, 0, 0)
      const identities = concat(data.subarray(2, 2 + length), extra)
      return concat(Uint8Array.of(identities.length >>> 8, identities.length), identities, data.subarray(2 + length))
    })
    expectRefusal(said(more), 'ERR_TLS_PSK_BINDER_COUNT', 'illegal_parameter')
  })

  test(`#100 a server that is offered ${what} refuses an empty list of binders`, () => {
    const none = psks((data) => concat(parts(data)[0], Uint8Array.of(0, 0)))
    expectRefusal(said(none), 'ERR_TLS_DECODE_LENGTH', 'decode_error')
  })

  test(`#100 a server that is offered ${what} refuses an empty list of identities`, () => {
    expectRefusal(
      said(psks((data) => concat(Uint8Array.of(0, 0), data.subarray(-35)))),
      'ERR_TLS_DECODE_LENGTH',
      'decode_error',
    )
  })

  test(`#101 a server that is offered ${what} refuses a wrong binder`, () => {
    for (const index of [1, 32]) {
      const wrong = psks((data) => data.map((byte, i) => (i === data.length - index ? byte ^ 1 : byte)))
      expectRefusal(said(wrong), 'ERR_TLS_PSK_BINDER', 'decrypt_error')
    }
  })

  test(`#101 a server that is offered ${what} refuses the binder of another ClientHello`, () => {
    const other = { bound: (message: HandshakeBytes) => withExtension(message, 4711, new Uint8Array()) }
    expectRefusal(said(other), 'ERR_TLS_PSK_BINDER', 'decrypt_error')
  })

  test(`#101 a server that is offered ${what} refuses the binder of the other kind of PSK`, () => {
    const script = offer()
    const swapped = (script.psks ?? []).map(
      (one) => ({ ...one, kind: one.kind === 'external' ? 'resumption' : 'external' }) as const,
    )
    expectRefusal(said({ psks: swapped }), 'ERR_TLS_PSK_BINDER', 'decrypt_error')
  })

  test(`#101 a server that is offered ${what} refuses a binder of another length`, () => {
    for (const extra of [1, 16]) {
      const longer = psks((data) => {
        const [before, binder] = parts(data)
        return concat(before, Uint8Array.of(0, 33 + extra, 32 + extra), binder, new Uint8Array(extra))
      })
      expectRefusal(said(longer), 'ERR_TLS_PSK_BINDER', 'decrypt_error')
    }
  })

  // "opaque PskBinderEntry<32..255>": shorter ones have no place in the syntax.
  test(`#101 a server that is offered ${what} refuses a binder below 32 bytes for it`, () => {
    const shorter = psks((data) => {
      const [before, binder] = parts(data)
      return concat(before, Uint8Array.of(0, 32, 31), binder.subarray(1))
    })
    const client = said(shorter)
    expectRefusal(client, 'ERR_TLS_PSK_BINDER_LENGTH', 'decode_error')
  })

  test(`#102 a server that is offered ${what} refuses it without psk_key_exchange_modes`, () => {
    const client = said({
      body: {
        client_hello: (hello) => ({ ...hello, extensions: { ...hello.extensions, psk_key_exchange_modes: undefined } }),
      },
    })
    expect(client.peer.failure).toMatchObject({ expected: 'psk_key_exchange_modes' })
    expectRefusal(client, 'ERR_TLS_MISSING_EXTENSION', 'missing_extension')
  })
})

test('#101 a server does not look at the binder of a PSK that it does not take', () => {
  const client = scriptedClient({
    psks: [{ ...key, kind: 'external' }],
    server: { externalPsk: () => undefined },
    bound: (message) =>
      withExtension(
        message,
        ids.pre_shared_key,
        concat(extensionOf(message, ids.pre_shared_key).slice(0, -35), Uint8Array.of(0, 13, 12), new Uint8Array(12)),
      ),
  })
  expect(client.play().peer.facts).toMatchObject({ externalPskIdentity: undefined, resumed: false })
})

describe('NewSessionTicket', () => {
  test('#104 a client refuses one without a ticket', () => {
    const empty = ({ body }: HandshakeBytes): HandshakeBytes =>
      // Lifetime, age_add and a nonce of one byte stand before it.
      handshakeMessage('new_session_ticket', concat(body.subarray(0, 10), Uint8Array.of(0, 0, 0, 0)))
    const server = scriptedServer({ bytes: { new_session_ticket: empty } })
      .play()
      .ticket()
    expect(server.peer.sessions).toEqual([])
    expectRefusal(server, 'ERR_TLS_DECODE_LENGTH', 'decode_error')
  })

  test('#104 a client refuses an extension that comes twice in one', () => {
    for (const [type, data] of [
      [ids.early_data, Uint8Array.of(0, 0, 1, 0)],
      [4711, new Uint8Array()],
    ] as const) {
      const server = scriptedServer({
        bytes: { new_session_ticket: (message) => repeatingExtension(withExtension(message, type, data), type) },
      })
      expectRefusal(server.play().ticket(), 'ERR_TLS_DUPLICATE_EXTENSION', 'illegal_parameter')
    }
  })

  test('#104 a client refuses early_data of another length in one', () => {
    const server = scriptedServer({
      bytes: { new_session_ticket: (message) => withExtension(message, ids.early_data, Uint8Array.of(0, 1, 0)) },
    })
    expectRefusal(server.play().ticket(), 'ERR_TLS_DECODE_TRUNCATED', 'decode_error')
  })

  test('a client refuses flags that are missing or padded', () => {
    const flagged = (data: Uint8Array): ScriptedServer =>
      scriptedServer({ bytes: { new_session_ticket: (message) => withExtension(message, ids.tls_flags, data) } })
        .play()
        .ticket()
    expect(flagged(Uint8Array.of(2, 0, 3)).peer.sessions).toHaveLength(1)
    expectRefusal(flagged(Uint8Array.of(0)), 'ERR_TLS_DECODE_LENGTH', 'decode_error')
    expectRefusal(flagged(Uint8Array.of(2, 2, 0)), 'ERR_TLS_FLAGS', 'illegal_parameter')
  })
})
