import { encodeMessage } from '@typetls/handshake'
import { contentType } from '@typetls/testing'
import { ascii, fromAscii } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { certificateFor, credentialFor, verifier } from '../../test/peers.ts'
import { expectOver, expectRefusal } from '../../test/refusal.ts'
import type { ClientScript, ScriptedClient } from '../../test/scripted-client.ts'
import { scriptedClient } from '../../test/scripted-client.ts'
import { scriptedServer } from '../../test/scripted-server.ts'
import { against, roles } from '../../test/stages.ts'

const { application_data: applicationData } = contentType

describe('KeyUpdate', () => {
  test.each(roles)('#113 a %s refuses a request_update that is neither 0 nor 1', (role) => {
    for (const value of [2, 255]) {
      const peer = against(role, 'connected').message('key_update', Uint8Array.of(value))
      expect(peer.peer.failure).toMatchObject({ expected: [0, 1], received: value })
      expectRefusal(peer, 'ERR_TLS_KEY_UPDATE', 'illegal_parameter')
    }
  })

  test.each(roles)('#113 a %s refuses a KeyUpdate without anything in it', (role) => {
    expectRefusal(against(role, 'connected').message('key_update'), 'ERR_TLS_DECODE_TRUNCATED', 'decode_error')
  })

  test.each(roles)('#114 a %s takes 32 in a row and refuses the 33rd', (role) => {
    const peer = against(role, 'connected')
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 32; i++) peer.updateKeys(i % 2 === 0 ? 'update_requested' : 'update_not_requested')
      if (round === 0) peer.record(applicationData, ascii('data'))
    }
    expect(peer.peer.failure).toBeUndefined()
    expectRefusal(peer.updateKeys(), 'ERR_TLS_TOO_MANY_KEY_UPDATES', 'unexpected_message')
  })

  test.each(roles)('#114 a %s is not fooled by empty application data between them', (role) => {
    const peer = against(role, 'connected')
    for (let i = 0; i < 32; i++) peer.updateKeys().record(applicationData, new Uint8Array())
    expect(peer.peer.failure).toBeUndefined()
    expectRefusal(peer.updateKeys(), 'ERR_TLS_TOO_MANY_KEY_UPDATES', 'unexpected_message')
  })

  test.each(roles)('#3 a %s cannot read what comes under the keys before a KeyUpdate', (role) => {
    const peer = against(role, 'connected')
    const update = peer.sealed(
      contentType.handshake,
      encodeMessage('key_update', { requestUpdate: 'update_not_requested' }),
    )
    peer.raw(update).record(applicationData, ascii('old key'))
    expectRefusal(peer, 'ERR_TLS_BAD_RECORD_MAC', 'bad_record_mac')
  })
})

describe('the end', () => {
  test.each(roles)('#119 a %s calls an end without close_notify what it is', (role) => {
    const peer = against(role, 'connected')
    peer.peer.receiveEnd()
    expectRefusal(peer, 'ERR_TLS_TRUNCATED', undefined)
  })

  test.each(roles)('#119 a %s that has said close_notify still misses the answer', (role) => {
    const peer = against(role, 'connected')
    peer.peer.connection.closeWrite()
    peer.listen()
    expect(peer.alerts.splice(0)).toEqual([{ level: 1, description: 'close_notify', protected: true }])
    peer.peer.receiveEnd()
    expectRefusal(peer, 'ERR_TLS_TRUNCATED', undefined)
  })

  // "Each party MUST send a "close_notify" alert before closing its write side …. This does not have any effect on its
  // read side": what comes is data, not an error.
  test.each(roles)('#119 a %s that has said close_notify still gets application data', (role) => {
    const peer = against(role, 'connected')
    peer.peer.connection.closeWrite()
    peer.record(applicationData, ascii('the rest'))
    expect(fromAscii(peer.peer.received())).toBe('the rest')
    peer.alert(1, 'close_notify')
    expect(peer.peer.told.at(-1)).toBe('closed')
    expect(peer.peer.failure).toBeUndefined()
  })

  test.each(roles)('#119 a %s takes nothing after the close_notify of its peer', (role) => {
    const peer = against(role, 'connected').alert(1, 'close_notify').record(applicationData, ascii('one more thing'))
    expect(peer.peer.received()).toHaveLength(0)
    expect(peer.peer.told).toEqual(['connected', 'end'])
  })

  test.each(roles)('#119 a %s knows when the transport ends in a record', (role) => {
    const peer = against(role, 'connected')
    peer.peer.receive(peer.sealed(applicationData, ascii('cut')).subarray(0, 20))
    peer.peer.receiveEnd()
    expect(peer.peer.told).not.toContain('data')
    expectRefusal(peer, 'ERR_TLS_TRUNCATED', undefined)
  })

  test.each(roles)('#119 a %s knows when the transport ends during the handshake', (role) => {
    for (const stage of ['hello', 'handshake'] as const) {
      const peer = against(role, stage)
      peer.peer.receiveEnd()
      expect(peer.peer.failure?.code).toBe('ERR_TLS_HANDSHAKE_CLOSED')
      expectOver(peer, 'ERR_TLS_HANDSHAKE_CLOSED')
    }
  })
})

