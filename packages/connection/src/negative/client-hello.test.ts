import { ecdsa_secp256r1_sha256 } from '@typetls/crypto-provider'
import type { ClientHello } from '@typetls/handshake'
import { ExtensionType } from '@typetls/handshake'
import type { HandshakeBytes } from '@typetls/testing'
import { extensionOf, handshakeMessage, repeatingExtension, withExtension, withoutExtension } from '@typetls/testing'
import { ascii, concat } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { certificateFor, credentialFor, verifier } from '../../test/peers.ts'
import { expectRefusal } from '../../test/refusal.ts'
import type { ClientScript, ScriptedClient } from '../../test/scripted-client.ts'
import { scriptedClient } from '../../test/scripted-client.ts'
import { scriptedServer } from '../../test/scripted-server.ts'

const ids = ExtensionType.ids

describe('shape', () => {
  const sessionId = 34
  const shapes: readonly [string, (body: Uint8Array) => Uint8Array][] = [
    [
      'a session id longer than 32 bytes',
      (body) => concat(body.subarray(0, 34), Uint8Array.of(33, 0), body.subarray(35)),
    ],
    ['nothing in it', () => new Uint8Array()],
    ['no more than a version', (body) => body.subarray(0, 2)],
    ['an end within the session id', (body) => body.subarray(0, 40)],
    ['an end within the cipher suites', (body) => body.subarray(0, sessionId + 1 + 32 + 3)],
    ['an end within the extensions', (body) => body.subarray(0, -1)],
    ['no cipher suites', (body) => splice(body, sessionId + 1 + 32, 4, Uint8Array.of(0, 0))],
    ['an odd length of cipher suites', (body) => splice(body, sessionId + 1 + 32, 4, Uint8Array.of(0, 3, 0x13, 1, 0))],
    ['no compression methods', (body) => splice(body, sessionId + 1 + 32 + 4, 2, Uint8Array.of(0))],
  ]
  test.each(shapes)('#32 a server refuses a ClientHello with %s', (_what, change) => {
    const client = said((message) => handshakeMessage('client_hello', change(message.body)))
    expect(client.peer.failure?.code).toMatch(/^ERR_TLS_DECODE_(TRUNCATED|LENGTH|TRAILING)$/)
    expectRefusal(client, client.peer.failure?.code as 'ERR_TLS_DECODE_LENGTH', 'decode_error')
  })

  const bodies: readonly [string, keyof typeof ids, Uint8Array][] = [
    ['empty supported_groups', 'supported_groups', Uint8Array.of(0, 0)],
    ['an odd length of supported_groups', 'supported_groups', Uint8Array.of(0, 3, 0, 0x1d, 0)],
    ['empty signature_algorithms', 'signature_algorithms', Uint8Array.of(0, 0)],
    ['a supported_versions that is too short', 'supported_versions', Uint8Array.of(4, 3, 4)],
    ['an odd length of supported_versions', 'supported_versions', Uint8Array.of(3, 3, 4, 3)],
    ['empty psk_key_exchange_modes', 'psk_key_exchange_modes', Uint8Array.of(0)],
    ['a key share of no bytes', 'key_share', Uint8Array.of(0, 4, 0, 0x1d, 0, 0)],
    ['a key share that is too short', 'key_share', Uint8Array.of(0, 6, 0, 0x1d, 0, 3, 1, 2)],
    ['an empty cookie', 'cookie', Uint8Array.of(0, 0)],
    ['an empty server_name', 'server_name', Uint8Array.of(0, 0)],
    ['no bytes in record_size_limit', 'record_size_limit', new Uint8Array()],
    ['a byte in post_handshake_auth', 'post_handshake_auth', Uint8Array.of(0)],
    ['a byte in signed_certificate_timestamp', 'signed_certificate_timestamp', Uint8Array.of(0)],
    ['a byte in early_data', 'early_data', Uint8Array.of(0)],
  ]
  test.each(bodies)('#32 a server refuses a ClientHello with %s', (_what, name, data) => {
    const client = said((message) => withExtension(message, ids[name], data))
    expect(client.peer.failure?.code).toMatch(/^ERR_TLS_DECODE_/)
    expect(client.peer.failure?.path).toContain(name)
    expectRefusal(client, client.peer.failure?.code as 'ERR_TLS_DECODE_LENGTH', 'decode_error')
  })

  test('#33 a server refuses an extension that comes twice in a ClientHello', () => {
    for (const type of [ids.supported_versions, ids.key_share, ids.server_name]) {
      expectRefusal(
        said((message) => repeatingExtension(message, type)),
        'ERR_TLS_DUPLICATE_HELLO_EXTENSION',
        'decode_error',
      )
    }
  })

  test('#33 a server refuses an unknown extension that comes twice in a ClientHello', () => {
    const client = said((message) => repeatingExtension(withExtension(message, 4711, new Uint8Array()), 4711))
    expectRefusal(client, 'ERR_TLS_DUPLICATE_HELLO_EXTENSION', 'decode_error')
  })

  test.each(['server_hello', 'encrypted_extensions'] as const)(
    '#33 a client refuses an extension that comes twice in %s',
    (step) => {
      const type = step === 'server_hello' ? ids.supported_versions : ids.server_name
      const server = scriptedServer({
        body: { encrypted_extensions: () => ({ extensions: { server_name: {} } }) },
        bytes: { [step]: (message: HandshakeBytes) => repeatingExtension(message, type) },
      })
      expectRefusal(server.until(step).step(step), 'ERR_TLS_DUPLICATE_HELLO_EXTENSION', 'decode_error')
    },
  )

  test('#33 a client refuses an extension that comes twice in CertificateRequest', () => {
    const server = scriptedServer({
      request: true,
      bytes: { certificate_request: (message) => repeatingExtension(message, ids.signature_algorithms) },
    })
    const refused = server.until('certificate_request').step('certificate_request')
    expectRefusal(refused, 'ERR_TLS_DUPLICATE_EXTENSION', 'illegal_parameter')
  })

  test('#33 a server refuses an extension that comes twice on a certificate', () => {
    const staple = Uint8Array.of(1, 0, 0, 1, 9)
    const client = scriptedClient({
      credential: credentialFor(certificateFor()),
      server: { clientAuthentication: 'require', verifier },
      bytes: {
        certificate: (message) =>
          repeatingExtension(withExtension(message, ids.status_request, staple), ids.status_request),
      },
    })
    expectRefusal(client.until('certificate').step('certificate'), 'ERR_TLS_DUPLICATE_EXTENSION', 'illegal_parameter')
  })
})

