import { contentType, protectorOf } from '@typetls/testing'
import { ascii, fromAscii } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { expectRefusal } from '../test/refusal.ts'
import type { ClientScript, ScriptedClient } from '../test/scripted-client.ts'
import { scriptedClient } from '../test/scripted-client.ts'

// https://www.rfc-editor.org/rfc/rfc9846#section-4.3.10: a server that takes no early data skips what a client sent
// before it knew.

/** A client that says it sends early data, in its first ClientHello. */
const offering: ClientScript = {
  body: {
    client_hello: (hello, nth) => (nth > 1 ? hello : { ...hello, extensions: { ...hello.extensions, early_data: {} } }),
  },
}
const retried: ClientScript = { ...offering, shares: ['secp256r1'], server: { groups: ['x25519'] } }

describe.each([
  ['', offering],
  [' after a HelloRetryRequest', retried],
])('a server that declines early data%s', (_, script) => {
  test('skips it and goes on', () => {
    const client = finished(greeted(script, (one) => one.raw(early(1000)).raw(early(0))))
    expect(client.peer.told).toEqual(['connected'])
    client.record(contentType.application_data, ascii('on time'))
    expect(fromAscii(client.peer.received())).toBe('on time')
  })

  test('needs not see any', () => {
    expect(scriptedClient(script).play().peer.told).toEqual(['connected'])
  })

  test('drops the ChangeCipherSpec records around it', () => {
    const compatible = (one: ScriptedClient): ScriptedClient =>
      one.plaintext(contentType.change_cipher_spec, Uint8Array.of(1)).raw(early(10))
    expect(finished(greeted(script, (one) => compatible(compatible(one)))).peer.told).toEqual(['connected'])
  })

  test('hears an alert in the midst of it', () => {
    const client = greeted(script, (one) =>
      one.raw(early(10)).plaintext(contentType.alert, Uint8Array.of(2, 40)).raw(early(10)),
    )
    expect(client.peer.failure).toMatchObject({ code: 'ERR_TLS_PEER_ALERT', received: 'handshake_failure' })
  })

  test('skips 16384 bytes on the wire', () => {
    // Header, content type and tag are 22 bytes.
    const client = greeted(script, (one) => one.raw(early(16000 - 22)).raw(early(384 - 22)))
    expect(finished(client).peer.told).toEqual(['connected'])
  })

  test('refuses more', () => {
    const client = greeted(script, (one) => one.raw(early(16000 - 22)).raw(early(385 - 22)))
    expectRefusal(client, 'ERR_TLS_TOO_MUCH_EARLY_DATA', 'unexpected_message')
  })
})

describe('early data is refused', () => {
  test('when none was offered', () => {
    const client = scriptedClient().greet().raw(early(10))
    expectRefusal(client, 'ERR_TLS_BAD_RECORD_MAC', 'bad_record_mac')
  })

  test('when none was offered, after a HelloRetryRequest', () => {
    const client = scriptedClient({ ...retried, body: {} })
      .step('client_hello')
      .raw(early(10))
    expectRefusal(client, 'ERR_TLS_RECORD_UNEXPECTED', 'unexpected_message')
  })

  test('after the second ClientHello', () => {
    const client = scriptedClient(retried).greet().raw(early(10))
    expectRefusal(client, 'ERR_TLS_BAD_RECORD_MAC', 'bad_record_mac')
  })

  test('in the midst of the second ClientHello', () => {
    const client = scriptedClient(retried).step('client_hello')
    const { raw } = client.writtenStep('client_hello')
    client.send(raw.subarray(0, 50)).raw(early(10))
    expectRefusal(client, 'ERR_TLS_RECORD_UNEXPECTED', 'unexpected_message')
  })

  test('once a record was read', () => {
    const asked: ClientScript = { ...offering, server: { clientAuthentication: 'request', verifier: refuser } }
    const client = scriptedClient(asked).greet().raw(early(10)).step('certificate').raw(early(10))
    expectRefusal(client, 'ERR_TLS_BAD_RECORD_MAC', 'bad_record_mac')
  })

  test('in another record than of application data', () => {
    const client = scriptedClient(offering).greet()
    client.raw(early(10, contentType.handshake))
    expectRefusal(client, 'ERR_TLS_BAD_RECORD_MAC', 'bad_record_mac')
  })
})

test('a second ClientHello that offers early data is refused', () => {
  const again: ClientScript = {
    ...retried,
    body: { client_hello: (hello) => ({ ...hello, extensions: { ...hello.extensions, early_data: {} } }) },
  }
  expectRefusal(scriptedClient(again).greet(), 'ERR_TLS_SECOND_CLIENT_HELLO', 'illegal_parameter')
})

/** The first ClientHello was said and `then` happened, before anything the server's answer asks for. */
function greeted(script: ClientScript, then: (client: ScriptedClient) => ScriptedClient): ScriptedClient {
  return then(scriptedClient(script).step('client_hello'))
}

/** The rest of the handshake, from the second ClientHello on if there has to be one. */
function finished(client: ScriptedClient): ScriptedClient {
  if (client.serverHello === undefined) client.step('client_hello')
  return client.step('finished')
}

/** A record under a key that the server does not have. */
function early(length: number, outerType: number = contentType.application_data): Uint8Array {
  const keys = protectorOf(0x1301, new Uint8Array(32).fill(9))
  return keys.seal(contentType.application_data, new Uint8Array(length), { outerType })
}

/** Never asked. */
const refuser = {
  verify(): never {
    throw new Error('there is no certificate')
  },
}
