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
  let pending = first
  for (;;) {
    const step = program.next(await pending)
    if (step.done === true) return step.value
    pending = step.value
  }
}

/** `const value = yield* wait(answer)` */
export function* wait<T>(answer: T | PromiseLike<T>): Program<T> {
  return isPromiseLike(answer) ? ((yield answer) as T) : answer
}