describe('what every version has', () => {
  test('#34 a server refuses compression methods other than null alone', () => {
    for (const legacyCompressionMethods of [[1], [0, 1], [1, 0], [0, 0]]) {
      expectRefusal(offering({ legacyCompressionMethods }), 'ERR_TLS_COMPRESSION', 'illegal_parameter')
    }
  })

  test('#35 a server refuses a client without a version of ours', () => {
    for (const versions of [[0x0303], [0x0303, 0x0302, 0x0301], [0x0305, 0x7f1c], [0x0a0a]]) {
      const client = offering({}, { supported_versions: versions })
      expect(client.peer.failure).toMatchObject({ received: versions })
      expectRefusal(client, 'ERR_TLS_VERSION', 'protocol_version')
    }
  })

  test('#35 a server refuses a client without supported_versions', () => {
    for (const legacyVersion of [0x0301, 0x0302, 0x0303, 0x0304]) {
      expectRefusal(
        offering({ legacyVersion }, { supported_versions: undefined }),
        'ERR_TLS_VERSION',
        'protocol_version',
      )
    }
  })

  test('#35 a server refuses SSL 3.0, whatever else is offered', () => {
    for (const legacyVersion of [0x0002, 0x0300]) {
      expectRefusal(offering({ legacyVersion }), 'ERR_TLS_VERSION', 'protocol_version')
    }
  })

  // "ProtocolVersion versions<2..254>": an empty list has no place in the syntax, before anything is compared.
  test('#35 a server refuses an empty supported_versions', () => {
    const client = said((message) => withExtension(message, ids.supported_versions, Uint8Array.of(0)))
    expectRefusal(client, 'ERR_TLS_DECODE_LENGTH', 'decode_error')
  })

  test('#35 a server refuses a ClientHello of TLS 1.0 without extensions', () => {
    const client = said((message) => {
      const end = 34 + 1 + 32 + 4 + 2
      return handshakeMessage('client_hello', concat(Uint8Array.of(3, 1), message.body.subarray(2, end)))
    })
    expectRefusal(client, 'ERR_TLS_VERSION', 'protocol_version')
  })

  test('#36 a server refuses a client without a cipher suite of ours', () => {
    for (const cipherSuites of [[0xc02f, 0x009c], [0x1305], [0x00ff], [0x1a1a]]) {
      const client = offering({ cipherSuites })
      expect(client.peer.failure).toMatchObject({ received: cipherSuites })
      expectRefusal(client, 'ERR_TLS_NO_SHARED_CIPHER', 'handshake_failure')
    }
  })

  test('#36 a server refuses a client without a group of ours', () => {
    const client = scriptedClient({ groups: ['secp384r1'], shares: ['secp384r1'] }).step('client_hello')
    expectRefusal(client, 'ERR_TLS_NO_SHARED_GROUP', 'handshake_failure')
  })

  test('#37 a server refuses a fallback of a client that was kept from offering TLS 1.3', () => {
    for (const versions of [undefined, [0x0303]]) {
      const client = offering({ cipherSuites: [0xc02f, 0x5600] }, { supported_versions: versions })
      expectRefusal(client, 'ERR_TLS_FALLBACK', 'inappropriate_fallback')
    }
  })

  test('#37 a server minds no fallback marker of a client that offers TLS 1.3', () => {
    expect(offering({ cipherSuites: [0x1301, 0x5600] }).serverHello).toBeDefined()
  })
})

