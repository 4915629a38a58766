import type { SignatureScheme } from '@typetls/crypto-provider'
import { Secret, defaultSignatureSchemes, ecdsa_secp256r1_sha256, rsa_pss_rsae_sha256 } from '@typetls/crypto-provider'
import type { CertificateVerify } from '@typetls/handshake'
import { ExtensionType } from '@typetls/handshake'
import type { CertificateOptions, HandshakeBytes } from '@typetls/testing'
import { createAuthority, repeatingExtension, withExtension, withoutExtension } from '@typetls/testing'
import type { TlsErrorCode } from '@typetls/wire'
import { TlsError, ascii, concat, fromHex, tlsErrorCodes } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { authority, certificateFor, credentialFor, serverName, verifier } from '../../test/peers.ts'
import { expectRefusal } from '../../test/refusal.ts'
import type { ClientScript, ScriptedClient } from '../../test/scripted-client.ts'
import { scriptedClient } from '../../test/scripted-client.ts'
import type { ScriptedPeer } from '../../test/scripted-peer.ts'
import type { ScriptedServer, ServerScript } from '../../test/scripted-server.ts'
import { scriptedServer } from '../../test/scripted-server.ts'
import type { Role } from '../../test/stages.ts'
import { roles } from '../../test/stages.ts'
import type { Credential, PeerVerifier } from '../index.ts'

const ids = ExtensionType.ids
const staple = Uint8Array.of(1, 0, 0, 1, 9)
const credential = credentialFor(certificateFor())

describe('the Certificate message', () => {
  test('#70 a client refuses an empty list', () => {
    const body = { certificate: () => ({ certificateRequestContext: new Uint8Array(), certificateList: [] }) }
    const server = scriptedServer({ body }).until('certificate').step('certificate')
    expectRefusal(server, 'ERR_TLS_CERTIFICATE_EMPTY', 'decode_error')
  })

  test.each(roles)('#70 a %s refuses an entry without a certificate', (role) => {
    const empty = concat(Uint8Array.of(0, 0, 0, 5), new Uint8Array(5))
    const peer = shown(role, {}, (message) => ({
      ...message,
      raw: concat(Uint8Array.of(11, 0, 0, empty.length), empty),
    }))
    expectRefusal(peer, 'ERR_TLS_DECODE_LENGTH', 'decode_error')
  })

  test.each(roles)('a %s refuses a context that it did not ask for', (role) => {
    const peer = against(role, {
      body: { certificate: (message) => ({ ...message, certificateRequestContext: Uint8Array.of(1) }) },
    })
    expectRefusal(until(peer, 'certificate_verify'), 'ERR_TLS_CERTIFICATE_CONTEXT', 'decode_error')
  })

  test.each(
    roles.flatMap((role) =>
      [ids.status_request, ids.signed_certificate_timestamp, 4711].map((type) => [role, type] as const),
    ),
  )('#75 a %s refuses an extension on a certificate that it did not ask for, type %i', (role, type) => {
    const data = type === ids.status_request ? staple : Uint8Array.of(0, 3, 0, 1, 9)
    const quiet: ServerScript = { client: { requestStatus: false, requestTimestamps: false } }
    const peer = shown(role, quiet, (message) => withExtension(message, type, data))
    expect(peer.peer.failure).toMatchObject({ received: type })
    expectRefusal(peer, 'ERR_TLS_UNSUPPORTED_EXTENSION', 'unsupported_extension')
  })

  test('#75 a client that asks for staples refuses an unknown extension on a certificate', () => {
    const server = shown('client', {}, (message) => withExtension(message, 4711, new Uint8Array()))
    expectRefusal(server, 'ERR_TLS_UNSUPPORTED_EXTENSION', 'unsupported_extension')
  })

  test('#76 a client refuses an extension that comes twice on a certificate', () => {
    const server = shown('client', {}, (message) =>
      repeatingExtension(withExtension(message, ids.status_request, staple), ids.status_request),
    )
    expectRefusal(server, 'ERR_TLS_DUPLICATE_EXTENSION', 'illegal_parameter')
  })

  test.each([
    ['an empty staple', ids.status_request, Uint8Array.of(1, 0, 0, 0), 'ERR_TLS_DECODE_LENGTH'],
    ['a staple of another type', ids.status_request, Uint8Array.of(2, 0, 0, 1, 9), 'ERR_TLS_DECODE_VALUE'],
    ['a staple without anything', ids.status_request, new Uint8Array(), 'ERR_TLS_DECODE_TRUNCATED'],
    ['an empty list of timestamps', ids.signed_certificate_timestamp, Uint8Array.of(0, 0), 'ERR_TLS_DECODE_LENGTH'],
    ['an empty timestamp', ids.signed_certificate_timestamp, Uint8Array.of(0, 2, 0, 0), 'ERR_TLS_DECODE_LENGTH'],
    [
      'an empty timestamp behind another',
      ids.signed_certificate_timestamp,
      Uint8Array.of(0, 5, 0, 1, 9, 0, 0),
      'ERR_TLS_DECODE_LENGTH',
    ],
  ] as const)('#77 a client refuses %s', (_what, type, data, code) => {
    expectRefusal(
      shown('client', {}, (message) => withExtension(message, type, data)),
      code,
      'decode_error',
    )
  })
})

