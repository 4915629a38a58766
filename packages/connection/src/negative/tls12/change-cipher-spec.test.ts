import { contentType } from '@typetls/testing'
import { describe, test } from 'vitest'
import { certificateFor, credentialFor, verifier } from '../../../test/peers.ts'
import { expectRefusal } from '../../../test/refusal.ts'
import { roles } from '../../../test/stages.ts'
import type { Role } from '../../../test/stages.ts'
import { tls12ScriptedClient } from '../../../test/tls12-scripted-client.ts'
import type { Tls12ScriptedPeer, Tls12Step } from '../../../test/tls12-scripted-peer.ts'
import { tls12ScriptedServer } from '../../../test/tls12-scripted-server.ts'

const { change_cipher_spec: changeCipherSpec } = contentType
const one = Uint8Array.of(1)
const credential = credentialFor(certificateFor('ec-secp256r1', 'client.test'))

const until = (role: Role, step: Tls12Step): Tls12ScriptedPeer =>
  role === 'client'
    ? tls12ScriptedServer({ request: true, ticket: true }).until(step)
    : tls12ScriptedClient({ credential, server: { clientAuthentication: 'require', verifier } }).until(step)

const steps: readonly [Role, Tls12Step][] = [
  ['client', 'server_hello'],
  ['client', 'certificate'],
  ['client', 'server_key_exchange'],
  ['client', 'certificate_request'],
  ['client', 'server_hello_done'],
  ['client', 'new_session_ticket'],
  ['server', 'client_hello'],
  ['server', 'certificate'],
  ['server', 'client_key_exchange'],
  ['server', 'certificate_verify'],
]

describe('too early', () => {
  test.each(steps)('#28 a %s refuses it in place of %s', (role, step) => {
    const peer = until(role, step).plaintext(changeCipherSpec, one)
    expectRefusal(peer, 'ERR_TLS_CHANGE_CIPHER_SPEC_UNEXPECTED', 'unexpected_message')
  })

  test.each([...steps, ['client', 'change_cipher_spec'], ['server', 'change_cipher_spec']] as [Role, Tls12Step][])(
    '#28 a %s refuses it in the middle of a message, where %s may come',
    (role, step) => {
      const peer = until(role, step)
      // Where it is due itself, of the message that comes next.
      const { raw } = peer.written(step === 'change_cipher_spec' ? 'finished' : step)
      peer.send(raw.subarray(0, 1))
      if (step === 'change_cipher_spec') expectRefusal(peer, 'ERR_TLS_UNEXPECTED_MESSAGE', 'unexpected_message')
      else {
        peer.plaintext(changeCipherSpec, one)
        expectRefusal(peer, 'ERR_TLS_CHANGE_CIPHER_SPEC_UNEXPECTED', 'unexpected_message')
      }
    },
  )
})

describe('missing, or too many', () => {
  test.each(roles)('#28 a %s refuses Finished without it', (role) => {
    const peer = until(role, 'change_cipher_spec')
    const { raw } = peer.written('finished')
    expectRefusal(peer.send(raw), 'ERR_TLS_UNEXPECTED_MESSAGE', 'unexpected_message')
  })

  test.each(roles)('#28 a %s refuses a second one, in plaintext and under keys', (role) => {
    const again = until(role, 'finished').record(changeCipherSpec, one)
    expectRefusal(again, 'ERR_TLS_CHANGE_CIPHER_SPEC_UNEXPECTED', 'unexpected_message')
    const plaintext = until(role, 'finished').plaintext(changeCipherSpec, one)
    expectRefusal(plaintext, 'ERR_TLS_BAD_RECORD_MAC', 'bad_record_mac')
  })

  test.each(roles)('#28 a %s refuses one after the handshake', (role) => {
    const peer = until(role, 'finished').play().record(changeCipherSpec, one)
    expectRefusal(peer, 'ERR_TLS_CHANGE_CIPHER_SPEC_UNEXPECTED', 'unexpected_message')
  })
})

describe('another content', () => {
  test.each(roles)('#29 a %s refuses anything but the single byte 1 where it is due', (role) => {
    for (const content of [[0], [2], [1, 1], [255], []]) {
      const peer = until(role, 'change_cipher_spec').plaintext(changeCipherSpec, Uint8Array.from(content))
      expectRefusal(peer, 'ERR_TLS_CHANGE_CIPHER_SPEC_CONTENT', 'illegal_parameter')
    }
  })
})
