import type { EllipticKey } from './elliptic-keys.ts'
import type { Subtle } from './platform.ts'
import type { Scheme } from './verifying.ts'

/** Ed25519 and Ed448, without context. https://www.rfc-editor.org/rfc/rfc8032 */
export function edwardsScheme(subtle: Subtle, row: EllipticKey): Scheme {
  return {
    name: row.keyType,
    parameters: row.algorithm,
    readPublicKey(key) {
      const point = key.keyType === row.keyType ? row.spki.read(key.spki) : undefined
      return (
        point && {
          imported: subtle.importKey('raw', point, row.algorithm, true, ['verify']),
          toPlatform: (signature) => (signature.length === 2 * row.width ? signature : undefined),
        }
      )
    },
  }
}
