import { isPromiseLike } from '@typetls/crypto-provider'
import { TlsError } from '@typetls/wire'
import type { HandshakeMessage, HandshakeMessageType } from './messages/handshake-message.ts'

/**
 * A handshake, read top to bottom. It suspends for two reasons only: to `receive` a message and to `wait` for somebody's
 * answer. Whoever drives it steps it at once as long as nothing pends, and later otherwise: one source, sync and async.
 */
export type Program<T> = Generator<Effect, T, unknown>

export type Effect =
  | { readonly kind: 'receive'; readonly types: readonly HandshakeMessageType[] }
  | { readonly kind: 'wait'; readonly answer: PromiseLike<unknown> }

/** Waits for a message of one of these types. Any other is `unexpected_message`, decided by the driver. */
export function* receive<Type extends HandshakeMessageType>(
  ...types: readonly Type[]
): Program<HandshakeMessage<Type>> {
  return (yield { kind: 'receive', types }) as HandshakeMessage<Type>
}

/** The value itself when it is there, without suspending; the promise's value later. */
export function* wait<T>(value: T | PromiseLike<T>): Program<T> {
  return isPromiseLike(value) ? ((yield { kind: 'wait', answer: value }) as T) : value
}

/** Where a program got to when it was stepped. */
export type Step<T> =
  | { readonly kind: 'receive'; readonly types: readonly HandshakeMessageType[] }
  | { readonly kind: 'pending'; readonly until: PromiseLike<void> }
  | { readonly kind: 'done'; readonly value: T }

/**
 * Steps one program. Exceptions of the program come out of `step`, `deliver` and the `until` promise; the program is
 * over then and has run its `finally` blocks.
 */
export class ProgramRun<T> {
  readonly #program: Program<T>
  #step: Step<T> | undefined

  constructor(program: Program<T>) {
    this.#program = program
  }

  /** Runs up to the first message it needs, the first answer it must wait for, or its end. */
  start(): Step<T> {
    return this.#resume(() => this.#program.next())
  }

  /** Hands over the message it waits for. */
  deliver(message: HandshakeMessage): Step<T> {
    return this.#resume(() => this.#program.next(message))
  }

  get current(): Step<T> | undefined {
    return this.#step
  }

  /** Ends the program where it stands: its `finally` blocks run and wipe what they own. */
  abort(): void {
    this.#program.return(undefined as T)
  }

  #resume(next: () => IteratorResult<Effect, T>): Step<T> {
    const result = next()
    if (result.done === true) return (this.#step = { kind: 'done', value: result.value })
    const effect = result.value
    if (effect.kind === 'receive') return (this.#step = effect)
    const until = effect.answer.then(
      (value) => this.#continue(() => this.#program.next(value)),
      (error: unknown) => this.#continue(() => this.#program.throw(error)),
    )
    return (this.#step = { kind: 'pending', until })
  }

  /** After an answer: resolves once the program no longer pends on a promise. */
  #continue(next: () => IteratorResult<Effect, T>): void | PromiseLike<void> {
    const step = this.#resume(next)
    return step.kind === 'pending' ? step.until : undefined
  }
}

/** The result of a program that receives no messages: at once when nothing pends, else a promise of it. */
export function run<T>(program: Program<T>): T | PromiseLike<T> {
  const steps = new ProgramRun(program)
  const step = steps.start()
  if (step.kind === 'pending') return step.until.then(() => finished(steps.current))
  return finished(step)
}

function finished<T>(step: Step<T> | undefined): T {
  if (step?.kind !== 'done') throw new TlsError('ERR_TLS_STATE', 'this program must not wait for a message')
  return step.value
}

/** Calls user code; what it throws or rejects with comes out as a `TlsError` with this code, unless it is one already. */
export function guarded<T>(
  code: 'ERR_TLS_CALLBACK' | 'ERR_TLS_SIGNER' | 'ERR_TLS_CLIENT_HELLO_REFUSED',
  who: string,
  call: () => T | PromiseLike<T>,
): T | PromiseLike<T> {
  const failure = (cause: unknown): TlsError =>
    cause instanceof TlsError ? cause : new TlsError(code, `${who} failed`, { cause })
  try {
    const answer = call()
    if (!isPromiseLike(answer)) return answer
    return answer.then(
      (value) => value,
      (cause: unknown) => Promise.reject(failure(cause)),
    )
  } catch (cause) {
    throw failure(cause)
  }
}
