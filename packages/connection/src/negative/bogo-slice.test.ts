import { contentType, handshakeMessage, withExtension, withoutExtension } from '@typetls/testing'
import type { HandshakeBytes } from '@typetls/testing'
import type { AlertName, TlsErrorCode } from '@typetls/wire'
import { ascii, concat } from '@typetls/wire'
import { describe, test } from 'vitest'
import { testCrypto } from '../../test/backend.ts'
import { authority, clock, credentialFor, serverName } from '../../test/peers.ts'
import { expectRefusal } from '../../test/refusal.ts'
import { scriptedClient } from '../../test/scripted-client.ts'
import type { ScriptedPeer } from '../../test/scripted-peer.ts'
import { scriptedServer } from '../../test/scripted-server.ts'
import { tls12ConnectedPair } from '../../test/tls12-peers.ts'
import { tls12ScriptedClient } from '../../test/tls12-scripted-client.ts'
import type { Tls12ScriptedPeer } from '../../test/tls12-scripted-peer.ts'
import { tls12ScriptedServer } from '../../test/tls12-scripted-server.ts'
import type { Session } from '../index.ts'
import { rotatingTicketKeys } from '../index.ts'

// What BoGo has that told most, under its names: each once with whole records and once byte by byte, as its `-async` gives
// them. The numbered tests beside this file say the same of every place; interop/bogo plays the rest of BoGo itself.

type Played = ScriptedPeer | Tls12ScriptedPeer
type Lesson = readonly [name: string, code: TlsErrorCode, alert: AlertName, play: (pace: Pace) => Played]
/** Gives a peer its bytes at the pace of the test. */
type Pace = <P extends Played>(script: P) => P

const whole: Pace = (script) => script
const byteByByte: Pace = (script) => {
  const peer = script.peer as { receive(bytes: Uint8Array): void | PromiseLike<void> }
  const receive = peer.receive.bind(peer)
  peer.receive = (bytes) => {
    for (let at = 0; at < bytes.length; at++) void receive(bytes.slice(at, at + 1))
  }
  return script
}

const helloRequest = handshakeMessage('hello_request', new Uint8Array()).raw
const renegotiationInfo = 0xff01
const extendedMainSecret = 23

const keyChanges: readonly Lesson[] = [
  [
    'PartialEncryptedExtensionsWithServerHello: a message begins before the keys it ends under',
    'ERR_TLS_EXCESS_HANDSHAKE_DATA',
    'unexpected_message',
    (pace) => {
      const server = pace(scriptedServer())
      return server.send(concat(server.writtenStep('server_hello').raw, Uint8Array.of(8))).listen()
    },
  ],
  [
    'PartialClientFinishedWithClientHello: the same of a client',
    'ERR_TLS_EXCESS_HANDSHAKE_DATA',
    'unexpected_message',
    (pace) => {
      const client = pace(scriptedClient())
      return client.send(concat(client.writtenStep('client_hello').raw, Uint8Array.of(20))).listen()
    },
  ],
  [
    'AppDataBeforeTLS13KeyChange: data in plaintext where there are keys',
    'ERR_TLS_BAD_RECORD_MAC',
    'bad_record_mac',
    (pace) =>
      pace(scriptedServer()).step('server_hello').plaintext(contentType.application_data, ascii('longer than a tag')),
  ],
  [
    'FragmentAcrossChangeCipherSpec-Server: Finished begins before ChangeCipherSpec',
    'ERR_TLS_UNEXPECTED_MESSAGE',
    'unexpected_message',
    (pace) => pace(tls12ScriptedClient()).until('change_cipher_spec').send(Uint8Array.of(20)).changeCipherSpec(),
  ],
  [
    'Renegotiate-Client-Packed: HelloRequest in the record of Finished',
    'ERR_TLS_EXCESS_HANDSHAKE_DATA',
    'unexpected_message',
    (pace) => {
      const server = pace(tls12ScriptedServer({ client12: { renegotiation: 'freely' } })).until('finished')
      return server.send(concat(server.written('finished').raw, helloRequest)).listen()
    },
  ],
]

const order: readonly Lesson[] = [
  [
    'ServerSkipCertificateVerify-TLS13: a certificate without proof of its key',
    'ERR_TLS_UNEXPECTED_MESSAGE',
    'unexpected_message',
    (pace) => pace(scriptedServer()).until('certificate_verify').step('finished'),
  ],
  [
    'Renegotiate-Client-TLS13: TLS 1.3 has no HelloRequest',
    'ERR_TLS_UNEXPECTED_MESSAGE',
    'unexpected_message',
    (pace) => pace(scriptedServer()).play().message('hello_request'),
  ],
  [
    'SkipChangeCipherSpec-Server: Finished without it',
    'ERR_TLS_UNEXPECTED_MESSAGE',
    'unexpected_message',
    (pace) => pace(tls12ScriptedClient()).until('change_cipher_spec').step('finished'),
  ],
  [
    'EarlyChangeCipherSpec-Client: the record before anything was agreed',
    'ERR_TLS_CHANGE_CIPHER_SPEC_UNEXPECTED',
    'unexpected_message',
    (pace) => pace(tls12ScriptedServer()).step('server_hello').changeCipherSpec(),
  ],
  [
    'SendHalfHelloRequest: data in the middle of a message',
    'ERR_TLS_RECORD_INTERLEAVED',
    'unexpected_message',
    (pace) =>
      pace(tls12ScriptedServer())
        .play()
        .send(helloRequest.subarray(0, 2))
        .record(contentType.application_data, ascii('data')),
  ],
]

