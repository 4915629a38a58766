import type { CipherSuite, CryptoProvider, Secret } from '@typetls/crypto-provider'
import type { UnknownExtension } from '@typetls/wire'
import { TlsError, equalBytes } from '@typetls/wire'
import type { ChosenCredential } from './authenticate.ts'
import {
  VerifiedFinished,
  VerifiedPeer,
  chainOf,
  chooseCredential,
  knownSchemes,
  sendCertificate,
  sendFinished,
  verifyAgain,
} from './authenticate.ts'
import type { Agreed, AuthenticatedBy, Connected } from './connected.ts'
import { storedPeer } from './connected.ts'
import type { Handshake } from './handshake.ts'
import { HandshakeSecret, finishedVerifyData, resumptionPsk } from './key-schedule.ts'
import type { CertificateRequest } from './messages/authentication.ts'
import type { ClientHello } from './messages/client-hello.ts'
import { grease } from './messages/extension-type.ts'
import { PskKeyExchangeMode } from './messages/extensions.ts'
import { onlyFlag, resumptionAcrossNames } from './messages/flag-extensions.ts'
import type { HandshakeMessage } from './messages/handshake-message.ts'
import { encodeMessage } from './messages/handshake-message.ts'
import type { ServerParameters } from './parameters.ts'
import type { Program } from './program.ts'
import { ask, wait } from './program.ts'
import {
  asksForChangeCipherSpec,
  checkClientHello,
  checkSecondHello,
  offersTls13,
  chooseApplicationProtocol,
  chooseGroup,
  commonSuites,
} from './server-negotiation.ts'
import type { TicketProtector } from './psk.ts'
import type { AcceptedPsk } from './server-psk.ts'
import type { StoredPeer } from './session.ts'
import { acceptPsk } from './server-psk.ts'
import type { Retry } from './server-retry.ts'
import { resumeFromCookie, sendRetry } from './server-retry.ts'
import { encodeTicketState } from './ticket-state.ts'
import { missingExtension } from './wrong-extension.ts'

/**
 * The server's side of Figure 1. https://www.rfc-editor.org/rfc/rfc9846#section-2
 */