describe('the certificate', () => {
  test.each(roles)('#71 a %s refuses a leaf that does not parse', (role) => {
    const [whole] = certificateFor().chain as [Uint8Array]
    for (const der of [
      ascii('certificate'),
      whole.subarray(0, -1),
      concat(whole, Uint8Array.of(0)),
      Uint8Array.of(0x30, 0),
    ]) {
      const peer = proven(role, { ...credential, certificates: [der] })
      expectRefusal(peer, 'ERR_TLS_CERTIFICATE_PARSE', 'decode_error')
    }
  })

  // id-RSASSA-PSS keys are supported: this is a curve that nobody of us has.
  test.each(roles)('#73 a %s refuses a leaf with a kind of key that it does not know', (role) => {
    const p256 = fromHex('06082a8648ce3d030107')
    const alterTbs = (tbs: Uint8Array): Uint8Array => {
      const at = indexOf(tbs, p256)
      const changed = tbs.slice()
      changed[at + p256.length - 1] = 1
      return changed
    }
    const peer = proven(role, { ...credential, certificates: issued({ alterTbs }).chain })
    expectRefusal(peer, 'ERR_TLS_CERTIFICATE_UNSUPPORTED', 'unsupported_certificate')
  })

  // Without the scheme nobody may sign with such a key, and the signature tells before the certificate does.
  test('#73 a client that takes no rsa_pss_pss refuses a leaf with an id-RSASSA-PSS key', () => {
    const signatureSchemes = defaultSignatureSchemes.filter(({ keyType }) => keyType !== 'rsa-pss')
    const pss = credentialFor(certificateFor('rsa-pss'))
    expectRefusal(
      proven('client', pss, { client: { signatureSchemes } }),
      'ERR_TLS_SIGNATURE_SCHEME',
      'illegal_parameter',
    )
  })

  test.each(roles)('#74 a %s refuses a leaf whose key is not for signatures', (role) => {
    const peer = proven(role, credentialFor(issued({ keyUsage: ['keyEncipherment', 'keyAgreement'] })))
    expectRefusal(peer, 'ERR_TLS_CERTIFICATE_KEY_USAGE', 'illegal_parameter')
  })

  test('#78 a client may refuse a staple, or that there is none', () => {
    const strict: PeerVerifier = {
      verify(chain, context) {
        if (chain.ocspResponse?.[0] !== 1) throw new TlsError('ERR_TLS_CERTIFICATE_STATUS', 'no good status')
        return verifier.verify(chain, context)
      },
    }
    const bytes = (data: Uint8Array) => (message: HandshakeBytes) => withExtension(message, ids.status_request, data)
    const client = { verifier: strict }
    expect(
      scriptedServer({ client, bytes: { certificate: bytes(Uint8Array.of(1, 0, 0, 1, 1)) } }).play().peer.failure,
    ).toBeUndefined()
    for (const script of [{ client }, { client, bytes: { certificate: bytes(staple) } }]) {
      const server = scriptedServer(script).until('certificate_verify').step('certificate_verify')
      expectRefusal(server, 'ERR_TLS_CERTIFICATE_STATUS', 'bad_certificate_status_response')
    }
  })

  const other = createAuthority({ name: 'another root', key: 2 })
  const cases: readonly [string, () => Credential, TlsErrorCode, Role?][] = [
    ['from somebody else', () => credentialFor(other.issue({ dns: [serverName] })), 'ERR_TLS_CERTIFICATE_UNKNOWN_CA'],
    ['that expired', () => credentialFor(issued({ notAfter: new Date('2026-01-01') })), 'ERR_TLS_CERTIFICATE_EXPIRED'],
    [
      'of tomorrow',
      () => credentialFor(issued({ notBefore: new Date('2027-01-01') })),
      'ERR_TLS_CERTIFICATE_NOT_YET_VALID',
    ],
    [
      'for another purpose',
      () => credentialFor(issued({ extendedKeyUsage: ['codeSigning'] })),
      'ERR_TLS_CERTIFICATE_PURPOSE',
    ],
    [
      'with a wrong signature',
      () => credentialFor(issued({ faults: ['wrong-signature'] })),
      'ERR_TLS_CERTIFICATE_SIGNATURE',
    ],
    [
      'with a critical extension nobody knows',
      () => credentialFor(issued({ faults: ['unknown-critical-extension'] })),
      'ERR_TLS_CERTIFICATE_UNSUPPORTED',
    ],
    ['for another name', () => credentialFor(issued({ dns: ['other.test'] })), 'ERR_TLS_CERTIFICATE_NAME', 'client'],
  ]
  test.each(
    roles.flatMap((role) =>
      cases
        .filter(([, , , only = role]) => only === role)
        .map(([what, make, code]) => [role, what, make, code] as const),
    ),
  )('#79 a %s refuses a certificate %s with the alert for it', (role, _what, make, code) => {
    const alert = tlsErrorCodes[code]
    if (alert === null) throw new Error('a refused certificate has an alert')
    expectRefusal(proven(role, make()), code, alert)
  })

  test.each(roles)('#79 an application that is a %s may refuse any chain', (role) => {
    const refusing: PeerVerifier = {
      verify() {
        throw new TlsError('ERR_TLS_CERTIFICATE_REFUSED', 'not on our list')
      },
    }
    const peer = proven(role, credential, { client: { verifier: refusing }, server: { verifier: refusing } })
    expectRefusal(peer, 'ERR_TLS_CERTIFICATE_REFUSED', 'certificate_unknown')
  })

  test.each(roles)('#79 a verifier of a %s that breaks refuses the chain as well', (role) => {
    const cause = new Error('no memory')
    const broken: PeerVerifier = {
      verify() {
        throw cause
      },
    }
    const peer = proven(role, credential, { client: { verifier: broken }, server: { verifier: broken } })
    expect(peer.peer.failure?.cause).toBe(cause)
    expectRefusal(peer, 'ERR_TLS_CALLBACK', 'internal_error')
  })
})

