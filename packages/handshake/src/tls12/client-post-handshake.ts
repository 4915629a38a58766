import { TlsError } from '@typetls/wire'
import type { Handshake } from '../handshake.ts'
import type { ClientParameters } from '../parameters.ts'
import type { AfterHandshake, PostHandshakeResult } from '../post-handshake.ts'
import type { AwaitedType, Program } from '../program.ts'
import { ask } from '../program.ts'
import { Transcript } from '../transcript.ts'
import { tls12ClientHandshake } from './client.ts'
import type { Tls12Connected } from './connected.ts'
import type { Tls12ClientParameters } from './parameters.ts'
import { Tls12PostHandshake } from './post-handshake.ts'
import type { EndOfHandshake, RenegotiationPolicy } from './renegotiation.ts'
import { earlierOf } from './renegotiation.ts'

/** What comes after a TLS 1.2 handshake of a client: requests to renegotiate, which its policy judges. */
export class Tls12ClientPostHandshake implements AfterHandshake {
  readonly handshake: Handshake
  readonly keyUpdateDue = false
  readonly expected: readonly AwaitedType[] = helloRequest
  readonly #tls12: Tls12ClientParameters
  #now: Tls12PostHandshake
  #renegotiations = 0
  #renegotiating = false
  #disposed = false

  /** Takes ownership of the main secret. */
  constructor(handshake: Handshake, connected: Tls12Connected, tls12: Tls12ClientParameters) {
    this.#now = new Tls12PostHandshake(handshake, connected)
    this.handshake = this.#now.handshake
    this.#tls12 = tls12
  }

  /** From the request to the Finished: nothing else may be sent, as it could get between ChangeCipherSpec and Finished. */
  get renegotiating(): boolean {
    return this.#renegotiating
  }

  *handle(): Program<PostHandshakeResult> {
    const { renegotiation, dangerouslyAllowLegacyRenegotiation } = this.#tls12
    if (renegotiation === 'ignore') return undefined
    if (!(yield* this.#goesAlong(renegotiation))) {
      throw new TlsError('ERR_TLS_NO_RENEGOTIATION', 'the server wants to renegotiate, and we do not')
    }
    // "Handshake messages MUST NOT span key changes": what follows the request was not asked for.
    this.handshake.endOfFlight()
    const before = this.#now.connected
    if (!before.secureRenegotiation && !dangerouslyAllowLegacyRenegotiation) {
      throw new TlsError('ERR_TLS_RENEGOTIATION_INFO', 'the server wants to renegotiate, and cannot do so securely')
    }
    this.#renegotiations++
    this.#renegotiating = true
    return { type: 'renegotiated', agreed: yield* this.#renegotiate(before) }
  }

  *#goesAlong(policy: Exclude<RenegotiationPolicy, 'ignore'>): Program<boolean> {
    if (typeof policy === 'function') {
      this.#renegotiating = true
      return yield* ask('ERR_TLS_CALLBACK', 'renegotiation', policy)
    }
    return policy === 'freely' || (policy === 'once' && this.#renegotiations === 0)
  }

  *#renegotiate(before: EndOfHandshake): Program<EndOfHandshake> {
    const { crypto, parameters } = this.handshake
    const hs = this.handshake.withTranscript(new Transcript(crypto))
    const next = yield* tls12ClientHandshake(hs, parameters as ClientParameters, this.#tls12, earlierOf(before))
    next.session?.state.psk.dispose()
    // ALPN has no part in it: what was chosen stays.
    const connected = { ...next, session: undefined, applicationProtocol: before.applicationProtocol }
    const old = this.#now
    this.#now = new Tls12PostHandshake(hs, connected)
    old.dispose()
    if (this.#disposed) this.#now.dispose()
    this.#renegotiating = false
    return this.#now.connected
  }

  sawApplicationData(): void {}

  *updateWriteKeys(): Program<void> {
    yield* this.#now.updateWriteKeys()
  }

  *export(label: string, context: Uint8Array | undefined, length: number): Program<Uint8Array> {
    if (this.#renegotiating) throw new TlsError('ERR_TLS_STATE', 'the connection is being renegotiated')
    return yield* this.#now.export(label, context, length)
  }

  dispose(): void {
    this.#disposed = true
    this.#now.dispose()
  }
}

const helloRequest = ['hello_request'] as const