describe('authentication after the handshake', () => {
  const context = { certificateRequestContext: Uint8Array.of(1), extensions: { signature_algorithms: [0x0403] } }

  test('a client that did not offer it refuses a CertificateRequest', () => {
    const server = scriptedServer().play().send(encodeMessage('certificate_request', context)).listen()
    expectRefusal(server, 'ERR_TLS_UNEXPECTED_MESSAGE', 'unexpected_message')
  })

  test('a client refuses a CertificateRequest without signature_algorithms', () => {
    const server = scriptedServer({ client: { postHandshakeAuthentication: true } }).play()
    const request = { ...context, extensions: { status_request: {} } }
    expectRefusal(
      server.send(encodeMessage('certificate_request', request)).listen(),
      'ERR_TLS_MISSING_EXTENSION',
      'missing_extension',
    )
  })

  test('a server refuses a Certificate with another context than it asked for', () => {
    const client = requested({
      body: { ...offering, certificate: (message) => ({ ...message, certificateRequestContext: new Uint8Array(16) }) },
    })
    expectRefusal(client.step('certificate'), 'ERR_TLS_CERTIFICATE_CONTEXT', 'decode_error')
  })

  test('a server refuses a certificate that does not verify', () => {
    const client = requested({ body: offering, credential: credentialFor(certificateFor('ed25519')) })
    client.peer.connection.write(ascii('meanwhile'))
    client.step('certificate')
    expectRefusal(
      client.message('certificate_verify', Uint8Array.of(8, 7, 0, 1, 0)),
      'ERR_TLS_SIGNATURE',
      'decrypt_error',
    )
  })

  test('a server refuses a Finished that does not fit', () => {
    const client = requested({
      body: { ...offering, finished: (one, nth) => (nth === 2 ? { verifyData: new Uint8Array(32) } : one) },
    })
    for (const step of ['certificate', 'certificate_verify', 'finished'] as const) client.step(step)
    expect(client.peer.authenticated).toEqual([])
    expectRefusal(client, 'ERR_TLS_FINISHED_MISMATCH', 'decrypt_error')
  })

  test('a server refuses application data in the middle of an answer', () => {
    const client = requested({ body: offering }).step('certificate').record(applicationData, ascii('by the way'))
    expectRefusal(client, 'ERR_TLS_RECORD_INTERLEAVED', 'unexpected_message')
  })

  const offering: NonNullable<ClientScript['body']> = {
    client_hello: (hello) => ({ ...hello, extensions: { ...hello.extensions, post_handshake_auth: {} } }),
  }

  /** A client that was asked for its certificate after the handshake. */
  function requested(script: ClientScript): ScriptedClient {
    const client = scriptedClient({
      credential: credentialFor(certificateFor()),
      server: { verifier },
      ...script,
    }).play()
    client.peer.connection.requestClientCertificate()
    return client.listen()
  }
})
