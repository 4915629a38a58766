import { TlsError, toHex } from '@typetls/wire'
import { invalidShare, requireShareLength } from '../refusals.ts'
import type { FiniteField } from '../provider.ts'
import { ffdhe2048, ffdhe3072, ffdhe4096 } from './ffdhe.ts'

/**
 * Parameters of somebody's own, as TLS 1.2 servers send them: `dh_p` and `dh_g`, big-endian, zeros in front or not. It is named
 * by its bits, such as `dh2048`.
 *
 * @throws TlsError `ERR_TLS_DH_PARAMETERS` (insufficient_security) as `checkFiniteField`
 */
export function ownFiniteField(prime: Uint8Array, generator: Uint8Array): FiniteField {
  const own = withoutZeros(prime)
  const bits = own.length * 8 - Math.clz32(own[0] ?? 0) + 24
  const field = { name: `dh${bits}`, id: 0, prime: own, generator: withoutZeros(generator) }
  checkFiniteField(field)
  return field
}

/**
 * Looks whether somebody could honestly have made these parameters: a safe prime of 2048 to 8192 bits, and a generator
 * between 1 and p - 1. What is no safe prime (RFC 5114, or X9.42 with a small q) is refused too, as nothing here could
 * tell a group with small subgroups. Both numbers pass Fermat's test to base 2 only: that finds mistakes, and a prime
 * that was made to look like one is signed by the server that sent it. Known groups cost nothing, others some 40 ms for
 * 2048 bits.
 *
 * @throws TlsError `ERR_TLS_DH_PARAMETERS` (insufficient_security)
 */
export function checkFiniteField({ prime, generator }: FiniteField): void {
  if (known.some((group) => group.prime.length === prime.length && toHex(group.prime) === toHex(prime))) {
    if (generator.length === 1 && generator[0] === 2) return
  }
  const p = number(prime)
  const bits = p.toString(2).length
  if (bits < minBits || bits > maxBits) {
    throw new TlsError('ERR_TLS_DH_PARAMETERS', `a Diffie-Hellman prime of ${bits} bits is not taken`, {
      expected: { min: minBits, max: maxBits },
      received: bits,
    })
  }
  const g = number(generator)
  if (g < 2n || g > p - 2n) throw wrong('the generator is out of range')
  if (!looksPrime(p) || !looksPrime((p - 1n) / 2n)) throw wrong('the prime is not a safe prime')
}

/**
 * "Peers MUST validate each other's public key Y by ensuring that 1 < Y < p-1."
 * https://www.rfc-editor.org/rfc/rfc7919#section-5.1
 *
 * @throws TlsError `ERR_TLS_KEY_SHARE_INVALID` (illegal_parameter) for such a share, and one that is not as long as p
 */
export function checkFiniteFieldShare(field: FiniteField, share: Uint8Array): void {
  const { name, prime } = field
  requireShareLength(field, prime.length, share)
  const y = number(share)
  if (y > 1n && y < number(prime) - 1n) return
  throw invalidShare(name, 'is not between 1 and p - 1')
}

/** Odd, not divisible by a small prime, and by Fermat's test to base 2. */
function looksPrime(value: bigint): boolean {
  return (
    (value & 1n) === 1n && smallPrimes.every((prime) => value % prime !== 0n) && power(2n, value - 1n, value) === 1n
  )
}

/** Of numbers that everybody knows. */
function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n
  for (const bit of exponent.toString(2)) {
    result = (result * result) % modulus
    if (bit === '1') result = (result * base) % modulus
  }
  return result
}

function number(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${toHex(bytes)}`)
}

function withoutZeros(bytes: Uint8Array): Uint8Array {
  const start = bytes.findIndex((byte) => byte !== 0)
  return new Uint8Array(bytes.subarray(start === -1 ? bytes.length : start))
}

function wrong(message: string): TlsError {
  return new TlsError('ERR_TLS_DH_PARAMETERS', message)
}

// RFC 7919 has no smaller group, and larger ones only serve to keep a peer busy.
const minBits = 2048
const maxBits = 8192

const known: readonly FiniteField[] = [ffdhe2048, ffdhe3072, ffdhe4096]
const smallPrimes: readonly bigint[] = [
  3n,
  5n,
  7n,
  11n,
  13n,
  17n,
  19n,
  23n,
  29n,
  31n,
  37n,
  41n,
  43n,
  47n,
  53n,
  59n,
  61n,
]
