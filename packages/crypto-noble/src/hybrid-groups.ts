import { hybrid, namedGroups } from '@typetls/crypto-provider'
import type { KeyExchange } from '@typetls/crypto-provider'
import { mlkem768 } from './ml-kem.ts'
import { secp256r1 } from './nist-curve.ts'
import { x25519 } from './x25519.ts'

export const X25519MLKEM768: KeyExchange<'sync'> = /* @__PURE__ */ hybrid(namedGroups.X25519MLKEM768, mlkem768, x25519)
export const SecP256r1MLKEM768: KeyExchange<'sync'> = /* @__PURE__ */ hybrid(
  namedGroups.SecP256r1MLKEM768,
  secp256r1,
  mlkem768,
)
