import { invert, pow } from '@noble/curves/abstract/modular.js'
import { TlsError } from '@typetls/wire'
import { bitLength, fromBigInt, toBigInt } from './big-integer.ts'
import { random } from './random.ts'
import type { RsaPrivateKey, RsaPublicKey } from './rsa-key.ts'

/**
 * RSAVP1: the encoded message in as many bytes as the modulus, or `undefined` when the signature is out of range.
 * https://www.rfc-editor.org/rfc/rfc8017#section-5.2.2
 */
export function openSignature(key: RsaPublicKey, signature: Uint8Array): Uint8Array | undefined {
  const length = modulusLength(key)
  const s = toBigInt(signature)
  if (signature.length !== length || s >= key.n) return undefined
  return fromBigInt(pow(s, key.e, key.n), length)
}

/**
 * RSASP1: the signature of an encoded message. https://www.rfc-editor.org/rfc/rfc8017#section-5.2.1
 *
 * BigInt arithmetic takes time that depends on its numbers. So the base is multiplied by a random number to the e-th
 * power, and each exponent gets a random multiple of its prime minus one: what the clock could tell is different each
 * time. The result is checked before it leaves: a fault in one half of it would give the factors away.
 *
 * @throws TlsError `ERR_TLS_CRYPTO` (internal_error) when the result does not verify
 */
export function closeSignature(key: RsaPrivateKey, encoded: Uint8Array): Uint8Array {
  const { n, e, p, q, dP, dQ, qInv } = key
  const message = toBigInt(encoded)
  const blind = randomUnit(n)
  const blinded = (message * pow(blind, e, n)) % n
  const inP = pow(blinded % p, dP + randomMultiplier() * (p - 1n), p)
  const inQ = pow(blinded % q, dQ + randomMultiplier() * (q - 1n), q)
  const h = ((((inP - inQ) % p) + p) * qInv) % p
  const signature = ((inQ + h * q) * invert(blind, n)) % n
  if (message >= n || pow(signature, e, n) !== message) {
    throw new TlsError('ERR_TLS_CRYPTO', 'the RSA signature does not verify with its own key')
  }
  return fromBigInt(signature, modulusLength(key))
}

export function modulusLength(key: RsaPublicKey): number {
  return Math.ceil(key.bits / 8)
}

/** Uniform but for 2^-64, and as good as surely without a common factor with `n`. */
function randomUnit(n: bigint): bigint {
  return (toBigInt(random(Math.ceil(bitLength(n) / 8) + 8)) % (n - 2n)) + 2n
}

function randomMultiplier(): bigint {
  return toBigInt(random(8))
}
