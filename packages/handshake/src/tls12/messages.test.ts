import fc from 'fast-check'
import { expect, test } from 'vitest'
import { messages as tls13 } from '../../test/arbitrary-messages.ts'
import { testMessages } from '../../test/message-properties.ts'
import type { Tls12MessageType, Tls12Messages } from './messages.ts'
import { tls12Messages } from './messages.ts'

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

testMessages({
  set: tls12Messages,
  bodies: messages,
  // A key exchange reads it itself.
  open: ['finished', 'server_key_exchange', 'client_key_exchange'],
  expectSame(type, read, body) {
    if (type !== 'client_hello' && type !== 'server_hello') expect(read).toEqual(body)
  },
})

test('numbers that are no message of TLS 1.2 have no name', () => {
  const known = (Object.keys(messages) as Tls12MessageType[]).map((type) => tls12Messages.ids[type])
  for (let id = 0; id < 256; id++) {
    if (!known.includes(id)) expect(tls12Messages.typeOf(Uint8Array.of(id, 0, 0, 0))).toBeUndefined()
  }
})
