import { X509Certificate, constants, publicEncrypt } from 'node:crypto'
import { nodeCrypto } from '@typetls/crypto-node'
import { handshakeMessage, tls12MainSecret } from '@typetls/testing'
import { concat } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { testCrypto } from '../../../test/backend.ts'
import { authority, credentialFor, serverName } from '../../../test/peers.ts'
import { expectRefusal } from '../../../test/refusal.ts'
import { tls12ScriptedClient } from '../../../test/tls12-scripted-client.ts'
import { vector } from '../../../test/tls12-scripted-peer.ts'
import { tls12ScriptedServer } from '../../../test/tls12-scripted-server.ts'
import { TLS_RSA_WITH_AES_128_GCM_SHA256 } from '../../tls12/index.ts'

/** Static RSA needs a backend that encrypts; Web Cryptography does not. */
const crypto = testCrypto.keyTransport['rsa-pkcs1'] === undefined ? nodeCrypto : testCrypto
const only = { cipherSuites: [TLS_RSA_WITH_AES_128_GCM_SHA256] }
const certificate = authority.issue({
  subject: serverName,
  dns: [serverName],
  keyType: 'rsa',
  keyUsage: ['digitalSignature', 'keyEncipherment'],
})
const credential = credentialFor(certificate, crypto)
const key = new X509Certificate(certificate.certificate).publicKey
const { RSA_PKCS1_PADDING, RSA_NO_PADDING } = constants

describe('a premaster secret', () => {
  const right = concat(Uint8Array.of(3, 3), new Uint8Array(46).fill(7))
  const encrypted = (premaster: Uint8Array): Uint8Array => publicEncrypt({ key, padding: RSA_PKCS1_PADDING }, premaster)
  /** What would be under the key, byte by byte. */
  const block = (...parts: readonly Uint8Array[]): Uint8Array => {
    const content = concat(...parts)
    const length = encrypted(right).length
    const filled = concat(content.subarray(0, 2), new Uint8Array(length - content.length).fill(9), content.subarray(2))
    return publicEncrypt({ key, padding: RSA_NO_PADDING }, filled)
  }

  test('is taken when it is right, so the others are wrong in one thing alone', () => {
    for (const ciphertext of [encrypted(right), block(Uint8Array.of(0, 2, 0), right)]) {
      const client = started().until('client_key_exchange')
      const message = handshakeMessage('client_key_exchange', vector(2, ciphertext))
      client.transcript.push(message.raw)
      client.send(message.raw)
      client.main = tls12MainSecret(client.suite, right, { transcript: concat(...client.transcript) })
      client.changeCipherSpec().step('finished')
      expect(client.peer.facts?.version).toBe('TLSv1.2')
    }
  })

  test.each<[string, () => Uint8Array]>([
    ['of another version', () => encrypted(concat(Uint8Array.of(3, 2), right.subarray(2)))],
    ['of 47 bytes', () => encrypted(right.subarray(0, 47))],
    ['of 49 bytes', () => encrypted(concat(right, Uint8Array.of(0)))],
    ['of no bytes', () => encrypted(new Uint8Array())],
    ['with padding of another type', () => block(Uint8Array.of(0, 1, 0), right)],
    ['that does not begin with zero', () => block(Uint8Array.of(1, 2, 0), right)],
    [
      'without the zero behind the padding',
      () =>
        block(
          Uint8Array.of(0, 2, 1),
          right.map(() => 7),
        ),
    ],
    ['that is not even of the size of the key', () => new Uint8Array(17)],
    ['of zeros alone', () => new Uint8Array(encrypted(right).length)],
    ['above the modulus', () => new Uint8Array(encrypted(right).length).fill(255)],
  ])('#92 a server shows no reaction to one %s before Finished', (_what, make) => {
    const client = started().until('client_key_exchange')
    const message = handshakeMessage('client_key_exchange', vector(2, make()))
    client.transcript.push(message.raw)
    client.send(message.raw).listen()
    expect(client.peer.failure).toBeUndefined()
    expect(client.alerts).toEqual([])
    client.changeCipherSpec()
    expect(client.peer.failure).toBeUndefined()
    client.message('finished', new Uint8Array(12))
    expectRefusal(client, 'ERR_TLS_BAD_RECORD_MAC', 'bad_record_mac')
  })
})

test('#90 a client refuses ServerKeyExchange for static RSA', () => {
  const client = { crypto }
  const server = tls12ScriptedServer({ suite: 0x009c, credential, client, client12: only }).until('server_key_exchange')
  expectRefusal(server.step('server_key_exchange'), 'ERR_TLS_UNEXPECTED_MESSAGE', 'unexpected_message')
})

function started() {
  return tls12ScriptedClient({ suite: 0x009c, server: { credentials: credential }, server12: only })
}