const resumption: readonly Lesson[] = [
  [
    'Resume-Client-CipherMismatch: a session goes on with another suite',
    'ERR_TLS_SESSION_CHANGED',
    'illegal_parameter',
    (pace) => pace(tls12ScriptedServer({ ...resumed(), suite: 0xc02c })).step('server_hello'),
  ],
  [
    'ExtendedMasterSecret-YesToNo-Client: a session loses what ties it to its handshake',
    'ERR_TLS_EXTENDED_MAIN_SECRET',
    'handshake_failure',
    (pace) => {
      const bytes = { server_hello: (message: HandshakeBytes) => withoutExtension(message, extendedMainSecret) }
      const client12 = { requireExtendedMainSecret: false }
      return pace(tls12ScriptedServer({ ...resumed(), client12, bytes })).step('server_hello')
    },
  ],
  [
    'TLS13-Client-NonminimalTicketFlags: a ticket whose flags are padded',
    'ERR_TLS_FLAGS',
    'illegal_parameter',
    (pace) => {
      const padded = (message: HandshakeBytes): HandshakeBytes => withExtension(message, 62, Uint8Array.of(2, 2, 0))
      return pace(scriptedServer({ bytes: { new_session_ticket: padded } }))
        .play()
        .ticket()
    },
  ],
]

const renegotiation: readonly Lesson[] = [
  [
    'Renegotiate-Client-Forbidden-1: nobody asked for it',
    'ERR_TLS_NO_RENEGOTIATION',
    'no_renegotiation',
    (pace) => pace(tls12ScriptedServer()).play().renegotiate(),
  ],
  [
    'Renegotiate-Client-Upgrade: a server that could not do it securely can now',
    'ERR_TLS_RENEGOTIATION_INFO',
    'handshake_failure',
    (pace) => {
      const client12 = { renegotiation: 'freely', dangerouslyAllowLegacyRenegotiation: true } as const
      const server = pace(tls12ScriptedServer({ client12, extensions: { [renegotiationInfo]: undefined } })).play()
      return server.renegotiate({ extensions: {} }).step('server_hello')
    },
  ],
  [
    'Renegotiation-CertificateChange: somebody else goes on',
    'ERR_TLS_RENEGOTIATION_CERTIFICATE',
    'illegal_parameter',
    (pace) => {
      const other = credentialFor(authority.issue({ subject: serverName, dns: [serverName] }))
      const server = pace(tls12ScriptedServer({ client12: { renegotiation: 'freely' } })).play()
      return server.renegotiate({ credential: other }).until('certificate').step('certificate')
    },
  ],
]

const choices: readonly Lesson[] = [
  [
    'CheckECDSACurve-TLS12: a certificate of a curve that the client does not list',
    'ERR_TLS_CERTIFICATE_CURVE',
    'handshake_failure',
    (pace) => pace(tls12ScriptedClient({ hello: { groups: [0x1d] } })).step('client_hello'),
  ],
  [
    'Downgrade-TLS12-Client: the sentinel of a server that has TLS 1.3',
    'ERR_TLS_DOWNGRADE',
    'illegal_parameter',
    (pace) => {
      const random = concat(new Uint8Array(24).fill(7), ascii('DOWNGRD'), Uint8Array.of(1))
      return pace(tls12ScriptedServer({ both: true, hello: { random } })).step('server_hello')
    },
  ],
]

describe.each([
  ['a change of keys', keyChanges],
  ['the order of messages', order],
  ['resumption', resumption],
  ['renegotiation', renegotiation],
  ['what is chosen', choices],
])('what BoGo taught of %s', (_subject, lessons) => {
  test.each(lessons)('%s', (_name, code, alert, play) => {
    for (const pace of [whole, byteByByte]) expectRefusal(play(pace), code, alert)
  })
})

/** A client with a session, and the server's side of it. */
function resumed(): { readonly client: { readonly session: Session }; readonly resume: Uint8Array } {
  const tickets = rotatingTicketKeys({ crypto: testCrypto, clock })
  const [session] = tls12ConnectedPair({ server: { tickets } }).client.sessions as [Session]
  return { client: { session }, resume: session.state.psk.reveal().slice() }
}
