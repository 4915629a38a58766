import { TlsError } from '@typetls/wire'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { messages, openMessages } from '../../test/arbitrary-messages.ts'
import type { HandshakeMessageType } from './handshake-message.ts'
import { decodeMessage, encodeMessage, messageType } from './handshake-message.ts'

const types = Object.keys(messages) as HandshakeMessageType[]
const runs = { numRuns: Math.round(150 * Number(process.env['TYPETLS_TEST_EFFORT'] ?? 1)) }

describe.each(types)('%s', (type) => {
  test('is the same after encoding and decoding', () => {
    fc.assert(
      fc.property(messages[type] as fc.Arbitrary<never>, (body) => {
        const raw = encodeMessage(type, body)
        expect(messageType(raw)).toBe(type)
        const decoded = decodeMessage(type, raw)
        expect(decoded.raw).toBe(raw)
        expect(decoded.body).toMatchObject(withoutOrder(body))
        // What is read knows its order, so it is written back to the byte.
        expect(encodeMessage(type, decoded.body as never)).toEqual(raw)
      }),
      runs,
    )
  })

  test('cut anywhere, with bytes behind or changed, is refused by a TlsError or is another message', () => {
    fc.assert(
      fc.property(
        messages[type] as fc.Arbitrary<never>,
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (body, at, mask) => {
          const raw = encodeMessage(type, body)
          const length = raw.length - 4
          const cut = raw.subarray(0, 4 + (length === 0 ? 0 : at % length))
          const longer = Uint8Array.from([...raw, mask])
          const changed = raw.slice()
          const position = 4 + (at % Math.max(1, length))
          if (position < changed.length) changed[position] = (changed[position] as number) ^ mask
          for (const bytes of [cut, longer, changed]) expectMessageOrRefusal(type, bytes)
        },
      ),
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
test.each(types.filter((type) => !openMessages.includes(type)))('%s has no room for trailing bytes', (type) => {
  fc.assert(
    fc.property(messages[type] as fc.Arbitrary<never>, fc.nat(255), (body, extra) => {
      const raw = encodeMessage(type, body)
      expect(() => decodeMessage(type, Uint8Array.from([...raw, extra]))).toThrow(
        expect.objectContaining({ alert: 'decode_error' }),
      )
      expect(() => decodeMessage(type, raw.subarray(0, -1))).toThrow(expect.objectContaining({ name: 'TlsError' }))
    }),
    runs,
  )
})

test('a CertificateRequest asks for a staple with an empty extension, not as a ClientHello does', () => {
  const asking = Uint8Array.of(13, 0, 0, 15, 0, 0, 12, 0, 5, 0, 0, 0, 13, 0, 4, 0, 2, 4, 3)
  const request = decodeMessage('certificate_request', asking)
  expect(request.body.extensions.status_request).toEqual({})
  const withBody = Uint8Array.of(13, 0, 0, 20, 0, 0, 17, 0, 5, 0, 5, 1, 0, 0, 0, 0, 0, 13, 0, 4, 0, 2, 4, 3)
  expect(() => decodeMessage('certificate_request', withBody)).toThrow(
    expect.objectContaining({ code: 'ERR_TLS_DECODE_TRAILING' }),
  )
})

test('what cannot be written is refused, not cut', () => {
  const hello = fc.sample(messages.server_hello, { seed: 1, numRuns: 1 })[0] as never
  for (const wrong of [
    { random: new Uint8Array(31) },
    { legacySessionIdEcho: new Uint8Array(33) },
    { cipherSuite: 0x1_0000 },
  ]) {
    expect(() => encodeMessage('server_hello', { ...(hello as object), ...wrong } as never)).toThrow(
      expect.objectContaining({ code: 'ERR_TLS_ENCODE_RANGE' }),
    )
  }
})

function expectMessageOrRefusal(type: HandshakeMessageType, bytes: Uint8Array): void {
  let body: unknown
  try {
    body = decodeMessage(type, bytes).body
  } catch (error) {
    expect(error).toBeInstanceOf(TlsError)
    expect((error as TlsError).alert).toMatch(/^(decode_error|illegal_parameter)$/)
    return
  }
  expect(encodeMessage(type, body as never).subarray(4)).toEqual(bytes.subarray(4))
}

/** `order` is what the reader adds; what was not there stays away. */
function withoutOrder(body: unknown): object {
  return JSON.parse(JSON.stringify(body, keep), revive) as object
}

function keep(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? { bytes: [...value] } : value
}

function revive(_key: string, value: unknown): unknown {
  const { bytes } = (value ?? {}) as { bytes?: number[] }
  return bytes === undefined ? value : Uint8Array.from(bytes)
}
