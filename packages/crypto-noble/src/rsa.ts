import { invert, pow } from '@noble/curves/abstract/modular.js'
import { fromHex, TlsError } from '@typetls/wire'
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
 * @throws TlsError `ERR_TLS_CRYPTO` (internal_error) when the result does not verify
 */
export function closeSignature(key: RsaPrivateKey, encoded: Uint8Array): Uint8Array {
  return privateOperation(key, toBigInt(encoded))
}

/**
 * RSAEP: the encoded message, encrypted; it has as many bytes as the modulus and a 0 in front.
 * https://www.rfc-editor.org/rfc/rfc8017#section-5.1.1
 */
export function encryptMessage(key: RsaPublicKey, encoded: Uint8Array): Uint8Array {
  return fromBigInt(pow(toBigInt(encoded), key.e, key.n), modulusLength(key))
}

/**
 * RSADP: the encoded message in as many bytes as the modulus, or `undefined` when the ciphertext is out of range.
 * https://www.rfc-editor.org/rfc/rfc8017#section-5.1.2
 *
 * @throws TlsError `ERR_TLS_CRYPTO` (internal_error) when the result does not verify
 */
export function decryptMessage(key: RsaPrivateKey, ciphertext: Uint8Array): Uint8Array | undefined {
  const c = toBigInt(ciphertext)
  if (ciphertext.length !== modulusLength(key) || c >= key.n) return undefined
  return privateOperation(key, c)
}

/**
 * The number to the power of the private exponent, in as many bytes as the modulus.
 *
 * BigInt arithmetic takes time that depends on its numbers. So the base is multiplied by a random number to the e-th
 * power, and each exponent gets a random multiple of its prime minus one: what the clock could tell is different each
 * time. The result is checked before it leaves: a fault in one half of it would give the factors away.
 */
function privateOperation(key: RsaPrivateKey, number: bigint): Uint8Array {
  const { n, e, p, q, dP, dQ, qInv } = key
  const blind = randomUnit(n)
  const blinded = (number * pow(blind, e, n)) % n
  const inP = pow(blinded % p, dP + randomMultiplier() * (p - 1n), p)
  const inQ = pow(blinded % q, dQ + randomMultiplier() * (q - 1n), q)
  const h = ((((inP - inQ) % p) + p) * qInv) % p
  const blindResult = inQ + h * q
  // Before the blinding comes off: how long checking takes tells nothing of the result.
  if (number >= n || pow(blindResult, e, n) !== blinded) {
    throw new TlsError('ERR_TLS_CRYPTO', 'the result of an RSA private key does not verify with its own public key')
  }
  return fixedLength((blindResult * invert(blind, n)) % n, modulusLength(key))
}

/** Big-endian in `length` bytes, by way of a number that has one digit more whatever the value: its zeros do not show. */
function fixedLength(value: bigint, length: number): Uint8Array {
  return fromHex((value + (1n << BigInt(8 * length))).toString(16).slice(1))
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
