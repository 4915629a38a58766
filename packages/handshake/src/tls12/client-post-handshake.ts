import { TlsError } from '@typetls/wire'
import type { Handshake } from '../handshake.ts'
import type { ClientParameters } from '../parameters.ts'
import type { PostHandshakeResult } from '../post-handshake.ts'
import type { AwaitedType, Program } from '../program.ts'
import { Transcript } from '../transcript.ts'
import { tls12ClientHandshake } from './client.ts'
import type { Tls12Connected } from './connected.ts'
import type { Tls12ClientParameters } from './parameters.ts'
import { Tls12PostHandshake } from './post-handshake.ts'
import type { Renegotiating } from './renegotiation.ts'
import { earlierOf } from './renegotiation.ts'

/** What comes after a TLS 1.2 handshake of a client: renegotiations, its own and those its policy grants the server. */
export class Tls12ClientPostHandshake extends Tls12PostHandshake implements Renegotiating {
  readonly expected: readonly AwaitedType[] = helloRequest
  readonly #tls12: Tls12ClientParameters

  /** Takes ownership of the main secret. */
  constructor(handshake: Handshake, connected: Tls12Connected, tls12: Tls12ClientParameters) {
    super(handshake, connected)
    this.#tls12 = tls12
  }

  *handle(): Program<PostHandshakeResult> {
    const { renegotiation, dangerouslyAllowLegacyRenegotiation } = this.#tls12
    if (renegotiation === 'ignore') return undefined
    if (!(yield* this.allows(renegotiation))) {
      throw new TlsError('ERR_TLS_NO_RENEGOTIATION', 'the server wants to renegotiate, and we do not')
    }
    // "Handshake messages MUST NOT span key changes": what follows the request was not asked for.
    this.handshake.endOfFlight()
    if (!this.connected.secureRenegotiation && !dangerouslyAllowLegacyRenegotiation) {
      throw new TlsError('ERR_TLS_RENEGOTIATION_INFO', 'the server wants to renegotiate, and cannot do so securely')
    }
    return yield* this.begin()
  }

  *begin(): Program<PostHandshakeResult> {
    const { crypto, parameters } = this.handshake
    const hs = this.handshake.withTranscript(new Transcript(crypto))
    const earlier = earlierOf(this.connected)
    return yield* this.renegotiate(hs, tls12ClientHandshake(hs, parameters as ClientParameters, this.#tls12, earlier))
  }
}

const helloRequest = ['hello_request'] as const
