import type { CryptoProvider } from '@typetls/crypto-provider'
import { equalBytes } from '@typetls/wire'
import { interceptedProvider } from './intercepted-provider.ts'
import type { SeededRandom } from './seeded-random.ts'
import { seededRandom } from './seeded-random.ts'

/**
 * The same algorithms, every answer by a promise: after a microtask or after a turn of the event loop, as the seed has
 * it. What the contract lets a backend do, this one does: it computes when it answers and not when it is called, and
 * keeps copies of only nonce and additional data. So it shows users who
 * - wipe a secret, or write to a buffer they gave, before the answer came,
 * - count on their nonce or IV after a call (the eight bytes of the record number are overwritten when the call returns),
 * - take an answer for a value.
 */
export function asyncProvider(
  provider: CryptoProvider<'sync'>,
  options: AsyncProviderOptions = {},
): CryptoProvider<'async'> {
  const { seed = 1, poisonNonces = true } = options
  const random = seededRandom(seed)
  const intercepted = interceptedProvider(provider, (call, args, run) => {
    const kind = call.slice(call.lastIndexOf('.') + 1)
    if (kind === 'random' || kind === 'update' || kind === 'dispose' || /^hash\..*\.start$/.test(call)) return run(args)
    if (kind === 'runningDigest') {
      // "The hash of all bytes so far": what is added after the call does not count.
      const digest = run(args)
      return later(random, call, [], () => digest)
    }
    const [nonce, additionalData] = args as readonly Uint8Array[]
    if (call.startsWith('cbc.') && (kind === 'encrypt' || kind === 'decrypt')) {
      // Only the IV is valid during the call.
      const kept = [(nonce as Uint8Array).slice(), ...args.slice(1)]
      if (poisonNonces) (nonce as Uint8Array).fill(poison)
      return later(random, call, kept, run)
    }
    if (kind !== 'seal' && kind !== 'open') return later(random, call, args, run)
    const kept = [(nonce as Uint8Array).slice(), (additionalData as Uint8Array).slice(), ...args.slice(2)]
    if (poisonNonces) (nonce as Uint8Array).fill(poison, -8)
    return later(random, call, kept, run)
  })
  // Its functions now return promises, which the types of a synchronous provider do not say.
  return { ...(intercepted as unknown as CryptoProvider<'async'>), name: `${provider.name}, later`, mode: 'async' }
}

export interface AsyncProviderOptions {
  /** Of the schedule. Default 1. */
  readonly seed?: number
  /** Overwrite the last eight bytes of the caller's nonce when a call returns. Default true. */
  readonly poisonNonces?: boolean
}

async function later(
  random: SeededRandom,
  call: string,
  args: readonly unknown[],
  run: (args: readonly unknown[]) => unknown,
): Promise<unknown> {
  // Behind them is where the answer goes.
  const inputCount = call.endsWith('.seal') ? 4 : call.endsWith('.encrypt') ? 2 : undefined
  const inputs = args.slice(0, inputCount).filter((arg) => arg instanceof Uint8Array)
  const before = inputs.map((input) => input.slice())
  if (random.next() < 0.5) await Promise.resolve()
  else await new Promise((resolve) => setImmediate(resolve))
  inputs.forEach((input, i) => {
    if (!equalBytes(input, before[i] as Uint8Array)) {
      throw new Error(`the input of ${call} was written to before the answer came`)
    }
  })
  return run(args)
}

const poison = 0xdb
