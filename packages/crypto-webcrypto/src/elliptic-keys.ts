import type { KeyType } from '@typetls/crypto-provider'
import type { Algorithm } from './platform.ts'
import { spkiPrefix } from '@typetls/crypto-provider/key-forms'
import type { SpkiPrefix } from '@typetls/crypto-provider/key-forms'

/** A kind of key on an elliptic curve. */
export interface EllipticKey {
  readonly keyType: KeyType
  /** For generating and importing. */
  readonly algorithm: Algorithm
  /** Bytes of a coordinate, of a scalar, and of a half of a signature. */
  readonly width: number
  /** Content of the OBJECT IDENTIFIER, hex: of the curve for ECDSA, of the algorithm for EdDSA. */
  readonly oid: string
  readonly spki: SpkiPrefix
}

export const ecdsaKeys: readonly EllipticKey[] = /* @__PURE__ */ ecdsa()
export const ed25519Key: EllipticKey = /* @__PURE__ */ edwards('Ed25519', 32, '2b6570', '302a300506032b6570032100')
export const ed448Key: EllipticKey = /* @__PURE__ */ edwards('Ed448', 57, '2b6571', '3043300506032b6571033a00')

function ecdsa(): readonly EllipticKey[] {
  return [
    {
      keyType: 'ec-secp256r1',
      algorithm: { name: 'ECDSA', namedCurve: 'P-256' },
      width: 32,
      oid: '2a8648ce3d030107',
      spki: spkiPrefix('3059301306072a8648ce3d020106082a8648ce3d030107034200', 65),
    },
    {
      keyType: 'ec-secp384r1',
      algorithm: { name: 'ECDSA', namedCurve: 'P-384' },
      width: 48,
      oid: '2b81040022',
      spki: spkiPrefix('3076301006072a8648ce3d020106052b81040022036200', 97),
    },
    {
      keyType: 'ec-secp521r1',
      algorithm: { name: 'ECDSA', namedCurve: 'P-521' },
      width: 66,
      oid: '2b81040023',
      spki: spkiPrefix('30819b301006072a8648ce3d020106052b8104002303818600', 133),
    },
  ]
}

function edwards(name: string, width: number, oid: string, header: string): EllipticKey {
  return { keyType: name.toLowerCase(), algorithm: { name }, width, oid, spki: spkiPrefix(header, width) }
}
