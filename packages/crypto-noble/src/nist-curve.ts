import { p256, p384, p521 } from '@noble/curves/nist.js'
import { namedGroups } from '@typetls/crypto-provider'
import type { KeyExchange, NamedGroup } from '@typetls/crypto-provider'
import { TlsError } from '@typetls/wire'
import { ephemeral } from './ephemeral.ts'
import { random } from './random.ts'

/** https://www.rfc-editor.org/rfc/rfc9846#section-4.3.8.2 */
export const secp256r1: KeyExchange<'sync'> = /* @__PURE__ */ nistCurve(namedGroups.secp256r1, p256)
export const secp384r1: KeyExchange<'sync'> = /* @__PURE__ */ nistCurve(namedGroups.secp384r1, p384)
export const secp521r1: KeyExchange<'sync'> = /* @__PURE__ */ nistCurve(namedGroups.secp521r1, p521)

function nistCurve(row: NamedGroup, curve: typeof p256): KeyExchange<'sync'> {
  return ephemeral(row, {
    generate() {
      const seed = random(curve.lengths.seed ?? 0)
      const scalar = curve.utils.randomSecretKey(seed)
      seed.fill(0)
      return scalar
    },
    publicKey: (privateKey) => curve.getPublicKey(privateKey, false),
    agree(privateKey, share) {
      // "legacy_form = 4". noble checks that the point is on the curve.
      if (share[0] !== 4) {
        throw new TlsError('ERR_TLS_KEY_SHARE_INVALID', `a ${row.name} key share must be an uncompressed point`)
      }
      const point = curve.getSharedSecret(privateKey, share, true)
      const x = point.slice(1)
      point.fill(0)
      return x
    },
  })
}
