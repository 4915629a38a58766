import { expect, test } from 'vitest'
import { complete, compose, pick } from './compose.ts'
import type { ProviderPart } from './compose.ts'
import type { Aead, CryptoProvider, Hash } from './provider.ts'

const base = provider('base', 'sync', { hash: [hash('sha256', 1)], aead: [aead('a'), aead('b')] })
const other = provider('other', 'sync', { hash: [hash('sha256', 2), hash('sha384', 2)], aead: [aead('c')] })
// Answering at once is a way of answering later.
const later = provider('later', 'async', { hash: [hash('sha512', 3)] }) as unknown as CryptoProvider<'async'>

test('a later part wins over an earlier one and over the base', () => {
  const mixed = compose(base, { aead: { a: aead('changed') } }, other)
  expect(mixed.hash['sha256']?.outputLength).toBe(2)
  expect(mixed.aead['a']?.name).toBe('changed')
  expect(Object.keys(mixed.aead)).toEqual(['a', 'b', 'c'])
  expect(base.hash['sha256']?.outputLength).toBe(1)
})

test('complete leaves what the base has, and earlier parts lose to later ones', () => {
  const mixed = complete(base, { hash: { sha384: hash('sha384', 9) } }, other)
  expect(mixed.hash['sha256']?.outputLength).toBe(1)
  expect(mixed.hash['sha384']?.outputLength).toBe(2)
  expect(Object.keys(mixed.aead).sort()).toEqual(['a', 'b', 'c'])
})

test('random bytes, private keys and mode stay the base, and the name says who took part', () => {
  for (const mixed of [compose(base, other, {}, other), complete(base, other)]) {
    expect(mixed.random).toBe(base.random)
    expect(mixed.importPrivateKey).toBe(base.importPrivateKey)
    expect(mixed.mode).toBe('sync')
    expect(mixed.name).toBe('base + other')
  }
  expect(compose(base).name).toBe('base')
})

test('pick takes a name from every list that has it', () => {
  const hashes = { sha256: { hash: 'sha256', outputLength: 32, sign: () => new Uint8Array(32) } }
  const part = pick({ ...base, hmac: hashes }, ['sha256', 'b'])
  expect(part.hash).toEqual(base.hash)
  expect(part.hmac).toEqual(hashes)
  expect(Object.keys(part.aead ?? {})).toEqual(['b'])
  expect(part.name).toBe('base')
})

test('pick refuses names that the provider does not have', () => {
  expect(() => pick(base, ['a', 'x', 'y'])).toThrow(
    expect.objectContaining({ code: 'ERR_TLS_UNSUPPORTED', received: ['x', 'y'], message: 'base has no x, y' }),
  )
})

test('an asynchronous provider takes synchronous parts', () => {
  const mixed: CryptoProvider<'async'> = compose(later, pick(base, ['a']))
  expect(mixed.mode).toBe('async')
  expect(mixed.aead['a']).toBe(base.aead['a'])
})

test('a synchronous provider does not compile with asynchronous parts', () => {
  const part: ProviderPart<'async'> = pick(later, ['sha512'])
  // @ts-expect-error: the part may answer with promises
  expect(compose(base, part).name).toBe('base + later')
  // @ts-expect-error: the part may answer with promises
  expect(complete(base, part).name).toBe('base + later')
})

function provider(
  name: string,
  mode: 'sync' | 'async',
  lists: { hash?: Hash<'sync'>[]; aead?: Aead<'sync'>[] },
): CryptoProvider<'sync'> {
  const byName = <T extends { name: string }>(rows: T[] = []): Record<string, T> =>
    Object.fromEntries(rows.map((row) => [row.name, row]))
  return {
    name,
    mode: mode as 'sync',
    random: (length) => new Uint8Array(length),
    hash: byName(lists.hash),
    hmac: {},
    hkdf: {},
    cbc: {},
    aead: byName(lists.aead),
    keyExchange: {},
    signature: {},
    keyTransport: {},
    importPrivateKey: () => ({ keyType: 'none', spki: undefined, dispose() {} }),
  }
}

function hash(name: string, outputLength: number): Hash<'sync'> {
  return {
    name,
    outputLength,
    digest: () => new Uint8Array(outputLength),
    start: () => ({ update() {}, digest: () => new Uint8Array(outputLength) }),
  }
}

function aead(name: string): Aead<'sync'> {
  return {
    name,
    keyLength: 16,
    nonceLength: 12,
    tagLength: 16,
    key: () => ({ seal() {}, open: () => undefined, dispose() {} }),
  }
}
