import type { CipherSuite, CryptoProvider, Secret } from '@typetls/crypto-provider'
import { TlsError } from '@typetls/wire'
import type { HandshakeCarrier } from './carrier.ts'
import { MessageAssembler } from './messages/message-assembler.ts'
import type {
  HandshakeMessage,
  HandshakeMessageType,
  HandshakeMessages,
  MessageSet,
} from './messages/handshake-message.ts'
import { tls13Messages } from './messages/handshake-message.ts'
import type { CommonParameters } from './parameters.ts'
import type { AwaitedType, Program } from './program.ts'
import { receive, waitAll } from './program.ts'
import type { Direction, Epoch, KeyLogLabel } from './trace.ts'
import { Transcript } from './transcript.ts'

/** What every line of a handshake program works on: the peer's messages, our messages, the transcript, the keys. */
export class Handshake {
  readonly role: 'client' | 'server'
  readonly parameters: CommonParameters
  readonly carrier: HandshakeCarrier
  readonly transcript: Transcript
  readonly assembler: MessageAssembler
  /** The messages of the version, once it is chosen. */
  messages: MessageSet = tls13Messages
  /** What was chosen; before that TLS 1.3 is assumed where the versions differ. */
  version: 0x0303 | 0x0304 = 0x0304

  constructor(
    role: 'client' | 'server',
    parameters: CommonParameters,
    carrier: HandshakeCarrier,
    transcript: Transcript = new Transcript(parameters.crypto),
    assembler: MessageAssembler = new MessageAssembler(),
  ) {
    this.role = role
    this.parameters = parameters
    this.carrier = carrier
    this.transcript = transcript
    this.assembler = assembler
  }

  /** The same connection seen with another transcript: what comes after the handshake. */
  withTranscript(transcript: Transcript, carrier: HandshakeCarrier = this.carrier): Handshake {
    const other = new Handshake(this.role, this.parameters, carrier, transcript, this.assembler)
    other.messages = this.messages
    other.version = this.version
    return other
  }

  /** Whom we talk to. */
  get peer(): 'client' | 'server' {
    return this.role === 'client' ? 'server' : 'client'
  }

  get crypto(): CryptoProvider {
    return this.parameters.crypto
  }

  /** The next message, which must be of one of these types; it is in the transcript when it arrives here. */
  *receive<Type extends HandshakeMessageType>(...types: readonly Type[]): Program<HandshakeMessage<Type>> {
    const message = yield* receive(...types)
    // Hash what arrived, not what we would have written: re-encoding may reorder extensions.
    this.transcript.add(message.raw)
    return message
  }

  send<Type extends HandshakeMessageType>(type: Type, body: HandshakeMessages[Type]): void {
    this.sendRaw(type, this.messages.encode(type, body))
  }

  sendRaw(type: AwaitedType, raw: Uint8Array): void {
    this.transcript.add(raw)
    this.transmit(type, raw)
  }

  /** Sends a message that is in the transcript already. */
  transmit(type: AwaitedType, raw: Uint8Array): void {
    this.parameters.observer?.message('sent', type, raw)
    this.carrier.send(raw)
  }

  /**
   * The peer must wait for us here: whatever it packed behind its last message is too early.
   * https://www.rfc-editor.org/rfc/rfc9846#section-5.1 "Handshake messages MUST NOT span key changes."
   */
  endOfFlight(): void {
    if (this.assembler.buffered > 0) {
      throw new TlsError('ERR_TLS_EXCESS_HANDSHAKE_DATA', undefined, { received: this.assembler.buffered })
    }
  }

  /** Keys of one direction, or of both at the same time. */
  *installKeys(epoch: Epoch, suite: CipherSuite, secrets: { readonly [D in Direction]?: Secret }): Program<void> {
    if (secrets.received !== undefined) this.endOfFlight()
    const each = Object.entries(secrets) as [Direction, Secret][]
    yield* waitAll(
      ...each.map(
        ([direction, secret]) =>
          () =>
            this.carrier.installKeys(direction, epoch, suite, secret),
      ),
    )
    for (const [direction] of each) this.parameters.observer?.keys(direction, epoch, suite.name)
  }

  logSecrets(secrets: { readonly [Label in KeyLogLabel]?: Secret }): void {
    const { observer } = this.parameters
    if (observer === undefined) return
    for (const [label, secret] of Object.entries(secrets)) observer.secret(label as KeyLogLabel, secret)
  }

  decided(what: string, value: string): void {
    this.parameters.observer?.decision(what, value)
  }
}
