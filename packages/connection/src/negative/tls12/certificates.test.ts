import { defaultSignatureSchemes } from '@typetls/crypto-provider'
import type { CertificateOptions } from '@typetls/testing'
import { handshakeMessage, handshakeType } from '@typetls/testing'
import { TlsError, ascii, concat, fromHex } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { authority, certificateFor, credentialFor, serverName, verifier } from '../../../test/peers.ts'
import { expectRefusal } from '../../../test/refusal.ts'
import { roles } from '../../../test/stages.ts'
import type { Role } from '../../../test/stages.ts'
import type { Tls12ClientScript, Tls12ScriptedClient } from '../../../test/tls12-scripted-client.ts'
import { tls12ScriptedClient } from '../../../test/tls12-scripted-client.ts'
import type { Tls12ScriptedPeer } from '../../../test/tls12-scripted-peer.ts'
import { uint, vector } from '../../../test/tls12-scripted-peer.ts'
import type { Tls12ServerScript } from '../../../test/tls12-scripted-server.ts'
import { tls12ScriptedServer } from '../../../test/tls12-scripted-server.ts'
import type { Credential, PeerVerifier } from '../../index.ts'

const credential = credentialFor(certificateFor())

describe('the Certificate message', () => {
  test('#70 a client refuses an empty list', () => {
    const bytes = { certificate: () => handshakeMessage('certificate', new Uint8Array(3)) }
    const server = tls12ScriptedServer({ bytes }).until('certificate').step('certificate')
    expectRefusal(server, 'ERR_TLS_CERTIFICATE_EMPTY', 'decode_error')
  })

  test.each(roles)('#70 a %s refuses an entry without a certificate', (role) => {
    const bytes = { certificate: () => handshakeMessage('certificate', Uint8Array.of(0, 0, 3, 0, 0, 0)) }
    expectRefusal(shown(role, credential, { bytes }, { bytes }), 'ERR_TLS_DECODE_LENGTH', 'decode_error')
  })

  test.each(roles)('#71 a %s refuses a leaf that is no certificate', (role) => {
    const whole = certificateFor().certificate
    for (const der of [ascii('certificate'), whole.subarray(0, -1), Uint8Array.of(0x30, 0)]) {
      const peer = shown(role, { ...credential, certificates: [der] })
      expectRefusal(peer, 'ERR_TLS_CERTIFICATE_PARSE', 'decode_error')
    }
  })

  test('#72 a client refuses a leaf whose key does not go with the suite', () => {
    const rsa = credentialFor(certificateFor('rsa'))
    expectRefusal(shown('client', rsa), 'ERR_TLS_CERTIFICATE_TYPE', 'illegal_parameter')
    expectRefusal(shown('client', credential, { suite: 0xc02f }), 'ERR_TLS_CERTIFICATE_TYPE', 'illegal_parameter')
  })

  test('#72 a client refuses a leaf on a curve it does not list', () => {
    const p384 = credentialFor(certificateFor('ec-secp384r1'))
    expectRefusal(shown('client', p384), 'ERR_TLS_CERTIFICATE_TYPE', 'illegal_parameter')
  })

  test.each(roles)('#73 a %s that takes no rsa_pss_pss refuses a signature by an id-RSASSA-PSS key', (role) => {
    const signatureSchemes = defaultSignatureSchemes.filter(({ keyType }) => keyType !== 'rsa-pss')
    const pss = credentialFor(certificateFor('rsa-pss'))
    const peer = proven(role, pss, { suite: 0xc02f, client: { signatureSchemes } }, { server: { signatureSchemes } })
    expectRefusal(peer, 'ERR_TLS_SIGNATURE_SCHEME', 'illegal_parameter')
  })

  test.each(roles)('#74 a %s refuses a leaf whose key is not for signatures', (role) => {
    const peer = shown(role, credentialFor(issued({ keyUsage: ['keyEncipherment', 'keyAgreement'] })))
    expectRefusal(peer, 'ERR_TLS_CERTIFICATE_KEY_USAGE', 'illegal_parameter')
  })

  test.each(roles)('#79 an application that is a %s may refuse any chain', (role) => {
    const refusing: PeerVerifier = {
      verify() {
        throw new TlsError('ERR_TLS_CERTIFICATE_REFUSED', 'not on our list')
      },
    }
    const peer = shown(role, credential, { client: { verifier: refusing } }, { server: { verifier: refusing } })
    expectRefusal(peer, 'ERR_TLS_CERTIFICATE_REFUSED', 'certificate_unknown')
  })
})

