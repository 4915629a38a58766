import { isPromiseLike } from '@typetls/crypto-provider'
import { TlsError } from '@typetls/wire'
import type { HandshakeMessage, HandshakeMessageType, OlderMessageType } from './messages/handshake-message.ts'

/**
 * A handshake, read top to bottom. It suspends for two reasons only: to `receive` a message and to `wait` for somebody's
 * answer. Whoever drives it steps it at once as long as nothing pends, and later otherwise: one source, sync and async.
 */
export type Program<T> = Generator<Effect, T, unknown>

export type Effect =
  | { readonly kind: 'receive'; readonly types: readonly AwaitedType[] }
  | { readonly kind: 'wait'; readonly answer: PromiseLike<unknown>; readonly whose: 'ours' | 'theirs' }

/** A message by name, of whatever version. */
export type AwaitedType = HandshakeMessageType | OlderMessageType

/** Waits for a message of one of these types. Any other is `unexpected_message`, decided by the driver. */
export function* receive<Type extends HandshakeMessageType>(
  ...types: readonly Type[]
): Program<HandshakeMessage<Type>> {
  return (yield { kind: 'receive', types }) as HandshakeMessage<Type>
}

/**
 * The value itself when it is there, without suspending; the promise's value later. The value is the program's: if it
 * comes when the program is over it is wiped.
 */
export function* wait<T>(value: T | PromiseLike<T>): Program<T> {
  return isPromiseLike(value) ? ((yield { kind: 'wait', answer: value, whose: 'ours' }) as T) : value
}

/**
 * Several answers of ours that do not need each other, asked for at the same time. When one of them fails the others are
 * wiped, also those that come later.
 */
export function* waitAll<T>(...calls: readonly (() => T | PromiseLike<T>)[]): Program<T[]> {
  const answers = asked(calls)
  return yield* wait(answers.some(isPromiseLike) ? allOrNone(answers) : (answers as T[]))
}

function asked<T>(calls: readonly (() => T | PromiseLike<T>)[]): (T | PromiseLike<T>)[] {
  const answers: (T | PromiseLike<T>)[] = []
  try {
    for (const call of calls) answers.push(call())
    return answers
  } catch (error) {
    for (const answer of answers) {
      if (isPromiseLike(answer)) answer.then(wipe, () => {})
      else wipe(answer)
    }
    throw error
  }
}

async function allOrNone<T>(answers: readonly (T | PromiseLike<T>)[]): Promise<T[]> {
  const settled = await Promise.allSettled(answers)
  const failed = settled.find((one) => one.status === 'rejected')
  if (failed === undefined) return settled.map((one) => (one as PromiseFulfilledResult<Awaited<T>>).value)
  for (const one of settled) if (one.status === 'fulfilled') wipe(one.value)
  throw failed.reason
}

/**
 * Asks user code and waits for its answer, which stays the user's. What it throws or rejects with comes out as a
 * `TlsError` with this code, unless it is one already.
 */
export function* ask<T>(code: CallbackCode, who: string, call: () => T | PromiseLike<T>): Program<T> {
  const answer = askNow(code, who, call)
  if (!isPromiseLike(answer)) return answer
  const guarded = answer.then(
    (value) => value,
    (cause: unknown) => Promise.reject(callbackFailure(code, who, cause)),
  )
  return (yield { kind: 'wait', answer: guarded, whose: 'theirs' }) as T
}

/** Asks user code that must answer at once. */
export function askNow<T>(code: CallbackCode, who: string, call: () => T): T {
  try {
    return call()
  } catch (cause) {
    throw callbackFailure(code, who, cause)
  }
}

export type CallbackCode = 'ERR_TLS_CALLBACK' | 'ERR_TLS_SIGNER' | 'ERR_TLS_CLIENT_HELLO_REFUSED'

/** Where a program got to when it was stepped. */
export type Step<T> =
  | { readonly kind: 'receive'; readonly types: readonly AwaitedType[] }
  | { readonly kind: 'pending'; readonly until: PromiseLike<void> }
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'aborted' }

