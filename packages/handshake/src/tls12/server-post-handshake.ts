import { TlsError } from '@typetls/wire'
import { Handshake } from '../handshake.ts'
import type { HandshakeMessage } from '../messages/handshake-message.ts'
import type { ServerParameters } from '../parameters.ts'
import type { PostHandshakeResult } from '../post-handshake.ts'
import type { AwaitedType, Program } from '../program.ts'
import { Transcript } from '../transcript.ts'
import type { Tls12Connected } from './connected.ts'
import type { Tls12ServerParameters } from './parameters.ts'
import { Tls12PostHandshake } from './post-handshake.ts'
import type { Renegotiating, ServerRenegotiationPolicy } from './renegotiation.ts'
import { tls12ServerRenegotiation } from './server.ts'

/** What a server may ask otherwise of its client than it did before. */
export type RenegotiationChanges = Partial<Pick<ServerParameters, 'clientAuthentication' | 'verifier'>>

/** What comes after a TLS 1.2 handshake of a server: renegotiations, those of its policy and those it asked for itself. */
export class Tls12ServerPostHandshake extends Tls12PostHandshake implements Renegotiating<RenegotiationChanges> {
  readonly expected: readonly AwaitedType[] = clientHello
  readonly #tls12: Tls12ServerParameters
  readonly #policy: ServerRenegotiationPolicy
  /** We asked for a renegotiation, with these changes. */
  #asked: RenegotiationChanges | undefined

  /** Takes ownership of the main secret. */
  constructor(
    handshake: Handshake,
    connected: Tls12Connected,
    tls12: Tls12ServerParameters,
    policy: ServerRenegotiationPolicy,
  ) {
    super(handshake, connected)
    this.#tls12 = tls12
    this.#policy = policy
  }

  override get awaitsRenegotiation(): boolean {
    return this.renegotiating || this.#asked !== undefined
  }

  *handle(message: HandshakeMessage): Program<PostHandshakeResult> {
    const asked = this.#asked
    const policy = asked === undefined || typeof this.#policy === 'function' ? this.#policy : 'freely'
    const goesAlong = this.connected.secureRenegotiation && (yield* this.allows(policy))
    if (!goesAlong) throw new TlsError('ERR_TLS_NO_RENEGOTIATION', 'the client wants to renegotiate, and we do not')
    this.#asked = undefined
    const { crypto, parameters, carrier, assembler } = this.handshake
    const hs = new Handshake('server', { ...parameters, ...asked }, carrier, new Transcript(crypto), assembler)
    const hello = message as HandshakeMessage<'client_hello'>
    return yield* this.renegotiate(hs, tls12ServerRenegotiation(hs, this.#tls12, hello, this.connected))
  }

  /** @throws TlsError `ERR_TLS_STATE` (internal_error) for certificates that nobody would judge */
  begin(changes: RenegotiationChanges): Program<PostHandshakeResult> {
    const { clientAuthentication, verifier } = { ...(this.handshake.parameters as ServerParameters), ...changes }
    if (clientAuthentication !== 'none' && verifier === undefined) {
      throw new TlsError('ERR_TLS_STATE', 'to ask the client for a certificate needs a verifier')
    }
    return this.#request(changes)
  }

  /** HelloRequest. https://www.rfc-editor.org/rfc/rfc5246#section-7.4.1.1 */
  *#request(changes: RenegotiationChanges): Program<PostHandshakeResult> {
    this.#asked = { ...this.#asked, ...changes }
    const { messages } = this.handshake
    // "This message MUST NOT be included in the message hashes".
    this.handshake.transmit('hello_request', messages.encode('hello_request', {}))
    return undefined
  }
}

const clientHello = ['client_hello'] as const
