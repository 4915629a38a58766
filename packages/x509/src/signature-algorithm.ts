import type { KeyType } from '@typetls/crypto-provider'
import { parseAsn1 } from './asn1.ts'
import type { Asn1Value } from './asn1.ts'
import { explicit, nullValue, sequence } from '@typetls/wire/der'

/** The AlgorithmIdentifier of a certificate's signature. https://www.rfc-editor.org/rfc/rfc5280#section-4.1.1.2 */
export interface CertificateSignatureAlgorithm {
  /** Object identifier, such as `1.2.840.10045.4.3.2`. */
  readonly oid: string
  /** Name in `CryptoProvider.signature`; `undefined`: we have none. */
  readonly name: string | undefined
  /** `weak`: broken hashes, MD5 and SHA-1. `unsupported`: algorithms and parameters that we do not know. */
  readonly refusal: 'weak' | 'unsupported' | undefined
  /** Whether it has a broken hash. It may have a name nevertheless, for providers that still know it. */
  readonly isWeak: boolean
}

/**
 * @param der AlgorithmIdentifier
 * @throws TlsError `ERR_TLS_CERTIFICATE_PARSE` (decode_error)
 */
export function readSignatureAlgorithm(der: Uint8Array, path: string): CertificateSignatureAlgorithm {
  const { oid, parameters } = readAlgorithm(parseAsn1(der, path))
  const row = algorithms[oid]
  const name =
    row?.parameters(parameters) === true ? row.name : oid === rsassaPss ? pssName(parameters, 'signature') : undefined
  const isWeak = row?.isWeak === true
  return { oid, name, refusal: isWeak ? 'weak' : name === undefined ? 'unsupported' : undefined, isWeak }
}

/** Whether a key of this kind makes signatures of the algorithm. */
export function fitsKey(algorithm: string, keyType: KeyType): boolean {
  if (algorithm.startsWith('ecdsa-')) return keyType.startsWith('ec-')
  if (algorithm.startsWith('dsa-')) return keyType === 'dsa'
  if (algorithm.startsWith('rsa-pkcs1-')) return keyType === 'rsa'
  if (algorithm.startsWith('rsa-pss-')) return keyType === 'rsa' || keyType === 'rsa-pss'
  return algorithm === keyType
}

/**
 * The algorithm that RSASSA-PSS parameters name, as a name in `CryptoProvider.signature`; `undefined`: none of ours,
 * which have one hash for all and a salt as long as it. The salt length of a key is the least that it allows.
 *
 * https://www.rfc-editor.org/rfc/rfc4055#section-3.1
 *
 * @throws TlsError `ERR_TLS_CERTIFICATE_PARSE` (decode_error)
 */
export function pssName(parameters: Asn1Value | undefined, of: 'signature' | 'key'): string | undefined {
  if (parameters === undefined) return undefined
  const fields = parameters.children(sequence)
  const hash = field(fields, 0)
  const mask = field(fields, 1)
  const salt = field(fields, 2)?.count() ?? defaultSaltLength
  // The default of both is SHA-1. The one legal value of trailerField is its default, which DER does not encode.
  if (fields.length > 0 || hash === undefined || mask === undefined) return undefined

  const digest = readAlgorithm(hash)
  const generator = readAlgorithm(mask)
  if (generator.oid !== mgf1 || generator.parameters === undefined) return undefined
  const maskDigest = readAlgorithm(generator.parameters)
  const row = hashes[digest.oid]
  const plain = absentOrNull(digest.parameters) && absentOrNull(maskDigest.parameters)
  if (row === undefined || !plain || maskDigest.oid !== digest.oid) return undefined
  const saltFits = of === 'key' ? salt <= row.length : salt === row.length
  return saltFits ? `rsa-pss-${row.name}` : undefined
}

interface Algorithm {
  readonly oid: string
  readonly parameters: Asn1Value | undefined
}

function readAlgorithm(value: Asn1Value): Algorithm {
  const [oid, parameters, ...more] = value.children(sequence)
  if (oid === undefined || more.length > 0) return value.fail('is not an AlgorithmIdentifier')
  return { oid: oid.objectIdentifier(), parameters }
}

function field(fields: Asn1Value[], number: number): Asn1Value | undefined {
  if (fields[0]?.identifier !== explicit(number)) return undefined
  const [inner, ...more] = (fields.shift() as Asn1Value).children(explicit(number))
  return more.length === 0 ? inner : undefined
}

function absent(parameters: Asn1Value | undefined): boolean {
  return parameters === undefined
}

/** "implementations MUST accept the parameters being absent as well as present" RFC 4055 sections 2.1 and 5 */
function absentOrNull(parameters: Asn1Value | undefined): boolean {
  return parameters === undefined || parameters.identifier === nullValue
}

interface Row {
  readonly name: string | undefined
  readonly isWeak?: boolean
  parameters(parameters: Asn1Value | undefined): boolean
}

const algorithms: Readonly<Record<string, Row>> = {
  '1.2.840.10045.4.3.2': { name: 'ecdsa-sha256', parameters: absent },
  '1.2.840.10045.4.3.3': { name: 'ecdsa-sha384', parameters: absent },
  '1.2.840.10045.4.3.4': { name: 'ecdsa-sha512', parameters: absent },
  '1.2.840.113549.1.1.11': { name: 'rsa-pkcs1-sha256', parameters: absentOrNull },
  '1.2.840.113549.1.1.12': { name: 'rsa-pkcs1-sha384', parameters: absentOrNull },
  '1.2.840.113549.1.1.13': { name: 'rsa-pkcs1-sha512', parameters: absentOrNull },
  '1.3.101.112': { name: 'ed25519', parameters: absent },
  '1.3.101.113': { name: 'ed448', parameters: absent },
  '2.16.840.1.101.3.4.3.17': { name: 'ml-dsa-44', parameters: absent },
  '2.16.840.1.101.3.4.3.18': { name: 'ml-dsa-65', parameters: absent },
  '2.16.840.1.101.3.4.3.19': { name: 'ml-dsa-87', parameters: absent },
  // md2, md5 and sha1 with RSA, sha1 with DSA and ECDSA
  '1.2.840.113549.1.1.2': { name: undefined, parameters: absentOrNull, isWeak: true },
  '1.2.840.113549.1.1.4': { name: undefined, parameters: absentOrNull, isWeak: true },
  '1.2.840.113549.1.1.5': { name: 'rsa-pkcs1-sha1', parameters: absentOrNull, isWeak: true },
  '1.2.840.10040.4.3': { name: 'dsa-sha1', parameters: absentOrNull, isWeak: true },
  '1.2.840.10045.4.1': { name: 'ecdsa-sha1', parameters: absentOrNull, isWeak: true },
}

const rsassaPss = '1.2.840.113549.1.1.10'
const defaultSaltLength = 20
const mgf1 = '1.2.840.113549.1.1.8'

const hashes: Readonly<Record<string, { readonly name: string; readonly length: number }>> = {
  '2.16.840.1.101.3.4.2.1': { name: 'sha256', length: 32 },
  '2.16.840.1.101.3.4.2.2': { name: 'sha384', length: 48 },
  '2.16.840.1.101.3.4.2.3': { name: 'sha512', length: 64 },
}