describe('CertificateStatus', () => {
  test('#77 a client refuses an empty staple', () => {
    const empty = handshakeMessage('certificate_status', Uint8Array.of(1, 0, 0, 0))
    const server = tls12ScriptedServer({ status: true, bytes: { certificate_status: () => empty } })
    expectRefusal(
      server.until('certificate_status').step('certificate_status'),
      'ERR_TLS_DECODE_LENGTH',
      'decode_error',
    )
  })

  test('#78 a client may refuse a staple, or that there is none', () => {
    const strict: PeerVerifier = {
      verify: () => {
        throw new TlsError('ERR_TLS_CERTIFICATE_STATUS', 'no good status')
      },
    }
    for (const status of [true, false]) {
      const server = tls12ScriptedServer({ status, client: { verifier: strict } })
      const refused = server.until('server_hello_done')
      expectRefusal(refused, 'ERR_TLS_CERTIFICATE_STATUS', 'bad_certificate_status_response')
    }
  })
})

describe('authentication of the client', () => {
  test('#80 a server refuses a client without the certificate that it requires', () => {
    const client = asked().until('certificate').step('certificate')
    expectRefusal(client, 'ERR_TLS_CLIENT_CERTIFICATE_MISSING', 'handshake_failure')
  })

  test('#81 a server refuses a client that skips Certificate although it was asked', () => {
    for (const clientAuthentication of ['require', 'request'] as const) {
      const client = asked({ server: { clientAuthentication, verifier } }).until('certificate')
      expectRefusal(client.step('client_key_exchange'), 'ERR_TLS_UNEXPECTED_MESSAGE', 'unexpected_message')
    }
  })

  test('#82 a server refuses a client that skips CertificateVerify', () => {
    const client = asked({ credential }).until('certificate_verify').step('change_cipher_spec')
    expectRefusal(client, 'ERR_TLS_CHANGE_CIPHER_SPEC_UNEXPECTED', 'unexpected_message')
    const finished = asked({ credential }).until('certificate_verify').step('finished')
    expectRefusal(finished, 'ERR_TLS_UNEXPECTED_MESSAGE', 'unexpected_message')
  })

  // What takes its place in TLS 1.2 is the signature in the ServerKeyExchange.
  test('#82 a client refuses a server that does not sign', () => {
    const server = tls12ScriptedServer({
      bytes: {
        server_key_exchange: ({ body }) =>
          handshakeMessage('server_key_exchange', body.subarray(0, 4 + (body[3] as number))),
      },
    })
    const refused = server.until('server_key_exchange').step('server_key_exchange')
    expectRefusal(refused, 'ERR_TLS_DECODE_TRUNCATED', 'decode_error')
  })

  test('#82 a server refuses CertificateVerify behind an empty Certificate', () => {
    const client = asked({ server: { clientAuthentication: 'request', verifier } }).until('change_cipher_spec')
    const refused = client.message('certificate_verify', Uint8Array.of(4, 3, 0, 0))
    expectRefusal(refused, 'ERR_TLS_UNEXPECTED_MESSAGE', 'unexpected_message')
  })
})

describe('signatures', () => {
  const n = fromHex('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551')
  const one = Uint8Array.of(1)
  const rAndS = (r: Uint8Array, s: Uint8Array): Uint8Array => {
    const integers = concat(Uint8Array.of(2, r.length), r, Uint8Array.of(2, s.length), s)
    return concat(Uint8Array.of(0x30, integers.length), integers)
  }
  const orders = concat(Uint8Array.of(0), n)

  test.each(
    roles.flatMap((role) =>
      (
        [
          ['is empty', () => new Uint8Array()],
          ['is damaged', (right) => flipped(right, 10)],
          ['is cut', (right) => right.subarray(0, -1)],
          ['is longer', (right) => concat(right, Uint8Array.of(0))],
          ['has r = 0', () => rAndS(Uint8Array.of(0), one)],
          ['has s = 0', () => rAndS(one, Uint8Array.of(0))],
          ['has r = n', () => rAndS(orders, one)],
          ['has s = n', () => rAndS(one, orders)],
          ['has a negative r', () => rAndS(Uint8Array.of(0xff), one)],
          ['has an oversized s', () => rAndS(one, new Uint8Array(60).fill(1))],
        ] as [string, (right: Uint8Array) => Uint8Array][]
      ).map(([what, change]) => [role, what, change] as const),
    ),
  )('#83 a %s refuses a signature that %s', (role, _what, change) => {
    expectRefusal(signing(role, change), 'ERR_TLS_SIGNATURE', 'decrypt_error')
  })

  test.each(roles)('#83 a %s refuses a signature by another key', (role) => {
    const { signer } = credentialFor(issued({ key: 'fresh' }))
    expectRefusal(proven(role, { ...credential, signer }), 'ERR_TLS_SIGNATURE', 'decrypt_error')
  })

  test('#83 a client refuses a signature for another handshake', () => {
    const earlier = tls12ScriptedServer().until('server_key_exchange').written('server_key_exchange')
    const server = tls12ScriptedServer({ bytes: { server_key_exchange: () => earlier } })
    const refused = server.until('server_key_exchange').step('server_key_exchange')
    expectRefusal(refused, 'ERR_TLS_SIGNATURE', 'decrypt_error')
  })

  test.each(
    roles.flatMap((role) =>
      (
        [
          ['nobody knows', 0x7777],
          ['is for another kind of key, Ed25519', 0x0807],
          ['is for another kind of key, RSA', 0x0804],
          ['uses SHA-1', 0x0203],
          ['uses SHA-1 with RSA', 0x0201],
          ['uses MD5', 0x0101],
        ] as const
      ).map(([what, scheme]) => [role, what, scheme] as const),
    ),
  )('#84 a %s refuses a signature scheme that %s', (role, _what, scheme) => {
    const peer = signing(role, (right) => right, scheme)
    expectRefusal(peer, 'ERR_TLS_SIGNATURE_SCHEME', 'illegal_parameter')
  })
})

