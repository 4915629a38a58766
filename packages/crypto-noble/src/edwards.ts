import type { ed25519 } from '@noble/curves/ed25519.js'
import type { KeyType, SignatureAlgorithm } from '@typetls/crypto-provider'
import { scalarOf } from './noble-private-key.ts'
import type { SpkiForm } from '@typetls/crypto-provider/key-forms'

/** EdDSA without prehash and with an empty context. https://www.rfc-editor.org/rfc/rfc8032 */
export function edwards(name: KeyType, curve: typeof ed25519, spki: SpkiForm): SignatureAlgorithm<'sync'> {
  return {
    name,
    verify(key, data, signature) {
      const publicKey = key.keyType === name ? spki.read(key.spki) : undefined
      if (publicKey === undefined) return false
      try {
        // Not ZIP 215: RFC 8032 refuses points that are not written canonically.
        return curve.verify(signature, data, publicKey, { zip215: false })
      } catch {
        // noble throws for a signature of the wrong length; the contract says false.
        return false
      }
    },
    sign: (key, data) => curve.sign(data, scalarOf(key, name, name)),
  }
}
