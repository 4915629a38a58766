import type { Secret } from '@typetls/crypto-provider'
import { TlsError, equalBytes } from '@typetls/wire'
import { VerifiedFinished, VerifiedPeer, chainOf, sendFinished } from './authenticate.ts'
import { answerCertificateRequest, checkCertificateRequest } from './client.ts'
import type { Connected } from './connected.ts'
import type { Handshake } from './handshake.ts'
import { exportKeyingMaterial, nextTrafficSecret, resumptionPsk } from './key-schedule.ts'
import type { HandshakeMessage, HandshakeMessageType } from './messages/handshake-message.ts'
import { encodeMessage } from './messages/handshake-message.ts'
import type { ServerParameters } from './parameters.ts'
import type { Program } from './program.ts'
import { certificateRequest } from './server.ts'
import type { StoredPeer } from './session.ts'
import { Session } from './session.ts'
import { Transcript } from './transcript.ts'

/**
 * What comes after Finished. There is no handshake program any more: each message is answered by itself, over the state
 * here. (An answer is written as a short program all the same, since a signer or a provider may answer later.)
 * https://www.rfc-editor.org/rfc/rfc9846#section-4.7
 */
export class PostHandshake {
  readonly #hs: Handshake
  readonly #connected: Connected
  #readSecret: Secret
  #writeSecret: Secret
  #keyUpdatesInARow = 0
  #keyUpdateDue = false
  #request: PendingRequest | undefined

  constructor(hs: Handshake, connected: Connected) {
    this.#hs = hs.withTranscript(new Transcript(hs.crypto))
    this.#connected = connected
    this.#readSecret = connected.readSecret
    this.#writeSecret = connected.writeSecret
  }

  get handshake(): Handshake {
    return this.#hs
  }

