import type { KeyObject } from 'node:crypto'
import type { KeyType } from '@typetls/crypto-provider'

/** What we call the kind of an imported key, or `undefined` for one that makes none of our signatures. */
export function keyTypeOf(key: KeyObject): KeyType | undefined {
  // @types/node for Node 20 does not know the kinds of ML-DSA.
  const type: string | undefined = key.asymmetricKeyType
  switch (type) {
    case 'rsa':
    case 'rsa-pss':
    case 'ed25519':
    case 'ed448':
    case 'ml-dsa-44':
    case 'ml-dsa-65':
    case 'ml-dsa-87':
      return type
    case 'ec':
      return curves[key.asymmetricKeyDetails?.namedCurve ?? '']
    default:
      return undefined
  }
}

const curves: Readonly<Record<string, KeyType>> = {
  prime256v1: 'ec-secp256r1',
  secp384r1: 'ec-secp384r1',
  secp521r1: 'ec-secp521r1',
}
