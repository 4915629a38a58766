import type { EncryptedExtensions, ServerHello } from '@typetls/handshake'
import { ExtensionType } from '@typetls/handshake'
import type { HandshakeBytes } from '@typetls/testing'
import { handshakeMessage, withExtension } from '@typetls/testing'
import { ascii, concat } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { expectRefusal } from '../../test/refusal.ts'
import type { ScriptedServer, ServerScript } from '../../test/scripted-server.ts'
import { scriptedServer } from '../../test/scripted-server.ts'

const ids = ExtensionType.ids

describe('version', () => {
  test('#58 a client refuses versions nobody has', () => {
    for (const version of [0x0305, 0x7f1c, 0x0a0a, 0xfefd, 0x0000, 0x02ff]) {
      const server = answered({ extensions: { supported_versions: version } })
      expect(server.peer.failure).toMatchObject({ received: version })
      expectRefusal(server, 'ERR_TLS_VERSION', 'protocol_version')
    }
  })

  test('#58 a client refuses a version below TLS 1.3 in supported_versions', () => {
    for (const version of [0x0303, 0x0302, 0x0301, 0x0300]) {
      const server = answered({ extensions: { supported_versions: version } })
      const path = 'ServerHello.extensions (supported_versions)'
      expect(server.peer.failure).toMatchObject({ path, received: version })
      expectRefusal(server, 'ERR_TLS_VERSION_ILLEGAL', 'illegal_parameter')
    }
  })

  test('#58 a client refuses a server that chooses TLS 1.2 the old way, or less', () => {
    for (const legacyVersion of [0x0303, 0x0302, 0x0301, 0x0300, 0x0304, 0x0305]) {
      const server = answered({ legacyVersion, extensions: {} })
      expect(server.peer.failure).toMatchObject({ received: legacyVersion })
      expectRefusal(server, 'ERR_TLS_VERSION', 'protocol_version')
    }
  })

  test('#58 a client refuses a ServerHello of TLS 1.3 with another legacy_version', () => {
    for (const legacyVersion of [0x0301, 0x0304]) {
      const server = answered({ legacyVersion })
      const path = 'ServerHello.legacyVersion'
      expect(server.peer.failure).toMatchObject({ path, expected: 0x0303, received: legacyVersion })
      expectRefusal(server, 'ERR_TLS_VERSION_ILLEGAL', 'illegal_parameter')
    }
  })

  test('#59 a client knows by the random that somebody took TLS 1.3 out of its ClientHello', () => {
    for (const [last, legacyVersion] of [
      [1, 0x0303],
      [0, 0x0302],
      [0, 0x0301],
    ] as const) {
      const random = concat(new Uint8Array(24).fill(7), ascii('DOWNGRD'), Uint8Array.of(last))
      expectRefusal(answered({ legacyVersion, random, extensions: {} }), 'ERR_TLS_DOWNGRADE', 'illegal_parameter')
    }
  })
})

describe('choices', () => {
  test('#60 a client refuses a cipher suite that it did not offer, or that is not of TLS 1.3', () => {
    for (const cipherSuite of [0x1304, 0x1305, 0xc02f, 0x0000, 0x5600]) {
      expectRefusal(answered({ cipherSuite }), 'ERR_TLS_WRONG_CIPHER', 'illegal_parameter')
    }
  })

  test('#60 a client refuses its own GREASE value as cipher suite', () => {
    const server = scriptedServer({ body: { server_hello: (hello) => ({ ...hello, cipherSuite: offered() }) } })
    const offered = (): number => server.hello.cipherSuites[0] as number
    expect(offered() & 0x0f0f).toBe(0x0a0a)
    expectRefusal(server.step('server_hello'), 'ERR_TLS_WRONG_CIPHER', 'illegal_parameter')
  })

  test('#61 a client refuses a compression method', () => {
    expectRefusal(answered({ legacyCompressionMethod: 1 }), 'ERR_TLS_COMPRESSION', 'illegal_parameter')
  })

  test('#62 a client refuses a session id of 33 bytes', () => {
    const longer = ({ body }: HandshakeBytes): HandshakeBytes =>
      handshakeMessage(
        'server_hello',
        concat(body.subarray(0, 34), Uint8Array.of(33), body.subarray(35, 67), body.subarray(66)),
      )
    const server = scriptedServer({ bytes: { server_hello: longer } }).step('server_hello')
    expectRefusal(server, 'ERR_TLS_DECODE_LENGTH', 'decode_error')
  })

  test('a client refuses a session id that is not its own', () => {
    for (const legacySessionIdEcho of [new Uint8Array(), new Uint8Array(32), new Uint8Array(31)]) {
      expectRefusal(answered({ legacySessionIdEcho }), 'ERR_TLS_SESSION_ID_ECHO', 'illegal_parameter')
    }
  })
})

