import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromHex, toHex } from './bytes.ts'
import type { Codec } from './codec.ts'
import {
  decode,
  empty,
  encode,
  framed,
  opaque,
  opaqueVector,
  rest,
  struct,
  taggedUnion,
  uint8,
  uint16,
  uint24,
  uint32,
  vector,
} from './codec.ts'
import { TlsError } from './tls-error.ts'

/** A codec together with values that it can carry. */
interface Case<T> {
  readonly name: string
  readonly codec: Codec<T>
  readonly values: fc.Arbitrary<T>
}

function carries<T>(name: string, codec: Codec<T>, values: fc.Arbitrary<T>): Case<unknown> {
  return { name, codec, values } as Case<unknown>
}

interface Entry {
  readonly group: number
  readonly keyExchange: Uint8Array
}

const Entry = struct<Entry>('Entry', { group: uint16, keyExchange: opaqueVector(1, 0xffff) })
const entries = fc.record({ group: fc.nat(0xffff), keyExchange: fc.uint8Array({ minLength: 1, maxLength: 40 }) })

const Choice = taggedUnion(uint8, {
  host_name: { tag: 0, body: opaqueVector(1, 0xffff) },
  nothing: { tag: 7, body: empty },
  number: { tag: 255, body: uint24 },
})
const choices = fc.oneof(
  fc.record({ type: fc.constant('host_name' as const), body: fc.uint8Array({ minLength: 1, maxLength: 20 }) }),
  fc.record({ type: fc.constant('nothing' as const), body: fc.constant({}) }),
  fc.record({ type: fc.constant('number' as const), body: fc.nat(0xffffff) }),
)

interface Message {
  readonly version: number
  readonly random: Uint8Array
  readonly sessionId: Uint8Array
  readonly lifetime: number
  readonly entries: readonly Entry[]
  readonly choice:
    { type: 'host_name'; body: Uint8Array } | { type: 'nothing'; body: object } | { type: 'number'; body: number }
  readonly names: readonly Uint8Array[]
  readonly boxed: Entry
}

const Message = struct<Message>('Message', {
  version: uint16,
  random: opaque(32),
  sessionId: opaqueVector(0, 32),
  lifetime: uint32,
  entries: vector(Entry, 0, 0xffff),
  choice: Choice as Codec<Message['choice']>,
  names: vector(opaqueVector(1, 0xff), 2, 0xffffff),
  boxed: framed(1, 0xffff, Entry),
})
const messages: fc.Arbitrary<Message> = fc.record({
  version: fc.nat(0xffff),
  random: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  sessionId: fc.uint8Array({ maxLength: 32 }),
  lifetime: fc.nat(0xffffffff),
  entries: fc.array(entries, { maxLength: 5 }),
  choice: choices as fc.Arbitrary<Message['choice']>,
  names: fc.array(fc.uint8Array({ minLength: 1, maxLength: 30 }), { minLength: 1, maxLength: 5 }),
  boxed: entries,
})

const selfDelimiting = [
  carries('uint8', uint8, fc.nat(0xff)),
  carries('uint16', uint16, fc.nat(0xffff)),
  carries('uint24', uint24, fc.nat(0xffffff)),
  carries('uint32', uint32, fc.nat(0xffffffff)),
  carries('opaque', opaque(5), fc.uint8Array({ minLength: 5, maxLength: 5 })),
  carries('opaqueVector, 1 byte of length', opaqueVector(0, 0xff), fc.uint8Array({ maxLength: 0xff })),
  carries('opaqueVector, 2 bytes of length', opaqueVector(0, 0x100), fc.uint8Array({ maxLength: 0x100 })),
  carries('opaqueVector, 3 bytes of length', opaqueVector(0, 0x1_0000), fc.uint8Array({ maxLength: 0x100 })),
  carries('vector', vector(uint16, 0, 0xff), fc.array(fc.nat(0xffff), { maxLength: 100 })),
  carries('framed', framed(0, 0xff, uint16), fc.nat(0xffff)),
  carries('taggedUnion', Choice as Codec<unknown>, choices),
  carries('struct', Message, messages),
]

describe.each(selfDelimiting)('$name', ({ codec, values }) => {
  test('decoding what was encoded gives the value back', () => {
    fc.assert(
      fc.property(values, (value) => {
        expect(decode(codec, encode(codec, value))).toEqual(value)
      }),
    )
  })

  test('cut at any place it is a decode_error', () => {
    fc.assert(
      fc.property(values, (value) => {
        const bytes = encode(codec, value)
        for (let length = 0; length < bytes.length; length++) {
          const failure = failureOf(() => decode(codec, bytes.subarray(0, length)))
          expect(failure).toBeInstanceOf(TlsError)
          expect(failure).toMatchObject({ code: 'ERR_TLS_DECODE_TRUNCATED', alert: 'decode_error' })
        }
      }),
      { numRuns: 30 },
    )
  })

  test('a byte too many is a decode_error', () => {
    fc.assert(
      fc.property(values, fc.nat(255), (value, extra) => {
        const bytes = Uint8Array.of(...encode(codec, value), extra)
        expect(failureOf(() => decode(codec, bytes))).toMatchObject({ code: 'ERR_TLS_DECODE_TRAILING', received: 1 })
      }),
      { numRuns: 30 },
    )
  })

  test('any bytes either decode, and encode to the same again, or are a decode_error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120, size: 'max' }), (bytes) => {
        let value: unknown
        const failure = failureOf(() => {
          value = decode(codec, bytes)
        })
        if (failure === undefined) expect(encode(codec, value)).toEqual(bytes)
        else expect(failure).toMatchObject({ name: 'TlsError', alert: 'decode_error' })
      }),
      { numRuns: 500 },
    )
  })
})

