import type { KeyType, PublicKey } from '@typetls/crypto-provider'
import { TlsError, toHex } from '@typetls/wire'
import { bitLength } from './big-integer.ts'
import { derElement, derInteger, DerReader, tags } from './der.ts'

export interface RsaPublicKey {
  readonly n: bigint
  readonly e: bigint
  /** Bits of `n`. */
  readonly bits: number
}

/** In the form for the Chinese remainder theorem. https://www.rfc-editor.org/rfc/rfc8017#appendix-A.1.2 */
export interface RsaPrivateKey extends RsaPublicKey {
  readonly p: bigint
  readonly q: bigint
  readonly dP: bigint
  readonly dQ: bigint
  readonly qInv: bigint
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

/** A public key read once, or `undefined` when it is malformed or not of the kind it says. */
export function readRsaPublicKey(key: PublicKey): (RsaPublicKey & RsaKeyKind) | undefined {
  const known = imported.get(key)
  if (known !== undefined) return known ?? undefined
  const read = tryRead(key)
  imported.set(key, read ?? null)
  return read
}

const imported = /* @__PURE__ */ new WeakMap<PublicKey, (RsaPublicKey & RsaKeyKind) | null>()

function tryRead(key: PublicKey): (RsaPublicKey & RsaKeyKind) | undefined {
  try {
    const { algorithm, publicKey } = readSpki(key.spki)
    const kind = rsaKeyKind(algorithm)
    return kind?.keyType === key.keyType ? { ...kind, ...readPkcs1PublicKey(publicKey) } : undefined
  } catch (error) {
    // verify() answers false for a malformed key, as its contract says.
    if (error instanceof TlsError) return undefined
    throw error
  }
}

/** SubjectPublicKeyInfo. https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.7 */
function readSpki(spki: Uint8Array): { algorithm: DerReader; publicKey: Uint8Array } {
  const outer = new DerReader(spki)
  const info = outer.sequence()
  outer.finish()
  const algorithm = info.sequence()
  const publicKey = info.bitString()
  info.finish()
  return { algorithm, publicKey }
}

/** The kind of an RSA key from the content of its AlgorithmIdentifier, or `undefined` when it is no RSA key. */
export function rsaKeyKind(algorithm: DerReader): RsaKeyKind | undefined {
  const oid = toHex(algorithm.content(tags.objectIdentifier))
  if (oid === rsaEncryption) {
    // "The parameters field MUST have ASN.1 type NULL": RFC 3279 section 2.3.1.
    if (algorithm.content(tags.null).length > 0) throw unusable()
    algorithm.finish()
    return { keyType: 'rsa', pss: undefined }
  }
  if (oid !== rsassaPss) return undefined
  const kind = { keyType: 'rsa-pss', pss: algorithm.done ? undefined : readPssParameters(algorithm.sequence()) }
  algorithm.finish()
  return kind
}

function readPssParameters(parameters: DerReader): PssParameters {
  const hash = parameters.optional(tags.context)
  const mask = parameters.optional(tags.context + 1)
  const salt = parameters.optional(tags.context + 2)
  const trailer = parameters.optional(tags.context + 3)
  parameters.finish()
  const saltLength = salt === undefined ? 20n : wholeInteger(salt)
  if (saltLength > 1024n || (trailer !== undefined && wholeInteger(trailer) !== 1n)) throw unusable()
  return {
    hash: hash === undefined ? 'sha1' : readHash(new DerReader(hash)),
    maskHash: mask === undefined ? 'sha1' : readMask(new DerReader(mask)),
    saltLength: Number(saltLength),
  }
}

function readMask(explicit: DerReader): string | undefined {
  const mask = explicit.sequence()
  explicit.finish()
  if (toHex(mask.content(tags.objectIdentifier)) !== mgf1) return undefined
  return readHash(mask)
}

/** An AlgorithmIdentifier that ends its surroundings; NULL and no parameters mean the same for hashes. */
function readHash(surroundings: DerReader): string | undefined {
  const algorithm = surroundings.sequence()
  surroundings.finish()
  const oid = toHex(algorithm.content(tags.objectIdentifier))
  if (algorithm.optional(tags.null)?.length) throw unusable()
  algorithm.finish()
  return hashes[oid]
}

function wholeInteger(content: Uint8Array): bigint {
  const reader = new DerReader(content)
  const value = reader.integer()
  reader.finish()
  return value
}

/** RSAPublicKey. https://www.rfc-editor.org/rfc/rfc8017#appendix-A.1.1 */
function readPkcs1PublicKey(der: Uint8Array): RsaPublicKey {
  const outer = new DerReader(der)
  const sequence = outer.sequence()
  outer.finish()
  const n = sequence.integer()
  const e = sequence.integer()
  sequence.finish()
  return usable(n, e)
}

/** RSAPrivateKey of two primes. */
export function readPkcs1PrivateKey(der: Uint8Array): RsaPrivateKey {
  const outer = new DerReader(der)
  const sequence = outer.sequence()
  outer.finish()
  if (sequence.integer() !== 0n) throw unusable()
  const n = sequence.integer()
  const e = sequence.integer()
  // d, which the five numbers after it stand for.
  sequence.integer()
  const p = sequence.integer()
  const q = sequence.integer()
  const dP = sequence.integer()
  const dQ = sequence.integer()
  const qInv = sequence.integer()
  sequence.finish()
  const consistent =
    p > 1n &&
    q > 1n &&
    p * q === n &&
    (e * dP) % (p - 1n) === 1n &&
    (e * dQ) % (q - 1n) === 1n &&
    qInv < p &&
    (q * qInv) % p === 1n
  if (!consistent) throw unusable()
  return { ...usable(n, e), p, q, dP, dQ, qInv }
}

export function writeRsaSpki(algorithm: Uint8Array, key: RsaPublicKey): Uint8Array {
  const publicKey = derElement(tags.sequence, derInteger(key.n), derInteger(key.e))
  return derElement(tags.sequence, algorithm, derElement(tags.bitString, Uint8Array.of(0), publicKey))
}

/**
 * Bounds on work, not on strength: a modulus up to 8192 bits and an exponent up to 64 bits verify in milliseconds.
 * Which sizes are strong enough is the certificate verifier's policy.
 */
function usable(n: bigint, e: bigint): RsaPublicKey {
  const bits = bitLength(n)
  if (bits < 512 || bits > 8192 || n % 2n === 0n || e < 3n || e % 2n === 0n || bitLength(e) > 64) throw unusable()
  return { n, e, bits }
}

function unusable(): TlsError {
  return new TlsError('ERR_TLS_KEY_PARSE', 'the numbers or parameters of the RSA key are not usable')
}

/** Contents of OBJECT IDENTIFIERs, hex. */
const rsaEncryption = '2a864886f70d010101'
const mgf1 = '2a864886f70d010108'
const rsassaPss = '2a864886f70d01010a'
const hashes: Readonly<Record<string, string>> = {
  '2b0e03021a': 'sha1',
  '608648016503040201': 'sha256',
  '608648016503040202': 'sha384',
  '608648016503040203': 'sha512',
}
