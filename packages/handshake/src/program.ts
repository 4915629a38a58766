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
  const answers: (T | PromiseLike<T>)[] = []
  let complete = false
  try {
    for (const call of calls) answers.push(call())
    const values = yield* wait(answers.some(isPromiseLike) ? Promise.all(answers) : (answers as T[]))
    complete = true
    return values
  } finally {
    if (!complete) for (const answer of answers) discard(answer)
  }
}

/**
 * Asks user code and waits for its answer, which stays the user's. What it throws or rejects with comes out as a
 * `TlsError` with this code, unless it is one already.
 */
export function* ask<T>(code: CallbackCode, who: string, call: () => T | PromiseLike<T>): Program<T> {
  const answer = askNow(code, who, call)
  if (!isPromiseLike(answer)) return answer
  const guarded = answer.then(undefined, (cause: unknown) => {
    throw callbackFailure(code, who, cause)
  })
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

  /** Runs up to the first message it needs, the first answer it must wait for, or its end. */
  start(): Step<T> {
    return this.#resume('next')
  }

  /** Hands over the message it waits for. */
  deliver(message: HandshakeMessage | { readonly type: 'change_cipher_spec' }): Step<T> {
    return this.#resume('next', message)
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
    if (this.#running) return
    this.#program.return(undefined as T)
    if (this.#step?.kind === 'done') {
      // Nobody took it.
      wipe(this.#step.value)
      this.#step = { kind: 'aborted' }
    }
  }

  #resume(how: 'next' | 'throw', value?: unknown): Step<T> {
    this.#running = true
    let result
    try {
      result = this.#program[how](value)
    } finally {
      this.#running = false
    }
    const step = this.#stepOf(result)
    if (!this.#aborted) return (this.#step = step)
    // It was aborted from within.
    if (step.kind === 'done') wipe(step.value)
    else this.#program.return(undefined as T)
    return (this.#step = { kind: 'aborted' })
  }

  #stepOf({ done, value }: IteratorResult<Effect, T>): Step<T> {
    if (done === true) return { kind: 'done', value }
    if (value.kind === 'receive') return value
    const { answer, whose } = value
    const until = answer.then(
      (given) => {
        if (!this.#aborted) return this.#goOn('next', given)
        if (whose === 'ours') wipe(given)
      },
      // A failure of what nobody waits for any more is nobody's.
      (error: unknown) => (this.#aborted ? undefined : this.#goOn('throw', error)),
    )
    return { kind: 'pending', until }
  }

  /** After an answer: resolves once the program no longer pends on a promise. */
  #goOn(how: 'next' | 'throw', value: unknown): void | PromiseLike<void> {
    const step = this.#resume(how, value)
    return step.kind === 'pending' ? step.until : undefined
  }
}

/** The result of a program that receives no messages: at once when nothing pends, else a promise of it. */
export function run<T>(program: Program<T>): T | PromiseLike<T> {
  const steps = new ProgramRun(program)
  const step = steps.start()
  return step.kind === 'pending' ? step.until.then(() => finished(steps.current)) : finished(step)
}

/** An answer that nobody takes, now or when it comes. */
function discard(answer: unknown): void {
  if (isPromiseLike(answer)) answer.then(wipe, () => {})
  else wipe(answer)
}

/** Secrets and keys, alone or as the fields of a value. */
function wipe(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  for (const part of [value, ...Object.values(value)] as ({ dispose?(): void } | null | undefined)[]) part?.dispose?.()
}

function finished<T>(step: Step<T> | undefined): T {
  if (step?.kind !== 'done') throw new TlsError('ERR_TLS_STATE', 'this program must not wait for a message')
  return step.value
}

function callbackFailure(code: CallbackCode, who: string, cause: unknown): TlsError {
  return cause instanceof TlsError ? cause : new TlsError(code, `${who} failed`, { cause })
}
