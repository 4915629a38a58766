import type { HandshakeBytes } from '@typetls/testing'
import { handshakeMessage, repeatingExtension, withoutExtension } from '@typetls/testing'
import { ascii, concat } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { expectRefusal } from '../../../test/refusal.ts'
import type { Tls12ScriptedServer, Tls12ServerScript } from '../../../test/tls12-scripted-server.ts'
import { tls12ScriptedServer } from '../../../test/tls12-scripted-server.ts'

const said = (script: Tls12ServerScript): Tls12ScriptedServer => tls12ScriptedServer(script).step('server_hello')

const either = [false, true]

describe('what a ServerHello chooses', () => {
  test('#58 a client refuses a version it did not offer', () => {
    for (const both of either) {
      for (const version of [0x0300, 0x0301, 0x0302, 0x0304, 0x0305, 0x1234]) {
        expectRefusal(said({ both, hello: { version } }), 'ERR_TLS_VERSION', 'protocol_version')
      }
    }
  })

  test('#58 a client refuses supported_versions that selects TLS 1.2', () => {
    const extensions = { 43: Uint8Array.of(3, 3) }
    expectRefusal(said({ both: true, extensions }), 'ERR_TLS_VERSION_ILLEGAL', 'illegal_parameter')
    expectRefusal(said({ extensions }), 'ERR_TLS_UNSUPPORTED_EXTENSION', 'unsupported_extension')
  })

  test('#59 a client that offers TLS 1.3 refuses a random that says the server has it', () => {
    for (const last of [0, 1]) {
      const random = concat(new Uint8Array(24), ascii('DOWNGRD'), Uint8Array.of(last))
      expectRefusal(said({ both: true, hello: { random } }), 'ERR_TLS_DOWNGRADE', 'illegal_parameter')
      // Who offers no more than TLS 1.2 was not talked down.
      if (last === 1) expect(said({ hello: { random } }).play().peer.failure).toBeUndefined()
    }
  })

  test('#60 a client refuses a suite it did not offer, or of another version', () => {
    for (const both of either) {
      for (const suite of [0x1301, 0x002f, 0xc009, 0x5600, 0x00ff, 0x0a0a]) {
        expectRefusal(said({ both, hello: { suite } }), 'ERR_TLS_WRONG_CIPHER', 'illegal_parameter')
      }
    }
  })

  test('#61 a client refuses a compression method', () => {
    for (const both of either) {
      expectRefusal(said({ both, hello: { compression: 1 } }), 'ERR_TLS_COMPRESSION', 'illegal_parameter')
    }
  })

  test('#62 a client refuses a session id of 33 bytes', () => {
    for (const both of either) {
      const server = said({ both, hello: { sessionId: new Uint8Array(33) } })
      expectRefusal(server, 'ERR_TLS_DECODE_LENGTH', 'decode_error')
    }
  })

  test('#63 a client refuses the echo of an id that it made up', () => {
    const server = tls12ScriptedServer({
      both: true,
      bytes: {
        server_hello: ({ type, body }) =>
          handshakeMessage(
            type,
            concat(body.subarray(0, 34), Uint8Array.of(32), server.hello.legacySessionId, body.subarray(35)),
          ),
      },
    })
    expect(server.hello.legacySessionId).toHaveLength(32)
    expectRefusal(server.step('server_hello'), 'ERR_TLS_SESSION_ID_ECHO', 'illegal_parameter')
  })
})

