import type { KeyType } from '@typetls/crypto-provider'
import { pssAlgorithm } from '@typetls/crypto-provider/key-forms'
import { parseAsn1, readObjectIdentifier } from './asn1.ts'
import type { DerReader } from '@typetls/wire/der'
import { nullValue, sequence } from '@typetls/wire/der'

/** The AlgorithmIdentifier of a certificate's signature. https://www.rfc-editor.org/rfc/rfc5280#section-4.1.1.2 */
export interface CertificateSignatureAlgorithm {
  /** Object identifier, such as `1.2.840.10045.4.3.2`. */
  readonly oid: string
  /** Name in `CryptoProvider.signature`; `undefined`: the algorithm or its parameters have none. */
  readonly name: string | undefined
  /** Whether it has a broken hash, MD2, MD5 or SHA-1. It has a name nevertheless, for providers that still know it. */
  readonly isWeak: boolean
}

/**
 * @param der AlgorithmIdentifier
 * @throws TlsError `ERR_TLS_CERTIFICATE_PARSE` (decode_error)
 */
export function readSignatureAlgorithm(der: Uint8Array, path: string): CertificateSignatureAlgorithm {
  const { oid, parameters } = readAlgorithm(parseAsn1(der, path))
  const known = algorithms[oid]
  // "implementations MUST accept the parameters being absent as well as present" RFC 4055 sections 2.1 and 5
  const takesNull = known !== undefined && /^(rsa|dsa)-|sha1$/.test(known)
  const isPlain = parameters === undefined || (takesNull && parameters.peek() === nullValue)
  const ofPss = oid === rsassaPss && parameters && pssAlgorithm(parameters.element(sequence), 'signature')
  const isWeak = known !== undefined && /-(md\d|sha1)$/.test(known)
  return { oid, name: ofPss || (isPlain ? known : undefined), isWeak }
}

/** Whether the key makes signatures of the algorithm. */
export function fitsKey(algorithm: string, { keyType, onlyAlgorithm = algorithm }: SigningKey): boolean {
  // The kind of key that an algorithm is named after, or the name itself: `rsa-pss-sha256`, `ed25519`.
  const [, kind = algorithm] = /^(ecdsa|dsa|rsa-pkcs1|rsa-pss)-/.exec(algorithm) ?? []
  const fits =
    kind === 'ecdsa' ? keyType.startsWith('ec-') : keyType === kind || (keyType === 'rsa' && kind.startsWith('rsa-'))
  return fits && onlyAlgorithm === algorithm
}

interface SigningKey {
  readonly keyType: KeyType
  readonly onlyAlgorithm?: string | undefined
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

/** Names in `CryptoProvider.signature`. Those with MD2, MD5 and SHA-1 are broken. */
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
  '1.2.840.113549.1.1.2': 'rsa-pkcs1-md2',
  '1.2.840.113549.1.1.4': 'rsa-pkcs1-md5',
  '1.2.840.113549.1.1.5': 'rsa-pkcs1-sha1',
  '1.2.840.10040.4.3': 'dsa-sha1',
  '1.2.840.10045.4.1': 'ecdsa-sha1',
}

/** The kind of a key whose identifier names that and nothing else, which is the algorithm that it signs by. */
export function bareKeyType(oid: string): KeyType | undefined {
  const name = algorithms[oid]
  return name === undefined || /-(md|sha)\d/.test(name) ? undefined : name
}

const rsassaPss = '1.2.840.113549.1.1.10'