describe('what is left out', () => {
  test('#80 a server refuses a client without the certificate that it requires', () => {
    const client = asked().step('certificate')
    expectRefusal(client, 'ERR_TLS_CERTIFICATE_REQUIRED', 'certificate_required')
  })

  test('#81 a server refuses a client that skips Certificate although it was asked', () => {
    for (const clientAuthentication of ['require', 'request'] as const) {
      const client = asked({ server: { clientAuthentication, verifier } }).step('finished')
      expectRefusal(client, 'ERR_TLS_UNEXPECTED_MESSAGE', 'unexpected_message')
    }
  })

  test('#82 a client refuses a server that skips CertificateVerify', () => {
    const server = scriptedServer().until('certificate_verify').step('finished')
    expect(server.peer.failure).toMatchObject({ expected: ['certificate_verify'], received: 'finished' })
    expectRefusal(server, 'ERR_TLS_UNEXPECTED_MESSAGE', 'unexpected_message')
  })

  test('#82 a server refuses a client that skips CertificateVerify', () => {
    const client = asked({ credential }).step('certificate').step('finished')
    expect(client.peer.failure).toMatchObject({ expected: ['certificate_verify'], received: 'finished' })
    expectRefusal(client, 'ERR_TLS_UNEXPECTED_MESSAGE', 'unexpected_message')
  })

  test('#82 a server refuses CertificateVerify behind an empty Certificate', () => {
    const client = asked({ server: { clientAuthentication: 'request', verifier } }).step('certificate')
    expectRefusal(
      client.message('certificate_verify', Uint8Array.of(4, 3, 0, 0)),
      'ERR_TLS_UNEXPECTED_MESSAGE',
      'unexpected_message',
    )
  })
})

