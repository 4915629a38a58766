import { ecdsaFromDer } from './ecdsa-signature.ts'
import type { EllipticKey } from './elliptic-keys.ts'
import type { HashRow } from './hash.ts'
import type { Subtle } from './platform.ts'
import type { Scheme } from './verifying.ts'

/** ECDSA by keys on `curves`; the curve is the key's. Signatures are DER, as in RFC 8422 section 5.4. */
export function ecdsaScheme(subtle: Subtle, hash: HashRow, curves: readonly EllipticKey[]): Scheme {
  return {
    name: `ecdsa-${hash.name}`,
    parameters: { name: 'ECDSA', hash: hash.webName },
    readPublicKey(key) {
      const curve = curves.find((one) => one.keyType === key.keyType)
      const point = curve?.spki.read(key.spki)
      if (curve === undefined || point?.[0] !== 4) return undefined
      return {
        imported: subtle.importKey('raw', point, curve.algorithm, true, ['verify']),
        toPlatform: (signature) => ecdsaFromDer(signature, curve.width),
      }
    },
  }
}
