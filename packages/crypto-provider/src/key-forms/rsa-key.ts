import { fromHex, TlsError, toHex } from '@typetls/wire'
import type { KeyType } from '../provider.ts'
import { derInteger, KeyReader } from './der.ts'
import { bitString, derElement, explicit, nullValue, objectIdentifier, sequence } from '@typetls/wire/der'

/** Digits, big-endian without leading zeros. */
export interface RsaPublicKey {
  readonly n: Uint8Array
  readonly e: Uint8Array
  /** Bits of `n`. */
  readonly bits: number
}

/** What a key for RSASSA-PSS may be bound to. https://www.rfc-editor.org/rfc/rfc4055#section-3.1 */
export interface PssParameters {
  /** Our name of the hash, or `undefined` for one we do not have. */
  readonly hash: string | undefined
  readonly maskHash: string | undefined
  /** Bytes; the least for a key. */
  readonly saltLength: number
}

export interface RsaKeyKind {
  readonly keyType: KeyType
  /** `undefined`: the key is bound to nothing. */
  readonly pss: PssParameters | undefined
}

/**
 * SubjectPublicKeyInfo, RFC 5280 section 4.1.2.7; `undefined` when it is of no RSA key.
 *
 * @throws TlsError `ERR_TLS_KEY_PARSE` (internal_error)
 */
export function readRsaSpki(spki: Uint8Array): (RsaPublicKey & RsaKeyKind) | undefined {
  const outer = new KeyReader(spki)
  const info = outer.sequence()
  outer.finish()
  const kind = rsaKeyKind(info.sequence())
  const publicKey = new KeyReader(info.bitString())
  info.finish()
  if (kind === undefined) return undefined
  // RSAPublicKey. https://www.rfc-editor.org/rfc/rfc8017#appendix-A.1.1
  const fields = publicKey.sequence()
  publicKey.finish()
  const n = fields.integer()
  const e = fields.integer()
  fields.finish()
  return { ...kind, ...usable(n, e) }
}

/** The SPKI of the key under `algorithm`, an AlgorithmIdentifier. Default rsaEncryption, the one platforms know. */
export function writeRsaSpki(
  { n, e }: Pick<RsaPublicKey, 'n' | 'e'>,
  algorithm: Uint8Array = rsaEncryption,
): Uint8Array {
  const publicKey = derElement(sequence, derInteger(n), derInteger(e))
  return derElement(sequence, algorithm, derElement(bitString, Uint8Array.of(0), publicKey))
}

/** The public half of an RSAPrivateKey of two primes. https://www.rfc-editor.org/rfc/rfc8017#appendix-A.1.2 */
export function publicHalf(der: Uint8Array): RsaPublicKey {
  const outer = new KeyReader(der)
  const fields = outer.sequence()
  outer.finish()
  if (fields.smallInteger() !== 0) throw unusable()
  const n = fields.integer()
  const e = fields.integer()
  for (let i = 0; i < 6; i++) fields.integer()
  fields.finish()
  return usable(n, e)
}

/** The kind of an RSA key from the content of its AlgorithmIdentifier, or `undefined` when it is no RSA key. */
export function rsaKeyKind(algorithm: KeyReader): RsaKeyKind | undefined {
  const oid = toHex(algorithm.content(objectIdentifier))
  if (oid === '2a864886f70d010101') {
    // "The parameters field MUST have ASN.1 type NULL": RFC 3279 section 2.3.1.
    if (algorithm.content(nullValue).length > 0) throw unusable()
    algorithm.finish()
    return { keyType: 'rsa', pss: undefined }
  }
  if (oid !== rsassaPss) return undefined
  const kind = { keyType: 'rsa-pss', pss: algorithm.done ? undefined : readPssParameters(algorithm.sequence()) }
  algorithm.finish()
  return kind
}

/**
 * Whether TLS lets a key make PSS signatures with this hash: "the digest used in the mask generation function ... [is]
 * the same", "the length of the Salt MUST be equal to the length of the digest output".
 * https://www.rfc-editor.org/rfc/rfc9846#section-4.3.3
 */
export function allowsPss({ pss: bound }: RsaKeyKind, hash: string, hashLength: number): boolean {
  return bound === undefined || (bound.hash === hash && bound.maskHash === hash && bound.saltLength <= hashLength)
}

function readPssParameters(parameters: KeyReader): PssParameters {
  const hash = parameters.optional(explicit(0))
  const mask = parameters.optional(explicit(1))
  const salt = parameters.optional(explicit(2))
  const trailer = parameters.optional(explicit(3))
  parameters.finish()
  if (trailer !== undefined && wholeInteger(trailer) !== 1) throw unusable()
  return {
    hash: hash === undefined ? 'sha1' : readHash(new KeyReader(hash)),
    maskHash: mask === undefined ? 'sha1' : readMask(new KeyReader(mask)),
    saltLength: salt === undefined ? 20 : wholeInteger(salt),
  }
}

function readMask(explicit: KeyReader): string | undefined {
  const mask = explicit.sequence()
  explicit.finish()
  return toHex(mask.content(objectIdentifier)) === mgf1 ? readHash(mask) : undefined
}

/** An AlgorithmIdentifier that ends its surroundings; NULL and no parameters mean the same for hashes. */
function readHash(surroundings: KeyReader): string | undefined {
  const algorithm = surroundings.sequence()
  surroundings.finish()
  const oid = toHex(algorithm.content(objectIdentifier))
  if (algorithm.optional(nullValue)?.length) throw unusable()
  algorithm.finish()
  return hashes[oid]
}

function wholeInteger(content: Uint8Array): number {
  const reader = new KeyReader(content)
  const value = reader.smallInteger()
  reader.finish()
  return value
}

/**
 * Bounds on work, not on strength: a modulus up to 8192 bits and an exponent up to 64 bits verify in milliseconds.
 * Which sizes are strong enough is the certificate verifier's policy.
 */
function usable(n: Uint8Array, e: Uint8Array): RsaPublicKey {
  const odd = ((n.at(-1) ?? 0) & (e.at(-1) ?? 0) & 1) === 1
  const bits = 8 * n.length - (Math.clz32(n[0] ?? 0) - 24)
  if (!odd || bits < 512 || bits > 8192 || e.length > 8 || (e.length === 1 && e[0] === 1)) throw unusable()
  return { n, e, bits }
}

function unusable(): TlsError {
  return new TlsError('ERR_TLS_KEY_PARSE', 'the numbers or parameters of the RSA key are not usable')
}

/** AlgorithmIdentifier with NULL. */
export const rsaEncryption: Uint8Array = /* @__PURE__ */ fromHex('300d06092a864886f70d0101010500')

/** Contents of OBJECT IDENTIFIERs, hex. */
const mgf1 = '2a864886f70d010108'
const rsassaPss = '2a864886f70d01010a'
const hashes: Readonly<Record<string, string>> = {
  '2b0e03021a': 'sha1',
  '608648016503040201': 'sha256',
  '608648016503040202': 'sha384',
  '608648016503040203': 'sha512',
}