describe('CertificateRequest', () => {
  const types = vector(1, Uint8Array.of(64))
  const schemes = vector(2, uint(2, 0x0403))
  const none = uint(2, 0)

  test.each<[string, Uint8Array, string]>([
    ['empty supported_signature_algorithms', concat(types, none, none), 'ERR_TLS_DECODE_LENGTH'],
    ['empty certificate_types', concat(Uint8Array.of(0), schemes, none), 'ERR_TLS_DECODE_LENGTH'],
    ['an empty name of an authority', concat(types, schemes, vector(2, none)), 'ERR_TLS_DECODE_LENGTH'],
    ['no signature algorithms at all', concat(types, none), 'ERR_TLS_DECODE_LENGTH'],
  ])('#85 a client refuses one with %s', (_what, body, code) => {
    const bytes = { certificate_request: () => handshakeMessage('certificate_request', body) }
    const server = tls12ScriptedServer({ request: true, bytes }).until('certificate_request')
    expectRefusal(server.step('certificate_request'), code as 'ERR_TLS_DECODE_LENGTH', 'decode_error')
  })

  test('#87 a client without a certificate for a server says so and goes on', () => {
    const server = tls12ScriptedServer({ request: true, client: { credentials: () => undefined } }).play()
    expect(server.heard.find(({ type }) => type === handshakeType.certificate)?.body).toEqual(new Uint8Array(3))
    expect(server.peer.facts?.version).toBe('TLSv1.2')
  })
})

function issued(options: Partial<CertificateOptions>) {
  return authority.issue({ subject: serverName, dns: [serverName], ...options })
}

function asked(script: Tls12ClientScript = {}): Tls12ScriptedClient {
  return tls12ScriptedClient({ server: { clientAuthentication: 'require', verifier }, ...script })
}

/** Of the peer of this role, up to and including its Certificate. */
function shown(
  role: Role,
  theirs: Credential,
  server: Tls12ServerScript = {},
  client: Tls12ClientScript = {},
): Tls12ScriptedPeer {
  return peerOf(role, theirs, server, client).until('certificate').step('certificate')
}

/** Up to and including its signature. */
function proven(
  role: Role,
  theirs: Credential,
  server: Tls12ServerScript = {},
  client: Tls12ClientScript = {},
): Tls12ScriptedPeer {
  const step = role === 'client' ? 'server_key_exchange' : 'certificate_verify'
  return peerOf(role, theirs, server, client).until(step).step(step)
}

function peerOf(role: Role, theirs: Credential, server: Tls12ServerScript, client: Tls12ClientScript) {
  if (role === 'client') return tls12ScriptedServer({ credential: theirs, ...server })
  return asked({
    credential: theirs,
    ...client,
    server: { clientAuthentication: 'require', verifier, ...client.server },
  })
}

/** With another signature or scheme. */
function signing(role: Role, change: (signature: Uint8Array) => Uint8Array, scheme?: number): Tls12ScriptedPeer {
  const step = role === 'client' ? 'server_key_exchange' : 'certificate_verify'
  const bytes = {
    [step]: ({ body }: { readonly body: Uint8Array }) => {
      const at = role === 'client' ? 4 + (body[3] as number) : 0
      const id = scheme === undefined ? body.subarray(at, at + 2) : uint(2, scheme)
      const signature = change(body.slice(at + 4))
      return handshakeMessage(step, concat(body.subarray(0, at), id, vector(2, signature)))
    },
  }
  return proven(role, credential, { bytes }, { bytes })
}

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const changed = bytes.slice()
  changed[at] = (changed[at] as number) ^ 1
  return changed
}
