import type { KeyType } from '@typetls/crypto-provider'
import { fromHex, TlsError, toHex } from '@typetls/wire'
import { ecdsaKeys, ed25519Key, ed448Key } from './elliptic-keys.ts'
import type { EllipticKey } from './elliptic-keys.ts'
import {
  KeyReader,
  publicHalf,
  rsaEncryption,
  rsaKeyKind,
  version,
  writeRsaSpki,
} from '@typetls/crypto-provider/key-forms'
import type { RsaKeyKind } from '@typetls/crypto-provider/key-forms'
import { derElement, explicit, implicit, objectIdentifier, octetString, sequence } from '@typetls/wire/der'

/** A private key as its PKCS#8 describes it. */
export type ParsedKey = ParsedEllipticKey | ParsedRsaKey

export interface ParsedEllipticKey {
  readonly kind: 'elliptic'
  readonly keyType: KeyType
  /** PKCS#8 in the one form that all platforms read: version 0, nothing optional but an EC key's public half. */
  readonly der: Uint8Array
  readonly row: EllipticKey
  /** The public half, where the PKCS#8 holds it. */
  readonly spki: Uint8Array | undefined
}

export interface ParsedRsaKey {
  readonly kind: 'rsa'
  readonly keyType: KeyType
  /** As above, and with the identifier rsaEncryption. */
  readonly der: Uint8Array
  readonly rsa: RsaKeyKind
  readonly spki: Uint8Array
}

/**
 * Reads PKCS#8 DER. https://www.rfc-editor.org/rfc/rfc5958#section-2
 *
 * @returns `undefined` for a kind of key that we have no name for
 * @throws TlsError `ERR_TLS_KEY_PARSE` (internal_error)
 */
export function parsePkcs8(pkcs8: Uint8Array): ParsedKey | undefined {
  const info = KeyReader.ofSequence(pkcs8)
  if (version(info) > 1) throw unusable('its version is neither 0 nor 1')
  const algorithm = info.element(sequence)
  const privateKey = info.content(octetString)
  // Attributes, and the public key that PKCS#8 may carry behind any kind.
  info.optional(explicit(0))
  info.optional(implicit(1))
  info.finish()
  return read(algorithm, privateKey)
}

function read(algorithm: Uint8Array, privateKey: Uint8Array): ParsedKey | undefined {
  const identifier = KeyReader.ofSequence(algorithm)
  const oid = toHex(identifier.content(objectIdentifier))
  if (oid === ecPublicKey) {
    const curve = toHex(identifier.content(objectIdentifier))
    identifier.finish()
    const row = ecdsaKeys.find((one) => one.oid === curve)
    return row && ecKey(row, algorithm, privateKey)
  }
  const row = [ed25519Key, ed448Key].find((one) => one.oid === oid)
  if (row !== undefined) {
    identifier.finish()
    return edwardsKey(row, algorithm, privateKey)
  }
  const rsa = rsaKeyKind(algorithm)
  if (rsa === undefined) return undefined
  const spki = writeRsaSpki(publicHalf(privateKey), algorithm)
  return { kind: 'rsa', keyType: rsa.keyType, der: oneAsymmetricKey(rsaEncryption, privateKey), rsa, spki }
}

/** ECPrivateKey. https://www.rfc-editor.org/rfc/rfc5915#section-3 */
function ecKey(row: EllipticKey, algorithm: Uint8Array, der: Uint8Array): ParsedEllipticKey {
  const fields = KeyReader.ofSequence(der)
  if (version(fields) !== 1) throw unusable('its ECPrivateKey is not of version 1')
  const scalar = fields.content(octetString)
  const parameters = fields.optional(explicit(0))
  const publicKey = fields.optional(explicit(1))
  fields.finish()
  if (scalar.length !== row.width) throw unusable('its number is not as long as those of its curve')
  if (parameters !== undefined && toHex(new KeyReader(parameters).content(objectIdentifier)) !== row.oid) {
    throw unusable('it names two curves')
  }
  const parts = [fromHex('020101'), derElement(octetString, scalar)]
  let point: Uint8Array | undefined
  if (publicKey !== undefined) {
    const bits = new KeyReader(publicKey)
    point = bits.bitString()
    bits.finish()
    if (point[0] !== 4 || point.length !== 1 + 2 * row.width) throw unusable('its public key is not a whole point')
    parts.push(derElement(explicit(1), publicKey))
  }
  const inner = derElement(sequence, ...parts)
  const parsed = parsedElliptic(row, algorithm, inner, point && row.spki.write(point))
  for (const part of [...parts, inner]) part.fill(0)
  return parsed
}

/** CurvePrivateKey. https://www.rfc-editor.org/rfc/rfc8410#section-7 */
function edwardsKey(row: EllipticKey, algorithm: Uint8Array, der: Uint8Array): ParsedEllipticKey {
  const outer = new KeyReader(der)
  const seed = outer.content(octetString)
  outer.finish()
  if (seed.length !== row.width) throw unusable('its seed has the wrong length')
  return parsedElliptic(row, algorithm, der, undefined)
}

function parsedElliptic(
  row: EllipticKey,
  algorithm: Uint8Array,
  privateKey: Uint8Array,
  spki: Uint8Array | undefined,
): ParsedEllipticKey {
  return { kind: 'elliptic', keyType: row.keyType, der: oneAsymmetricKey(algorithm, privateKey), row, spki }
}

function oneAsymmetricKey(algorithm: Uint8Array, privateKey: Uint8Array): Uint8Array {
  const octets = derElement(octetString, privateKey)
  const der = derElement(sequence, fromHex('020100'), algorithm, octets)
  octets.fill(0)
  return der
}

function unusable(why: string): TlsError {
  return new TlsError('ERR_TLS_KEY_PARSE', `the private key cannot be used: ${why}`)
}

/** Content of the OBJECT IDENTIFIER, hex. */
const ecPublicKey = '2a8648ce3d0201'
