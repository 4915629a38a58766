import { nodeCrypto } from '@typetls/crypto-node'
import type { CryptoProvider } from '@typetls/crypto-provider'
import { Secret, TLS_AES_128_GCM_SHA256, TLS_AES_256_GCM_SHA384 } from '@typetls/crypto-provider'
import { asyncProvider, countingProvider, interceptedProvider } from '@typetls/testing'
import { ascii, toHex } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import type { Program } from './index.ts'
import {
  EarlySecret,
  exportKeyingMaterial,
  finishedVerifyData,
  HandshakeSecret,
  hkdfLabel,
  nextTrafficSecret,
  run,
} from './index.ts'

// The values of RFC 8448 are in rfc8448.test.ts. Here: who owns what, and the edges.

const shared = (): Secret => new Secret(new Uint8Array(32).fill(5))
const hash = new Uint8Array(32).fill(9)

/** Every secret that the provider gave out. */
function watched(provider: CryptoProvider, fail: (call: number) => boolean = () => false) {
  const made: Secret[] = []
  let calls = 0
  const crypto = interceptedProvider(provider, (call, args, run) => {
    if (!call.startsWith('hkdf.')) return run(args)
    if (fail(calls++)) throw new Error('broken')
    const answer = run(args)
    const note = (secret: unknown): unknown => (secret instanceof Secret && made.push(secret), secret)
    return answer instanceof Promise ? answer.then(note) : note(answer)
  })
  return { crypto, alive: () => made.filter((secret) => !secret.disposed).length, calls: () => calls }
}

function* wholeSchedule(crypto: CryptoProvider, psk: Secret | undefined): Program<{ dispose(): void }[]> {
  const owned = new Set<{ dispose(): void }>()
  try {
    let handshake
    if (psk === undefined) handshake = yield* HandshakeSecret.withoutPsk(crypto, 'sha256', shared())
    else {
      const early = yield* EarlySecret.from(crypto, 'sha256', psk)
      owned.add(early)
      yield* early.binder('resumption', hash)
      handshake = yield* early.intoHandshake(shared())
    }
    owned.add(handshake)
    const traffic = yield* handshake.trafficSecrets(hash)
    owned.add(traffic.client).add(traffic.server)
    yield* finishedVerifyData(crypto, TLS_AES_128_GCM_SHA256, traffic.client, hash)
    const main = yield* handshake.intoMain()
    owned.add(main)
    const secrets = yield* main.applicationSecrets(hash)
    const kept = Object.values(secrets)
    for (const one of kept) owned.add(one)
    const resumption = yield* main.intoResumption(hash)
    for (const one of kept) owned.delete(one)
    return [...kept, resumption]
  } finally {
    for (const one of owned) one.dispose()
  }
}

describe.each([
  ['sync', nodeCrypto],
  ['async', asyncProvider(nodeCrypto)],
] as const)('%s', (_mode, provider) => {
  test.each([
    ['without a PSK', undefined],
    ['with a PSK', new Secret(new Uint8Array(32).fill(3))],
  ])("%s four secrets are left at the end, and the PSK is its owner's", async (_what, psk) => {
    const { crypto, alive } = watched(provider)
    const kept = await run(wholeSchedule(crypto, psk))
    expect(kept).toHaveLength(4)
    expect(alive()).toBe(4)
    for (const one of kept) one.dispose()
    expect(alive()).toBe(0)
    expect(psk?.disposed ?? false).toBe(false)
  })

  test('whichever call fails, nothing is left', async () => {
    const psk = new Secret(new Uint8Array(32).fill(3))
    const whole = watched(provider)
    await run(wholeSchedule(whole.crypto, psk))
    expect(whole.calls()).toBeGreaterThan(12)
    for (let at = 0; at < whole.calls(); at++) {
      const { crypto, alive } = watched(provider, (call) => call === at)
      const failing = async (): Promise<unknown> => await run(wholeSchedule(crypto, psk))
      await expect(failing(), `call ${at}`).rejects.toThrow('broken')
      expect(alive(), `call ${at}`).toBe(0)
    }
  })
})

test('a spent stage gives nothing any more', () => {
  const early = run(EarlySecret.from(nodeCrypto, 'sha256', shared())) as EarlySecret
  run(early.intoHandshake(shared()))
  expect(() => run(early.intoHandshake(shared()))).toThrow(expect.objectContaining({ code: 'ERR_TLS_SECRET_DISPOSED' }))
  expect(() => run(early.binder('external', hash))).toThrow(
    expect.objectContaining({ code: 'ERR_TLS_SECRET_DISPOSED' }),
  )
})

test('what is a constant of the hash is computed once per provider', () => {
  const { provider, count } = countingProvider(nodeCrypto)
  for (let i = 0; i < 3; i++) run(HandshakeSecret.withoutPsk(provider, 'sha384', shared()))
  expect(count('hkdf.sha384.extract')).toBe(4)
})

test('psk_ke has zeros where a key exchange would be', () => {
  const secretOf = (input: Secret | undefined): string => {
    const early = run(EarlySecret.from(nodeCrypto, 'sha256', shared())) as EarlySecret
    const handshake = run(early.intoHandshake(input)) as {
      trafficSecrets(one: Uint8Array): Program<{ client: Secret }>
    }
    return toHex((run(handshake.trafficSecrets(hash)) as { client: Secret }).client.reveal())
  }
  expect(secretOf(undefined)).toBe(secretOf(new Secret(new Uint8Array(32))))
  expect(secretOf(undefined)).not.toBe(secretOf(shared()))
})

test("exported bytes are the caller's: wiping the exporter leaves them", () => {
  const exporter = new Secret(new Uint8Array(48).fill(1))
  const exported = run(exportKeyingMaterial(nodeCrypto, TLS_AES_256_GCM_SHA384, exporter, 'a', ascii('b'), 40))
  const copy = (exported as Uint8Array).slice()
  exporter.dispose()
  expect(exported).toEqual(copy)
  expect(copy.some((byte) => byte !== 0)).toBe(true)
})

test('the next traffic secret is as long as the hash, and another', () => {
  const secret = new Secret(new Uint8Array(48).fill(1))
  const next = run(nextTrafficSecret(nodeCrypto, TLS_AES_256_GCM_SHA384, secret)) as Secret
  expect(next.length).toBe(48)
  expect(toHex(next.reveal())).not.toBe(toHex(secret.reveal()))
})

describe('HkdfLabel', () => {
  test('is length, label and context', () => {
    expect(toHex(hkdfLabel('key', new Uint8Array(), 16))).toBe('001009746c733133206b657900')
    expect(toHex(hkdfLabel('a', Uint8Array.of(1, 2), 0x1234))).toBe('123407746c73313320610201' + '02')
  })

  test('has limits', () => {
    for (const [label, context] of [
      ['x'.repeat(250), 0],
      ['x', 256],
    ] as const) {
      expect(() => hkdfLabel(label, new Uint8Array(context), 1)).toThrow(
        expect.objectContaining({ code: 'ERR_TLS_ENCODE_RANGE' }),
      )
    }
    expect(hkdfLabel('x'.repeat(249), new Uint8Array(255), 1)).toHaveLength(4 + 255 + 255)
  })
})