export function* serverHandshake(hs: Handshake, parameters: ServerParameters): Program<Connected | Agreed> {
  const owned = new Set<{ dispose(): void }>()
  try {
    const first = yield* receiveClientHello(hs, parameters)
    if (!offersTls13(first.body) && parameters.older?.accepts(first.body) === true) {
      return yield* parameters.older.goOn(hs, parameters, first)
    }
    const { hello, suite, psk, retried } = yield* agreeOnHello(hs, parameters, first, owned)
    // The client must wait for our ServerHello.
    hs.endOfFlight()
    hs.transcript.useHash(suite.hash)
    hs.decided('cipher_suite', suite.name)
    const applicationProtocol = chooseApplicationProtocol(parameters, hello)
    if (applicationProtocol !== undefined) hs.decided('alpn', applicationProtocol)
    const credential = psk === undefined ? yield* ourCredential(hs, parameters, hello, applicationProtocol) : undefined

    const { group, handshake } = yield* sendServerHello(hs, parameters, hello, suite, psk)
    owned.add(handshake)
    const traffic = yield* handshake.trafficSecrets(yield* hs.transcript.hash())
    owned.add(traffic.client).add(traffic.server)
    hs.logSecrets({
      CLIENT_HANDSHAKE_TRAFFIC_SECRET: traffic.client,
      SERVER_HANDSHAKE_TRAFFIC_SECRET: traffic.server,
    })
    if (asksForChangeCipherSpec(parameters, hello) && !retried) hs.carrier.changeCipherSpec()
    yield* hs.installKeys('handshake', suite, { sent: traffic.server, received: traffic.client })

    sendEncryptedExtensions(hs, parameters, hello, applicationProtocol, psk !== undefined)
    const asks = psk === undefined && parameters.clientAuthentication !== 'none'
    if (asks) hs.send('certificate_request', certificateRequest(parameters, none))
    if (credential !== undefined) {
      hs.decided('signature_scheme', credential.scheme.name)
      yield* sendCertificate(hs, credential, none, {
        ocsp: hello.extensions.status_request !== undefined,
        timestamps: hello.extensions.signed_certificate_timestamp !== undefined,
      })
    }
    const ownFinished = yield* sendFinished(hs, suite, traffic.server)

    const main = yield* handshake.intoMain()
    owned.add(main)
    const { client, server, exporter } = yield* main.applicationSecrets(yield* hs.transcript.hash())
    owned.add(client).add(server).add(exporter)
    hs.logSecrets({ CLIENT_TRAFFIC_SECRET_0: client, SERVER_TRAFFIC_SECRET_0: server, EXPORTER_SECRET: exporter })
    yield* hs.installKeys('application', suite, { sent: server })

    const peer = asks ? yield* authenticateClient(hs, parameters, none) : yield* withoutCertificate(hs, parameters, psk)
    const beforeFinished = yield* hs.transcript.hash()
    const expected = finishedVerifyData(hs.crypto, suite, traffic.client, beforeFinished)
    const finished = yield* VerifiedFinished.verify(hs, expected, (yield* hs.receive('finished')).body)
    yield* hs.installKeys('application', suite, { received: client })

    const connected: Connected = {
      version: 'TLSv1.3',
      suite,
      group,
      serverName: hello.extensions.server_name,
      applicationProtocol,
      helloRetryRequest: retried,
      resumed: psk?.kind === 'resumption',
      ticketAgeSkew: psk?.ticketAgeSkew,
      externalPskIdentity: psk?.kind === 'external' ? psk.identity : psk?.ticket?.externalPskIdentity,
      finished,
      peer,
      ownSignatureScheme: credential?.scheme.name,
      ownCertificates: credential?.credential.certificates,
      details: parameters.details?.(hs, ownFinished, finished.verifyData, hello.extensions.signature_algorithms),
      readSecret: client,
      writeSecret: server,
      exporterSecret: exporter,
      resumptionSecret: undefined,
      transcript: hello.extensions.post_handshake_auth === undefined ? undefined : hs.transcript,
    }
    const renews = !connected.resumed || parameters.renewTickets
    if (parameters.tickets !== undefined && renews && acceptsTickets(parameters, hello)) {
      const resumptionSecret = yield* main.intoResumption(yield* hs.transcript.hash())
      owned.add(resumptionSecret)
      yield* sendTickets(hs, parameters, parameters.tickets, connected, resumptionSecret)
    }
    for (const kept of [client, server, exporter]) owned.delete(kept)
    return connected
  } finally {
    for (const secret of owned) secret.dispose()
  }
}

/** The first ClientHello, whatever version it will be. */
export function* receiveClientHello(
  hs: Handshake,
  parameters: ServerParameters,
): Program<HandshakeMessage<'client_hello'>> {
  const first = yield* hs.receive('client_hello')
  const { onClientHello } = parameters
  if (onClientHello !== undefined) {
    yield* ask('ERR_TLS_CLIENT_HELLO_REFUSED', 'onClientHello', () => onClientHello(first.body, first.raw))
  }
  return first
}

/** The ClientHello that counts, the second one if there had to be a HelloRetryRequest, and what it settles. */
function* agreeOnHello(
  hs: Handshake,
  parameters: ServerParameters,
  first: HandshakeMessage<'client_hello'>,
  owned: Set<{ dispose(): void }>,
): Program<{ hello: ClientHello; suite: CipherSuite; psk: AcceptedPsk | undefined; retried: boolean }> {
  checkClientHello(first.body)
  if (first.body.extensions.early_data !== undefined) {
    hs.carrier.earlyDataDeclined()
    hs.decided('early_data', 'declined')
  }
  const restored = yield* resumeFromCookie(hs, parameters, first)
  if (restored !== undefined) {
    return { ...(yield* settle(hs, parameters, first, owned, restored)), retried: true }
  }
  const { suite, psk } = yield* settle(hs, parameters, first, owned, undefined)
  const group = psk?.keyExchange === false ? undefined : missingGroup(parameters, first.body)
  const wantsCookie = parameters.requireCookie && parameters.cookies !== undefined
  if (group === undefined && !wantsCookie) return { hello: first.body, suite, psk, retried: false }

  const retry = { suite, group }
  yield* sendRetry(hs, parameters, first.body, retry)
  // The client must wait for our HelloRetryRequest.
  hs.endOfFlight()
  const second = yield* hs.receive('client_hello')
  checkClientHello(second.body)
  checkSecondHello(first.raw, second.raw)
  if (parameters.cookies !== undefined && second.body.extensions.cookie === undefined) {
    throw missingExtension('second ClientHello', 'cookie')
  }
  const settled = yield* settle(
    hs,
    parameters,
    second,
    owned,
    (yield* resumeFromCookie(hs, parameters, second)) ?? retry,
  )
  checkSamePsk(psk, second.body, settled.psk)
  return { ...settled, retried: true }
}

