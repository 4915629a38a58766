import type { CryptoProvider, Mode } from '@typetls/crypto-provider'
import { Secret, isPromiseLike } from '@typetls/crypto-provider'
import { interceptedProvider } from '@typetls/testing'

/** A provider that knows which of the secrets and keys it gave out, or was given, still exist. */
export interface TrackedProvider<M extends Mode> {
  readonly provider: CryptoProvider<M>
  /** What still exists, by the call it comes from; secrets in `except` are somebody else's. */
  alive(except?: readonly Secret[]): readonly string[]
  /** How many calls there were. */
  readonly calls: number
}

/** @param before called with the number of each call, from 0, and what is called, before it is done */
export function trackedProvider<M extends Mode>(
  provider: CryptoProvider<M>,
  before: (index: number, call: string) => void = () => {},
): TrackedProvider<M> {
  const secrets = new Map<Secret, string>()
  const keys = new Map<object, string>()
  let calls = 0

  const tracked = (call: string, answer: unknown): unknown => {
    if (answer instanceof Secret) {
      secrets.set(answer, call)
    } else if (typeof answer === 'object' && answer !== null) {
      if ('secret' in answer) tracked(call, answer.secret)
      if ('dispose' in answer) return trackedKey(call, answer as { dispose(): void })
    }
    return answer
  }

  const trackedKey = (call: string, key: { dispose(): void }): object => {
    keys.set(key, call)
    const dispose = (): void => {
      keys.delete(key)
      key.dispose()
    }
    return { ...key, dispose }
  }

  return {
    provider: interceptedProvider(provider, (call, args, run) => {
      if (!call.endsWith('.dispose')) before(calls++, call)
      for (const arg of args) if (arg instanceof Secret && !secrets.has(arg)) secrets.set(arg, `somebody, for ${call}`)
      const answer = run(args)
      return isPromiseLike(answer) ? answer.then((value) => tracked(call, value)) : tracked(call, answer)
    }),
    alive: (except = []) => [
      ...[...secrets].filter(([secret]) => !secret.disposed && !except.includes(secret)).map(([, call]) => call),
      ...keys.values(),
    ],
    get calls() {
      return calls
    },
  }
}
