import { TlsError, equalBytes } from '@typetls/wire'
import { VerifiedFinished, VerifiedPeer, chainOf } from './authenticate.ts'
import type { Handshake } from './handshake.ts'
import { finishedVerifyData } from './key-schedule.ts'
import type { HandshakeMessage, HandshakeMessageType } from './messages/handshake-message.ts'
import type { ServerParameters } from './parameters.ts'
import type { PostHandshakeResult } from './post-handshake.ts'
import { forkOf } from './post-handshake-transcript.ts'
import { PostHandshake, read } from './post-handshake.ts'
import type { Program } from './program.ts'
import { certificateRequest } from './server.ts'

/** Requests to authenticate after the handshake. https://www.rfc-editor.org/rfc/rfc9846#section-4.7.2 */
export class ServerPostHandshake extends PostHandshake {
  #underWay = false
  #request: PendingRequest | undefined

  override get expected(): readonly HandshakeMessageType[] {
    return this.#request === undefined ? onlyKeyUpdate : keyUpdateOrCertificate
  }

  /**
   * Gets a request to authenticate ready. The function sends it.
   *
   * @throws TlsError `ERR_TLS_STATE` (internal_error) when the client did not offer it, there is no verifier, or a
   *   request is under way
   */
  prepareCertificateRequest(): () => void {
    const { suite, transcript: base } = this
    const parameters = this.handshake.parameters as ServerParameters
    if (base === undefined || parameters.verifier === undefined || this.#underWay) {
      throw new TlsError(
        'ERR_TLS_STATE',
        'post-handshake authentication was not offered, has no verifier, or is under way',
      )
    }
    this.#underWay = true
    return () => {
      const context = parameters.crypto.random(16)
      const hs = this.handshake.withTranscript(forkOf(base, this.handshake.crypto, suite))
      this.#request = { context, hs }
      hs.send('certificate_request', certificateRequest(parameters, context))
    }
  }

  /** The client's answer, which comes without anything between. */
  protected override *answer(message: HandshakeMessage): Program<PostHandshakeResult> {
    const { body, raw } = message as HandshakeMessage<'certificate'>
    const { context, hs } = this.#request as PendingRequest
    if (!equalBytes(body.certificateRequestContext, context)) {
      throw new TlsError(
        'ERR_TLS_CERTIFICATE_CONTEXT',
        'the Certificate has another context than our CertificateRequest',
      )
    }
    hs.transcript.add(raw)
    const chain = chainOf(body)
    let peer: VerifiedPeer | undefined
    if (chain !== undefined) {
      const signed = yield* hs.transcript.hash()
      const proof = yield* hs.receive('certificate_verify')
      peer = yield* VerifiedPeer.verify(hs, chain, proof.body, signed, undefined)
    }
    const beforeFinished = yield* hs.transcript.hash()
    const finished = yield* hs.receive('finished')
    const secret = this.secret(read)
    try {
      const expected = finishedVerifyData(hs.crypto, this.suite, secret, beforeFinished)
      yield* VerifiedFinished.verify(hs, expected, finished.body)
    } finally {
      secret.dispose()
    }
    this.#request = undefined
    this.#underWay = false
    return { type: 'authenticated', peer }
  }
}

interface PendingRequest {
  readonly context: Uint8Array
  /** With the transcript up to and including our CertificateRequest. */
  readonly hs: Handshake
}

const onlyKeyUpdate = ['key_update'] as const
const keyUpdateOrCertificate = ['key_update', 'certificate'] as const