describe('extensions of TLS 1.3', () => {
  test('#38 a server refuses a ClientHello without supported_groups', () => {
    const client = said((message) => withoutExtension(message, ids.supported_groups))
    expect(client.peer.failure).toMatchObject({ expected: 'supported_groups' })
    expectRefusal(client, 'ERR_TLS_MISSING_EXTENSION', 'missing_extension')
  })

  test('#39 a server refuses a ClientHello without key_share', () => {
    const client = said((message) => withoutExtension(message, ids.key_share))
    expect(client.peer.failure).toMatchObject({ expected: 'key_share' })
    expectRefusal(client, 'ERR_TLS_MISSING_EXTENSION', 'missing_extension')
  })

  test('#38 #39 a server refuses a ClientHello without both', () => {
    const client = said((message) => withoutExtension(withoutExtension(message, ids.key_share), ids.supported_groups))
    expectRefusal(client, 'ERR_TLS_MISSING_EXTENSION', 'missing_extension')
  })

  test('#40 a server refuses two key shares for one group', () => {
    expectRefusal(
      scriptedClient({ shares: ['x25519', 'x25519'] }).step('client_hello'),
      'ERR_TLS_DUPLICATE_KEY_SHARE',
      'illegal_parameter',
    )
  })

  test('#40 a server refuses a key share for a group that is not listed', () => {
    const client = scriptedClient({ groups: ['secp256r1'], shares: ['x25519'] }).step('client_hello')
    expectRefusal(client, 'ERR_TLS_WRONG_KEY_SHARE', 'illegal_parameter')
  })

  test('#41 a server refuses a trailing byte in the list of key shares', () => {
    const client = said((message) => {
      const list = extensionOf(message, ids.key_share).subarray(2)
      return withExtension(message, ids.key_share, concat(Uint8Array.of(0, list.length + 1), list, Uint8Array.of(0)))
    })
    expectRefusal(client, 'ERR_TLS_DECODE_TRUNCATED', 'decode_error')
  })

  test('#41 a server refuses a trailing byte behind the list of key shares', () => {
    const client = said((message) =>
      withExtension(message, ids.key_share, concat(extensionOf(message, ids.key_share), Uint8Array.of(0))),
    )
    expectRefusal(client, 'ERR_TLS_DECODE_TRAILING', 'decode_error')
  })

  test('#42 a server that must show a certificate refuses a ClientHello without signature_algorithms', () => {
    const client = said((message) => withoutExtension(message, ids.signature_algorithms))
    expect(client.peer.failure).toMatchObject({ expected: 'signature_algorithms' })
    expectRefusal(client, 'ERR_TLS_MISSING_EXTENSION', 'missing_extension')
  })

  test('#42 a server refuses a client that takes none of its signature schemes', () => {
    for (const schemes of [[0x0807], [0x0401, 0x0203], [0x0503], [0x7777]]) {
      const client = offering({}, { signature_algorithms: schemes })
      expect(client.peer.failure).toMatchObject({ received: [ecdsa_secp256r1_sha256.name] })
      expectRefusal(client, 'ERR_TLS_NO_SHARED_SIGNATURE_SCHEME', 'handshake_failure')
    }
  })
})

