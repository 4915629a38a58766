import { equalBytes, fromHex, TlsError, toHex } from '@typetls/wire'
import { derElement, objectIdentifier, sequence } from '@typetls/wire/der'
import type { KeyType } from '../provider.ts'
import { derInteger, KeyReader, version } from './der.ts'
import { pssAlgorithm } from './pss-parameters.ts'
import { writeSpki } from './spki-form.ts'

/** Digits, big-endian without leading zeros. */
export interface RsaPublicKey {
  readonly n: Uint8Array
  readonly e: Uint8Array
  /** Bits of `n`. */
  readonly bits: number
}

export interface RsaKeyKind {
  readonly keyType: KeyType
  /** The one algorithm that the parameters of an RSASSA-PSS key allow; `undefined`: no parameters, or no such key. */
  readonly onlyAlgorithm: string | undefined
}

export interface RsaSpki extends RsaPublicKey, RsaKeyKind {
  /** The SPKI of the key under rsaEncryption, the one identifier that platforms know. */
  readonly plainSpki: Uint8Array
}

/**
 * SubjectPublicKeyInfo, RFC 5280 section 4.1.2.7; `undefined` when it is of no RSA key.
 *
 * @throws TlsError `ERR_TLS_KEY_PARSE` (internal_error)
 */
export function readRsaSpki(spki: Uint8Array): RsaSpki | undefined {
  const info = KeyReader.ofSequence(spki)
  const kind = rsaKeyKind(info.element(sequence))
  const publicKey = info.bitString()
  info.finish()
  if (kind === undefined) return undefined
  // RSAPublicKey. https://www.rfc-editor.org/rfc/rfc8017#appendix-A.1.1
  const fields = KeyReader.ofSequence(publicKey)
  const key = usable(fields.integer(), fields.integer())
  fields.finish()
  return { ...kind, ...key, plainSpki: writeSpki(rsaEncryption, publicKey) }
}

/** The SPKI of the key under `algorithm`, an AlgorithmIdentifier. Default rsaEncryption. */
export function writeRsaSpki(
  { n, e }: Pick<RsaPublicKey, 'n' | 'e'>,
  algorithm: Uint8Array = rsaEncryption,
): Uint8Array {
  return writeSpki(algorithm, derElement(sequence, derInteger(n), derInteger(e)))
}

/** The public half of an RSAPrivateKey of two primes. https://www.rfc-editor.org/rfc/rfc8017#appendix-A.1.2 */
export function publicHalf(der: Uint8Array): RsaPublicKey {
  const fields = KeyReader.ofSequence(der)
  if (version(fields) !== 0) throw unusable()
  const key = usable(fields.integer(), fields.integer())
  for (let i = 0; i < 6; i++) fields.integer()
  fields.finish()
  return key
}

/** The kind of an RSA key from its AlgorithmIdentifier, or `undefined` when it is no RSA key. */
export function rsaKeyKind(algorithm: Uint8Array): RsaKeyKind | undefined {
  // "The parameters field MUST have ASN.1 type NULL": RFC 3279 section 2.3.1.
  if (equalBytes(algorithm, rsaEncryption)) return { keyType: 'rsa', onlyAlgorithm: undefined }
  const fields = KeyReader.ofSequence(algorithm)
  if (toHex(fields.content(objectIdentifier)) !== rsassaPss) return undefined
  const parameters = fields.peek() === undefined ? undefined : fields.element(sequence)
  fields.finish()
  return { keyType: 'rsa-pss', onlyAlgorithm: parameters && (pssAlgorithm(parameters, 'key') ?? 'rsa-pss-unknown') }
}

/**
 * Whether the key may make and verify PSS signatures of this algorithm. What TLS demands of parameters is what makes
 * one of our algorithms: https://www.rfc-editor.org/rfc/rfc9846#section-4.3.3
 */
export function allowsPss({ onlyAlgorithm }: RsaKeyKind, algorithm: string): boolean {
  return onlyAlgorithm === undefined || onlyAlgorithm === algorithm
}

/**
 * Bounds on work, not on strength: a modulus up to 8192 bits and an exponent up to 64 bits verify in milliseconds.
 * Which sizes are strong enough is the certificate verifier's policy.
 */
function usable(n: Uint8Array, e: Uint8Array): RsaPublicKey {
  const odd = ((n.at(-1) ?? 0) & (e.at(-1) ?? 0) & 1) === 1
  const bits = bitLength(n)
  if (!odd || bits < 512 || bits > 8192 || e.length > 8 || (e.length === 1 && e[0] === 1)) throw unusable()
  return { n, e, bits }
}

/** Bits of a number by its digits, which have no zeros in front. */
export function bitLength(digits: Uint8Array): number {
  return digits.length === 0 ? 0 : 8 * digits.length - (Math.clz32(digits[0] as number) - 24)
}

function unusable(): TlsError {
  return new TlsError('ERR_TLS_KEY_PARSE', 'the numbers of the RSA key are not usable')
}

/** AlgorithmIdentifier. */
export const rsaEncryption: Uint8Array = /* @__PURE__ */ fromHex('300d06092a864886f70d0101010500')

const rsassaPss = '2a864886f70d01010a'
