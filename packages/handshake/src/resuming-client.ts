import type { Secret } from '@typetls/crypto-provider'
import { checkCertificateRequest } from './client.ts'
import { answerCertificateRequest } from './client-certificate.ts'
import { sendFinished } from './authenticate.ts'
import type { Connected } from './connected.ts'
import { storedPeer } from './connected.ts'
import type { Handshake } from './handshake.ts'
import { resumptionPsk } from './key-schedule.ts'
import { hasFlag, resumptionAcrossNames } from './messages/flag-extensions.ts'
import type { HandshakeMessage, HandshakeMessageType } from './messages/handshake-message.ts'
import type { ClientParameters } from './parameters.ts'
import type { PostHandshakeResult } from './post-handshake.ts'
import { forkOf } from './post-handshake-transcript.ts'
import { PostHandshake, resumption, write } from './post-handshake.ts'
import type { Program } from './program.ts'
import type { StoredPeer } from './session.ts'
import { Session } from './session.ts'
import type { Transcript } from './transcript.ts'

/** After the handshake of a client that keeps tickets, and shows certificates when it is asked then. */
export class ResumingClientPostHandshake extends PostHandshake {
  readonly #serverName: string | undefined
  readonly #applicationProtocol: string | undefined
  readonly #externalPskIdentity: Uint8Array | undefined
  readonly #peer: StoredPeer | undefined

  constructor(handshake: Handshake, connected: Connected) {
    super(handshake, connected)
    this.#serverName = connected.serverName
    this.#applicationProtocol = connected.applicationProtocol
    this.#externalPskIdentity = connected.externalPskIdentity
    this.#peer = storedPeer(connected.peer)
  }

  override get expected(): readonly HandshakeMessageType[] {
    return this.transcript === undefined ? ticketOrKeyUpdate : ticketKeyUpdateOrRequest
  }

  protected override *answer(message: HandshakeMessage): Program<PostHandshakeResult> {
    if (message.type === 'new_session_ticket') return yield* this.#takeTicket(message)
    return yield* this.#authenticate(message as HandshakeMessage<'certificate_request'>)
  }

  /** https://www.rfc-editor.org/rfc/rfc9846#section-4.7.1 */
  *#takeTicket({ body }: HandshakeMessage<'new_session_ticket'>): Program<PostHandshakeResult> {
    const resumableAcrossNames = hasFlag(body.extensions.tls_flags, resumptionAcrossNames)
    // "Clients MUST NOT cache tickets for longer than 7 days"; "zero indicates that the ticket should be discarded".
    const lifetime = Math.min(body.ticketLifetime, sevenDays)
    if (lifetime === 0) return undefined
    const { parameters } = this.handshake
    const psk = yield* this.#ticketPsk(body.ticketNonce)
    // The connection may have ended while a provider derived it.
    if (this.disposed) {
      psk.dispose()
      return undefined
    }
    const session = new Session({
      version: 0x0304,
      sessionId: none,
      extendedMainSecret: false,
      cipherSuite: this.suite.id,
      psk,
      ticket: body.ticket,
      ageAdd: body.ticketAgeAdd,
      lifetime,
      receivedAt: parameters.now(),
      maxEarlyData: body.extensions.early_data ?? 0,
      serverName: this.#serverName,
      verifiedName: (parameters as ClientParameters).verifyName,
      resumableAcrossNames,
      applicationProtocol: this.#applicationProtocol,
      externalPskIdentity: this.#externalPskIdentity,
      peer: this.#peer,
    })
    return { type: 'session', session }
  }

  *#ticketPsk(nonce: Uint8Array): Program<Secret> {
    const secret = this.secret(resumption)
    try {
      return yield* resumptionPsk(this.handshake.crypto, this.suite, secret, nonce)
    } finally {
      secret.dispose()
    }
  }

  /**
   * The signer may take its time, and data goes on meanwhile; but our messages "MUST appear consecutively on the wire".
   * https://www.rfc-editor.org/rfc/rfc9846#section-4.7.2
   */
  *#authenticate(message: HandshakeMessage<'certificate_request'>): Program<PostHandshakeResult> {
    checkCertificateRequest(message.body)
    const transcript = forkOf(this.transcript as Transcript, this.handshake.crypto, this.suite)
    transcript.add(message.raw)
    const collected: Uint8Array[] = []
    const carrier = { ...this.handshake.carrier, send: (raw: Uint8Array) => void collected.push(raw) }
    yield* answerCertificateRequest(this.handshake.withTranscript(transcript, carrier), message.body)
    return { type: 'answer', send: this.#finish(transcript, collected) }
  }

  *#finish(transcript: Transcript, collected: readonly Uint8Array[]): Program<void> {
    const hs = this.handshake.withTranscript(transcript)
    for (const raw of collected) hs.carrier.send(raw)
    const secret = this.secret(write)
    try {
      yield* sendFinished(hs, this.suite, secret)
    } finally {
      secret.dispose()
    }
  }
}

/** Seconds. */
const sevenDays = 604800

const ticketOrKeyUpdate = ['new_session_ticket', 'key_update'] as const
const ticketKeyUpdateOrRequest = ['new_session_ticket', 'key_update', 'certificate_request'] as const

const none = /* @__PURE__ */ new Uint8Array(0)
