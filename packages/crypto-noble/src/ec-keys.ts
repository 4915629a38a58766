import { p256, p384, p521 } from '@noble/curves/nist.js'
import type { KeyType } from '@typetls/crypto-provider'
import { ecSpki } from '@typetls/crypto-provider/key-forms'
import type { SpkiForm } from '@typetls/crypto-provider/key-forms'

/** A curve that ECDSA keys are on. */
export interface EcCurve {
  readonly keyType: KeyType
  readonly curve: typeof p256
  readonly spki: SpkiForm
}

export const ecCurves: readonly EcCurve[] = /* @__PURE__ */ curves()

function curves(): readonly EcCurve[] {
  return [
    { keyType: 'ec-secp256r1', curve: p256, spki: ecSpki('secp256r1') },
    { keyType: 'ec-secp384r1', curve: p384, spki: ecSpki('secp384r1') },
    { keyType: 'ec-secp521r1', curve: p521, spki: ecSpki('secp521r1') },
  ]
}
