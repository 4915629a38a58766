import type { KeyType } from '@typetls/crypto-provider'
import { parseAsn1, readCount, readObjectIdentifier } from './asn1.ts'
import type { DerReader } from '@typetls/wire/der'
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
  const known = algorithms[oid]
  const takesNull = known === undefined || /^(rsa|dsa)-|sha1$/.test(known)
  const isPlain = takesNull ? absentOrNull(parameters) : parameters === undefined
  const name = oid === rsassaPss ? pssName(parameters, 'signature') : isPlain ? known : undefined
  const isWeak = nameless.has(oid) || known?.endsWith('-sha1') === true
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
export function pssName(parameters: DerReader | undefined, of: 'signature' | 'key'): string | undefined {
  if (parameters === undefined) return undefined
  const fields = parameters.enter(sequence)
  const hash = explicitField(fields, 0, readAlgorithm)
  const mask = explicitField(fields, 1, readAlgorithm)
  const salt = explicitField(fields, 2, readCount) ?? defaultSaltLength
  // The default of both is SHA-1. The one legal value of trailerField is its default, which DER does not encode.
  if (fields.peek() !== undefined || hash === undefined || mask?.oid !== mgf1 || mask.parameters === undefined) {
    return undefined
  }
  const maskHash = readAlgorithm(mask.parameters)
  const row = hashes[hash.oid]
  const plain = absentOrNull(hash.parameters) && absentOrNull(maskHash.parameters)
  if (row === undefined || !plain || maskHash.oid !== hash.oid) return undefined
  return (of === 'key' ? salt <= row.length : salt === row.length) ? `rsa-pss-${row.name}` : undefined
}

export interface Algorithm {
  /** Object identifier. */
  readonly oid: string
  readonly parameters: DerReader | undefined
}

/** AlgorithmIdentifier. https://www.rfc-editor.org/rfc/rfc5280#section-4.1.1.2 */
export function readAlgorithm(reader: DerReader, step?: string): Algorithm {
  const fields = reader.enter(sequence, step)
  const oid = readObjectIdentifier(fields, 'algorithm')
  const parameters = fields.peek() === undefined ? undefined : fields.next('parameters')
  fields.finish()
  return { oid, parameters }
}

function explicitField<T>(fields: DerReader, number: number, read: (field: DerReader) => T): T | undefined {
  if (fields.peek() !== explicit(number)) return undefined
  const field = fields.enter(explicit(number))
  const value = read(field)
  field.finish()
  return value
}

/** "implementations MUST accept the parameters being absent as well as present" RFC 4055 sections 2.1 and 5 */
function absentOrNull(parameters: DerReader | undefined): boolean {
  return parameters === undefined || parameters.peek() === nullValue
}

/** Names in `CryptoProvider.signature`. Those with SHA-1 are broken. */
const algorithms: Readonly<Record<string, string>> = {
  '1.2.840.10045.4.3.2': 'ecdsa-sha256',
  '1.2.840.10045.4.3.3': 'ecdsa-sha384',
  '1.2.840.10045.4.3.4': 'ecdsa-sha512',
  '1.2.840.113549.1.1.11': 'rsa-pkcs1-sha256',
  '1.2.840.113549.1.1.12': 'rsa-pkcs1-sha384',
  '1.2.840.113549.1.1.13': 'rsa-pkcs1-sha512',
  '1.3.101.112': 'ed25519',
  '1.3.101.113': 'ed448',
  '2.16.840.1.101.3.4.3.17': 'ml-dsa-44',
  '2.16.840.1.101.3.4.3.18': 'ml-dsa-65',
  '2.16.840.1.101.3.4.3.19': 'ml-dsa-87',
  '1.2.840.113549.1.1.5': 'rsa-pkcs1-sha1',
  '1.2.840.10040.4.3': 'dsa-sha1',
  '1.2.840.10045.4.1': 'ecdsa-sha1',
}

/** MD2 and MD5 with RSA: broken, and no provider has them. */
const nameless: ReadonlySet<string> = /* @__PURE__ */ new Set(['1.2.840.113549.1.1.2', '1.2.840.113549.1.1.4'])

/** The kind of a key whose identifier names that and nothing else, which is the algorithm that it signs by. */
export function bareKeyType(oid: string): KeyType | undefined {
  const name = algorithms[oid]
  return name?.includes('-sha') === false ? name : undefined
}

const rsassaPss = '1.2.840.113549.1.1.10'
const defaultSaltLength = 20
const mgf1 = '1.2.840.113549.1.1.8'

const hashes: Readonly<Record<string, { readonly name: string; readonly length: number }>> = {
  '2.16.840.1.101.3.4.2.1': { name: 'sha256', length: 32 },
  '2.16.840.1.101.3.4.2.2': { name: 'sha384', length: 48 },
  '2.16.840.1.101.3.4.2.3': { name: 'sha512', length: 64 },
}
