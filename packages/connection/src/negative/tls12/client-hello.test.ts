import type { HandshakeBytes } from '@typetls/testing'
import { extensionsOf, handshakeMessage, repeatingExtension, withExtension, withExtensions } from '@typetls/testing'
import { concat } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { certificateFor, credentialFor } from '../../../test/peers.ts'
import { expectRefusal } from '../../../test/refusal.ts'
import type { Tls12ClientScript, Tls12ScriptedClient } from '../../../test/tls12-scripted-client.ts'
import { tls12ScriptedClient } from '../../../test/tls12-scripted-client.ts'

/** Its ClientHello, changed. */
const saying = (
  change: (message: HandshakeBytes) => HandshakeBytes,
  script: Tls12ClientScript = {},
): Tls12ScriptedClient => tls12ScriptedClient({ ...script, bytes: { client_hello: change } }).step('client_hello')

const said = (script: Tls12ClientScript): Tls12ScriptedClient => tls12ScriptedClient(script).step('client_hello')

const altered =
  (change: (body: Uint8Array) => Uint8Array) =>
  ({ type, body }: HandshakeBytes): HandshakeBytes =>
    handshakeMessage(type, change(body))

describe('the shape of a ClientHello', () => {
  test.each<[string, (body: Uint8Array) => Uint8Array, string]>([
    [
      'a session id of 33 bytes',
      (body) => concat(body.subarray(0, 34), Uint8Array.of(33), new Uint8Array(33), body.subarray(35)),
      'ERR_TLS_DECODE_LENGTH',
    ],
    [
      'no cipher suites',
      (body) => concat(body.subarray(0, 35), Uint8Array.of(0, 0), body.subarray(39)),
      'ERR_TLS_DECODE_LENGTH',
    ],
    [
      'half a cipher suite',
      (body) => concat(body.subarray(0, 35), Uint8Array.of(0, 1, 0xc0), body.subarray(39)),
      'ERR_TLS_DECODE_LENGTH',
    ],
    [
      'no compression methods',
      (body) => concat(body.subarray(0, 39), Uint8Array.of(0), body.subarray(41)),
      'ERR_TLS_DECODE_LENGTH',
    ],
    ['too few extensions', (body) => body.subarray(0, -1), 'ERR_TLS_DECODE_TRUNCATED'],
    ['half a random', (body) => body.subarray(0, 20), 'ERR_TLS_DECODE_TRUNCATED'],
  ])('#32 a server refuses %s', (_what, change, code) => {
    expectRefusal(saying(altered(change)), code as 'ERR_TLS_DECODE_LENGTH', 'decode_error')
  })

  test('#33 a server refuses an extension that comes twice', () => {
    for (const type of [10, 23, 0xff01, 11]) {
      const client = saying((message) => repeatingExtension(message, type))
      expectRefusal(client, 'ERR_TLS_DUPLICATE_HELLO_EXTENSION', 'decode_error')
    }
  })

  test('#34 a server refuses compression methods without null, and takes others beside it', () => {
    expectRefusal(said({ hello: { compression: [1] } }), 'ERR_TLS_COMPRESSION', 'illegal_parameter')
    expect(said({ hello: { compression: [1, 0] } }).play().peer.facts?.version).toBe('TLSv1.2')
  })
})