/**
 * Steps one program. Exceptions of the program come out of `step`, `deliver` and the `until` promise; the program is
 * over then and has run its `finally` blocks.
 */
export class ProgramRun<T> {
  readonly #program: Program<T>
  #step: Step<T> | undefined
  #running = false
  #aborted = false

  constructor(program: Program<T>) {
    this.#program = program
  }

  /**
   * Runs up to the first message it needs, the first answer it must wait for, or its end.
   *
   * @param first makes the first step
   */
  start(first: () => IteratorResult<Effect, T> = () => this.#program.next()): Step<T> {
    return this.#resume(first)
  }

  /** Hands over the message it waits for. */
  deliver(message: HandshakeMessage | { readonly type: 'change_cipher_spec' }): Step<T> {
    return this.#resume(() => this.#program.next(message))
  }

  get current(): Step<T> | undefined {
    return this.#step
  }

  /**
   * Ends the program where it stands: its `finally` blocks run and wipe what they own. From within one of its own steps
   * it ends where that step does. Answers that come later are wiped as well.
   */
  abort(): void {
    if (this.#aborted) return
    this.#aborted = true
    if (!this.#running) this.#program.return(undefined as T)
  }

  #resume(next: () => IteratorResult<Effect, T>): Step<T> {
    const result = this.#next(next)
    if (this.#aborted) return this.#abandon(result)
    if (result.done === true) return (this.#step = { kind: 'done', value: result.value })
    const effect = result.value
    if (effect.kind === 'receive') return (this.#step = effect)
    const until = effect.answer.then(
      (value) => (this.#aborted ? discard(effect, value) : this.#continue(() => this.#program.next(value))),
      (error: unknown) => (this.#aborted ? undefined : this.#continue(() => this.#program.throw(error))),
    )
    return (this.#step = { kind: 'pending', until })
  }

  #next(next: () => IteratorResult<Effect, T>): IteratorResult<Effect, T> {
    this.#running = true
    try {
      return next()
    } finally {
      this.#running = false
    }
  }

  /** The end of a program that was aborted from within. */
  #abandon(result: IteratorResult<Effect, T>): Step<T> {
    if (result.done === true) wipe(result.value)
    else {
      const effect = result.value
      // A failure of what nobody waits for any more is nobody's.
      if (effect.kind === 'wait')
        effect.answer.then(
          (value) => discard(effect, value),
          () => {},
        )
      this.#program.return(undefined as T)
    }
    return (this.#step = { kind: 'aborted' })
  }

  /** After an answer: resolves once the program no longer pends on a promise. */
  #continue(next: () => IteratorResult<Effect, T>): void | PromiseLike<void> {
    const step = this.#resume(next)
    return step.kind === 'pending' ? step.until : undefined
  }
}

/** The result of a program that receives no messages: at once when nothing pends, else a promise of it. */
export function run<T>(program: Program<T>): T | PromiseLike<T> {
  const first = program.next()
  if (first.done === true) return first.value
  const steps = new ProgramRun(program)
  const step = steps.start(() => first)
  if (step.kind === 'pending') return step.until.then(() => finished(steps.current))
  return finished(step)
}

/** An answer that came too late. */
function discard({ whose }: { readonly whose: 'ours' | 'theirs' }, answer: unknown): void {
  if (whose === 'ours') wipe(answer)
}

/** Secrets and keys, alone or as the fields of a value. */
function wipe(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  for (const part of [value, ...Object.values(value)]) if (isDisposable(part)) part.dispose()
}

function isDisposable(value: unknown): value is { dispose(): void } {
  return typeof value === 'object' && value !== null && 'dispose' in value && typeof value.dispose === 'function'
}

function finished<T>(step: Step<T> | undefined): T {
  if (step?.kind !== 'done') throw new TlsError('ERR_TLS_STATE', 'this program must not wait for a message')
  return step.value
}

function callbackFailure(code: CallbackCode, who: string, cause: unknown): TlsError {
  return cause instanceof TlsError ? cause : new TlsError(code, `${who} failed`, { cause })
}
