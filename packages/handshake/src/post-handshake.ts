import type { CipherSuite, Secret } from '@typetls/crypto-provider'
import { TlsError } from '@typetls/wire'
import type { Agreed, AuthenticatedPeer, Connected } from './connected.ts'
import type { Handshake } from './handshake.ts'
import { KeptSecrets } from './kept-secrets.ts'
import { nextTrafficSecret } from './key-schedule.ts'
import type { HandshakeMessage, HandshakeMessageType } from './messages/handshake-message.ts'
import { encodeMessage } from './messages/handshake-message.ts'
import type { AwaitedType, Program } from './program.ts'
import type { Session } from './session.ts'
import type { Direction } from './trace.ts'
import { Transcript } from './transcript.ts'

/** What a connection asks of what comes after the handshake, in any version. */
export interface AfterHandshake {
  readonly handshake: Handshake
  /** The messages that may come now. */
  readonly expected: readonly AwaitedType[]
  /** Answers one message. */
  handle(message: HandshakeMessage): Program<PostHandshakeResult>
  readonly keyUpdateDue: boolean
  /** TLS 1.2: another handshake runs. What is written waits until it is done. */
  readonly renegotiating?: boolean
  /** TLS 1.2: another handshake runs or was asked for; a peer that does not want it ends the connection. */
  readonly awaitsRenegotiation?: boolean
  sawApplicationData(): void
  /** @throws TlsError `ERR_TLS_STATE` (internal_error) where the version has no KeyUpdate */
  updateWriteKeys(requestPeer: boolean): Program<void>
  /** TLS 1.2: keying material. That of TLS 1.3 comes from `exportOf`. */
  export?(label: string, context: Uint8Array | undefined, length: number): Program<Uint8Array>
  dispose(): void
}

/**
 * What comes after Finished, as far as both roles have it. There is no handshake program any more: each message is
 * answered by itself, over the state here. (An answer is written as a short program all the same, since a signer or a
 * provider may answer later.) https://www.rfc-editor.org/rfc/rfc9846#section-4.7
 */
export abstract class PostHandshake implements AfterHandshake {
  readonly handshake: Handshake
  /** Kept only when post-handshake authentication was agreed: its handshake context. */
  protected readonly transcript: Transcript | undefined
  readonly suite: CipherSuite
  readonly #secrets: KeptSecrets
  #keyUpdatesInARow = 0
  #keyUpdateDue = false
  #disposed = false

  /** Takes ownership of the secrets. */
  constructor(handshake: Handshake, connected: Connected) {
    this.handshake = handshake.withTranscript(new Transcript(handshake.crypto))
    this.transcript = connected.transcript
    this.suite = connected.suite
    const { readSecret, writeSecret, exporterSecret, resumptionSecret } = connected
    const secrets = [readSecret, writeSecret, exporterSecret]
    this.#secrets = new KeptSecrets(resumptionSecret === undefined ? secrets : [...secrets, resumptionSecret])
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
    this.#keyUpdateDue = false
    const requestUpdate = requestPeer ? 'update_requested' : 'update_not_requested'
    this.handshake.transmit('key_update', encodeMessage('key_update', { requestUpdate }))
    yield* this.#changeKeys('sent', write)
  }

  protected get disposed(): boolean {
    return this.#disposed
  }

  dispose(): void {
    this.#disposed = true
    this.#secrets.dispose()
  }

  /** A copy of a kept secret, for the caller to dispose of. */
  secret(which: KeptSecret): Secret {
    return this.#secrets.copy(which)
  }

  *#changeKeys(direction: Direction, which: KeptSecret): Program<void> {
    const secret = this.secret(which)
    let next: Secret | undefined
    try {
      next = yield* nextTrafficSecret(this.handshake.crypto, this.suite, secret)
      // The connection may have ended while an asynchronous provider derived it.
      if (this.#disposed) next.dispose()
      yield* this.handshake.installKeys('application', this.suite, { [direction]: next })
    } finally {
      secret.dispose()
      if (next !== undefined) this.#secrets.replace(which, next)
    }
  }

  *#updateReadKeys({ body }: HandshakeMessage<'key_update'>): Program<PostHandshakeResult> {
    if (++this.#keyUpdatesInARow > maxKeyUpdatesInARow) {
      throw new TlsError('ERR_TLS_TOO_MANY_KEY_UPDATES', undefined, { expected: { max: maxKeyUpdatesInARow } })
    }
    yield* this.#changeKeys('received', read)
    // However many requests arrive before we write, one answer is owed.
    if (body.requestUpdate === 'update_requested') this.#keyUpdateDue = true
    return undefined
  }
}

/** Which of the secrets; a server keeps no resumption secret. */
export type KeptSecret = typeof read | typeof write | typeof exporter | typeof resumption
export const read = 0
export const write = 1
export const exporter = 2
export const resumption = 3

export type PostHandshakeResult =
  | { readonly type: 'session'; readonly session: Session }
  /** Server: `undefined` means that the client has no certificate. */
  | { readonly type: 'authenticated'; readonly peer: AuthenticatedPeer | undefined }
  /** TLS 1.2: another handshake was made, and this came of it. */
  | { readonly type: 'renegotiated'; readonly agreed: Agreed }
  /** Client: messages to send without anything between. The program uses the write keys: none may change meanwhile. */
  | { readonly type: 'answer'; readonly send: Program<void> }
  | undefined

/** BoringSSL's limit: the 33rd is fatal. */
const maxKeyUpdatesInARow = 32
