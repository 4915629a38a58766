import { nodeCrypto } from '@typetls/crypto-node'
import { pick } from '@typetls/crypto-provider'
import { asyncProvider, countingProvider, manualClock } from '@typetls/testing'
import { ascii, concat } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { rotatingTicketKeys, ticketKeyLength, ticketKeyRing } from './ticket-keys.ts'

const state = ascii('what a server must find again')

function setting(options: { readonly rotateEvery?: number; readonly keepFor?: number } = {}) {
  const clock = manualClock()
  const counting = countingProvider(nodeCrypto)
  const keys = rotatingTicketKeys({ crypto: counting.provider, clock, ...options })
  return {
    clock,
    counting,
    seal: (bytes: Uint8Array = state) => keys.seal(bytes) as Uint8Array,
    open: (sealed: Uint8Array) => keys.open(sealed) as Uint8Array | undefined,
  }
}

test('what was sealed opens again, and is nowhere to be seen', () => {
  const { seal, open } = setting()
  const sealed = seal()
  expect(sealed).toHaveLength(16 + 12 + state.length + 16)
  expect(Buffer.from(sealed).includes(Buffer.from(state))).toBe(false)
  expect(open(sealed)).toEqual(state)
  expect(open(seal(new Uint8Array()))).toEqual(new Uint8Array())
})

test('the same state is never sealed alike', () => {
  const { seal } = setting()
  expect(new Set(Array.from({ length: 50 }, () => seal().join())).size).toBe(50)
})

test('nothing else opens: any byte changed, cut or added', () => {
  const { seal, open } = setting()
  const sealed = seal()
  for (let i = 0; i < sealed.length; i++) {
    const changed = sealed.slice()
    changed[i] = (changed[i] as number) ^ 1
    expect(open(changed)).toBeUndefined()
    expect(open(sealed.subarray(0, i))).toBeUndefined()
  }
  expect(open(concat(sealed, Uint8Array.of(0)))).toBeUndefined()
  expect(setting().open(sealed)).toBeUndefined()
})

describe('keys', () => {
  test('take turns by the clock, and the one before still opens for a while', () => {
    const { clock, counting, seal, open } = setting({ rotateEvery: 60, keepFor: 100 })
    const first = seal()
    clock.advance(59_999)
    expect(nameOf(seal())).toBe(nameOf(first))
    clock.advance(1)
    const second = seal()
    expect(nameOf(second)).not.toBe(nameOf(first))
    expect(open(first)).toEqual(state)
    clock.advance(99_999)
    expect(open(first)).toEqual(state)
    clock.advance(1)
    expect(open(first)).toBeUndefined()
    expect(open(second)).toEqual(state)
    // Each key is wiped when it is forgotten.
    expect([counting.count('aead.aes-256-gcm.key'), counting.count('aead.aes-256-gcm.dispose')]).toEqual([2, 1])
  })

  test('are there when first needed, not before', () => {
    const { counting, seal } = setting()
    expect(counting.count('random')).toBe(0)
    seal()
    expect(counting.count('aead.aes-256-gcm.key')).toBe(1)
  })

  test('may be of an asynchronous provider, also for many tickets at once', async () => {
    const keys = rotatingTicketKeys({ crypto: asyncProvider(nodeCrypto), clock: manualClock() })
    const sealed = await Promise.all(Array.from({ length: 10 }, () => keys.seal(state.slice())))
    for (const one of sealed) expect(await keys.open(one)).toEqual(state)
  })
})

describe('algorithms', () => {
  const clock = manualClock()

  test('ChaCha20-Poly1305 serves where there is no AES', () => {
    const crypto = { ...nodeCrypto, aead: pick(nodeCrypto, ['chacha20-poly1305']).aead ?? {} }
    const keys = rotatingTicketKeys({ crypto, clock })
    expect(keys.open(keys.seal(state) as Uint8Array)).toEqual(state)
  })

  test('one may be named', () => {
    const counting = countingProvider(nodeCrypto)
    void rotatingTicketKeys({ crypto: counting.provider, clock, aead: 'aes-128-gcm' }).seal(state)
    expect(counting.count('aead.aes-128-gcm.seal')).toBe(1)
  })

  test('without any it cannot be', () => {
    expect(() => rotatingTicketKeys({ crypto: { ...nodeCrypto, aead: {} }, clock })).toThrow(
      expect.objectContaining({ code: 'ERR_TLS_UNSUPPORTED' }),
    )
  })
})

test.each([{ rotateEvery: 0 }, { rotateEvery: -1 }, { rotateEvery: NaN }, { keepFor: -1 }, { keepFor: NaN }])(
  '%o makes no sense',
  (options) => {
    expect(() => setting(options)).toThrow(expect.objectContaining({ code: 'ERR_TLS_OPTIONS' }))
  },
)

function nameOf(sealed: Uint8Array): string {
  return sealed.subarray(0, 16).join()
}

describe('a ring of given keys', () => {
  const key = (fill: number): Uint8Array => new Uint8Array(ticketKeyLength).fill(fill)
  const ring = (...keys: Uint8Array[]) => ticketKeyRing({ crypto: nodeCrypto, keys })

  test('opens what another ring sealed that has the key too, wherever it stands there', () => {
    const sealed = ring(key(1)).seal(state) as Uint8Array
    expect(sealed).toHaveLength(16 + 12 + state.length + 16)
    expect(ring(key(2), key(1)).open(sealed)).toEqual(state)
    expect(ring(key(2)).open(sealed)).toBeUndefined()
    expect(ring(key(1)).open(sealed.subarray(1))).toBeUndefined()
  })

  test('takes other keys while it is in use; the first seals', () => {
    const keys = ring(key(1))
    const first = keys.seal(state) as Uint8Array
    keys.replace([key(2), key(1)])
    const second = keys.seal(state) as Uint8Array
    expect([keys.open(first), keys.open(second)]).toEqual([state, state])
    keys.replace([key(2)])
    expect([keys.open(first), keys.open(second)]).toEqual([undefined, state])
  })

  test('keeps copies of the keys, also out of a Buffer', () => {
    const given = Buffer.from(key(1))
    const keys = ring(given)
    given.fill(0)
    expect(ring(key(1)).open(keys.seal(state) as Uint8Array)).toEqual(state)
  })

  test('works with an asynchronous provider', async () => {
    const keys = ticketKeyRing({ crypto: asyncProvider(nodeCrypto), keys: [key(1)] })
    expect(await keys.open(await keys.seal(state))).toEqual(state)
  })

  test.each([[[]], [[key(1), new Uint8Array(47)]]])('refuses keys that are none', (keys) => {
    expect(() => ring(...keys)).toThrow(expect.objectContaining({ code: 'ERR_TLS_OPTIONS' }))
  })

  test('refuses a provider without an AEAD for it', () => {
    expect(() => ticketKeyRing({ crypto: { ...nodeCrypto, aead: {} }, keys: [key(1)] })).toThrow(
      expect.objectContaining({ code: 'ERR_TLS_UNSUPPORTED' }),
    )
  })
})