describe('names', () => {
  const behind = (type: number) => (message: HandshakeBytes) =>
    withExtension(message, type, concat(extensionOf(message, type), Uint8Array.of(0)))
  const list = (type: number, bytes: Uint8Array) => (message: HandshakeBytes) => withExtension(message, type, bytes)

  test('#44 a server refuses trailing bytes in server_name', () => {
    expectRefusal(said(behind(ids.server_name)), 'ERR_TLS_DECODE_TRAILING', 'decode_error')
    const inside = concat(Uint8Array.of(0, 5, 0, 0, 1, 0x61, 0))
    expectRefusal(said(list(ids.server_name, inside)), 'ERR_TLS_DECODE_TRAILING', 'decode_error')
  })

  test('#44 a server refuses trailing bytes in status_request', () => {
    expectRefusal(
      said(list(ids.status_request, Uint8Array.of(1, 0, 0, 0, 0, 0))),
      'ERR_TLS_DECODE_TRAILING',
      'decode_error',
    )
  })

  test('#44 a server refuses trailing bytes in certificate_authorities, and an empty one', () => {
    const name = Uint8Array.of(0, 2, 0x30, 0)
    const type = ids.certificate_authorities
    expectRefusal(
      said(list(type, concat(Uint8Array.of(0, 4), name, Uint8Array.of(0)))),
      'ERR_TLS_DECODE_TRAILING',
      'decode_error',
    )
    expectRefusal(
      said(list(type, concat(Uint8Array.of(0, 5), name, Uint8Array.of(0)))),
      'ERR_TLS_DECODE_TRUNCATED',
      'decode_error',
    )
    expectRefusal(said(list(type, Uint8Array.of(0, 0))), 'ERR_TLS_DECODE_LENGTH', 'decode_error')
  })

  test('#44 a client refuses bytes in the answer to server_name', () => {
    const server = scriptedServer({ bytes: { encrypted_extensions: list(ids.server_name, Uint8Array.of(0)) } })
    expectRefusal(
      server.until('encrypted_extensions').step('encrypted_extensions'),
      'ERR_TLS_DECODE_TRAILING',
      'decode_error',
    )
  })

  test('#44 a client refuses trailing bytes in a stapled status', () => {
    const server = scriptedServer({ bytes: { certificate: list(ids.status_request, Uint8Array.of(1, 0, 0, 1, 9, 0)) } })
    expectRefusal(server.until('certificate').step('certificate'), 'ERR_TLS_DECODE_TRAILING', 'decode_error')
  })

  test.each([
    ['trailing bytes behind the list', Uint8Array.of(0, 4, 0, 2, 0x30, 0, 0), 'ERR_TLS_DECODE_TRAILING'],
    ['trailing bytes in the list', Uint8Array.of(0, 5, 0, 2, 0x30, 0, 0), 'ERR_TLS_DECODE_TRUNCATED'],
    ['an empty list', Uint8Array.of(0, 0), 'ERR_TLS_DECODE_LENGTH'],
    ['an empty name', Uint8Array.of(0, 2, 0, 0), 'ERR_TLS_DECODE_LENGTH'],
  ] as const)('#44 a client refuses %s in certificate_authorities', (_what, data, code) => {
    const bytes = { certificate_request: list(ids.certificate_authorities, data) }
    const server = scriptedServer({ request: true, bytes }).until('certificate_request').step('certificate_request')
    expectRefusal(server, code, 'decode_error')
  })

  test.each([
    ['an empty list', Uint8Array.of(0, 0)],
    ['an empty name', Uint8Array.of(0, 1, 0)],
    ['an empty name behind another', Uint8Array.of(0, 4, 2, 0x68, 0x32, 0)],
  ])('#45 a server refuses %s of application protocols', (_what, data) => {
    const client = said(list(ids.application_layer_protocol_negotiation, data), {
      server: { applicationProtocols: ['h2'] },
    })
    expectRefusal(client, 'ERR_TLS_DECODE_LENGTH', 'decode_error')
  })

  test('#46 a server refuses a client that offers no application protocol of its', () => {
    const client = said(
      list(ids.application_layer_protocol_negotiation, concat(Uint8Array.of(0, 5, 4), ascii('spdy'))),
      {
        server: { applicationProtocols: ['h2', 'http/1.1'] },
      },
    )
    expect(client.peer.failure).toMatchObject({ expected: ['h2', 'http/1.1'], received: ['spdy'] })
    expectRefusal(client, 'ERR_TLS_NO_APPLICATION_PROTOCOL', 'no_application_protocol')
  })

  test('#46 a server may refuse every application protocol that was offered', () => {
    const client = said(list(ids.application_layer_protocol_negotiation, Uint8Array.of(0, 3, 2, 0x68, 0x32)), {
      server: { selectApplicationProtocol: () => undefined },
    })
    expectRefusal(client, 'ERR_TLS_NO_APPLICATION_PROTOCOL', 'no_application_protocol')
  })
})

/** A client that has said its ClientHello with these bytes changed. */
function said(change: (message: HandshakeBytes) => HandshakeBytes, script: ClientScript = {}): ScriptedClient {
  return scriptedClient({ ...script, bytes: { client_hello: change } }).step('client_hello')
}

/** A client that has said its ClientHello with these fields. */
function offering(fields: Partial<ClientHello>, extensions: Partial<ClientHello['extensions']> = {}): ScriptedClient {
  return scriptedClient({
    body: { client_hello: (hello) => ({ ...hello, ...fields, extensions: { ...hello.extensions, ...extensions } }) },
  }).step('client_hello')
}

function splice(bytes: Uint8Array, offset: number, length: number, into: Uint8Array): Uint8Array {
  return concat(bytes.subarray(0, offset), into, bytes.subarray(offset + length))
}
