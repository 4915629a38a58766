import { dhe } from './dhe.ts'
import type { KeyExchangeMethod } from './key-exchange.ts'
import { withPsk } from './psk.ts'

/** https://www.rfc-editor.org/rfc/rfc4279#section-3 */
export const dhePsk: KeyExchangeMethod = /* @__PURE__ */ withPsk('DHE_PSK', dhe)
