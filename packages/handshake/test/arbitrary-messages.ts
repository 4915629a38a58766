import fc from 'fast-check'
import type { HandshakeMessageType, HandshakeMessages } from '../src/index.ts'
import { ExtensionType, helloRetryRequestRandom } from '../src/index.ts'

/** Any legal body of each message. */
export const messages: { readonly [Type in HandshakeMessageType]: fc.Arbitrary<HandshakeMessages[Type]> } = {
  client_hello: fc.record({
    legacyVersion: uint(2),
    random: opaque(32, 32),
    legacySessionId: opaque(0, 32),
    cipherSuites: numbers(2, 1, 20),
    legacyCompressionMethods: numbers(1, 1, 5),
    extensions: block(
      {
        server_name: hostName(),
        status_request: statusRequest(),
        supported_groups: numbers(2, 1, 8),
        signature_algorithms: numbers(2, 1, 8),
        application_layer_protocol_negotiation: fc.array(protocolName(), { minLength: 1, maxLength: 4 }),
        signed_certificate_timestamp: fc.constant({}),
        padding: opaque(0, 40),
        record_size_limit: uint(2),
        early_data: fc.constant({}),
        supported_versions: numbers(2, 1, 5),
        cookie: opaque(1, 60),
        psk_key_exchange_modes: numbers(1, 1, 3),
        certificate_authorities: fc.array(opaque(1, 40), { minLength: 1, maxLength: 3 }),
        post_handshake_auth: fc.constant({}),
        signature_algorithms_cert: numbers(2, 1, 4),
        key_share: fc.array(fc.record({ group: uint(2), keyExchange: opaque(1, 40) }), { maxLength: 3 }),
        pre_shared_key: fc.record({
          identities: fc.array(fc.record({ identity: opaque(1, 40), obfuscatedTicketAge: uint(4) }), {
            minLength: 1,
            maxLength: 3,
          }),
          binders: fc.array(opaque(32, 48), { minLength: 1, maxLength: 3 }),
        }),
      },
      1,
    ),
  }) as fc.Arbitrary<HandshakeMessages['client_hello']>,
  server_hello: helloOf(
    opaque(32, 32).filter((random) => random[0] !== helloRetryRequestRandom[0]),
    {
      supported_versions: uint(2),
      key_share: fc.record({ group: uint(2), keyExchange: opaque(1, 60) }),
      pre_shared_key: uint(2),
    },
  ) as fc.Arbitrary<HandshakeMessages['server_hello']>,
  hello_retry_request: helloOf(fc.constant(helloRetryRequestRandom), {
    supported_versions: uint(2),
    cookie: opaque(1, 60),
    key_share: uint(2),
  }) as fc.Arbitrary<HandshakeMessages['hello_retry_request']>,
  encrypted_extensions: fc.record({
    extensions: block({
      server_name: fc.constant({}),
      supported_groups: numbers(2, 1, 8),
      application_layer_protocol_negotiation: protocolName(),
      record_size_limit: uint(2),
      early_data: fc.constant({}),
    }),
  }) as fc.Arbitrary<HandshakeMessages['encrypted_extensions']>,
  certificate_request: fc.record({
    certificateRequestContext: opaque(0, 255),
    extensions: block(
      {
        // Empty where a server asks: https://www.rfc-editor.org/rfc/rfc9846#section-4.5.2.1
        status_request: fc.constant({}),
        signature_algorithms: numbers(2, 1, 8),
        signed_certificate_timestamp: fc.constant({}),
        certificate_authorities: fc.array(opaque(1, 40), { minLength: 1, maxLength: 3 }),
        oid_filters: opaque(0, 20),
        signature_algorithms_cert: numbers(2, 1, 4),
      },
      1,
    ),
  }) as fc.Arbitrary<HandshakeMessages['certificate_request']>,
  certificate: fc.record({
    certificateRequestContext: opaque(0, 255),
    certificateList: fc.array(
      fc.record({
        certData: opaque(1, 100),
        extensions: block({
          status_request: opaque(1, 40),
          signed_certificate_timestamp: opaque(1, 20).map((one) =>
            Uint8Array.from([0, one.length + 2, 0, one.length, ...one]),
          ),
        }),
      }),
      { maxLength: 4 },
    ),
  }) as fc.Arbitrary<HandshakeMessages['certificate']>,
  certificate_verify: fc.record({ algorithm: uint(2), signature: opaque(0, 100) }),
  finished: fc.record({ verifyData: opaque(0, 64) }),
  new_session_ticket: fc.record({
    ticketLifetime: uint(4),
    ticketAgeAdd: uint(4),
    ticketNonce: opaque(0, 255),
    ticket: opaque(1, 200),
    extensions: block({ early_data: uint(4) }),
  }) as fc.Arbitrary<HandshakeMessages['new_session_ticket']>,
  key_update: fc.record({ requestUpdate: fc.constantFrom('update_requested', 'update_not_requested') }),
}

/** Whose last field goes to the end, or may be missing. */
export const openMessages: readonly HandshakeMessageType[] = ['finished']

function opaque(minLength: number, maxLength: number): fc.Arbitrary<Uint8Array> {
  return fc.uint8Array({ minLength, maxLength })
}

function uint(bytes: number): fc.Arbitrary<number> {
  return fc.integer({ min: 0, max: 256 ** bytes - 1 })
}

function numbers(bytes: number, minLength: number, maxLength: number): fc.Arbitrary<number[]> {
  return fc.array(uint(bytes), { minLength, maxLength })
}

function hostName(): fc.Arbitrary<string> {
  return fc.string({ unit: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz0123456789-.'), minLength: 1, maxLength: 255 })
}

/** Bytes, one a character. */
function protocolName(): fc.Arbitrary<string> {
  return opaque(1, 255).map((bytes) => String.fromCharCode(...bytes))
}

function statusRequest(): fc.Arbitrary<{ statusType: number; request: Uint8Array }> {
  return fc.oneof(
    fc.constant({ statusType: 1, request: new Uint8Array(4) }),
    fc.record({ statusType: fc.integer({ min: 2, max: 255 }), request: opaque(0, 20) }),
  )
}

function helloOf(random: fc.Arbitrary<Uint8Array>, extensions: Record<string, fc.Arbitrary<unknown>>) {
  return fc.record({
    legacyVersion: uint(2),
    random,
    legacySessionIdEcho: opaque(0, 32),
    cipherSuite: uint(2),
    legacyCompressionMethod: uint(1),
    extensions: block(extensions, 1),
  })
}

/** Some of the known extensions and some unknown ones, at least so many. */
function block(known: Record<string, fc.Arbitrary<unknown>>, min = 0): fc.Arbitrary<object> {
  const unknown = fc.uniqueArray(
    fc.record({
      type: uint(2).filter((type) => ExtensionType.nameOf(type) === undefined),
      data: opaque(0, 20),
    }),
    { maxLength: 3, selector: ({ type }) => type },
  )
  return fc
    .record({ ...known, unknown }, { requiredKeys: ['unknown'] })
    .filter((made) => Object.keys(made).length - 1 + (made['unknown'] as unknown[]).length >= min)
}
