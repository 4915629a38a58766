import { ExtensionType } from '@typetls/handshake'
import type { HandshakeBytes } from '@typetls/testing'
import { contentType, withExtension } from '@typetls/testing'
import { Secret } from '@typetls/crypto-provider'
import { ascii } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { expectRefusal } from '../../test/refusal.ts'
import type { ClientScript } from '../../test/scripted-client.ts'
import { scriptedClient } from '../../test/scripted-client.ts'
import type { ServerScript } from '../../test/scripted-server.ts'
import { scriptedServer } from '../../test/scripted-server.ts'

// Nobody of us sends or takes early data yet: a server skips what it declines, a client has offered none.

const { application_data: applicationData } = contentType

const offering: ClientScript = {
  body: {
    client_hello: (hello, nth) => (nth > 1 ? hello : { ...hello, extensions: { ...hello.extensions, early_data: {} } }),
  },
}
const retried: ClientScript = { shares: ['secp256r1'], server: { groups: ['x25519'] } }

describe('a server that declines early data', () => {
  test('#105 a server skips 16384 bytes and refuses the next', () => {
    const client = scriptedClient(offering).greet()
    for (let i = 0; i < 16; i++) client.plaintext(applicationData, new Uint8Array(1024 - 5))
    expect(client.peer.failure).toBeUndefined()
    client.plaintext(applicationData, new Uint8Array(17))
    expectRefusal(client, 'ERR_TLS_TOO_MUCH_EARLY_DATA', 'unexpected_message')
  })

  test('#106 a server refuses what it cannot read behind what it could', () => {
    const client = scriptedClient(offering).greet()
    client.plaintext(applicationData, new Uint8Array(100)).send(Uint8Array.of(20))
    expect(client.peer.failure).toBeUndefined()
    client.plaintext(applicationData, new Uint8Array(100))
    expectRefusal(client, 'ERR_TLS_BAD_RECORD_MAC', 'bad_record_mac')
  })

  test('#106 a server refuses early data that was not offered', () => {
    const client = scriptedClient().greet().plaintext(applicationData, new Uint8Array(100))
    expectRefusal(client, 'ERR_TLS_BAD_RECORD_MAC', 'bad_record_mac')
  })

  test('#106 a server that asked for another ClientHello refuses early data that was not offered', () => {
    const client = scriptedClient(retried).step('client_hello').plaintext(applicationData, new Uint8Array(100))
    expectRefusal(client, 'ERR_TLS_RECORD_UNEXPECTED', 'unexpected_message')
  })

  test('#106 a server cannot read early data behind the second ClientHello, offered or not', () => {
    const client = scriptedClient({ ...retried, ...offering })
      .greet()
      .plaintext(applicationData, new Uint8Array(100))
    expectRefusal(client, 'ERR_TLS_BAD_RECORD_MAC', 'bad_record_mac')
  })

  test('#109 a server refuses end_of_early_data where it accepted none', () => {
    const client = scriptedClient(offering).greet().message('end_of_early_data')
    expectRefusal(client, 'ERR_TLS_UNEXPECTED_MESSAGE', 'unexpected_message')
  })
})

const key = { identity: ascii('key'), secret: new Secret(new Uint8Array(32).fill(7)) }
test.each<[string, ServerScript]>([
  ['without resumption', {}],
  ['with a PSK', { psk: key, client: { externalPsks: [key] } }],
  ['after a HelloRetryRequest', { retry: { group: 0x17 }, group: 'secp256r1' }],
])('#110 a client refuses that its early data is accepted, which it did not offer, %s', (_what, script) => {
  const accepting = (message: HandshakeBytes): HandshakeBytes =>
    withExtension(message, ExtensionType.ids.early_data, new Uint8Array())
  const server = scriptedServer({ ...script, bytes: { encrypted_extensions: accepting } })
  expectRefusal(
    server.until('encrypted_extensions').step('encrypted_extensions'),
    'ERR_TLS_UNSUPPORTED_EXTENSION',
    'unsupported_extension',
  )
})
