import type { Clock } from '@typetls/connection'
import { nodeCrypto } from '@typetls/crypto-node'
import type { CryptoProvider } from '@typetls/crypto-provider'

/** The wall clock. */
export const systemClock: Clock = { now: () => Date.now() }

/** What is used when no provider is given: `node:crypto`. */
export const systemCrypto: CryptoProvider<'sync'> = nodeCrypto