test('fields are written in the order of the struct, not of the value', () => {
  expect(toHex(encode(Entry, { keyExchange: Uint8Array.of(1, 2), group: 0x1d }))).toBe('001d00020102')
})

describe('limits', () => {
  test.each([
    [0, 0xff, 1],
    [0, 0x100, 2],
    [0, 0xffff, 2],
    [0, 0x1_0000, 3],
    [0, 0xff_ffff, 3],
  ])('a vector of %s to %s bytes has %s bytes of length', (min, max, width) => {
    expect(encode(opaqueVector(min, max), Uint8Array.of(5))).toHaveLength(width + 1)
    expect(encode(vector(uint8, min, max), [5])).toHaveLength(width + 1)
    expect(encode(framed(min, max, uint8), 5)).toHaveLength(width + 1)
  })

  const limited: [string, Codec<unknown>, (length: number) => unknown][] = [
    ['opaqueVector', opaqueVector(2, 5) as Codec<unknown>, (length) => new Uint8Array(length)],
    ['vector', vector(uint8, 2, 5) as Codec<unknown>, (length) => new Array<number>(length).fill(0)],
    ['framed', framed(2, 5, rest) as Codec<unknown>, (length) => new Uint8Array(length)],
  ]

  test.each(limited)(
    '%s: both ends are legal, one more or less is refused in both directions',
    (_name, codec, value) => {
      for (const length of [2, 5]) expect(encode(codec, value(length))).toHaveLength(1 + length)
      for (const length of [0, 1, 6]) {
        expect(failureOf(() => encode(codec, value(length)))).toMatchObject({
          code: 'ERR_TLS_ENCODE_RANGE',
          alert: 'internal_error',
          received: length,
        })
        const bytes = Uint8Array.of(length, ...new Array<number>(length).fill(0))
        expect(failureOf(() => decode(codec, bytes, 'thing'))).toMatchObject({
          code: 'ERR_TLS_DECODE_LENGTH',
          alert: 'decode_error',
          path: 'thing',
          expected: { min: 2, max: 5 },
          received: length,
        })
      }
    },
  )

  test('a length is refused before its bytes are waited for', () => {
    expect(failureOf(() => decode(opaqueVector(0, 32), Uint8Array.of(33)))).toMatchObject({
      code: 'ERR_TLS_DECODE_LENGTH',
    })
  })

  test('opaque has exactly its length', () => {
    for (const length of [0, 31, 33]) {
      expect(failureOf(() => encode(opaque(32), new Uint8Array(length)))).toMatchObject({
        code: 'ERR_TLS_ENCODE_RANGE',
      })
    }
  })

  test('half an item at the end of a vector is a decode_error', () => {
    expect(failureOf(() => decode(vector(uint16, 0, 0xff), Uint8Array.of(3, 0, 1, 0), 'list'))).toMatchObject({
      code: 'ERR_TLS_DECODE_TRUNCATED',
      path: 'list[1]',
    })
  })

  test('a frame is filled by its value', () => {
    expect(failureOf(() => decode(framed(0, 0xff, uint8), Uint8Array.of(2, 1, 2), 'box'))).toMatchObject({
      code: 'ERR_TLS_DECODE_TRAILING',
      path: 'box',
    })
  })
})

describe('paths', () => {
  test.each([
    ['Message.version', '03'],
    ['Message.random', '0303' + 'aa'.repeat(31)],
    ['Message.sessionId', '0303' + 'aa'.repeat(32) + '21' + 'bb'.repeat(33)],
    ['Message.entries', '0303' + 'aa'.repeat(32) + '00' + '00000000' + '0009'],
    [
      'Message.entries[1].keyExchange',
      '0303' + 'aa'.repeat(32) + '00' + '00000000' + '0009' + '001d0001ff' + '00170001',
    ],
    ['Message.choice', '0303' + 'aa'.repeat(32) + '00' + '00000000' + '0000' + '08'],
  ])('%s', (path, hex) => {
    expect(failureOf(() => decode(Message, fromHex(hex)))).toMatchObject({ path, alert: 'decode_error' })
  })

  test('the root can be named by the one who decodes', () => {
    expect(failureOf(() => decode(uint16, new Uint8Array()))).toMatchObject({ path: 'value' })
    expect(failureOf(() => decode(Entry, new Uint8Array()))).toMatchObject({ path: 'Entry.group' })
    expect(failureOf(() => decode(Entry, new Uint8Array(), 'Other'))).toMatchObject({ path: 'Other.group' })
  })
})

test('rest takes what is there, empty takes nothing', () => {
  const Tail = struct<{ head: number; tail: Uint8Array }>('Tail', { head: uint8, tail: rest })
  expect(decode(Tail, Uint8Array.of(1, 2, 3))).toEqual({ head: 1, tail: Uint8Array.of(2, 3) })
  expect(decode(Tail, Uint8Array.of(1)).tail).toHaveLength(0)
  expect(encode(empty, {})).toHaveLength(0)
  expect(failureOf(() => decode(empty, Uint8Array.of(0)))).toMatchObject({ code: 'ERR_TLS_DECODE_TRAILING' })
})

test('a tag without a case is refused by number', () => {
  expect(failureOf(() => decode(Choice, Uint8Array.of(1)))).toMatchObject({ code: 'ERR_TLS_DECODE_VALUE', received: 1 })
})

function failureOf(run: () => unknown): unknown {
  try {
    run()
  } catch (failure) {
    return failure
  }
  return undefined
}
