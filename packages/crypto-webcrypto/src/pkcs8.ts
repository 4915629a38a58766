import type { KeyType } from '@typetls/crypto-provider'
import {
  publicHalf,
  readEcPrivateKey,
  readEdwardsSeed,
  readPkcs8,
  rsaEncryption,
  rsaKeyKind,
  unusableKey,
  writeRsaSpki,
} from '@typetls/crypto-provider/key-forms'
import type { RsaKeyKind } from '@typetls/crypto-provider/key-forms'
import { equalBytes, fromHex } from '@typetls/wire'
import { bitString, derElement, explicit, octetString, sequence } from '@typetls/wire/der'
import { ecdsaKeys, ed25519Key, ed448Key } from './elliptic-keys.ts'
import type { EllipticKey } from './elliptic-keys.ts'

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
  const { algorithm, privateKey } = readPkcs8(pkcs8)
  const row = [...ecdsaKeys, ed25519Key, ed448Key].find((one) => equalBytes(one.spki.algorithm, algorithm))
  if (row === undefined) return rsaKey(algorithm, privateKey)
  if (row.algorithm.name === 'ECDSA') return ecKey(row, privateKey)
  readEdwardsSeed(privateKey, row.width)
  return parsedElliptic(row, privateKey, undefined)
}

function rsaKey(algorithm: Uint8Array, privateKey: Uint8Array): ParsedRsaKey | undefined {
  const rsa = rsaKeyKind(algorithm)
  if (rsa === undefined) return undefined
  const spki = writeRsaSpki(publicHalf(privateKey), algorithm)
  return { kind: 'rsa', keyType: rsa.keyType, der: oneAsymmetricKey(rsaEncryption, privateKey), rsa, spki }
}

function ecKey(row: EllipticKey, der: Uint8Array): ParsedEllipticKey {
  const { scalar, point } = readEcPrivateKey(der, row.spki)
  if (scalar.length !== row.width) throw unusableKey('its number is not as long as those of its curve')
  if (point !== undefined && (point[0] !== 4 || point.length !== 1 + 2 * row.width)) {
    throw unusableKey('its public key is not a whole point')
  }
  const parts = [fromHex('020101'), derElement(octetString, scalar)]
  if (point !== undefined) parts.push(derElement(explicit(1), derElement(bitString, Uint8Array.of(0), point)))
  const inner = derElement(sequence, ...parts)
  const parsed = parsedElliptic(row, inner, point && row.spki.write(point))
  for (const part of [...parts, inner]) part.fill(0)
  return parsed
}

function parsedElliptic(row: EllipticKey, privateKey: Uint8Array, spki: Uint8Array | undefined): ParsedEllipticKey {
  return { kind: 'elliptic', keyType: row.keyType, der: oneAsymmetricKey(row.spki.algorithm, privateKey), row, spki }
}

function oneAsymmetricKey(algorithm: Uint8Array, privateKey: Uint8Array): Uint8Array {
  const octets = derElement(octetString, privateKey)
  const der = derElement(sequence, fromHex('020100'), algorithm, octets)
  octets.fill(0)
  return der
}
