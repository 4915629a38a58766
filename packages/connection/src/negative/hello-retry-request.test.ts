import { nodeCrypto } from '@typetls/crypto-node'
import { Secret, TLS_AES_128_GCM_SHA256, TLS_AES_256_GCM_SHA384 } from '@typetls/crypto-provider'
import type { ClientHello, HelloRetryRequest, ServerHello } from '@typetls/handshake'
import { ExtensionType } from '@typetls/handshake'
import type { HandshakeBytes } from '@typetls/testing'
import { contentType, repeatingExtension, withExtension, withoutExtension } from '@typetls/testing'
import { ascii } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { clock } from '../../test/peers.ts'
import { expectRefusal } from '../../test/refusal.ts'
import type { ClientScript, ScriptedClient } from '../../test/scripted-client.ts'
import { scriptedClient } from '../../test/scripted-client.ts'
import type { ScriptedServer, ServerScript } from '../../test/scripted-server.ts'
import { scriptedServer } from '../../test/scripted-server.ts'
import { rotatingTicketKeys } from '../index.ts'

const ids = ExtensionType.ids
const secp256r1 = 0x0017
const secp384r1 = 0x0018
const x25519 = 0x001d

describe('a HelloRetryRequest', () => {
  test('#47 a client refuses one that would change nothing', () => {
    expectRefusal(retry({}), 'ERR_TLS_HELLO_RETRY_REQUEST_EMPTY', 'illegal_parameter')
  })

  test.each([
    ['we did not list', secp384r1],
    ['nobody knows', 0x7777],
    ['of our own GREASE', 0x0a0a],
    ['we sent a share for already', x25519],
    ['we sent a share for already, with a cookie', x25519, ascii('cookie')],
  ])('#48 a client refuses one for a group %s', (_what, group, cookie?: Uint8Array) => {
    const server = retry({ group, ...(cookie === undefined ? {} : { cookie }) })
    expect(server.peer.failure).toMatchObject({ received: group })
    expectRefusal(server, 'ERR_TLS_HELLO_RETRY_REQUEST_GROUP', 'illegal_parameter')
  })

  test('#49 a client refuses an extension that comes twice in one', () => {
    for (const type of [ids.supported_versions, ids.key_share, ids.cookie]) {
      const bytes = { hello_retry_request: (message: HandshakeBytes) => repeatingExtension(message, type) }
      const server = retry({ group: secp256r1, cookie: ascii('cookie') }, { bytes })
      expectRefusal(server, 'ERR_TLS_DUPLICATE_EXTENSION', 'illegal_parameter')
    }
  })

  test.each([
    ['unknown', 4711],
    ['of the ClientHello alone', ids.supported_groups],
    ['of EncryptedExtensions', ids.server_name],
    ['of the ServerHello', ids.pre_shared_key],
    ['of TLS 1.2', ids.renegotiation_info],
  ])('#50 a client refuses an extension in one that is %s', (_what, type) => {
    const bytes = {
      hello_retry_request: (message: HandshakeBytes) => withExtension(message, type, Uint8Array.of(0, 0)),
    }
    const server = retry({ group: secp256r1 }, { bytes })
    expect(server.peer.failure).toMatchObject({ received: type })
    expectRefusal(server, 'ERR_TLS_UNSUPPORTED_EXTENSION', 'unsupported_extension')
  })

  test('#51 a client refuses one with an empty cookie', () => {
    const bytes = {
      hello_retry_request: (message: HandshakeBytes) => withExtension(message, ids.cookie, Uint8Array.of(0, 0)),
    }
    expectRefusal(retry({ group: secp256r1 }, { bytes }), 'ERR_TLS_DECODE_LENGTH', 'decode_error')
  })

  test('#52 a client refuses one with a compression method', () => {
    const server = changed({ legacyCompressionMethod: 1 })
    expectRefusal(server, 'ERR_TLS_COMPRESSION', 'illegal_parameter')
  })

  test('#53 a client refuses a second one', () => {
    const server = retry({ group: secp256r1 })
    expect(server.peer.failure).toBeUndefined()
    expectRefusal(server.step('hello_retry_request'), 'ERR_TLS_UNEXPECTED_MESSAGE', 'unexpected_message')
  })

  test('#58 a client refuses one of another version', () => {
    const extensions = (version: number | undefined): HelloRetryRequest['extensions'] => ({
      supported_versions: version,
      key_share: secp256r1,
    })
    const older = changed({ extensions: extensions(0x0303) })
    expect(older.peer.failure).toMatchObject({ path: 'ServerHello.extensions (supported_versions)' })
    expectRefusal(older, 'ERR_TLS_VERSION_ILLEGAL', 'illegal_parameter')
    expectRefusal(changed({ extensions: extensions(0x7f1c) }), 'ERR_TLS_VERSION', 'protocol_version')
    expectRefusal(changed({ extensions: extensions(undefined) }), 'ERR_TLS_VERSION', 'protocol_version')
  })

  test('#60 a client refuses one for a cipher suite that it did not offer', () => {
    expectRefusal(changed({ cipherSuite: 0x1305 }), 'ERR_TLS_WRONG_CIPHER', 'illegal_parameter')
  })

  test('a client refuses one that does not echo its session id', () => {
    expectRefusal(changed({ legacySessionIdEcho: new Uint8Array() }), 'ERR_TLS_SESSION_ID_ECHO', 'illegal_parameter')
  })
})

