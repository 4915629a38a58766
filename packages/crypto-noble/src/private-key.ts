import { ed25519 } from '@noble/curves/ed25519.js'
import { ed448 } from '@noble/curves/ed448.js'
import type { PrivateKey } from '@typetls/crypto-provider'
import { equalBytes, TlsError, toHex } from '@typetls/wire'
import { KeyReader, rsaKeyKind, version } from '@typetls/crypto-provider/key-forms'
import { ecCurves } from './ec-keys.ts'
import type { EcCurve } from './ec-keys.ts'
import { ed25519Spki } from './ed25519.ts'
import { ed448Spki } from './ed448.ts'
import { mlDsaIdentifiers, readMlDsaKey } from './ml-dsa.ts'
import { NoblePrivateKey } from './noble-private-key.ts'
import { readPkcs1PrivateKey } from './rsa-key.ts'
import type { SpkiPrefix } from '@typetls/crypto-provider/key-forms'
import { explicit, implicit, objectIdentifier, octetString, sequence } from '@typetls/wire/der'

/**
 * A private key from PKCS#8 DER: RSA, RSA-PSS, ECDSA on P-256, P-384 and P-521, Ed25519, Ed448,
 * ML-DSA.
 *
 * @throws TlsError `ERR_TLS_KEY_PARSE` (internal_error)
 */
export function importPrivateKey(pkcs8: Uint8Array): PrivateKey {
  // https://www.rfc-editor.org/rfc/rfc5958#section-2
  const info = KeyReader.ofSequence(pkcs8)
  if (version(info) > 1) throw unknown('its version is neither 0 nor 1')
  const algorithm = info.element(sequence)
  const privateKey = info.content(octetString)
  // Attributes, and the public key that we derive ourselves.
  info.optional(explicit(0))
  info.optional(implicit(1))
  info.finish()
  return read(algorithm, privateKey)
}

function read(algorithm: Uint8Array, privateKey: Uint8Array): PrivateKey {
  const identifier = KeyReader.ofSequence(algorithm)
  const oid = toHex(identifier.content(objectIdentifier))
  switch (oid) {
    case ecPublicKey: {
      const curve = toHex(identifier.content(objectIdentifier))
      identifier.finish()
      const row = ecCurves.find((one) => one.oid === curve)
      if (row === undefined) throw unknown('its curve is none of P-256, P-384 and P-521')
      return ecKey(row, privateKey)
    }
    case idEd25519:
      identifier.finish()
      return edwardsKey('ed25519', ed25519, ed25519Spki, privateKey)
    case idEd448:
      identifier.finish()
      return edwardsKey('ed448', ed448, ed448Spki, privateKey)
    default: {
      const mlDsa = mlDsaIdentifiers[oid]
      if (mlDsa === undefined) return rsaKey(algorithm, privateKey)
      identifier.finish()
      return readMlDsaKey(mlDsa, privateKey)
    }
  }
}

/** ECPrivateKey. https://www.rfc-editor.org/rfc/rfc5915#section-3 */
function ecKey(row: EcCurve, der: Uint8Array): PrivateKey {
  const fields = KeyReader.ofSequence(der)
  if (version(fields) !== 1) throw unknown('its ECPrivateKey is not of version 1')
  const scalar = new Uint8Array(fields.content(octetString))
  const parameters = fields.optional(explicit(0))
  const publicKey = fields.optional(explicit(1))
  fields.finish()
  if (parameters !== undefined && toHex(new KeyReader(parameters).content(objectIdentifier)) !== row.oid) {
    throw unknown('it names two curves')
  }
  if (!row.curve.utils.isValidSecretKey(scalar)) throw unknown('its number is not one of the curve')
  const point = row.curve.getPublicKey(scalar, false)
  if (publicKey !== undefined && !equalBytes(new KeyReader(publicKey).bitString(), point)) {
    throw unknown('its public key is not its own')
  }
  return new NoblePrivateKey(row.keyType, row.spki.write(point), { kind: 'scalar', bytes: scalar })
}

/** CurvePrivateKey. https://www.rfc-editor.org/rfc/rfc8410#section-7 */
function edwardsKey(keyType: string, curve: typeof ed25519, spki: SpkiPrefix, der: Uint8Array): PrivateKey {
  const outer = new KeyReader(der)
  const seed = new Uint8Array(outer.content(octetString))
  outer.finish()
  if (!curve.utils.isValidSecretKey(seed)) throw unknown('its seed has the wrong length')
  return new NoblePrivateKey(keyType, spki.write(curve.getPublicKey(seed)), { kind: 'scalar', bytes: seed })
}

function rsaKey(algorithm: Uint8Array, der: Uint8Array): PrivateKey {
  const kind = rsaKeyKind(algorithm)
  if (kind === undefined) throw unknown('its algorithm makes no TLS signatures')
  const { key, spki } = readPkcs1PrivateKey(der, algorithm)
  return new NoblePrivateKey(kind.keyType, spki, { kind: 'rsa', key, of: kind })
}

function unknown(why: string): TlsError {
  return new TlsError('ERR_TLS_KEY_PARSE', `the private key cannot be used: ${why}`)
}

/** Contents of OBJECT IDENTIFIERs, hex. */
const ecPublicKey = '2a8648ce3d0201'
const idEd25519 = '2b6570'
const idEd448 = '2b6571'
