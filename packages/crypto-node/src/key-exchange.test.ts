import * as crypto from 'node:crypto'
import { createECDH, createPrivateKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { namedGroups } from '@typetls/crypto-provider'
import type { KeyExchange, NamedGroup } from '@typetls/crypto-provider'
import { fromHex, TlsError, toHex } from '@typetls/wire'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { keyExchange } from './key-exchange.ts'
import { agree as montgomeryAgree } from './montgomery.ts'
import { agree as nistAgree } from './nist-curve.ts'

const groups = (Object.values(keyExchange) as KeyExchange<'sync'>[]).map((group) => [group.name, group] as const)
const invalidShare = expect.objectContaining({ code: 'ERR_TLS_KEY_SHARE_INVALID', alert: 'illegal_parameter' })

test('the groups with ML-KEM are there when Node has ML-KEM, and only then', () => {
  const names = Object.keys(keyExchange).sort()
  const classical = ['secp256r1', 'secp384r1', 'secp521r1', 'x25519', 'x448']
  expect(names).toEqual('encapsulate' in crypto ? ['SecP256r1MLKEM768', 'X25519MLKEM768', ...classical] : classical)
})

describe.each(groups)('%s', (name, group) => {
  test('has the number and sizes of its registry row', () => {
    expect(group).toMatchObject(namedGroups[name as keyof typeof namedGroups])
    const start = group.start()
    expect(start.share).toHaveLength(group.clientShareLength)
    expect(group.respond(start.share).share).toHaveLength(group.serverShareLength)
  })

  test('gives both sides one secret, and another one each time', () => {
    const [first, second] = [0, 1].map(() => {
      const start = group.start()
      const { share, secret } = group.respond(start.share)
      expect(start.finish(share).reveal()).toEqual(secret.reveal())
      return toHex(secret.reveal())
    })
    expect(first).not.toBe(second)
  })

  test('refuses shares of another length', () => {
    for (const change of [-1, 1]) {
      expect(() => group.respond(new Uint8Array(group.clientShareLength + change).fill(4))).toThrow(invalidShare)
      expect(() => group.start().finish(new Uint8Array(group.serverShareLength + change).fill(4))).toThrow(invalidShare)
    }
    expect(() => group.respond(new Uint8Array())).toThrow(invalidShare)
  })

  test('answers random bytes with a secret or with the one error', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: group.clientShareLength, maxLength: group.clientShareLength }),
        (share) => {
          try {
            expect(group.respond(share).secret.length).toBeGreaterThan(31)
          } catch (error) {
            expect(error).toBeInstanceOf(TlsError)
            expect(error).toEqual(invalidShare)
          }
        },
      ),
      { numRuns: 20 },
    )
  })

  test('ends with dispose', () => {
    const start = group.start()
    const { share } = group.respond(start.share)
    start.dispose()
    expect(() => start.finish(share)).toThrow(expect.objectContaining({ code: 'ERR_TLS_SECRET_DISPOSED' }))
  })
})

test.each(['x25519', 'x448'])('%s refuses the all-zero secret', (name) => {
  const group = keyExchange[name] as KeyExchange<'sync'>
  for (const first of [0, 1]) {
    const share = new Uint8Array(group.clientShareLength)
    share[0] = first
    expect(() => group.respond(share)).toThrow(invalidShare)
  }
})

test.each([
  ['secp256r1', 'prime256v1'],
  ['secp384r1', 'secp384r1'],
  ['secp521r1', 'secp521r1'],
])('%s refuses points that are not on the curve, at infinity, or not written uncompressed', (name, curve) => {
  const group = keyExchange[name] as KeyExchange<'sync'>
  const ecdh = createECDH(curve)
  ecdh.generateKeys()
  const offCurve = new Uint8Array(ecdh.getPublicKey())
  offCurve[offCurve.length - 1] = (offCurve.at(-1) as number) ^ 1
  for (const share of [
    offCurve,
    new Uint8Array(group.clientShareLength),
    new Uint8Array(ecdh.getPublicKey(undefined as never, 'compressed')),
    new Uint8Array(ecdh.getPublicKey(undefined as never, 'hybrid')),
    Uint8Array.of(0),
  ]) {
    expect(() => group.respond(share)).toThrow(invalidShare)
  }
})

test('X25519 is as in RFC 7748, section 5.2', () => {
  const scalar = fromHex('a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4')
  const share = fromHex('e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c')
  const expected = 'c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552'
  expect(toHex(agree('x25519', scalar, share))).toBe(expected)
})

describe('no vector of Project Wycheproof fails', () => {
  test.each([
    ['x25519', 518],
    ['x448', 510],
    ['ecdh_secp256r1_ecpoint', 355],
    ['ecdh_secp384r1_ecpoint', 790],
    ['ecdh_secp521r1_ecpoint', 661],
  ])('%s', (file, count) => {
    const group = file.replace('ecdh_', '').replace('_ecpoint', '')
    const failures: string[] = []
    const vectors = agreementVectors(file)
    for (const vector of vectors) {
      // TLS: no all-zero secret, no compressed point. What else is merely acceptable must come out as given.
      const refused =
        vector.result === 'invalid' ||
        vector.flags.includes('ZeroSharedSecret') ||
        vector.flags.includes('CompressedPoint') ||
        vector.flags.includes('CompressedPublic')
      const outcome = attempt(() => toHex(agree(group, fromHex(vector.private), fromHex(vector.public))))
      if (outcome !== (refused ? 'ERR_TLS_KEY_SHARE_INVALID' : vector.shared)) {
        failures.push(`${vector.tcId} ${vector.result} ${vector.flags}: ${outcome}`)
      }
    }
    expect(failures).toEqual([])
    expect(vectors).toHaveLength(count)
  })
})

/** The secret of a private key that we are given, which the provider has no way to take. */
function agree(group: string, privateKey: Uint8Array, share: Uint8Array): Uint8Array {
  const row = namedGroups[group as keyof typeof namedGroups] as NamedGroup
  if (group === 'x25519' || group === 'x448') {
    const [crv, header] =
      group === 'x25519' ? ['X25519', '302e020100300506032b656e04220420'] : ['X448', '3046020100300506032b656f043a0438']
    const key = Buffer.concat([fromHex(header), privateKey])
    return montgomeryAgree(row, crv, createPrivateKey({ key, format: 'der', type: 'pkcs8' }), share).reveal()
  }
  const ecdh = createECDH(group === 'secp256r1' ? 'prime256v1' : group)
  ecdh.setPrivateKey(privateKey)
  return nistAgree(row, ecdh, share).reveal()
}

interface AgreementVector {
  readonly tcId: number
  readonly result: string
  readonly flags: readonly string[]
  readonly public: string
  readonly private: string
  readonly shared: string
}

// Read here and not by @typetls/testing, which depends on this package.
function agreementVectors(file: string): readonly AgreementVector[] {
  const path = new URL(`../../testing/vectors/wycheproof/${file}_test.json.gz`, import.meta.url)
  const parsed = JSON.parse(gunzipSync(readFileSync(path)).toString()) as {
    testGroups: { tests: AgreementVector[] }[]
  }
  return parsed.testGroups.flatMap((group) => group.tests)
}

function attempt(call: () => string): string {
  try {
    return call()
  } catch (error) {
    return error instanceof TlsError ? error.code : String(error)
  }
}
