import type { PublicKey } from '@typetls/crypto-provider'
import { KeyReader, publicHalf, readRsaSpki, writeRsaSpki } from '@typetls/crypto-provider/key-forms'
import type { RsaKeyKind, RsaPublicKey as RsaDigits } from '@typetls/crypto-provider/key-forms'
import { TlsError } from '@typetls/wire'
import { toBigInt } from './big-integer.ts'

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
    const read = readRsaSpki(key.spki)
    return read?.keyType === key.keyType ? { ...read, ...numbers(read) } : undefined
  } catch (error) {
    // verify() answers false for a malformed key, as its contract says.
    if (error instanceof TlsError) return undefined
    throw error
  }
}

/** RSAPrivateKey of two primes, and its SPKI under `algorithm`. */
export function readPkcs1PrivateKey(
  der: Uint8Array,
  algorithm: Uint8Array,
): { readonly key: RsaPrivateKey; readonly spki: Uint8Array } {
  const digits = publicHalf(der)
  const { n, e, bits } = numbers(digits)
  const sequence = KeyReader.ofSequence(der)
  // Version, n and e, which publicHalf() has read, and d, which the five numbers after it stand for.
  for (let i = 0; i < 4; i++) sequence.integer()
  const next = (): bigint => toBigInt(sequence.integer())
  const [p, q, dP, dQ, qInv] = [next(), next(), next(), next(), next()]
  const consistent =
    p > 1n &&
    q > 1n &&
    p * q === n &&
    (e * dP) % (p - 1n) === 1n &&
    (e * dQ) % (q - 1n) === 1n &&
    qInv < p &&
    (q * qInv) % p === 1n
  if (!consistent) throw new TlsError('ERR_TLS_KEY_PARSE', 'the numbers of the RSA key do not belong together')
  return { key: { n, e, bits, p, q, dP, dQ, qInv }, spki: writeRsaSpki(digits, algorithm) }
}

function numbers({ n, e, bits }: RsaDigits): RsaPublicKey {
  return { n: toBigInt(n), e: toBigInt(e), bits }
}
