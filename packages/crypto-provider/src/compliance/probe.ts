import { TlsError } from '@typetls/wire'
import { isPromiseLike } from '../answer.ts'
import type { Mode } from '../answer.ts'

/** A rule of the contract that a backend broke. */
export interface Finding {
  /** The rule, as a sentence. */
  readonly rule: string
  /** What was put in the first time: test vectors and made-up bytes only. */
  readonly inputs: string
  /** What came out the first time. */
  readonly problem: string
  /** How many checks of this rule failed. */
  readonly times: number
}

/** What is wrong, or nothing. */
export type Verdict = string | undefined

/** Looks at one algorithm, and remembers what was wrong with it. */
export class Probe {
  checks = 0
  readonly #mode: Mode
  readonly #findings = new Map<string, Finding>()

  constructor(mode: Mode) {
    this.#mode = mode
  }

  get findings(): readonly Finding[] {
    return [...this.#findings.values()]
  }

  /** One look. What `run` throws is wrong too. */
  async check(rule: string, inputs: string, run: () => Verdict | Promise<Verdict>): Promise<void> {
    this.checks++
    const problem = await verdictOf(run)
    if (problem !== undefined) this.#add(rule, inputs, problem)
  }

  /** Waits for an answer of the provider. One that says it is synchronous may not make anybody wait. */
  async answer<T>(call: string, answer: T | PromiseLike<T>): Promise<T> {
    if (isPromiseLike(answer) && this.#mode === 'sync') {
      this.#add('a synchronous provider answers at once, never by a promise', call, 'a promise')
    }
    return await answer
  }

  #add(rule: string, inputs: string, problem: string): void {
    const known = this.#findings.get(rule)
    this.#findings.set(rule, known ? { ...known, times: known.times + 1 } : { rule, inputs, problem, times: 1 })
  }
}

async function verdictOf(run: () => Verdict | Promise<Verdict>): Promise<Verdict> {
  try {
    return await run()
  } catch (error) {
    return `threw ${describeError(error)}`
  }
}

/** Whether a call is refused with this code, at once or by a promise that rejects. */
export async function refused(code: string, call: () => unknown): Promise<Verdict> {
  try {
    await call()
  } catch (error) {
    return error instanceof TlsError && error.code === code ? undefined : `threw ${describeError(error)}, not ${code}`
  }
  return `accepted; ${code} was due`
}

export function describeError(error: unknown): string {
  if (error instanceof TlsError) return `TlsError ${error.code}: ${error.message}`
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}
