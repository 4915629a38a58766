import { p256, p384, p521 } from '@noble/curves/nist.js'
import type { KeyType } from '@typetls/crypto-provider'
import { spkiPrefix } from '@typetls/crypto-provider/key-forms'
import type { SpkiPrefix } from '@typetls/crypto-provider/key-forms'

/** A curve that ECDSA keys are on. */
export interface EcCurve {
  readonly keyType: KeyType
  readonly curve: typeof p256
  readonly spki: SpkiPrefix
  /** Content of the OBJECT IDENTIFIER, hex. */
  readonly oid: string
}

export const ecCurves: readonly EcCurve[] = /* @__PURE__ */ curves()

function curves(): readonly EcCurve[] {
  return [
    {
      keyType: 'ec-secp256r1',
      curve: p256,
      oid: '2a8648ce3d030107',
      spki: spkiPrefix('3059301306072a8648ce3d020106082a8648ce3d030107034200', 65),
    },
    {
      keyType: 'ec-secp384r1',
      curve: p384,
      oid: '2b81040022',
      spki: spkiPrefix('3076301006072a8648ce3d020106052b81040022036200', 97),
    },
    {
      keyType: 'ec-secp521r1',
      curve: p521,
      oid: '2b81040023',
      spki: spkiPrefix('30819b301006072a8648ce3d020106052b8104002303818600', 133),
    },
  ]
}