describe('CertificateVerify', () => {
  const n = fromHex('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551')
  const one = Uint8Array.of(1)
  const ecdsa = (r: Uint8Array, s: Uint8Array): Uint8Array => der(0x30, der(2, r), der(2, s))
  const wrong: readonly [string, (signature: Uint8Array) => Uint8Array][] = [
    ['is empty', () => new Uint8Array()],
    ['has another bit', (signature) => flipped(signature, signature.length - 1)],
    ['is cut', (signature) => signature.subarray(0, -1)],
    ['has a byte behind', (signature) => concat(signature, Uint8Array.of(0))],
    ['has a zero r', () => ecdsa(Uint8Array.of(0), one)],
    ['has a zero s', () => ecdsa(one, Uint8Array.of(0))],
    ['has a negative r', () => ecdsa(Uint8Array.of(0xff), one)],
    ['has a negative s', () => ecdsa(one, Uint8Array.of(0x80, 1))],
    ['has the order for r', () => ecdsa(concat(Uint8Array.of(0), n), one)],
    ['has the order for s', () => ecdsa(one, concat(Uint8Array.of(0), n))],
    ['has an r that is far too long', () => ecdsa(new Uint8Array(100).fill(1), one)],
    ['has an s that is far too long', () => ecdsa(one, new Uint8Array(4000).fill(1))],
    ['has an integer of no bytes', () => ecdsa(new Uint8Array(), one)],
    ['is no DER', () => new Uint8Array(64).fill(7)],
    ['is of zeros', () => new Uint8Array(72)],
  ]
  test.each(roles.flatMap((role) => wrong.map(([what, change]) => [role, what, change] as const)))(
    '#83 a %s refuses a signature that %s',
    (role, _what, change) => {
      const peer = signed(role, (proof) => ({ ...proof, signature: change(proof.signature) }))
      expectRefusal(peer, 'ERR_TLS_SIGNATURE', 'decrypt_error')
    },
  )

  test.each(roles)('#83 a %s refuses a signature by another key', (role) => {
    const { signer } = credentialFor(issued({ key: 'fresh' }))
    expectRefusal(proven(role, { ...credential, signer }), 'ERR_TLS_SIGNATURE', 'decrypt_error')
  })

  test.each(roles)('#83 a %s refuses a signature of the other role', (role) => {
    const signer = {
      ...credential.signer,
      sign: (scheme: SignatureScheme, data: Uint8Array) => {
        const swapped = data.slice()
        swapped.set(ascii(role === 'client' ? 'client' : 'server'), 64 + 'TLS 1.3, '.length)
        return credential.signer.sign(scheme, swapped)
      },
    }
    expectRefusal(proven(role, { ...credential, signer }), 'ERR_TLS_SIGNATURE', 'decrypt_error')
  })

  test.each(
    roles.flatMap((role) => (['rsa', 'rsa-pss', 'ed25519'] as const).map((keyType) => [role, keyType] as const)),
  )('#83 a %s refuses a damaged signature of an %s key', (role, keyType) => {
    const peer = signed(
      role,
      (proof) => ({ ...proof, signature: flipped(proof.signature, 20) }),
      credentialFor(certificateFor(keyType)),
    )
    expectRefusal(peer, 'ERR_TLS_SIGNATURE', 'decrypt_error')
  })

  const schemes: readonly [string, number][] = [
    ['nobody knows', 0x7777],
    ['is for another kind of key, Ed25519', 0x0807],
    ['is for another kind of key, RSA', 0x0804],
    ['is for another curve', 0x0503],
    ['is of TLS 1.2: ECDSA with SHA-1', 0x0203],
    ['is of TLS 1.2: RSA with SHA-1', 0x0201],
    ['is for certificates alone: PKCS #1 1.5', 0x0401],
  ]
  test.each(roles.flatMap((role) => schemes.map(([what, algorithm]) => [role, what, algorithm] as const)))(
    '#84 a %s refuses a signature scheme that %s',
    (role, _what, algorithm) => {
      const peer = signed(role, (proof) => ({ ...proof, algorithm }))
      expectRefusal(peer, 'ERR_TLS_SIGNATURE_SCHEME', 'illegal_parameter')
    },
  )

  test.each(roles)('#84 a %s refuses a signature scheme that it did not offer, whoever can do it', (role) => {
    const signatureSchemes = [rsa_pss_rsae_sha256]
    const credentials = credentialFor(certificateFor('rsa'))
    const peer = proven(role, credential, { client: { signatureSchemes }, server: { signatureSchemes, credentials } })
    expect(peer.peer.failure).toMatchObject({ expected: ['rsa_pss_rsae_sha256'], received: ecdsa_secp256r1_sha256.id })
    expectRefusal(peer, 'ERR_TLS_SIGNATURE_SCHEME', 'illegal_parameter')
  })

  test.each(roles)('#84 a %s refuses an rsaEncryption key with rsa_pss_pss', (role) => {
    const peer = signed(role, (proof) => ({ ...proof, algorithm: 0x0809 }), credentialFor(certificateFor('rsa')))
    expectRefusal(peer, 'ERR_TLS_SIGNATURE_SCHEME', 'illegal_parameter')
  })
})

