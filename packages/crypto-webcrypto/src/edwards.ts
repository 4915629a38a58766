import type { SignatureAlgorithm } from '@typetls/crypto-provider'
import type { EllipticKey } from './elliptic-keys.ts'
import type { Subtle } from './platform.ts'
import { signatureAlgorithm } from './signature.ts'

/** Ed25519 and Ed448, without context. https://www.rfc-editor.org/rfc/rfc8032 */
export function edwards(subtle: Subtle, row: EllipticKey): SignatureAlgorithm<'async'> {
  return signatureAlgorithm(subtle, {
    name: row.keyType,
    parameters: row.algorithm,
    importPublicKey(key) {
      const point = key.keyType === row.keyType ? row.spki.read(key.spki) : undefined
      return point && subtle.importKey('raw', point, row.algorithm, true, ['verify'])
    },
    toPlatform: (signature) => (signature.length === 2 * row.width ? signature : undefined),
    fromPlatform: (signature) => signature,
  })
}