/** Cipher suite and PSK. After a HelloRetryRequest the suite is fixed and the share must be there. */
function* settle(
  hs: Handshake,
  parameters: ServerParameters,
  message: HandshakeMessage<'client_hello'>,
  owned: Set<{ dispose(): void }>,
  retry: Retry | undefined,
): Program<{ hello: ClientHello; suite: CipherSuite; psk: AcceptedPsk | undefined }> {
  const hello = message.body
  if (retry !== undefined && hello.extensions.early_data !== undefined) {
    throw new TlsError('ERR_TLS_SECOND_CLIENT_HELLO', 'there is no early data after a HelloRetryRequest')
  }
  const suites = retry === undefined ? commonSuites(parameters.equalSuites, hello, parameters) : [retry.suite]
  if (!hello.cipherSuites.includes((suites[0] as CipherSuite).id)) {
    throw new TlsError('ERR_TLS_SECOND_CLIENT_HELLO', 'the second ClientHello drops the cipher suite we chose')
  }
  if (retry?.group !== undefined) checkRequestedShare(hello, retry.group.id)
  const usable = parameters.resumeWithOtherSuite ? suites : suites.slice(0, 1)
  const psk = yield* acceptPsk(hs, parameters, hello, usable, owned)
  if (psk !== undefined) hs.decided('psk', psk.kind)
  return { hello, suite: psk?.suite ?? (suites[0] as CipherSuite), psk }
}

/** "a key_share … for the group indicated", and no other. https://www.rfc-editor.org/rfc/rfc9846#section-4.3.8 */
function checkRequestedShare(hello: ClientHello, group: number): void {
  const shares = hello.extensions.key_share ?? []
  if (shares.length !== 1 || shares[0]?.group !== group) {
    throw new TlsError(
      'ERR_TLS_WRONG_KEY_SHARE',
      'the second ClientHello must have exactly the key share we asked for',
      {
        expected: [group],
        received: shares.map((share) => share.group),
      },
    )
  }
}

function checkSamePsk(before: AcceptedPsk | undefined, hello: ClientHello, after: AcceptedPsk | undefined): void {
  if (before === undefined) return
  if (hello.extensions.pre_shared_key === undefined) {
    throw missingExtension('second ClientHello', 'pre_shared_key')
  }
  if (after === undefined || !equalBytes(before.identity, after.identity)) {
    throw new TlsError('ERR_TLS_PSK_CHANGED', 'the second ClientHello drops the PSK we had chosen')
  }
}

/** The group a HelloRetryRequest must ask for. */
function missingGroup(parameters: ServerParameters, hello: ClientHello): Retry['group'] {
  // Reached with pre_shared_key alone and psk_dhe_ke: then these two are due after all.
  if (hello.extensions.key_share === undefined) {
    throw missingExtension('ClientHello', 'key_share')
  }
  const { group, share } = chooseGroup(parameters, hello)
  return share === undefined ? group : undefined
}

function* ourCredential(
  hs: Handshake,
  parameters: ServerParameters,
  hello: ClientHello,
  applicationProtocol: string | undefined,
): Program<ChosenCredential> {
  const { signature_algorithms: schemes, certificate_authorities: authorities = [] } = hello.extensions
  // A client that offered only PSKs need not send it; now that none was taken it has nothing to verify us with.
  if (schemes === undefined) throw missingExtension('ClientHello', 'signature_algorithms')
  const chosen = yield* chooseCredential(parameters.credentials, {
    role: 'server',
    serverName: hello.extensions.server_name,
    applicationProtocol,
    signatureSchemes: knownSchemes(schemes, parameters.signingSchemes).filter((row) => row.handshake),
    certificateAuthorities: authorities,
    clientHello: hello,
  })
  if (chosen === undefined) {
    const code = parameters.credentials === undefined ? 'ERR_TLS_PSK_REQUIRED' : 'ERR_TLS_NO_CREDENTIAL'
    throw new TlsError(code, 'we have no certificate for this client', { received: hello.extensions.server_name })
  }
  return chosen
}

