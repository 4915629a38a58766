import type { KeyType, PublicKey } from '@typetls/crypto-provider'
import { parseAsn1 } from './asn1.ts'
import {
  bitString,
  derElement,
  DerReader,
  integer,
  nullValue,
  objectIdentifier,
  objectIdentifierText,
  sequence,
} from '@typetls/wire/der'
import { bareKeyType, pssName } from './signature-algorithm.ts'

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
  /** A DSA key whose parameters are those of its issuer's key. RFC 3279 section 2.3.2 */
  readonly inheritsParameters?: boolean
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
  const document = new DerReader(spki, 'ERR_TLS_CERTIFICATE_PARSE')
  const info = document.enter(sequence, path)
  document.finish(path)
  const algorithm = info.enter(sequence, 'algorithm')
  const oid = objectIdentifierText(algorithm.content(objectIdentifier, 'algorithm'))
  const parametersType = algorithm.peek()
  const parameters = parametersType === undefined ? undefined : algorithm.element(undefined, 'parameters')
  algorithm.finish()
  const key = info.content(bitString, 'subjectPublicKey')
  info.finish()
  if (key[0] !== 0) info.fail('has unused bits', 'subjectPublicKey')
  const keyBytes = key.subarray(1)

  switch (oid) {
    case rsaEncryption:
      // "the parameters field MUST have ASN.1 type NULL for this algorithm identifier." RFC 3279 section 2.3.1
      if (parametersType !== nullValue) algorithm.fail('must be NULL', 'parameters')
      return {
        keyType: 'rsa',
        spki,
        keyBytes,
        rsa: rsaSize(keyBytes, `${path}.subjectPublicKey`),
        onlyAlgorithm: undefined,
      }
    case rsassaPss: {
      const bound = parameters === undefined ? undefined : parseAsn1(parameters, `${path}.algorithm.parameters`)
      const onlyAlgorithm = bound === undefined ? undefined : (pssName(bound, 'key') ?? 'rsa-pss-unknown')
      return { keyType: 'rsa-pss', spki, keyBytes, rsa: rsaSize(keyBytes, `${path}.subjectPublicKey`), onlyAlgorithm }
    }
    case ecPublicKey: {
      // Explicit curve parameters let a certificate choose the curve: RFC 5480 section 2.1.1 forbids them.
      const curve =
        parametersType === objectIdentifier ? objectIdentifierText((parameters as Uint8Array).subarray(2)) : 'explicit'
      return { keyType: `ec-${curveNames[curve] ?? curve}`, spki, keyBytes, rsa: undefined, onlyAlgorithm: undefined }
    }
    case dsa:
      return {
        keyType: 'dsa',
        spki,
        keyBytes,
        rsa: undefined,
        onlyAlgorithm: undefined,
        inheritsParameters: parameters === undefined,
      }
    default:
      // "the parameters MUST be absent." RFC 8410 section 3, RFC 9881 section 2
      if (bareKeyType(oid) !== undefined && parameters !== undefined) algorithm.fail('must be absent', 'parameters')
      return { keyType: bareKeyType(oid) ?? oid, spki, keyBytes, rsa: undefined, onlyAlgorithm: undefined }
  }
}

/**
 * The key with the parameters of its issuer's key: "if the subjectPublicKeyAlgorithm … are the same, … the
 * working_public_key_parameters … are unchanged". https://www.rfc-editor.org/rfc/rfc5280#section-6.1.4 (d) to (f)
 */
export function withInheritedParameters(key: SubjectPublicKey, issuer: SubjectPublicKey): SubjectPublicKey {
  if (key.inheritsParameters !== true || issuer.keyType !== key.keyType || issuer.inheritsParameters === true)
    return key
  const info = new DerReader(issuer.spki, 'ERR_TLS_CERTIFICATE_PARSE').enter(sequence, '')
  const algorithm = info.element(sequence, 'algorithm')
  const spki = derElement(sequence, algorithm, derElement(bitString, Uint8Array.of(0), key.keyBytes))
  return { ...key, spki, inheritsParameters: false }
}

/** RSAPublicKey. https://www.rfc-editor.org/rfc/rfc8017#appendix-A.1.1 */
function rsaSize(keyBytes: Uint8Array, path: string): RsaKeySize {
  const document = new DerReader(keyBytes, 'ERR_TLS_CERTIFICATE_PARSE')
  const key = document.enter(sequence, path)
  document.finish(path)
  const modulusBits = positiveBits(key, 'modulus')
  const exponentBits = positiveBits(key, 'publicExponent')
  key.finish()
  return { modulusBits, exponentBits }
}

function positiveBits(key: DerReader, step: string): number {
  const content = key.content(integer, step)
  const first = content[0] as number
  if (first >= 0x80 || (first === 0 && content.length === 1)) key.fail('is not positive', step)
  return first === 0 ? 8 * (content.length - 1) : 8 * (content.length - 1) + (32 - Math.clz32(first))
}

const rsaEncryption = '1.2.840.113549.1.1.1'
const rsassaPss = '1.2.840.113549.1.1.10'
const dsa = '1.2.840.10040.4.1'
const ecPublicKey = '1.2.840.10045.2.1'

/** By the names of their groups in TLS. */
const curveNames: Readonly<Record<string, string>> = {
  '1.2.840.10045.3.1.7': 'secp256r1',
  '1.3.132.0.34': 'secp384r1',
  '1.3.132.0.35': 'secp521r1',
}
