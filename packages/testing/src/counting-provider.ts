import type { CryptoProvider, Mode } from '@typetls/crypto-provider'
import { interceptedProvider } from './intercepted-provider.ts'

/** A provider that counts its calls, to prove that work is done once, late, or not at all. */
export function countingProvider<M extends Mode>(provider: CryptoProvider<M>): CountingProvider<M> {
  const counts = new Map<string, number>()
  return {
    provider: interceptedProvider(provider, (call, args, run) => {
      counts.set(call, (counts.get(call) ?? 0) + 1)
      return run(args)
    }),
    count(prefix) {
      let sum = 0
      for (const [call, times] of counts) if (call === prefix || call.startsWith(`${prefix}.`)) sum += times
      return sum
    },
    counts: () => Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1))),
    reset: () => counts.clear(),
  }
}

export interface CountingProvider<M extends Mode> {
  readonly provider: CryptoProvider<M>
  /** Calls of a function or of all below a name: `signature.ed25519.sign`, `signature.ed25519`, `signature`. */
  count(prefix: string): number
  /** All counts, by the names of `interceptedProvider`. */
  counts(): Readonly<Record<string, number>>
  reset(): void
}