describe('what a server and a client have in common', () => {
  test('#35 a server refuses versions below its own, and SSL 3.0', () => {
    for (const both of [false, true]) {
      for (const version of [0x0300, 0x0301, 0x0302]) {
        expectRefusal(said({ both, hello: { version } }), 'ERR_TLS_VERSION', 'protocol_version')
      }
      for (const supportedVersions of [[0x0302], [0x0305, 0x7f1c]]) {
        expectRefusal(said({ both, hello: { supportedVersions } }), 'ERR_TLS_VERSION', 'protocol_version')
      }
    }
  })

  test('#35 a server refuses an empty supported_versions', () => {
    const client = saying((message) => withExtension(message, 43, Uint8Array.of(0)))
    expectRefusal(client, 'ERR_TLS_DECODE_LENGTH', 'decode_error')
  })

  test('#35 a server takes a version that is newer than all it has for its own', () => {
    expect(said({ hello: { version: 0x0304 } }).play().peer.facts?.version).toBe('TLSv1.2')
  })

  test('#36 a server refuses suites that it does not have', () => {
    expectRefusal(said({ hello: { suites: [0x1301, 0x002f] } }), 'ERR_TLS_NO_SHARED_CIPHER', 'handshake_failure')
  })

  test('#36 a server refuses suites that do not go with its certificate', () => {
    const ofRsa = said({ hello: { suites: [0xc02f] } })
    expect(ofRsa.peer.failure).toMatchObject({ alert: 'handshake_failure' })
    const credentials = credentialFor(certificateFor('rsa'))
    const ofEcdsa = said({ hello: { suites: [0xc02b] }, server: { credentials } })
    expect(ofEcdsa.peer.failure).toMatchObject({ alert: 'handshake_failure' })
  })

  test('#36 a server refuses a client whose curves it does not have', () => {
    for (const groups of [[0x11ec], [30], [256]]) {
      expectRefusal(said({ hello: { groups } }), 'ERR_TLS_NO_SHARED_GROUP', 'handshake_failure')
    }
  })

  test('#37 a server with TLS 1.3 refuses a client that falls back to TLS 1.2', () => {
    const suites = [0xc02b, 0x5600]
    expectRefusal(said({ both: true, hello: { suites } }), 'ERR_TLS_FALLBACK', 'inappropriate_fallback')
    expect(said({ hello: { suites } }).play().peer.facts?.version).toBe('TLSv1.2')
  })

  test('#42 a server refuses a client that takes none of its signature schemes', () => {
    for (const schemes of [[0x0804, 0x0401], [0x0203, 0x0201], [0x7777]]) {
      const { failure } = said({ hello: { schemes } }).peer
      expect(failure).toMatchObject({ code: 'ERR_TLS_NO_SHARED_SIGNATURE_SCHEME', alert: 'handshake_failure' })
    }
  })

  test('#42 a server refuses a client without signature_algorithms, which would mean SHA-1', () => {
    const client = saying((message) => withExtensions(message, extensionsBut(message, 13)))
    expectRefusal(client, 'ERR_TLS_NO_SHARED_SIGNATURE_SCHEME', 'handshake_failure')
  })

  test('#87 a server without a certificate for a client refuses it', () => {
    const client = said({ server: { credentials: () => undefined } })
    expectRefusal(client, 'ERR_TLS_NO_CREDENTIAL', 'handshake_failure')
  })
})

describe('extensions of a ClientHello', () => {
  test('#43 a server refuses ec_point_formats without the uncompressed one', () => {
    expectRefusal(said({ extensions: { 11: Uint8Array.of(1, 1) } }), 'ERR_TLS_POINT_FORMATS', 'illegal_parameter')
    expectRefusal(said({ extensions: { 11: Uint8Array.of(0) } }), 'ERR_TLS_DECODE_LENGTH', 'decode_error')
  })

  test.each<[string, number, Uint8Array]>([
    ['server_name', 0, Uint8Array.of(0, 4, 0, 0, 1, 97, 9)],
    ['status_request', 5, Uint8Array.of(1, 0, 0, 0, 0, 9)],
    ['ec_point_formats', 11, Uint8Array.of(1, 0, 0)],
    ['extended_main_secret', 23, Uint8Array.of(0)],
    ['encrypt_then_mac', 22, Uint8Array.of(0)],
    ['max_fragment_length', 1, Uint8Array.of(1, 0)],
    ['renegotiation_info', 0xff01, Uint8Array.of(0, 0)],
  ])('#44 a server refuses trailing bytes in %s', (_name, type, data) => {
    const client = saying((message) => withExtension(message, type, data))
    expectRefusal(client, 'ERR_TLS_DECODE_TRAILING', 'decode_error')
  })

  test('#45 a server refuses an empty name in a list of application protocols', () => {
    const client = saying((message) => withExtension(message, 16, Uint8Array.of(0, 1, 0)))
    expectRefusal(client, 'ERR_TLS_DECODE_LENGTH', 'decode_error')
  })

  test('#46 a server refuses a client that offers no application protocol of its', () => {
    const client = saying((message) => withExtension(message, 16, Uint8Array.of(0, 3, 2, 0x68, 0x33)), {
      server: { applicationProtocols: ['h2'] },
    })
    expectRefusal(client, 'ERR_TLS_NO_APPLICATION_PROTOCOL', 'no_application_protocol')
  })

  test('a server refuses a client without extended_main_secret, unless told otherwise', () => {
    const extensions = { 23: undefined }
    expectRefusal(said({ extensions }), 'ERR_TLS_EXTENDED_MAIN_SECRET', 'handshake_failure')
    const server12 = { requireExtendedMainSecret: false }
    expect(said({ extensions, server12 }).peer.failure).toBeUndefined()
  })

  test('a server refuses a fragment length that has no number', () => {
    for (const length of [0, 5, 255]) {
      const client = said({ extensions: { 1: Uint8Array.of(length) } })
      expectRefusal(client, 'ERR_TLS_MAX_FRAGMENT_LENGTH', 'illegal_parameter')
    }
  })

  test('a server refuses renegotiation_info with something in it', () => {
    const client = said({ extensions: { 0xff01: Uint8Array.of(1, 0) } })
    expectRefusal(client, 'ERR_TLS_RENEGOTIATION_INFO', 'handshake_failure')
  })
})

function extensionsBut(message: HandshakeBytes, type: number) {
  return extensionsOf(message).filter((one) => one.type !== type)
}
