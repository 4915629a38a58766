import { nobleCrypto } from '@typetls/crypto-noble'
import { nodeCrypto } from '@typetls/crypto-node'
import { complete } from '@typetls/crypto-provider'
import type { HandshakeBytes } from '@typetls/testing'
import { handshakeMessage } from '@typetls/testing'
import { concat, fromHex } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { certificateFor, credentialFor, verifier } from '../../test/peers.ts'
import { expectRefusal } from '../../test/refusal.ts'
import { scriptedClient } from '../../test/scripted-client.ts'
import type { ScriptedPeer } from '../../test/scripted-peer.ts'
import { scriptedServer } from '../../test/scripted-server.ts'
import type { Role } from '../../test/stages.ts'
import { roles } from '../../test/stages.ts'

const crypto = complete(nodeCrypto, nobleCrypto)

describe('key shares', () => {
  const point = (name: string): Uint8Array => nodeCrypto.keyExchange[name]?.start().share as Uint8Array
  const compressed = (share: Uint8Array): Uint8Array => {
    const length = (share.length - 1) / 2
    return concat(Uint8Array.of(2 + ((share.at(-1) as number) & 1)), share.subarray(1, 1 + length))
  }
  const prime = new Uint8Array(65).fill(0xff)
  prime[0] = 4

  const nist: readonly [string, string, (share: Uint8Array) => Uint8Array][] = [
    'secp256r1',
    'secp384r1',
    'secp521r1',
  ].flatMap(
    (group) =>
      [
        [group, 'off the curve', (share: Uint8Array) => flipped(share, share.length - 1)],
        [group, 'compressed', compressed],
        [group, 'truncated', (share: Uint8Array) => share.subarray(0, -1)],
        [group, 'padded', (share: Uint8Array) => concat(share, Uint8Array.of(0))],
        [group, 'at infinity', () => Uint8Array.of(0)],
        [
          group,
          'of the hybrid form',
          (share: Uint8Array) => concat(Uint8Array.of(6 + ((share.at(-1) as number) & 1)), share.subarray(1)),
        ],
        [group, 'of zeros', (share: Uint8Array) => concat(Uint8Array.of(4), new Uint8Array(share.length - 1))],
      ] as [string, string, (share: Uint8Array) => Uint8Array][],
  )
  test.each(roles.flatMap((role) => nist.map(([group, what, change]) => [role, group, what, change] as const)))(
    '#88 a %s refuses a point of %s that is %s',
    (role, group, _what, change) => {
      expectRefusal(sharing(role, group, change(point(group))), 'ERR_TLS_KEY_SHARE_INVALID', 'illegal_parameter')
    },
  )

  test.each(roles)('#88 a %s refuses coordinates that are not reduced', (role) => {
    expectRefusal(sharing(role, 'secp256r1', prime), 'ERR_TLS_KEY_SHARE_INVALID', 'illegal_parameter')
  })

  // https://www.rfc-editor.org/rfc/rfc7748#section-6.1: points of low order give a secret of zeros.
  const low25519 = [
    '0000000000000000000000000000000000000000000000000000000000000000',
    '0100000000000000000000000000000000000000000000000000000000000000',
    'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
    '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  ].map((hex) => fromHex(hex))

  test.each(roles)('#88 a %s refuses points of low order on X25519', (role) => {
    for (const share of low25519) {
      expectRefusal(sharing(role, 'x25519', share), 'ERR_TLS_KEY_SHARE_INVALID', 'illegal_parameter')
    }
  })

  test.each(roles)('#88 a %s refuses points of low order on X448', (role) => {
    for (const first of [0, 1]) {
      const share = new Uint8Array(56)
      share[0] = first
      expectRefusal(sharing(role, 'x448', share), 'ERR_TLS_KEY_SHARE_INVALID', 'illegal_parameter')
    }
  })

  test.each(roles.flatMap((role) => ['x25519', 'x448'].map((group) => [role, group] as const)))(
    '#88 a %s refuses a share of %s of another length',
    (role, group) => {
      for (const change of [
        (share: Uint8Array) => share.subarray(1),
        (share: Uint8Array) => concat(share, Uint8Array.of(0)),
      ]) {
        expectRefusal(sharing(role, group, change(point(group))), 'ERR_TLS_KEY_SHARE_INVALID', 'illegal_parameter')
      }
    },
  )
})

describe.each(['X25519MLKEM768', 'SecP256r1MLKEM768'])('%s', (name) => {
  const group = nobleCrypto.keyExchange[name]
  if (group === undefined) throw new Error(`crypto-noble has no ${name}`)
  const classical = name === 'X25519MLKEM768' ? 32 : 65
  // https://www.iana.org/assignments/tls-parameters: X25519 stands last, secp256r1 first.
  const kemAt = name === 'X25519MLKEM768' ? 0 : classical
  const shares = (role: Role): Uint8Array => {
    const { share } = group.start()
    return role === 'server' ? share : group.respond(share).share
  }

  test.each(roles)(`#89 a %s refuses a share of ${name} of another length`, (role) => {
    const share = shares(role)
    for (const wrong of [
      share.subarray(1),
      concat(share, Uint8Array.of(0)),
      share.subarray(0, classical),
      Uint8Array.of(0),
    ]) {
      expectRefusal(sharing(role, name, wrong), 'ERR_TLS_KEY_SHARE_INVALID', 'illegal_parameter')
    }
  })

  test(`#89 a server refuses an encapsulation key in ${name} that is not reduced`, () => {
    for (const value of [3329, 4095]) {
      const share = shares('server').slice()
      share[kemAt] = value & 0xff
      share[kemAt + 1] = value >>> 8
      expectRefusal(sharing('server', name, share), 'ERR_TLS_KEY_SHARE_INVALID', 'illegal_parameter')
    }
  })

  test.each(roles)(`#89 a %s refuses a classical half of ${name} that is no good`, (role) => {
    const share = shares(role).slice()
    const at = kemAt === 0 ? share.length - classical : 0
    share.fill(0, at, at + classical)
    expectRefusal(sharing(role, name, share), 'ERR_TLS_KEY_SHARE_INVALID', 'illegal_parameter')
  })
})

describe('Finished', () => {
  const changes: readonly [string, (body: Uint8Array) => Uint8Array][] = [
    ['another bit', (body) => flipped(body, 0)],
    ['another last bit', (body) => flipped(body, body.length - 1)],
    ['an extra byte', (body) => concat(body, Uint8Array.of(0))],
    ['a byte less', (body) => body.subarray(0, -1)],
    ['nothing', () => new Uint8Array()],
  ]
  const cases = roles.flatMap((role) => changes.map(([what, change]) => [role, what, change] as const))
  const changing = (change: (body: Uint8Array) => Uint8Array) => ({
    finished: ({ body }: HandshakeBytes) => handshakeMessage('finished', change(body)),
  })

  test.each(cases)('#93 a %s refuses a Finished with %s', (role, _what, change) => {
    const bytes = changing(change)
    const peer: ScriptedPeer = role === 'client' ? scriptedServer({ bytes }) : scriptedClient({ bytes })
    ;(peer as ReturnType<typeof scriptedServer>).until('finished').step('finished')
    expect(peer.peer.told).not.toContain('connected')
    expectRefusal(peer, 'ERR_TLS_FINISHED_MISMATCH', 'decrypt_error')
  })

  test('#93 a server refuses the wrong Finished of a client that authenticated', () => {
    const client = scriptedClient({
      bytes: changing((body) => flipped(body, 9)),
      credential: credentialFor(certificateFor()),
      server: { clientAuthentication: 'require', verifier },
    }).play()
    expectRefusal(client, 'ERR_TLS_FINISHED_MISMATCH', 'decrypt_error')
  })
})

/** A connection of the role got this share of the group. */
function sharing(role: Role, name: string, share: Uint8Array): ScriptedPeer {
  const groups = [name]
  const id = crypto.keyExchange[name]?.id as number
  const entry = { group: id, keyExchange: share }
  if (role === 'client') {
    return scriptedServer({
      client: { crypto, groups, keyShares: groups },
      body: {
        server_hello: (hello) => ({ ...hello, extensions: { supported_versions: 0x0304, key_share: entry } }),
      },
    }).step('server_hello')
  }
  return scriptedClient({
    server: { crypto, groups },
    body: {
      client_hello: (hello) => ({
        ...hello,
        extensions: { ...hello.extensions, supported_groups: [id], key_share: [entry] },
      }),
    },
  }).step('client_hello')
}

function flipped(bytes: Uint8Array, index: number): Uint8Array {
  return bytes.map((byte, i) => (i === index ? byte ^ 1 : byte))
}
