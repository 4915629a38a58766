import { hybrid, namedGroups } from '@typetls/crypto-provider'
import type { KeyExchange, Listed } from '@typetls/crypto-provider'
import { mlkem768 } from './ml-kem.ts'
import { montgomery } from './montgomery.ts'
import { nistCurve } from './nist-curve.ts'

const x25519 = /* @__PURE__ */ montgomery(namedGroups.x25519, 'x25519', 'X25519')
const secp256r1 = /* @__PURE__ */ nistCurve(namedGroups.secp256r1, 'prime256v1')
const kem = /* @__PURE__ */ mlkem768()

export const keyExchange: Listed<KeyExchange<'sync'>> = {
  x25519,
  x448: /* @__PURE__ */ montgomery(namedGroups.x448, 'x448', 'X448'),
  secp256r1,
  secp384r1: /* @__PURE__ */ nistCurve(namedGroups.secp384r1, 'secp384r1'),
  secp521r1: /* @__PURE__ */ nistCurve(namedGroups.secp521r1, 'secp521r1'),
  ...(kem && {
    X25519MLKEM768: hybrid(namedGroups.X25519MLKEM768, kem, x25519),
    SecP256r1MLKEM768: hybrid(namedGroups.SecP256r1MLKEM768, secp256r1, kem),
  }),
}
