import type { Secret } from '@typetls/crypto-provider'
import { TlsError } from '@typetls/wire'
import type { Handshake } from '../handshake.ts'
import type { HandshakeMessage } from '../messages/handshake-message.ts'
import type { AfterHandshake, PostHandshakeResult } from '../post-handshake.ts'
import type { AwaitedType, Program } from '../program.ts'
import { ask } from '../program.ts'
import { Transcript } from '../transcript.ts'
import type { Tls12Connected } from './connected.ts'
import { exportTls12 } from './prf.ts'
import type { EndOfHandshake, RenegotiationPolicy } from './renegotiation.ts'

/** What comes after a TLS 1.2 handshake, as far as both roles have it: keying material, and other handshakes. */
export abstract class Tls12PostHandshake implements AfterHandshake {
  readonly keyUpdateDue = false
  abstract readonly expected: readonly AwaitedType[]
  handshake: Handshake
  #connected: EndOfHandshake
  #main: Secret
  #renegotiations = 0
  #renegotiating = false
  #disposed = false

  /** Takes ownership of the main secret. */
  constructor(handshake: Handshake, { mainSecret, ...connected }: Tls12Connected) {
    this.handshake = handshake.withTranscript(new Transcript(handshake.crypto))
    this.#connected = connected
    this.#main = mainSecret
  }

  abstract handle(message: HandshakeMessage): Program<PostHandshakeResult>

  /** From the request to the Finished: nothing else may be sent, as it could get between ChangeCipherSpec and Finished. */
  get renegotiating(): boolean {
    return this.#renegotiating
  }

  get awaitsRenegotiation(): boolean {
    return this.#renegotiating
  }

  /** What was agreed in the last handshake. */
  protected get connected(): EndOfHandshake {
    return this.#connected
  }

  /** Whether the policy goes along with what the peer wants. From here on nothing is written. */
  protected *allows(policy: Exclude<RenegotiationPolicy, 'ignore'>): Program<boolean> {
    this.#renegotiating = true
    if (typeof policy === 'function') return yield* ask('ERR_TLS_CALLBACK', 'renegotiation', policy)
    return policy === 'freely' || (policy === 'once' && this.#renegotiations === 0)
  }

  /** Makes another handshake on `hs`, and goes on with what comes of it. */
  protected *renegotiate(hs: Handshake, handshake: Program<Tls12Connected>): Program<PostHandshakeResult> {
    this.#renegotiating = true
    this.#renegotiations++
    const { mainSecret, ...connected } = yield* handshake
    // ALPN has no part in it: what was chosen stays. And nothing is resumed with it.
    connected.session?.state.psk.dispose()
    const agreed = { ...connected, session: undefined, applicationProtocol: this.#connected.applicationProtocol }
    this.#main.dispose()
    this.#main = mainSecret
    if (this.#disposed) mainSecret.dispose()
    this.#connected = agreed
    this.handshake = hs.withTranscript(new Transcript(hs.crypto))
    this.#renegotiating = false
    return { type: 'renegotiated', agreed }
  }

  sawApplicationData(): void {}

  updateWriteKeys(): Program<void> {
    throw new TlsError('ERR_TLS_STATE', 'TLS 1.2 has no KeyUpdate')
  }

  /** https://www.rfc-editor.org/rfc/rfc5705 */
  *export(label: string, context: Uint8Array | undefined, length: number): Program<Uint8Array> {
    if (this.#renegotiating) throw new TlsError('ERR_TLS_STATE', 'the connection is being renegotiated')
    const { suite, randoms, extendedMainSecret } = this.#connected
    if (!extendedMainSecret) {
      throw new TlsError('ERR_TLS_STATE', 'without extended_main_secret keying material may be that of two connections')
    }
    return yield* exportTls12(this.handshake.crypto, suite.hash, this.#main, randoms, label, context, length)
  }

  dispose(): void {
    this.#disposed = true
    this.#main.dispose()
  }
}
