import { ed25519 } from '@noble/curves/ed25519.js'
import { ed448 } from '@noble/curves/ed448.js'
import type { PrivateKey } from '@typetls/crypto-provider'
import {
  ed25519Spki,
  ed448Spki,
  readEcPrivateKey,
  readEdwardsSeed,
  readPkcs8,
  rsaKeyKind,
  unusableKey,
} from '@typetls/crypto-provider/key-forms'
import type { SpkiForm } from '@typetls/crypto-provider/key-forms'
import { equalBytes } from '@typetls/wire'
import { ecCurves } from './ec-keys.ts'
import type { EcCurve } from './ec-keys.ts'
import { mlDsaNames, mlDsaSpki, readMlDsaKey } from './ml-dsa.ts'
import { NoblePrivateKey } from './noble-private-key.ts'
import { readPkcs1PrivateKey } from './rsa-key.ts'

/**
 * A private key from PKCS#8 DER: RSA, RSA-PSS, ECDSA on P-256, P-384 and P-521, Ed25519, Ed448,
 * ML-DSA.
 *
 * @throws TlsError `ERR_TLS_KEY_PARSE` (internal_error)
 */
export function importPrivateKey(pkcs8: Uint8Array): PrivateKey {
  const { algorithm, privateKey } = readPkcs8(pkcs8)
  const names = ({ algorithm: own }: SpkiForm): boolean => equalBytes(own, algorithm)
  const row = ecCurves.find(({ spki }) => names(spki))
  if (row !== undefined) return ecKey(row, privateKey)
  if (names(ed25519Spki())) return edwardsKey('ed25519', ed25519, ed25519Spki(), readEdwardsSeed(privateKey, 32))
  if (names(ed448Spki())) return edwardsKey('ed448', ed448, ed448Spki(), readEdwardsSeed(privateKey, 57))
  const mlDsa = mlDsaNames.find((name) => names(mlDsaSpki(name)))
  return mlDsa === undefined ? rsaKey(algorithm, privateKey) : readMlDsaKey(mlDsa, privateKey)
}

function ecKey({ keyType, curve, spki }: EcCurve, der: Uint8Array): PrivateKey {
  const { scalar, point } = readEcPrivateKey(der, spki)
  const bytes = new Uint8Array(scalar)
  if (!curve.utils.isValidSecretKey(bytes)) throw unusableKey('its number is not one of the curve')
  const own = curve.getPublicKey(bytes, false)
  if (point !== undefined && !equalBytes(point, own)) throw unusableKey('its public key is not its own')
  return new NoblePrivateKey(keyType, spki.write(own), { kind: 'scalar', bytes })
}

function edwardsKey(keyType: string, curve: typeof ed25519, spki: SpkiForm, seed: Uint8Array): PrivateKey {
  const bytes = new Uint8Array(seed)
  return new NoblePrivateKey(keyType, spki.write(curve.getPublicKey(bytes)), { kind: 'scalar', bytes })
}

function rsaKey(algorithm: Uint8Array, der: Uint8Array): PrivateKey {
  const kind = rsaKeyKind(algorithm)
  if (kind === undefined) throw unusableKey('its algorithm makes no TLS signatures')
  const { key, spki } = readPkcs1PrivateKey(der, algorithm)
  return new NoblePrivateKey(kind.keyType, spki, { kind: 'rsa', key, of: kind })
}
