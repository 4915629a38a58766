import { ecdsaFromDer } from './ecdsa-signature.ts'
import type { EllipticKey } from './elliptic-keys.ts'
import type { HashRow } from './hash.ts'
import type { Subtle } from './platform.ts'
import type { Scheme } from './verifying.ts'

/** ECDSA by keys on `curves`; the curve is the key's. Signatures are DER, as in RFC 8422 section 5.4. */
export function ecdsaScheme(subtle: Subtle, hash: HashRow, curves: readonly EllipticKey[]): Scheme {
  const curveOf = (keyType: string): EllipticKey | undefined => curves.find((curve) => curve.keyType === keyType)
  return {
    name: `ecdsa-${hash.name}`,
    parameters: { name: 'ECDSA', hash: hash.webName },
    importPublicKey(key) {
      const curve = curveOf(key.keyType)
      const point = curve?.spki.read(key.spki)
      if (curve === undefined || point?.[0] !== 4) return undefined
      return subtle.importKey('raw', point, curve.algorithm, true, ['verify'])
    },
    toPlatform(signature, key) {
      const curve = curveOf(key.keyType)
      return curve && ecdsaFromDer(signature, curve.width)
    },
  }
}
