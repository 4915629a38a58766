import { contentType } from '@typetls/testing'
import { expect, test } from 'vitest'
import { expectRefusal } from '../../test/refusal.ts'
import { scriptedClient } from '../../test/scripted-client.ts'
import { against, everyRole, roles } from '../../test/stages.ts'
import type { Role, Stage } from '../../test/stages.ts'

const { change_cipher_spec: changeCipherSpec } = contentType
const one = Uint8Array.of(1)

/** A server takes one only after a ClientHello. */
const duringHandshake: readonly [Role, Stage][] = [
  ['client', 'hello'],
  ['client', 'handshake'],
  ['server', 'handshake'],
]

// "an implementation which receives any other change_cipher_spec value … MUST abort the handshake with an
// "unexpected_message" alert." https://www.rfc-editor.org/rfc/rfc9846#section-5
test.each(duringHandshake)('#29 a %s refuses a ChangeCipherSpec that is not the byte 1, stage %s', (role, stage) => {
  for (const body of [Uint8Array.of(2), Uint8Array.of(0), Uint8Array.of(1, 1), new Uint8Array()]) {
    const peer = against(role, stage).plaintext(changeCipherSpec, body)
    expectRefusal(peer, 'ERR_TLS_CHANGE_CIPHER_SPEC', 'unexpected_message')
  }
})

test.each(everyRole('handshake', 'connected'))(
  '#29 a %s refuses a ChangeCipherSpec under keys, stage %s',
  (role, stage) => {
    const peer = against(role, stage).record(changeCipherSpec, one)
    expectRefusal(peer, 'ERR_TLS_CHANGE_CIPHER_SPEC_UNEXPECTED', 'unexpected_message')
  },
)

test('#29 a server refuses a ChangeCipherSpec before the ClientHello', () => {
  const client = scriptedClient().plaintext(changeCipherSpec, one)
  expectRefusal(client, 'ERR_TLS_CHANGE_CIPHER_SPEC_UNEXPECTED', 'unexpected_message')
})

test.each(roles)('#30 a %s refuses a ChangeCipherSpec after the handshake', (role) => {
  const peer = against(role, 'connected').plaintext(changeCipherSpec, one)
  expectRefusal(peer, 'ERR_TLS_CHANGE_CIPHER_SPEC_UNEXPECTED', 'unexpected_message')
})

test.each(duringHandshake)('#31 a %s drops 32 ChangeCipherSpecs and refuses the 33rd, stage %s', (role, stage) => {
  const peer = against(role, stage)
  for (let i = 0; i < 32; i++) peer.plaintext(changeCipherSpec, one)
  expect(peer.peer.failure).toBeUndefined()
  expectRefusal(peer.plaintext(changeCipherSpec, one), 'ERR_TLS_TOO_MANY_EMPTY_RECORDS', 'unexpected_message')
})
