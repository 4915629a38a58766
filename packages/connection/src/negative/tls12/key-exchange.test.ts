import { handshakeMessage } from '@typetls/testing'
import { concat, fromHex } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { testCrypto } from '../../../test/backend.ts'
import { expectRefusal } from '../../../test/refusal.ts'
import type { Role } from '../../../test/stages.ts'
import { roles } from '../../../test/stages.ts'
import { tls12ScriptedClient } from '../../../test/tls12-scripted-client.ts'
import type { Tls12ScriptedPeer } from '../../../test/tls12-scripted-peer.ts'
import { uint, vector } from '../../../test/tls12-scripted-peer.ts'
import { tls12ScriptedServer } from '../../../test/tls12-scripted-server.ts'

describe('points', () => {
  const right = testCrypto.keyExchange['secp256r1']?.start().share as Uint8Array
  const low = fromHex('e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800')

  test.each(
    roles.flatMap((role) =>
      (
        [
          ['off the curve', 'secp256r1', () => right.map((byte, i) => (i === 64 ? byte ^ 1 : byte))],
          [
            'compressed',
            'secp256r1',
            () => concat(Uint8Array.of(2 + ((right[64] as number) & 1)), right.subarray(1, 33)),
          ],
          ['truncated', 'secp256r1', () => right.subarray(0, -1)],
          ['padded', 'secp256r1', () => concat(right, Uint8Array.of(0))],
          ['at infinity', 'secp256r1', () => Uint8Array.of(0)],
          ['of low order', 'x25519', () => low],
          ['of zeros', 'x25519', () => new Uint8Array(32)],
          ['truncated', 'x25519', () => new Uint8Array(31).fill(9)],
          ['padded', 'x25519', () => new Uint8Array(33).fill(9)],
        ] as [string, string, () => Uint8Array][]
      ).map(([what, group, make]) => [role, what, group, make] as const),
    ),
  )('#88 a %s refuses a point %s of %s', (role, _what, group, make) => {
    expectRefusal(sharing(role, group, make()), 'ERR_TLS_KEY_SHARE_INVALID', 'illegal_parameter')
  })

  test.each(roles)('#88 a %s refuses a point of no bytes', (role) => {
    expectRefusal(sharing(role, 'x25519', new Uint8Array()), 'ERR_TLS_DECODE_LENGTH', 'decode_error')
  })
})

describe('ServerKeyExchange', () => {
  test('#90 a client refuses a server without one', () => {
    const server = tls12ScriptedServer({ withoutKeyExchange: true })
      .until('server_hello_done')
      .step('server_hello_done')
    expectRefusal(server, 'ERR_TLS_UNEXPECTED_MESSAGE', 'unexpected_message')
  })

  test('#90 a client refuses a second one', () => {
    const server = tls12ScriptedServer().until('server_key_exchange')
    const { raw } = server.written('server_key_exchange')
    expectRefusal(server.send(raw).send(raw), 'ERR_TLS_UNEXPECTED_MESSAGE', 'unexpected_message')
  })

  test('#91 a client refuses a curve that it did not list, a hybrid and one with parameters', () => {
    for (const [type, id] of [
      [3, 24],
      [3, 0x11ec],
      [3, 0x100],
      [3, 9999],
      [1, 29],
      [2, 29],
    ] as const) {
      const server = tls12ScriptedServer()
      const params = concat(uint(1, type), uint(2, id), vector(1, new Uint8Array(32).fill(9)))
      server.until('server_key_exchange')
      const proof = server.signed(concat(server.clientRandom, server.serverRandom, params))
      server.message('server_key_exchange', concat(params, proof)).message('server_hello_done')
      expectRefusal(server, 'ERR_TLS_WRONG_KEY_SHARE', 'illegal_parameter')
    }
  })
})

describe('Finished', () => {
  test.each(roles)('#93 a %s refuses one that does not fit', (role) => {
    for (const change of [
      (data: Uint8Array) => data.map((byte, i) => (i === 11 ? byte ^ 1 : byte)),
      (data: Uint8Array) => concat(data, Uint8Array.of(0)),
      (data: Uint8Array) => data.subarray(0, -1),
      () => new Uint8Array(12),
      () => new Uint8Array(0),
    ]) {
      const bytes = {
        finished: ({ body }: { readonly body: Uint8Array }) => handshakeMessage('finished', change(body)),
      }
      const peer = role === 'client' ? tls12ScriptedServer({ bytes }) : tls12ScriptedClient({ bytes })
      expectRefusal(peer.play(), 'ERR_TLS_FINISHED_MISMATCH', 'decrypt_error')
      expect(peer.peer.facts).toBeUndefined()
    }
  })

  test.each(roles)('#93 a %s refuses its own', (role) => {
    const peer = role === 'client' ? tls12ScriptedServer() : tls12ScriptedClient()
    peer.until('finished')
    // Made as the other side would: the label is what differs.
    const own = peer.heard.find(({ type }) => type === 20)?.body ?? new Uint8Array(12).fill(1)
    expectRefusal(peer.message('finished', own), 'ERR_TLS_FINISHED_MISMATCH', 'decrypt_error')
  })
})

/** The peer of this role with another point. */
function sharing(role: Role, group: string, share: Uint8Array): Tls12ScriptedPeer {
  if (role === 'client') {
    const server = tls12ScriptedServer({ group }).until('server_key_exchange')
    const id = testCrypto.keyExchange[group]?.id as number
    const params = concat(uint(1, 3), uint(2, id), vector(1, share))
    const proof = server.signed(concat(server.clientRandom, server.serverRandom, params))
    return server.message('server_key_exchange', concat(params, proof)).message('server_hello_done')
  }
  const client = tls12ScriptedClient({ server: { groups: [group] } }).until('client_key_exchange')
  return client.message('client_key_exchange', vector(1, share))
}