describe('key_share', () => {
  test('#64 a client refuses a ServerHello without it', () => {
    const server = answered({ extensions: { supported_versions: 0x0304 } })
    expect(server.peer.failure).toMatchObject({ expected: 'key_share' })
    expectRefusal(server, 'ERR_TLS_MISSING_EXTENSION', 'missing_extension')
  })

  test.each([
    ['that the client listed and sent no share for', 0x0017, 65],
    ['that the client did not list', 0x0018, 97],
    ['that nobody knows', 0x7777, 32],
    ['of GREASE', 0x0a0a, 1],
  ])('#65 a client refuses a share for a group %s', (_what, group, length) => {
    const key_share = { group, keyExchange: new Uint8Array(length).fill(4) }
    const server = answered({ extensions: { supported_versions: 0x0304, key_share } })
    expect(server.peer.failure).toMatchObject({ received: group })
    expectRefusal(server, 'ERR_TLS_WRONG_KEY_SHARE', 'illegal_parameter')
  })
})

describe('extensions', () => {
  const quiet: ServerScript = { client: { serverName: '192.0.2.1', requestStatus: false, requestTimestamps: false } }

  test.each([
    ['unknown', 4711],
    ['of GREASE', 0x0a0a],
    ['of TLS 1.2 and not offered', ids.renegotiation_info],
    ['not offered, a cookie', ids.cookie],
    ['not offered, early_data', ids.early_data],
    ['not offered, ALPN', ids.application_layer_protocol_negotiation],
    ['not offered, server_name', ids.server_name],
  ])('#66 a client refuses an extension in the ServerHello that is %s', (_what, type) => {
    const bytes = { server_hello: (message: HandshakeBytes) => withExtension(message, type, new Uint8Array()) }
    const server = scriptedServer({ ...quiet, bytes }).step('server_hello')
    expect(server.peer.failure).toMatchObject({ received: type })
    expectRefusal(server, 'ERR_TLS_UNSUPPORTED_EXTENSION', 'unsupported_extension')
  })

  test.each([
    ['unknown', 4711, ''],
    ['of GREASE', 0x0a0a, ''],
    ['not offered, server_name', ids.server_name, ''],
    ['not offered, ALPN', ids.application_layer_protocol_negotiation, '\0\x03\x02h2'],
    ['not offered, record_size_limit', ids.record_size_limit, '\x40\0'],
    ['not offered, the types of certificates', ids.server_certificate_type, '\0'],
    ['not offered, a cookie', ids.cookie, '\0\x01c'],
    ['not offered, pre_shared_key', ids.pre_shared_key, '\0\0'],
    ['not offered, post_handshake_auth', ids.post_handshake_auth, ''],
  ])('#66 a client refuses an extension in EncryptedExtensions that is %s', (_what, type, text) => {
    const server = encrypted(
      type,
      Uint8Array.from(text, (c) => c.charCodeAt(0)),
      quiet,
    )
    expect(server.peer.failure).toMatchObject({ received: type })
    expectRefusal(server, 'ERR_TLS_UNSUPPORTED_EXTENSION', 'unsupported_extension')
  })

  test('#66 a client refuses its own GREASE extensions as answers', () => {
    for (const step of ['server_hello', 'encrypted_extensions'] as const) {
      const server = scriptedServer({
        bytes: { [step]: (message: HandshakeBytes) => withExtension(message, offered(), new Uint8Array()) },
      })
      const offered = (): number => server.hello.extensions.order?.[0] as number
      expect(offered() & 0x0f0f).toBe(0x0a0a)
      expectRefusal(server.until(step).step(step), 'ERR_TLS_UNSUPPORTED_EXTENSION', 'unsupported_extension')
    }
  })

  test('#67 a client refuses EncryptedExtensions without even a length', () => {
    const server = scriptedServer({
      bytes: { encrypted_extensions: () => handshakeMessage('encrypted_extensions', new Uint8Array()) },
    })
    expectRefusal(
      server.until('encrypted_extensions').step('encrypted_extensions'),
      'ERR_TLS_DECODE_TRUNCATED',
      'decode_error',
    )
  })

  const alpn: ServerScript = { client: { applicationProtocols: ['h2'] } }
  const h2 = Uint8Array.of(0, 3, 2, 0x68, 0x32)

  // "If an implementation receives an extension which it recognizes and which is not specified for the message in which
  // it appears, it MUST abort the handshake with an "illegal_parameter" alert." What was not offered is worse.
  test.each([
    ['server_name', ids.server_name, new Uint8Array()],
    ['ALPN', ids.application_layer_protocol_negotiation, h2],
    ['supported_groups', ids.supported_groups, Uint8Array.of(0, 2, 0, 0x1d)],
    ['signature_algorithms', ids.signature_algorithms, Uint8Array.of(0, 2, 4, 3)],
    ['status_request', ids.status_request, new Uint8Array()],
    ['psk_key_exchange_modes', ids.psk_key_exchange_modes, Uint8Array.of(1, 1)],
  ])('#68 a client refuses %s in the ServerHello, which it offered for another message', (_what, type, data) => {
    const bytes = { server_hello: (message: HandshakeBytes) => withExtension(message, type, data) }
    const server = scriptedServer({ ...alpn, bytes }).step('server_hello')
    expect(server.peer.failure).toMatchObject({ received: type })
    expectRefusal(server, 'ERR_TLS_EXTENSION_NOT_ALLOWED', 'illegal_parameter')
  })

  test.each([
    ['key_share', ids.key_share, Uint8Array.of(0, 0x1d, 0, 1, 9)],
    ['supported_versions', ids.supported_versions, Uint8Array.of(3, 4)],
    ['signature_algorithms', ids.signature_algorithms, Uint8Array.of(0, 2, 4, 3)],
    ['status_request', ids.status_request, new Uint8Array()],
    ['signed_certificate_timestamp', ids.signed_certificate_timestamp, new Uint8Array()],
    ['psk_key_exchange_modes', ids.psk_key_exchange_modes, Uint8Array.of(1, 1)],
  ])('#68 a client refuses %s in EncryptedExtensions, which it offered for another message', (_what, type, data) => {
    const server = encrypted(type, data)
    expect(server.peer.failure).toMatchObject({ received: type })
    expectRefusal(server, 'ERR_TLS_EXTENSION_NOT_ALLOWED', 'illegal_parameter')
  })

  test.each([
    ['extended_main_secret', ids.extended_main_secret, new Uint8Array()],
    ['renegotiation_info', ids.renegotiation_info, Uint8Array.of(0)],
    ['ec_point_formats', ids.ec_point_formats, Uint8Array.of(1, 0)],
    ['session_ticket', ids.session_ticket, new Uint8Array()],
    ['next_protocol_negotiation', 13172, new Uint8Array()],
  ])('#68 a client refuses %s in EncryptedExtensions, which is not of TLS 1.3', (_what, type, data) => {
    expectRefusal(encrypted(type, data), 'ERR_TLS_UNSUPPORTED_EXTENSION', 'unsupported_extension')
  })

  test('#69 a client refuses an application protocol that it did not offer', () => {
    for (const protocol of ['spdy', 'h', 'h22']) {
      const server = encryptedWith({ application_layer_protocol_negotiation: protocol }, alpn)
      expect(server.peer.failure).toMatchObject({ expected: ['h2'], received: protocol })
      expectRefusal(server, 'ERR_TLS_ALPN', 'illegal_parameter')
    }
  })

  test('a client takes an application protocol that it did not offer only if it is told to', () => {
    const options = { ...alpn, client: { ...alpn.client, allowUnofferedApplicationProtocol: true } }
    const server = encryptedWith({ application_layer_protocol_negotiation: 'spdy' }, options)
    expect(server.peer.failure).toBeUndefined()
  })

  test.each([
    ['two protocols', Uint8Array.of(0, 6, 2, 0x68, 0x32, 2, 0x68, 0x33), 'ERR_TLS_DECODE_TRAILING'],
    ['no protocol', Uint8Array.of(0, 0), 'ERR_TLS_DECODE_LENGTH'],
    ['a protocol without a name', Uint8Array.of(0, 1, 0), 'ERR_TLS_DECODE_LENGTH'],
  ] as const)('#69 a client refuses %s as the answer to ALPN', (_what, data, code) => {
    const type = ids.application_layer_protocol_negotiation
    expectRefusal(encrypted(type, data, alpn), code, 'decode_error')
  })

  test('a client refuses a record_size_limit below 64', () => {
    const server = encryptedWith({ record_size_limit: 63 }, { client: { recordSizeLimit: 1000 } })
    expectRefusal(server, 'ERR_TLS_RECORD_SIZE_LIMIT', 'illegal_parameter')
  })
})

/** A client that got a ServerHello with these fields. */
function answered(fields: Partial<ServerHello>): ScriptedServer {
  return scriptedServer({ body: { server_hello: (hello) => ({ ...hello, ...fields }) } }).step('server_hello')
}

/** A client that got EncryptedExtensions with this one. */
function encrypted(type: number, data: Uint8Array, script: ServerScript = {}): ScriptedServer {
  const bytes = { encrypted_extensions: (message: HandshakeBytes) => withExtension(message, type, data) }
  return scriptedServer({ ...script, bytes })
    .until('encrypted_extensions')
    .step('encrypted_extensions')
}

function encryptedWith(extensions: EncryptedExtensions['extensions'], script: ServerScript): ScriptedServer {
  const body = { encrypted_extensions: (): EncryptedExtensions => ({ extensions }) }
  return scriptedServer({ ...script, body })
    .until('encrypted_extensions')
    .step('encrypted_extensions')
}