  /** The messages that may come now. */
  get expected(): readonly HandshakeMessageType[] {
    if (this.#hs.role === 'server') return this.#request === undefined ? onlyKeyUpdate : keyUpdateOrCertificate
    return this.#connected.transcript === undefined ? ticketOrKeyUpdate : ticketKeyUpdateOrRequest
  }

  /** The peer asked us for a KeyUpdate; it must go before our next application data. */
  get keyUpdateDue(): boolean {
    return this.#keyUpdateDue
  }

  /** Application data came: KeyUpdates are not in a row any more. */
  sawApplicationData(): void {
    this.#keyUpdatesInARow = 0
  }

  /** Answers one message. */
  *handle(message: HandshakeMessage): Program<PostHandshakeResult> {
    switch (message.type) {
      case 'new_session_ticket':
        return yield* this.#takeTicket(message)
      case 'key_update':
        return yield* this.#updateReadKeys(message)
      case 'certificate_request':
        return yield* this.#authenticateOurselves(message)
      default:
        return yield* this.#authenticateClient(message as HandshakeMessage<'certificate'>)
    }
  }

  /** Sends a KeyUpdate and goes on under new keys. https://www.rfc-editor.org/rfc/rfc9846#section-4.7.3 */
  *updateWriteKeys(requestPeer: boolean): Program<void> {
    const hs = this.#hs
    const { suite } = this.#connected
    this.#keyUpdateDue = false
    const requestUpdate = requestPeer ? 'update_requested' : 'update_not_requested'
    hs.transmit('key_update', encodeMessage('key_update', { requestUpdate }))
    const next = yield* nextTrafficSecret(hs.crypto, suite, this.#writeSecret)
    this.#writeSecret.dispose()
    this.#writeSecret = next
    yield* hs.installKeys('sent', 'application', suite, next)
  }

  /**
   * Server: asks the client to authenticate. https://www.rfc-editor.org/rfc/rfc9846#section-4.7.2
   *
   * @throws TlsError `ERR_TLS_STATE` (internal_error) when the client did not offer it or a request is under way
   */
  *requestClientCertificate(parameters: ServerParameters): Program<void> {
    const { transcript: base, suite } = this.#connected
    if (base === undefined || parameters.verifier === undefined || this.#request !== undefined) {
      throw new TlsError('ERR_TLS_STATE', 'post-handshake authentication was not offered, has no verifier, or is under way')
    }
    const context = this.#hs.crypto.random(16)
    const transcript = base.fork(suite.hash)
    const hs = this.#hs.withTranscript(transcript)
    this.#request = { context, hs }
    hs.send('certificate_request', certificateRequest(parameters, context))
  }

  /**
   * https://www.rfc-editor.org/rfc/rfc9846#section-7.5
   *
   * @param length bytes
   */
  *export(label: string, context: Uint8Array, length: number): Program<Uint8Array> {
    const { suite, exporterSecret } = this.#connected
    return yield* exportKeyingMaterial(this.#hs.crypto, suite, exporterSecret, label, context, length)
  }

  dispose(): void {
    for (const secret of [this.#readSecret, this.#writeSecret, this.#connected.exporterSecret, this.#connected.resumptionSecret]) {
      secret.dispose()
    }
  }

  /** https://www.rfc-editor.org/rfc/rfc9846#section-4.7.1 */
  *#takeTicket({ body }: HandshakeMessage<'new_session_ticket'>): Program<PostHandshakeResult> {
    // "Clients … MUST NOT cache tickets for longer than 7 days"; "zero indicates that the ticket should be discarded".
    const lifetime = Math.min(body.ticketLifetime, sevenDays)
    if (lifetime === 0) return undefined
    const { suite, resumptionSecret, serverName, applicationProtocol } = this.#connected
    const hs = this.#hs
    const psk = yield* resumptionPsk(hs.crypto, suite, resumptionSecret, body.ticketNonce)
    const session = new Session({
      cipherSuite: suite.id,
      psk,
      ticket: body.ticket,
      ageAdd: body.ticketAgeAdd,
      lifetime,
      receivedAt: hs.parameters.now(),
      maxEarlyData: body.extensions.early_data ?? 0,
      serverName,
      applicationProtocol,
      peer: this.#storedPeer(),
    })
    return { type: 'session', session }
  }

  #storedPeer(): StoredPeer | undefined {
    const { peer } = this.#connected
    if (peer.by === 'resumption') return peer.peer
    if (peer.by !== 'certificate') return undefined
    return { certificates: peer.peer.chain.certificates, authorized: peer.peer.verdict.authorized }
  }

  *#updateReadKeys({ body }: HandshakeMessage<'key_update'>): Program<PostHandshakeResult> {
    if (++this.#keyUpdatesInARow > maxKeyUpdatesInARow) {
      throw new TlsError('ERR_TLS_TOO_MANY_KEY_UPDATES', `more than ${maxKeyUpdatesInARow} KeyUpdates without application data`, {
        expected: { max: maxKeyUpdatesInARow },
      })
    }
    const hs = this.#hs
    const { suite } = this.#connected
    const next = yield* nextTrafficSecret(hs.crypto, suite, this.#readSecret)
    this.#readSecret.dispose()
    this.#readSecret = next
    yield* hs.installKeys('received', 'application', suite, next)
    // However many requests arrive before we write, one answer is owed.
    if (body.requestUpdate === 'update_requested') this.#keyUpdateDue = true
    return undefined
  }

  /** Client: answers a CertificateRequest after the handshake. */
  *#authenticateOurselves(message: HandshakeMessage<'certificate_request'>): Program<PostHandshakeResult> {
    const { transcript: base, suite } = this.#connected
    checkCertificateRequest(message.body)
    const transcript = (base as Transcript).fork(suite.hash)
    transcript.add(message.raw)
    const hs = this.#hs.withTranscript(transcript)
    yield* answerCertificateRequest(hs, message.body)
    yield* sendFinished(hs, suite, this.#writeSecret)
    return undefined
  }

  /** Server: the client's answer, which comes without anything between. */
  *#authenticateClient(message: HandshakeMessage<'certificate'>): Program<PostHandshakeResult> {
    const { context, hs } = this.#request as PendingRequest
    const { suite } = this.#connected
    if (!equalBytes(message.body.certificateRequestContext, context)) {
      throw new TlsError('ERR_TLS_CERTIFICATE_CONTEXT', 'the Certificate has another context than our CertificateRequest')
    }
    hs.transcript.add(message.raw)
    const chain = chainOf(message.body, [])
    let peer: VerifiedPeer | undefined
    if (chain !== undefined) {
      const signed = yield* hs.transcript.hash()
      const proof = yield* hs.receive('certificate_verify')
      peer = yield* VerifiedPeer.verify(hs, chain, proof.body, signed, undefined)
    }
    const beforeFinished = yield* hs.transcript.hash()
    const { body } = yield* hs.receive('finished')
    yield* VerifiedFinished.verify(hs, suite, this.#readSecret, body, beforeFinished)
    this.#request = undefined
    return { type: 'authenticated', peer }
  }
}

export type PostHandshakeResult =
  | { readonly type: 'session'; readonly session: Session }
  /** Server: `undefined` means that the client has no certificate. */
  | { readonly type: 'authenticated'; readonly peer: VerifiedPeer | undefined }
  | undefined

interface PendingRequest {
  readonly context: Uint8Array
  /** With the transcript up to and including our CertificateRequest. */
  readonly hs: Handshake
}

/** BoringSSL's limit: the 33rd is fatal. */
const maxKeyUpdatesInARow = 32

/** Seconds. */
const sevenDays = 604800

const onlyKeyUpdate = ['key_update'] as const
const keyUpdateOrCertificate = ['key_update', 'certificate'] as const
const ticketOrKeyUpdate = ['new_session_ticket', 'key_update'] as const
const ticketKeyUpdateOrRequest = ['new_session_ticket', 'key_update', 'certificate_request'] as const