/** ServerHello, and with it the handshake secret. https://www.rfc-editor.org/rfc/rfc9846#section-4.2.3 */
function* sendServerHello(
  hs: Handshake,
  parameters: ServerParameters,
  hello: ClientHello,
  suite: CipherSuite,
  psk: AcceptedPsk | undefined,
): Program<{ group: string | undefined; handshake: HandshakeSecret }> {
  const agreed = psk === undefined || psk.keyExchange ? yield* respond(hs, parameters, hello) : undefined
  try {
    hs.send('server_hello', {
      legacyVersion: 0x0303,
      random: parameters.crypto.random(32),
      legacySessionIdEcho: hello.legacySessionId,
      cipherSuite: suite.id,
      legacyCompressionMethod: 0,
      extensions: { supported_versions: 0x0304, key_share: agreed?.share, pre_shared_key: psk?.index },
    })
    const handshake =
      psk === undefined
        ? yield* HandshakeSecret.withoutPsk(hs.crypto, suite.hash, agreed?.secret as Secret)
        : yield* psk.early.intoHandshake(agreed?.secret)
    return { group: agreed?.group, handshake }
  } finally {
    agreed?.secret.dispose()
  }
}

function* respond(
  hs: Handshake,
  parameters: ServerParameters,
  hello: ClientHello,
): Program<{ group: string; share: { group: number; keyExchange: Uint8Array }; secret: Secret }> {
  const { group, share } = chooseGroup(parameters, hello)
  if (share === undefined) {
    throw new TlsError('ERR_TLS_WRONG_KEY_SHARE', 'the second ClientHello has no key share for a group of ours')
  }
  hs.decided('group', group.name)
  const answer = yield* wait(group.respond(share))
  return { group: group.name, share: { group: group.id, keyExchange: answer.share }, secret: answer.secret }
}

/** https://www.rfc-editor.org/rfc/rfc9846#section-4.4.1 */
function sendEncryptedExtensions(
  hs: Handshake,
  parameters: ServerParameters,
  hello: ClientHello,
  applicationProtocol: string | undefined,
  byPsk: boolean,
): void {
  const theirs = hello.extensions.record_size_limit
  // Without a limit of our own we say the largest: a client that needs small records is told that it gets them.
  const limit = theirs === undefined ? undefined : (parameters.recordSizeLimit ?? largestRecordSizeLimit)
  hs.send('encrypted_extensions', {
    extensions: {
      // "when a PSK is used, the server does not acknowledge server_name": the name is the session's.
      server_name:
        hello.extensions.server_name !== undefined && !byPsk && parameters.acknowledgeServerName ? {} : undefined,
      application_layer_protocol_negotiation: applicationProtocol,
      record_size_limit: limit,
    },
  })
  if (theirs !== undefined && limit !== undefined) {
    hs.carrier.peerRecordSizeLimit(theirs)
    hs.carrier.ownRecordSizeLimit(limit)
  }
}

/** https://www.rfc-editor.org/rfc/rfc9846#section-4.4.2 */
export function certificateRequest(parameters: ServerParameters, context: Uint8Array): CertificateRequest {
  const { signatureSchemes, certificateAuthorities } = parameters
  return {
    certificateRequestContext: context,
    extensions: {
      signature_algorithms: signatureSchemes.map((row) => row.id),
      certificate_authorities: certificateAuthorities.length > 0 ? certificateAuthorities : undefined,
    },
  }
}

/** The client's Certificate and CertificateVerify; an empty Certificate only where none is required. */
function* authenticateClient(
  hs: Handshake,
  parameters: ServerParameters,
  context: Uint8Array,
): Program<AuthenticatedBy> {
  const { body } = yield* hs.receive('certificate')
  if (!equalBytes(body.certificateRequestContext, context)) {
    throw new TlsError('ERR_TLS_CERTIFICATE_CONTEXT', 'the Certificate has another context than our CertificateRequest')
  }
  // We ask for neither staples nor timestamps of clients.
  const chain = chainOf(body)
  if (chain === undefined) {
    if (parameters.clientAuthentication === 'require') {
      throw new TlsError('ERR_TLS_CERTIFICATE_REQUIRED', 'the client has no certificate for us')
    }
    return { by: 'nothing' }
  }
  const signed = yield* hs.transcript.hash()
  const proof = yield* hs.receive('certificate_verify')
  const peer = yield* VerifiedPeer.verify(hs, chain, proof.body, signed, undefined)
  hs.decided('client_signature_scheme', peer.scheme.name)
  return { by: 'certificate', peer }
}