describe('the ServerHello after it', () => {
  test('#54 a client refuses another cipher suite', () => {
    const server = after({ cipherSuite: TLS_AES_256_GCM_SHA384.id })
    expect(server.peer.failure).toMatchObject({
      expected: [TLS_AES_128_GCM_SHA256.name],
      received: TLS_AES_256_GCM_SHA384.id,
    })
    expectRefusal(server, 'ERR_TLS_WRONG_CIPHER', 'illegal_parameter')
  })

  test('#54 a client refuses another group', () => {
    const share = { group: x25519, keyExchange: new Uint8Array(32).fill(9) }
    const server = after({ extensions: { supported_versions: 0x0304, key_share: share } })
    expectRefusal(server, 'ERR_TLS_WRONG_KEY_SHARE', 'illegal_parameter')
  })

  test('#54 a client refuses another version', () => {
    for (const version of [0x0303, 0x0305, undefined]) {
      const server = after({ extensions: { supported_versions: version } })
      expect(server.peer.failure).toMatchObject({ path: undefined, received: version ?? 0x0303 })
      expectRefusal(server, 'ERR_TLS_VERSION_ILLEGAL', 'illegal_parameter')
    }
  })

  test('a client that was asked for a cookie alone refuses a group that it sent no share for', () => {
    const share = { group: secp256r1, keyExchange: new Uint8Array(65).fill(4) }
    const body = {
      server_hello: (hello: ServerHello) => ({ ...hello, extensions: { ...hello.extensions, key_share: share } }),
    }
    expectRefusal(
      retry({ cookie: ascii('cookie') }, { body }).step('server_hello'),
      'ERR_TLS_WRONG_KEY_SHARE',
      'illegal_parameter',
    )
  })
})

