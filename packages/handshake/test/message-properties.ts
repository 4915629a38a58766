import { TlsError } from '@typetls/wire'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { MessageSet } from '../src/messages/handshake-message.ts'

/** What each message of a version must do. */
export interface MessageProperties {
  readonly set: MessageSet
  /** Any legal body of each message, by its type. */
  readonly bodies: object
  /** Those that end where their bytes do. */
  readonly open: readonly string[]
  /** What is read of a body, beside what the reader adds. */
  expectSame(type: string, read: unknown, body: object): void
}

type Type = Parameters<MessageSet['encode']>[0]

export function testMessages({ set, bodies, open, expectSame }: MessageProperties): void {
  const any = bodies as Readonly<Record<string, fc.Arbitrary<object>>>
  const types = Object.keys(any) as Type[]
  const bodyOf = (type: Type): fc.Arbitrary<object> => any[type] as fc.Arbitrary<object>

  const expectMessageOrRefusal = (type: Type, bytes: Uint8Array): void => {
    let body: unknown
    try {
      body = set.decode(type, bytes).body
    } catch (error) {
      expect(error).toBeInstanceOf(TlsError)
      expect((error as TlsError).alert).toMatch(/^(decode_error|illegal_parameter)$/)
      return
    }
    expect(set.encode(type, body).subarray(4)).toEqual(bytes.subarray(4))
  }

  describe.each(types)('%s', (type) => {
    test('is the same after encoding and decoding', () => {
      fc.assert(
        fc.property(bodyOf(type), (body) => {
          const raw = set.encode(type, body)
          expect(set.typeOf(raw)).toBe(type)
          const decoded = set.decode(type, raw)
          expect(decoded.raw).toBe(raw)
          expectSame(type, decoded.body, body)
          // What is read knows its order, so it is written back to the byte.
          expect(set.encode(type, decoded.body)).toEqual(raw)
        }),
        runs,
      )
    })

    test('cut anywhere, with bytes behind or changed, is refused by a TlsError or is another message', () => {
      fc.assert(
        fc.property(bodyOf(type), fc.nat(), fc.integer({ min: 1, max: 255 }), (body, at, mask) => {
          const raw = set.encode(type, body)
          const length = raw.length - 4
          const cut = raw.subarray(0, 4 + (length === 0 ? 0 : at % length))
          const longer = Uint8Array.from([...raw, mask])
          const changed = raw.slice()
          const position = 4 + (at % Math.max(1, length))
          if (position < changed.length) changed[position] = (changed[position] as number) ^ mask
          for (const bytes of [cut, longer, changed]) expectMessageOrRefusal(type, bytes)
        }),
        runs,
      )
    })

    test('is refused by a TlsError, or read, whatever the bytes', () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
          expectMessageOrRefusal(type, Uint8Array.from([0, 0, 0, 0, ...bytes]))
        }),
        runs,
      )
    })
  })

  /** Those whose fields all have their own ends: a byte behind them, or one missing, is always wrong. */
  test.each(types.filter((type) => !open.includes(type)))('%s has no room for trailing bytes', (type) => {
    fc.assert(
      fc.property(bodyOf(type), fc.nat(255), (body, extra) => {
        const raw = set.encode(type, body)
        expect(() => set.decode(type, Uint8Array.from([...raw, extra]))).toThrow(
          expect.objectContaining({ alert: 'decode_error' }),
        )
        if (raw.length > 4) {
          expect(() => set.decode(type, raw.subarray(0, -1))).toThrow(expect.objectContaining({ name: 'TlsError' }))
        }
      }),
      runs,
    )
  })
}

const runs = { numRuns: Math.round(150 * Number(process.env['TYPETLS_TEST_EFFORT'] ?? 1)) }