describe('extensions of a ServerHello', () => {
  test('#33 a client refuses one that comes twice', () => {
    for (const both of either) {
      const bytes = { server_hello: (message: HandshakeBytes) => repeatingExtension(message, 23) }
      expectRefusal(said({ both, bytes }), 'ERR_TLS_DUPLICATE_HELLO_EXTENSION', 'decode_error')
    }
  })

  test.each<[string, number, Uint8Array]>([
    ['server_name', 0, Uint8Array.of(0)],
    ['status_request', 5, Uint8Array.of(0)],
    ['extended_main_secret', 23, Uint8Array.of(0)],
    ['session_ticket', 35, Uint8Array.of(0)],
    ['renegotiation_info', 0xff01, Uint8Array.of(0, 0)],
    ['ec_point_formats', 11, Uint8Array.of(1, 0, 0)],
  ])('#44 a client refuses trailing bytes in %s', (_name, type, data) => {
    expectRefusal(said({ extensions: { [type]: data } }), 'ERR_TLS_DECODE_TRAILING', 'decode_error')
  })

  test.each<[string, number, Uint8Array, Tls12ServerScript]>([
    [
      'server_name without a name',
      0,
      new Uint8Array(),
      { client: { serverName: undefined, verifyName: 'server.test' } },
    ],
    ['ALPN without an offer', 16, Uint8Array.of(0, 3, 2, 0x68, 0x32), {}],
    ['status_request unasked', 5, new Uint8Array(), { client: { requestStatus: false, requestTimestamps: false } }],
    [
      'timestamps unasked',
      18,
      Uint8Array.of(0, 3, 0, 1, 9),
      { client: { requestStatus: false, requestTimestamps: false } },
    ],
    ['session_ticket unasked', 35, new Uint8Array(), { client12: { tickets: false } }],
    ['encrypt_then_mac without a block cipher', 22, new Uint8Array(), {}],
    ['max_fragment_length unasked', 1, Uint8Array.of(1), {}],
    ['one that nobody knows', 4711, new Uint8Array(), {}],
    ['key_share', 51, Uint8Array.of(0, 29, 0, 1, 9), {}],
    ['signature_algorithms', 13, Uint8Array.of(0, 2, 4, 3), {}],
  ])('#66 a client refuses %s', (_what, type, data, script) => {
    for (const both of either) {
      const { failure } = said({ both, ...script, extensions: { [type]: data } }).peer
      expect(failure).toMatchObject({ code: 'ERR_TLS_UNSUPPORTED_EXTENSION', alert: 'unsupported_extension' })
    }
  })

  test('#69 a client refuses an application protocol that it did not offer', () => {
    const extensions = { 16: Uint8Array.of(0, 3, 2, 0x68, 0x33) }
    for (const both of either) {
      const server = said({ both, client: { applicationProtocols: ['h2'] }, extensions })
      expectRefusal(server, 'ERR_TLS_ALPN', 'illegal_parameter')
    }
  })

  test('#77 a client refuses an empty list of timestamps, and an empty timestamp', () => {
    for (const data of [Uint8Array.of(0, 0), Uint8Array.of(0, 2, 0, 0)]) {
      const { failure } = said({ client: { requestStatus: true }, extensions: { 18: data } }).peer
      expect(failure).toMatchObject({ alert: 'decode_error' })
    }
  })

  test('#117 a client refuses renegotiation_info with something in it', () => {
    for (const both of either) {
      const server = said({ both, extensions: { 0xff01: Uint8Array.of(1, 0) } })
      expectRefusal(server, 'ERR_TLS_RENEGOTIATION_INFO', 'handshake_failure')
    }
  })

  test('a client refuses a server without extended_main_secret', () => {
    const bytes = { server_hello: (message: HandshakeBytes) => withoutExtension(message, 23) }
    expectRefusal(said({ bytes }), 'ERR_TLS_EXTENDED_MAIN_SECRET', 'handshake_failure')
  })

  test('a client refuses point formats without the uncompressed one', () => {
    expectRefusal(said({ extensions: { 11: Uint8Array.of(1, 1) } }), 'ERR_TLS_POINT_FORMATS', 'illegal_parameter')
  })

  test('a client refuses another fragment length than it asked for', () => {
    const server = said({ client12: { maxFragmentLength: 512 }, extensions: { 1: Uint8Array.of(2) } })
    expectRefusal(server, 'ERR_TLS_MAX_FRAGMENT_LENGTH', 'illegal_parameter')
  })
})
