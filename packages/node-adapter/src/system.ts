import type { Clock } from '@typetls/connection'
import { nodeCrypto } from '@typetls/crypto-node'
import type { CryptoProvider } from '@typetls/crypto-provider'

/** The wall clock. */
export const systemClock: Clock = { now: () => Date.now() }

/** What is used when no provider is given: `node:crypto`. */
export const systemCrypto: CryptoProvider<'sync'> = nodeCrypto

export const isBun: boolean = 'bun' in process.versions

/** Whether this is Node itself, whose inner parts others do not have. */
export const isNode: boolean = !isBun && !('deno' in process.versions)
