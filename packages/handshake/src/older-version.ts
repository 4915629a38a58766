import type { UnknownExtension } from '@typetls/wire'
import type { Agreed } from './connected.ts'
import type { Handshake } from './handshake.ts'
import type { ClientHello } from './messages/client-hello.ts'
import type { HandshakeMessage } from './messages/handshake-message.ts'
import type { ClientParameters, ServerParameters } from './parameters.ts'
import type { Program } from './program.ts'

/** TLS 1.2 beside TLS 1.3 in a client: what it adds to the one ClientHello, and what goes on if it is chosen. */
export interface OlderClient {
  offer(parameters: ClientParameters): OlderOffer
}

export interface OlderOffer {
  readonly version: 0x0303
  readonly cipherSuites: readonly number[]
  readonly extensions: readonly UnknownExtension[]
  /** legacy_session_id that its session needs; `undefined`: any. */
  readonly sessionId: Uint8Array | undefined
  /** From the ServerHello on, which is in the transcript. */
  goOn(hs: Handshake, sent: SentHello, serverHello: HandshakeMessage<'server_hello'>): Program<Agreed>
}

/** What a ServerHello answers to. */
export interface SentHello {
  readonly random: Uint8Array
  readonly sessionId: Uint8Array
  has(extension: number): boolean
}

/** TLS 1.2 beside TLS 1.3 in a server. */
export interface OlderServer {
  accepts(hello: ClientHello): boolean
  /** From the ClientHello on, which is in the transcript. */
  goOn(hs: Handshake, parameters: ServerParameters, clientHello: HandshakeMessage<'client_hello'>): Program<Agreed>
}
