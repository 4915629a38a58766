import { TlsError } from '@typetls/wire'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { messages as tls13 } from '../../test/arbitrary-messages.ts'
import type { Tls12MessageType, Tls12Messages } from './messages.ts'
import { tls12Messages } from './messages.ts'

const runs = { numRuns: Math.round(150 * Number(process.env['TYPETLS_TEST_EFFORT'] ?? 1)) }

const opaque = (minLength: number, maxLength: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength, maxLength })
const uint = (bytes: number): fc.Arbitrary<number> => fc.integer({ min: 0, max: 256 ** bytes - 1 })
const certificates = fc.array(opaque(1, 100), { maxLength: 4 })

/** Any legal body of each message. */
const messages: { readonly [Type in Tls12MessageType]: fc.Arbitrary<Tls12Messages[Type]> } = {
  hello_request: fc.constant({}),
  client_hello: tls13.client_hello,
  server_hello: fc.record({
    serverVersion: uint(2),
    random: opaque(32, 32),
    sessionId: opaque(0, 32),
    cipherSuite: uint(2),
    compressionMethod: uint(1),
    extensions: fc.record(
      {
        server_name: fc.constant({}),
        max_fragment_length: uint(1),
        status_request: fc.constant({}),
        ec_point_formats: fc.array(uint(1), { minLength: 1, maxLength: 4 }),
        application_layer_protocol_negotiation: fc.constantFrom('h2', 'http/1.1'),
        encrypt_then_mac: fc.constant({}),
        extended_main_secret: fc.constant({}),
        record_size_limit: uint(2),
        session_ticket: fc.constant({}),
        renegotiation_info: opaque(0, 40),
        unknown: fc.uniqueArray(fc.record({ type: fc.integer({ min: 4000, max: 5000 }), data: opaque(0, 20) }), {
          minLength: 1,
          maxLength: 3,
          selector: ({ type }) => type,
        }),
      },
      { requiredKeys: ['unknown'] },
    ) as fc.Arbitrary<Tls12Messages['server_hello']['extensions']>,
  }),
  new_session_ticket: fc.record({ ticketLifetimeHint: uint(4), ticket: opaque(0, 200) }),
  certificate: fc.record({ certificateList: certificates }),
  certificate_status: opaque(1, 60),
  server_key_exchange: opaque(0, 100),
  certificate_request: fc.record({
    certificateTypes: fc.array(uint(1), { minLength: 1, maxLength: 4 }),
    supportedSignatureAlgorithms: fc.array(uint(2), { minLength: 1, maxLength: 8 }),
    certificateAuthorities: fc.array(opaque(1, 40), { maxLength: 3 }),
  }),
  server_hello_done: fc.constant({}),
  certificate_verify: fc.record({ algorithm: uint(2), signature: opaque(0, 100) }),
  client_key_exchange: opaque(0, 100),
  finished: fc.record({ verifyData: opaque(0, 64) }),
}

/** Whose last field goes to the end: a key exchange reads it itself. */
const open: readonly Tls12MessageType[] = ['finished', 'server_key_exchange', 'client_key_exchange']

const types = Object.keys(messages) as Tls12MessageType[]

describe.each(types)('%s', (type) => {
  const bodies = messages[type] as fc.Arbitrary<never>
  const encoded = (body: never): Uint8Array => tls12Messages.encode(type, body)

  test('is the same after encoding and decoding', () => {
    fc.assert(
      fc.property(bodies, (body) => {
        const raw = encoded(body)
        expect(tls12Messages.typeOf(raw)).toBe(type)
        const decoded = tls12Messages.decode(type, raw) as unknown as { readonly body: never; readonly raw: Uint8Array }
        expect(decoded.raw).toBe(raw)
        // What is read knows its order, so it is written back to the byte.
        expect(encoded(decoded.body)).toEqual(raw)
        if (type !== 'client_hello' && type !== 'server_hello') expect(decoded.body).toEqual(body)
      }),
      runs,
    )
  })

  test('cut anywhere, with bytes behind or changed, is refused by a TlsError or is another message', () => {
    fc.assert(
      fc.property(bodies, fc.nat(), fc.integer({ min: 1, max: 255 }), (body, at, mask) => {
        const raw = encoded(body)
        const length = raw.length - 4
        const changed = raw.slice()
        const position = 4 + (at % Math.max(1, length))
        if (position < changed.length) changed[position] = (changed[position] as number) ^ mask
        for (const bytes of [
          raw.subarray(0, 4 + (length === 0 ? 0 : at % length)),
          Uint8Array.from([...raw, mask]),
          changed,
        ]) {
          expectMessageOrRefusal(type, bytes)
        }
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

test.each(types.filter((type) => !open.includes(type)))('%s has no room for trailing bytes', (type) => {
  fc.assert(
    fc.property(messages[type] as fc.Arbitrary<never>, fc.nat(255), (body, extra) => {
      const raw = tls12Messages.encode(type, body)
      expect(() => tls12Messages.decode(type, Uint8Array.from([...raw, extra]))).toThrow(
        expect.objectContaining({ alert: 'decode_error' }),
      )
    }),
    runs,
  )
})

test('numbers that are no message of TLS 1.2 have no name', () => {
  const known = types.map((type) => tls12Messages.ids[type])
  for (let id = 0; id < 256; id++) {
    if (!known.includes(id)) expect(tls12Messages.typeOf(Uint8Array.of(id, 0, 0, 0))).toBeUndefined()
  }
})

function expectMessageOrRefusal(type: Tls12MessageType, bytes: Uint8Array): void {
  let body: never
  try {
    body = (tls12Messages.decode(type, bytes) as unknown as { readonly body: never }).body
  } catch (error) {
    expect(error).toBeInstanceOf(TlsError)
    expect((error as TlsError).alert).toMatch(/^(decode_error|illegal_parameter)$/)
    return
  }
  expect(tls12Messages.encode(type, body).subarray(4)).toEqual(bytes.subarray(4))
}
