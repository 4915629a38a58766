import type { Secret } from '@typetls/crypto-provider'
import { TlsError } from '@typetls/wire'
import type { VerifiedPeer } from './authenticate.ts'
import type { Connected } from './connected.ts'
import type { Handshake } from './handshake.ts'
import { exportKeyingMaterial, nextTrafficSecret } from './key-schedule.ts'
import type { HandshakeMessage, HandshakeMessageType } from './messages/handshake-message.ts'
import { encodeMessage } from './messages/handshake-message.ts'
import type { Program } from './program.ts'
import type { Session } from './session.ts'
import { Transcript } from './transcript.ts'

/**
 * What comes after Finished, as far as both roles have it. There is no handshake program any more: each message is
 * answered by itself, over the state here. (An answer is written as a short program all the same, since a signer or a
 * provider may answer later.) https://www.rfc-editor.org/rfc/rfc9846#section-4.7
 */
export abstract class PostHandshake {
  readonly connected: Connected
  readonly handshake: Handshake
  #readSecret: Secret
  #writeSecret: Secret
  #keyUpdatesInARow = 0
  #keyUpdateDue = false
  #disposed = false

  constructor(handshake: Handshake, connected: Connected) {
    this.handshake = handshake.withTranscript(new Transcript(handshake.crypto))
    this.connected = connected
    this.#readSecret = connected.readSecret
    this.#writeSecret = connected.writeSecret
  }

  /** The messages that may come now. */
  abstract get expected(): readonly HandshakeMessageType[]

  /** Answers a message that only this role gets. */
  protected abstract answer(message: HandshakeMessage): Program<PostHandshakeResult>

  /** Answers one message. */
  *handle(message: HandshakeMessage): Program<PostHandshakeResult> {
    if (message.type === 'key_update') return yield* this.#updateReadKeys(message)
    return yield* this.answer(message)
  }

  /** The peer asked us for a KeyUpdate; it must go before our next application data. */
  get keyUpdateDue(): boolean {
    return this.#keyUpdateDue
  }

  /** Application data came: KeyUpdates are not in a row any more. */
  sawApplicationData(): void {
    this.#keyUpdatesInARow = 0
  }

  /** Sends a KeyUpdate and goes on under new keys. https://www.rfc-editor.org/rfc/rfc9846#section-4.7.3 */
  *updateWriteKeys(requestPeer: boolean): Program<void> {
    const { handshake: hs, connected } = this
    this.#keyUpdateDue = false
    const requestUpdate = requestPeer ? 'update_requested' : 'update_not_requested'
    hs.transmit('key_update', encodeMessage('key_update', { requestUpdate }))
    const next = yield* nextTrafficSecret(hs.crypto, connected.suite, this.#writeSecret)
    this.#writeSecret.dispose()
    this.#writeSecret = next
    // The connection may have ended while an asynchronous provider derived it.
    if (this.#disposed) next.dispose()
    yield* hs.installKeys('sent', 'application', connected.suite, next)
  }

  /**
   * https://www.rfc-editor.org/rfc/rfc9846#section-7.5
   *
   * @param length bytes
   */
  *export(label: string, context: Uint8Array, length: number): Program<Uint8Array> {
    const { suite, exporterSecret } = this.connected
    return yield* exportKeyingMaterial(this.handshake.crypto, suite, exporterSecret, label, context, length)
  }

  dispose(): void {
    this.#disposed = true
    const { exporterSecret, resumptionSecret } = this.connected
    for (const secret of [this.#readSecret, this.#writeSecret, exporterSecret, resumptionSecret]) secret?.dispose()
  }

  protected get readSecret(): Secret {
    return this.#readSecret
  }

  protected get writeSecret(): Secret {
    return this.#writeSecret
  }

  *#updateReadKeys({ body }: HandshakeMessage<'key_update'>): Program<PostHandshakeResult> {
    if (++this.#keyUpdatesInARow > maxKeyUpdatesInARow) {
      throw new TlsError(
        'ERR_TLS_TOO_MANY_KEY_UPDATES',
        `more than ${maxKeyUpdatesInARow} KeyUpdates without application data`,
        { expected: { max: maxKeyUpdatesInARow } },
      )
    }
    const { handshake: hs, connected } = this
    const next = yield* nextTrafficSecret(hs.crypto, connected.suite, this.#readSecret)
    this.#readSecret.dispose()
    this.#readSecret = next
    yield* hs.installKeys('received', 'application', connected.suite, next)
    // However many requests arrive before we write, one answer is owed.
    if (body.requestUpdate === 'update_requested') this.#keyUpdateDue = true
    return undefined
  }
}

export type PostHandshakeResult =
  | { readonly type: 'session'; readonly session: Session }
  /** Server: `undefined` means that the client has no certificate. */
  | { readonly type: 'authenticated'; readonly peer: VerifiedPeer | undefined }
  /** Client: messages to send without anything between. The program uses the write keys: none may change meanwhile. */
  | { readonly type: 'answer'; readonly send: Program<void> }
  | undefined

/** BoringSSL's limit: the 33rd is fatal. */
const maxKeyUpdatesInARow = 32
