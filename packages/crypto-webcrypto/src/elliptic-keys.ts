import type { KeyType } from '@typetls/crypto-provider'
import type { Algorithm } from './platform.ts'
import { ecSpki, ed25519Spki, ed448Spki } from '@typetls/crypto-provider/key-forms'
import type { SpkiForm } from '@typetls/crypto-provider/key-forms'

/** A kind of key on an elliptic curve. */
export interface EllipticKey {
  readonly keyType: KeyType
  /** For generating and importing. */
  readonly algorithm: Algorithm
  /** Bytes of a coordinate, of a scalar, and of a half of a signature. */
  readonly width: number
  readonly spki: SpkiForm
}

export const ecdsaKeys: readonly EllipticKey[] = /* @__PURE__ */ ecdsaRows()
export const ed25519Key: EllipticKey = /* @__PURE__ */ edwards('Ed25519', 32, /* @__PURE__ */ ed25519Spki())
export const ed448Key: EllipticKey = /* @__PURE__ */ edwards('Ed448', 57, /* @__PURE__ */ ed448Spki())

function ecdsaRows(): readonly EllipticKey[] {
  return [ecdsa('secp256r1', 'P-256', 32), ecdsa('secp384r1', 'P-384', 48), ecdsa('secp521r1', 'P-521', 66)]
}

function ecdsa(curve: Parameters<typeof ecSpki>[0], namedCurve: string, width: number): EllipticKey {
  return { keyType: `ec-${curve}`, algorithm: { name: 'ECDSA', namedCurve }, width, spki: ecSpki(curve) }
}

function edwards(name: string, width: number, spki: SpkiForm): EllipticKey {
  return { keyType: name.toLowerCase(), algorithm: { name }, width, spki }
}
