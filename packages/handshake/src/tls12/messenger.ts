import type { Handshake } from '../handshake.ts'
import type { Program } from '../program.ts'
import { receive } from '../program.ts'
import type { Tls12Message, Tls12MessageType, Tls12Messages } from './messages.ts'

/** The next message, which must be of one of these types; but for HelloRequest, it is in the transcript when it arrives here. */
export function* receive12<Type extends Tls12MessageType>(
  hs: Handshake,
  ...types: readonly Type[]
): Program<Tls12Message<Type>> {
  // The names are those of TLS 1.3 and of TLS 1.2; `hs.messages` says which bodies they have.
  const message = (yield* receive(...(types as readonly never[]))) as Tls12Message
  if (message.type !== 'hello_request') hs.transcript.add(message.raw)
  return message as Tls12Message<Type>
}

export function send12<Type extends Tls12MessageType>(hs: Handshake, type: Type, body: Tls12Messages[Type]): void {
  hs.sendRaw(type, hs.messages.encode(type, body))
}

/** A record, no handshake message: it is not in the transcript. Nothing may be left over of the messages before it. */
export function* receiveChangeCipherSpec(hs: Handshake): Program<void> {
  yield* receive(...(['change_cipher_spec'] as unknown as readonly never[]))
  hs.endOfFlight()
}