describe('CertificateRequest', () => {
  const requesting = (change: (message: HandshakeBytes) => HandshakeBytes): ScriptedServer =>
    scriptedServer({ request: true, bytes: { certificate_request: change } })
      .until('certificate_request')
      .step('certificate_request')

  test('#85 a client refuses one with empty signature_algorithms', () => {
    const server = requesting((message) => withExtension(message, ids.signature_algorithms, Uint8Array.of(0, 0)))
    expectRefusal(server, 'ERR_TLS_DECODE_LENGTH', 'decode_error')
  })

  test('#85 a client refuses one without signature_algorithms', () => {
    const server = requesting((message) =>
      withoutExtension(withExtension(message, 4711, new Uint8Array(2)), ids.signature_algorithms),
    )
    expect(server.peer.failure).toMatchObject({ expected: 'signature_algorithms' })
    expectRefusal(server, 'ERR_TLS_MISSING_EXTENSION', 'missing_extension')
  })

  test('#85 a client refuses one without extensions', () => {
    const server = requesting((message) => withoutExtension(message, ids.signature_algorithms))
    expectRefusal(server, 'ERR_TLS_DECODE_LENGTH', 'decode_error')
  })

  test('#85 a client refuses one with a context during the handshake', () => {
    const server = scriptedServer({
      request: true,
      body: { certificate_request: (request) => ({ ...request, certificateRequestContext: Uint8Array.of(1) }) },
    })
    const refused = server.until('certificate_request').step('certificate_request')
    expectRefusal(refused, 'ERR_TLS_CERTIFICATE_CONTEXT', 'decode_error')
  })

  test('#85 a client refuses an extension in one that is for other messages', () => {
    for (const type of [ids.key_share, ids.server_name, ids.supported_versions]) {
      const server = requesting((message) => withExtension(message, type, new Uint8Array(2)))
      expectRefusal(server, 'ERR_TLS_EXTENSION_NOT_ALLOWED', 'illegal_parameter')
    }
  })

  test('#86 a client refuses Certificate and CertificateRequest where a PSK authenticates', () => {
    const key = { identity: ascii('key'), secret: new Secret(new Uint8Array(32).fill(7)) }
    for (const step of ['certificate', 'certificate_request'] as const) {
      const server = scriptedServer({ psk: key, client: { externalPsks: [key] } })
        .until('finished')
        .step(step)
      expect(server.peer.failure).toMatchObject({ expected: ['finished'], received: step })
      expectRefusal(server, 'ERR_TLS_UNEXPECTED_MESSAGE', 'unexpected_message')
    }
  })
})

