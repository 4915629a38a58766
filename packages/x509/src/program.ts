import { isPromiseLike } from '@typetls/crypto-provider'

/**
 * Work that may have to wait for a provider's answer: written once, it runs in one go when every answer is there at
 * once, and as a promise when one is not.
 */
export type Program<T> = Generator<PromiseLike<unknown>, T, unknown>

/** The result of a program, or a promise of it if something had to be waited for. */
export function run<T>(program: Program<T>): T | Promise<T> {
  const step = program.next()
  return step.done === true ? step.value : runLater(program, step.value)
}

async function runLater<T>(program: Program<T>, first: PromiseLike<unknown>): Promise<T> {
  let step: IteratorResult<PromiseLike<unknown>, T> = { done: false, value: first }
  while (step.done !== true) step = await resumed(program, step.value)
  return step.value
}

async function resumed<T>(
  program: Program<T>,
  pending: PromiseLike<unknown>,
): Promise<IteratorResult<PromiseLike<unknown>, T>> {
  let answer: unknown
  try {
    answer = await pending
  } catch (error) {
    return program.throw(error)
  }
  return program.next(answer)
}

/** `const value = yield* wait(answer)` */
export function* wait<T>(answer: T | PromiseLike<T>): Program<T> {
  return isPromiseLike(answer) ? ((yield answer) as T) : answer
}