function* withoutCertificate(
  hs: Handshake,
  parameters: ServerParameters,
  psk: AcceptedPsk | undefined,
): Program<AuthenticatedBy> {
  if (psk === undefined) return { by: 'nothing' }
  if (psk.kind === 'external') return { by: 'external_psk' }
  const peer = psk.ticket?.peer
  const again = parameters.verifyOnResumption && parameters.clientAuthentication !== 'none'
  return { by: 'resumption', peer: again ? yield* verifyAgain(hs, peer, undefined) : peer }
}

function acceptsTickets(parameters: ServerParameters, hello: ClientHello): boolean {
  const modes = hello.extensions.psk_key_exchange_modes ?? []
  const usable =
    modes.includes(PskKeyExchangeMode.psk_dhe_ke) ||
    (parameters.allowPskWithoutKeyExchange && modes.includes(PskKeyExchangeMode.psk_ke))
  return usable
}

/** https://www.rfc-editor.org/rfc/rfc9846#section-4.7.1 */
function* sendTickets(
  hs: Handshake,
  parameters: ServerParameters,
  tickets: TicketProtector,
  connected: Connected,
  resumptionSecret: Secret,
): Program<void> {
  const { crypto, ticketLifetime } = parameters
  for (let i = 0; i < parameters.ticketCount; i++) {
    const ticketNonce = Uint8Array.of(i >>> 8, i)
    const ageAdd = uint32Of(crypto.random(4))
    const psk = yield* resumptionPsk(crypto, connected.suite, resumptionSecret, ticketNonce)
    try {
      const state = encodeTicketState({
        cipherSuite: connected.suite.id,
        extendedMainSecret: false,
        psk,
        ageAdd,
        issuedAt: parameters.now(),
        lifetime: ticketLifetime,
        serverName: connected.serverName,
        applicationProtocol: connected.applicationProtocol,
        externalPskIdentity: connected.externalPskIdentity,
        peer: storedClient(connected.peer),
      })
      const ticket = yield* sealed(tickets, state)
      const extensions = {
        tls_flags: parameters.resumptionAcrossNames ? onlyFlag(resumptionAcrossNames) : undefined,
        ...(parameters.grease && greased(crypto)),
      }
      const message = { ticketLifetime, ticketAgeAdd: ageAdd, ticketNonce, ticket, extensions }
      hs.transmit('new_session_ticket', encodeMessage('new_session_ticket', message))
    } finally {
      psk.dispose()
    }
  }
}

function uint32Of(bytes: Uint8Array): number {
  return bytes.reduce((value, byte) => value * 0x100 + byte, 0)
}

/** https://www.rfc-editor.org/rfc/rfc8701#section-4 */
function greased({ random }: CryptoProvider): { unknown: readonly UnknownExtension[] } {
  return { unknown: [{ type: grease(random(1)[0] as number), data: none }] }
}

/** Seals a state and wipes what was in clear. */
export function* sealed(tickets: TicketProtector, state: Uint8Array): Program<Uint8Array> {
  try {
    return yield* ask('ERR_TLS_CALLBACK', 'the ticket protector', () => tickets.seal(state))
  } finally {
    state.fill(0)
  }
}

/** What a ticket says of the client: its leaf alone when the chain would make the ticket too large. */
export function storedClient(by: AuthenticatedBy): StoredPeer | undefined {
  const peer = storedPeer(by)
  const size = peer?.certificates.reduce((sum, der) => sum + der.length, 0) ?? 0
  return peer && size > maxStoredChain ? { ...peer, certificates: peer.certificates.slice(0, 1) } : peer
}

/** 2^14 bytes and the type byte. https://www.rfc-editor.org/rfc/rfc8449#section-4 */
const largestRecordSizeLimit = 16385

/** Bytes of certificates kept in a ticket, which must stay below 2^16 and should fit one record. */
const maxStoredChain = 8192

const none = /* @__PURE__ */ new Uint8Array(0)