describe('our own certificate', () => {
  test('#87 a server without a certificate for a client refuses it', () => {
    const client = scriptedClient({ server: { credentials: () => undefined } }).step('client_hello')
    expectRefusal(client, 'ERR_TLS_NO_CREDENTIAL', 'handshake_failure')
  })

  test('#87 a server whose certificates have no signature scheme of the client refuses it', () => {
    const credentials = [credentialFor(certificateFor('ec-secp384r1')), credentialFor(certificateFor('ed448'))]
    const client = scriptedClient({ server: { credentials } }).step('client_hello')
    expectRefusal(client, 'ERR_TLS_NO_SHARED_SIGNATURE_SCHEME', 'handshake_failure')
  })

  test('#87 a server may choose by the authorities of the client, and have none', () => {
    const client = scriptedClient({
      body: {
        client_hello: (hello) => ({
          ...hello,
          extensions: { ...hello.extensions, certificate_authorities: [Uint8Array.of(0x30, 0)] },
        }),
      },
      server: {
        credentials: ({ certificateAuthorities }) => (certificateAuthorities.length === 0 ? credential : undefined),
      },
    }).step('client_hello')
    expectRefusal(client, 'ERR_TLS_NO_CREDENTIAL', 'handshake_failure')
  })

  test('#87 a server with PSKs alone refuses a client without one', () => {
    const client = scriptedClient({ server: { credentials: undefined as never, externalPsk: () => undefined } })
    expectRefusal(client.step('client_hello'), 'ERR_TLS_PSK_REQUIRED', 'handshake_failure')
  })

  // "If the client does not send any certificates …, the server MAY at its discretion either continue the handshake …
  // or abort": in TLS 1.3 it is not the client that refuses.
  test('#87 a client without a certificate for a server says so and goes on', () => {
    const script: ServerScript = {
      request: true,
      body: { certificate_request: (request) => ({ ...request, extensions: { signature_algorithms: [0x0807] } }) },
      client: { credentials: credential },
    }
    const server = scriptedServer(script).play()
    expect(server.peer.failure).toBeUndefined()
    expect(server.heard.map(({ type }) => type)).toEqual([1, 11, 20])
    expect(server.heard[1]?.body).toEqual(new Uint8Array(4))
  })
})

/** A scripted peer that shows this credential to a connection of the role; a server under test asks for it. */
function against(
  role: Role,
  script: Pick<ServerScript & ClientScript, 'credential' | 'bytes' | 'body'> &
    Pick<ServerScript, 'client'> &
    Pick<ClientScript, 'server'>,
): ScriptedPeer {
  const { client, server, ...rest } = script
  if (role === 'client') return scriptedServer({ ...rest, ...(client === undefined ? {} : { client }) })
  return scriptedClient({
    credential,
    ...rest,
    server: { clientAuthentication: 'require', verifier, ...server },
  })
}

function until(peer: ScriptedPeer, step: 'certificate_verify' | 'finished'): ScriptedPeer {
  return (peer as ScriptedServer | ScriptedClient).until(step)
}

/** The connection got a Certificate with these bytes changed. */
function shown(
  role: Role,
  script: ServerScript,
  certificate: (message: HandshakeBytes) => HandshakeBytes,
): ScriptedPeer {
  return until(against(role, { ...(role === 'client' ? script : {}), bytes: { certificate } }), 'certificate_verify')
}

/** The connection got Certificate and CertificateVerify of this credential. */
function proven(
  role: Role,
  shownCredential: Credential,
  script: Pick<ServerScript, 'client'> & Pick<ClientScript, 'server'> = {},
): ScriptedPeer {
  return until(against(role, { credential: shownCredential, ...script }), 'finished')
}

/** The connection got a CertificateVerify with this changed. */
function signed(
  role: Role,
  change: (proof: CertificateVerify) => CertificateVerify,
  by: Credential = credential,
): ScriptedPeer {
  return until(against(role, { credential: by, body: { certificate_verify: change } }), 'finished')
}

/** A client whose server waits for its certificate. */
function asked(script: ClientScript = {}): ScriptedClient {
  return scriptedClient({ server: { clientAuthentication: 'require', verifier }, ...script }).until('certificate')
}

function issued(options: CertificateOptions): ReturnType<typeof authority.issue> {
  return authority.issue({ dns: [serverName], key: 3, ...options })
}

function der(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = concat(...parts)
  const { length } = content
  return concat(length < 128 ? Uint8Array.of(tag, length) : Uint8Array.of(tag, 0x82, length >>> 8, length), content)
}

function flipped(bytes: Uint8Array, index: number): Uint8Array {
  return bytes.map((byte, i) => (i === index ? byte ^ 1 : byte))
}

function indexOf(bytes: Uint8Array, part: Uint8Array): number {
  for (let i = 0; i + part.length <= bytes.length; i++) {
    if (part.every((byte, j) => bytes[i + j] === byte)) return i
  }
  throw new RangeError('the bytes are not there')
}