describe('the ClientHello after it', () => {
  test('#55 a server refuses one without key_share', () => {
    const client = second({ extensions: { key_share: undefined } })
    expect(client.peer.failure).toMatchObject({ expected: 'key_share' })
    expectRefusal(client, 'ERR_TLS_MISSING_EXTENSION', 'missing_extension')
  })

  test('#55 a server refuses one without a share', () => {
    expectRefusal(second({ extensions: { key_share: [] } }), 'ERR_TLS_WRONG_KEY_SHARE', 'illegal_parameter')
  })

  test('#55 a server refuses one with a share for another group than it asked for', () => {
    const share = (group: number, length: number): { group: number; keyExchange: Uint8Array } => ({
      group,
      keyExchange: new Uint8Array(length).fill(9),
    })
    for (const key_share of [[share(secp256r1, 65)], [share(x25519, 32), share(secp256r1, 65)]]) {
      const client = second({ extensions: { key_share } })
      expect(client.peer.failure).toMatchObject({ expected: [x25519], received: key_share.map(({ group }) => group) })
      expectRefusal(client, 'ERR_TLS_WRONG_KEY_SHARE', 'illegal_parameter')
    }
  })

  const first = { identity: ascii('first'), secret: new Secret(new Uint8Array(32).fill(1)) }
  const other = { identity: ascii('other'), secret: new Secret(new Uint8Array(32).fill(2)) }
  const psks: ClientScript['psks'] = [
    { ...first, kind: 'external' },
    { ...other, kind: 'external' },
  ]

  test('#56 a server refuses one that drops pre_shared_key', () => {
    const client = scriptedClient({
      shares: ['secp256r1'],
      server: { groups: ['x25519'], externalPsk: () => first },
      psks: [{ ...first, kind: 'external' }],
      bound: (message, nth) => (nth === 2 ? withoutExtension(message, ids.pre_shared_key) : message),
    }).greet()
    expect(client.peer.failure).toMatchObject({ expected: 'pre_shared_key' })
    expectRefusal(client, 'ERR_TLS_MISSING_EXTENSION', 'missing_extension')
  })

  test('#56 a server refuses one that drops the PSK it had chosen', () => {
    let asked = 0
    const client = scriptedClient({
      shares: ['secp256r1'],
      // The first ClientHello is looked up by its first identity, the second as if that were gone.
      server: { groups: ['x25519'], externalPsk: () => (asked++ === 0 ? first : asked === 2 ? undefined : other) },
      psks,
    }).greet()
    expectRefusal(client, 'ERR_TLS_PSK_CHANGED', 'illegal_parameter')
  })

  test('#56 a server refuses one that has none of its PSKs left', () => {
    let asked = 0
    const client = scriptedClient({
      shares: ['secp256r1'],
      server: { groups: ['x25519'], externalPsk: () => (asked++ === 0 ? first : undefined) },
      psks,
    }).greet()
    expectRefusal(client, 'ERR_TLS_PSK_CHANGED', 'illegal_parameter')
  })

  const cookies = rotatingTicketKeys({ crypto: nodeCrypto, clock })

  test('a server that sent a cookie refuses one without it', () => {
    const client = second({ extensions: { cookie: undefined } }, { cookies })
    expect(client.peer.failure).toMatchObject({ expected: 'cookie' })
    expectRefusal(client, 'ERR_TLS_MISSING_EXTENSION', 'missing_extension')
  })

  test('a server refuses a cookie that is not its own', () => {
    expectRefusal(
      second({ extensions: { cookie: ascii('crumbs') } }, { cookies }),
      'ERR_TLS_COOKIE',
      'illegal_parameter',
    )
    const uninvited = scriptedClient({
      server: { cookies },
      bytes: { client_hello: (message) => withExtension(message, ids.cookie, Uint8Array.of(0, 1, 7)) },
    })
    expectRefusal(uninvited.step('client_hello'), 'ERR_TLS_COOKIE', 'illegal_parameter')
  })

  const changes: readonly [string, Change][] = [
    ['the random', { fields: { random: new Uint8Array(32) } }],
    ['the session id', { fields: { legacySessionId: new Uint8Array() } }],
    ['the cipher suites', { fields: { cipherSuites: [0x1301, 0x1302] } }],
    ['the server name', { extensions: { server_name: 'other.test' } }],
    ['the groups', { extensions: { supported_groups: [x25519] } }],
    ['the versions', { extensions: { supported_versions: [0x0304, 0x0303] } }],
    ['the modes of PSKs', { extensions: { psk_key_exchange_modes: [0, 1] } }],
    ['what there is', { extensions: { post_handshake_auth: {} } }],
  ]
  test.each(changes)('a server refuses one that changes %s', (_what, change) => {
    expectRefusal(second(change), 'ERR_TLS_SECOND_CLIENT_HELLO', 'illegal_parameter')
  })

  test('a server refuses one that drops the cipher suite of the HelloRetryRequest', () => {
    const client = second({ fields: { cipherSuites: [0x1303] } })
    expectRefusal(client, 'ERR_TLS_SECOND_CLIENT_HELLO', 'illegal_parameter')
  })

  test('#57 a server cannot read early data after it', () => {
    const client = scriptedClient({ shares: ['secp256r1'], server: { groups: ['x25519'] } }).greet()
    expect(client.peer.failure).toBeUndefined()
    client.plaintext(contentType.application_data, new Uint8Array(100))
    expectRefusal(client, 'ERR_TLS_BAD_RECORD_MAC', 'bad_record_mac')
  })
})

interface Change {
  readonly fields?: Partial<ClientHello>
  readonly extensions?: Partial<ClientHello['extensions']>
}

/** A client under test that was asked to try again. */
function retry(what: NonNullable<ServerScript['retry']>, script: ServerScript = {}): ScriptedServer {
  const { group } = what
  return scriptedServer({ ...script, retry: what, group: group === secp256r1 ? 'secp256r1' : 'x25519' }).step(
    'hello_retry_request',
  )
}

/** The same with other fields in the HelloRetryRequest. */
function changed(fields: Partial<HelloRetryRequest>): ScriptedServer {
  return retry({ group: secp256r1 }, { body: { hello_retry_request: (request) => ({ ...request, ...fields }) } })
}

/** A client under test that has tried again, and got a ServerHello with these fields. */
function after(fields: Partial<ServerHello>): ScriptedServer {
  const server = retry({ group: secp256r1 }, { body: { server_hello: (hello) => ({ ...hello, ...fields }) } })
  return server.step('server_hello')
}

/** A server under test that has asked for another share, and got a second ClientHello with this changed. */
function second({ fields = {}, extensions = {} }: Change, server: ClientScript['server'] = {}): ScriptedClient {
  return scriptedClient({
    shares: ['secp256r1'],
    server: { groups: ['x25519'], ...server },
    body: {
      client_hello: (hello, nth) =>
        nth === 1 ? hello : { ...hello, ...fields, extensions: { ...hello.extensions, ...extensions } },
    },
  }).greet()
}
