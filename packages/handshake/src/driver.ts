import { TlsError } from '@typetls/wire'
import type { Handshake } from './handshake.ts'
import type { HandshakeMessage } from './messages/handshake-message.ts'
import { HandshakeType, messageLabel } from './messages/handshake-message.ts'
import type { CommonParameters } from './parameters.ts'
import type { AwaitedType, Program, Step } from './program.ts'
import { ProgramRun } from './program.ts'

/**
 * Steps a handshake program with the messages that arrive. The one place that decides `unexpected_message`, because it
 * knows what was expected.
 */
export class HandshakeDriver<T> extends ProgramRun<T> {
  readonly #handshake: Handshake

  constructor(handshake: Handshake, program: Program<T>) {
    super(program)
    this.#handshake = handshake
  }

  /** Goes on with what was pushed to the assembler: until it starves, pends or ends. */
  advance(): Step<T> {
    let step = this.current as Step<T>
    while (step.kind === 'receive') {
      const message = nextExpected(this.#handshake, step.types)
      if (message === undefined) return step
      step = this.deliver(message)
    }
    return step
  }

  /** What the program waits for; empty when it waits for no message. */
  get expected(): readonly AwaitedType[] {
    const step = this.current
    return step?.kind === 'receive' ? step.types : []
  }

  /** The ChangeCipherSpec that the program waits for has come: `expected` says whether it does. */
  changeCipherSpec(): Step<T> {
    return this.deliver({ type: 'change_cipher_spec' })
  }
}

/**
 * The next whole message if it is one of `types`.
 *
 * @throws TlsError `ERR_TLS_UNEXPECTED_MESSAGE` (unexpected_message) from the first byte of any other
 */
export function nextExpected(handshake: Handshake, types: readonly AwaitedType[]): HandshakeMessage | undefined {
  const { assembler, parameters, messages } = handshake
  const id = assembler.nextType
  if (id === undefined) return undefined
  if (!types.some((type) => messages.ids[type] === id)) throw unexpected(HandshakeType.label(id), types)
  const raw = assembler.next(sizeLimit(types, parameters))
  if (raw === undefined) return undefined
  const type = messages.typeOf(raw)
  if (type === undefined || !types.includes(type)) throw unexpected(messageLabel(raw), types)
  parameters.observer?.message('received', type, raw)
  return messages.decode(type, raw) as HandshakeMessage
}

/** Bytes of body, by what may come now. */
function sizeLimit(types: readonly AwaitedType[], parameters: CommonParameters): number {
  if (types.includes('certificate')) return parameters.maxCertificateListSize
  return types.includes('client_hello') ? maxClientHelloSize : maxMessageSize
}

function unexpected(received: string, expected: readonly AwaitedType[]): TlsError {
  const wanted = expected.join(' or ') || 'no message'
  return new TlsError('ERR_TLS_UNEXPECTED_MESSAGE', `${received} came where ${wanted} must come`, {
    expected,
    received,
  })
}

/** BoringSSL's limit for messages that carry no certificates. */
const maxMessageSize = 16384

/** The largest the syntax allows: whatever a client lists, it is ours to answer. OpenSSL has the same number. */
const maxClientHelloSize = 131396
