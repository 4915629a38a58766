import type { KeyType, PublicKey } from '@typetls/crypto-provider'
import { bitLength, pssAlgorithm } from '@typetls/crypto-provider/key-forms'
import { parseAsn1, readObjectIdentifier } from './asn1.ts'
import type { DerReader } from '@typetls/wire/der'
import { nullValue, objectIdentifier, sequence } from '@typetls/wire/der'
import { bareKeyType, readAlgorithm } from './signature-algorithm.ts'

/** A public key with what a policy asks about it. */
export interface SubjectPublicKey extends PublicKey {
  /**
   * `rsa`, `rsa-pss`, `ec-` and the curve, `ed25519`, `ed448`, `ml-dsa-44` and so on. What TLS does not know: `dsa`, `ec-` and the curve's object
   * identifier, `ec-explicit`, or the algorithm's object identifier.
   */
  readonly keyType: KeyType
  /** The key itself: the subjectPublicKey without the octet that counts unused bits. */
  readonly keyBytes: Uint8Array
  /** Of RSA keys. */
  readonly rsa: RsaKeySize | undefined
  /** The one algorithm that the parameters of an RSASSA-PSS key allow; `undefined`: no parameters, or no such key. */
  readonly onlyAlgorithm: string | undefined
}

export interface RsaKeySize {
  /** Bits of the modulus. */
  readonly modulusBits: number
  /** Bits of the public exponent. */
  readonly exponentBits: number
}

/**
 * Reads a SubjectPublicKeyInfo. https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.7
 *
 * @param path how errors call it
 * @throws TlsError `ERR_TLS_CERTIFICATE_PARSE` (decode_error)
 */
export function readPublicKey(spki: Uint8Array, path = 'SubjectPublicKeyInfo'): SubjectPublicKey {
  const info = parseAsn1(spki, path).enter(sequence)
  const { oid, parameters } = readAlgorithm(info, 'algorithm')
  const keyBytes = info.bitString('subjectPublicKey')
  info.finish()
  const parametersType = parameters?.peek()
  const isRsa = oid === rsaEncryption
  const isPss = oid === rsassaPss
  const bareType = bareKeyType(oid)
  // "the parameters field MUST have ASN.1 type NULL for this algorithm identifier." RFC 3279 section 2.3.1
  if (isRsa && parametersType !== nullValue) info.fail('must be NULL', 'algorithm.parameters')
  // "the parameters MUST be absent." RFC 8410 section 3, RFC 9881 section 2
  if (bareType !== undefined && parameters !== undefined) info.fail('must be absent', 'algorithm.parameters')
  return {
    keyType: oid === ecPublicKey ? `ec-${curveOf(parameters)}` : (keyTypes[oid] ?? bareType ?? oid),
    spki,
    keyBytes,
    rsa: isRsa || isPss ? rsaSize(keyBytes, `${path}.subjectPublicKey`) : undefined,
    onlyAlgorithm:
      isPss && parameters !== undefined
        ? (pssAlgorithm(parameters.element(sequence), 'key') ?? 'rsa-pss-unknown')
        : undefined,
  }
}

/** Explicit curve parameters let a certificate choose the curve: RFC 5480 section 2.1.1 forbids them. */
function curveOf(parameters: DerReader | undefined): string {
  if (parameters?.peek() !== objectIdentifier) return 'explicit'
  const oid = readObjectIdentifier(parameters)
  return curveNames[oid] ?? oid
}

/** RSAPublicKey. https://www.rfc-editor.org/rfc/rfc8017#appendix-A.1.1 */
function rsaSize(keyBytes: Uint8Array, path: string): RsaKeySize {
  const key = parseAsn1(keyBytes, path).enter(sequence)
  const modulusBits = positiveBits(key, 'modulus')
  const exponentBits = positiveBits(key, 'publicExponent')
  key.finish()
  return { modulusBits, exponentBits }
}

function positiveBits(key: DerReader, step: string): number {
  const bits = bitLength(key.integer(step))
  if (bits === 0) key.fail('is not positive', step)
  return bits
}

const rsaEncryption = '1.2.840.113549.1.1.1'
const rsassaPss = '1.2.840.113549.1.1.10'
const dsa = '1.2.840.10040.4.1'
const ecPublicKey = '1.2.840.10045.2.1'

const keyTypes: Readonly<Record<string, KeyType>> = { [rsaEncryption]: 'rsa', [rsassaPss]: 'rsa-pss', [dsa]: 'dsa' }

/** By the names of their groups in TLS. */
const curveNames: Readonly<Record<string, string>> = {
  '1.2.840.10045.3.1.7': 'secp256r1',
  '1.3.132.0.34': 'secp384r1',
  '1.3.132.0.35': 'secp521r1',
}
