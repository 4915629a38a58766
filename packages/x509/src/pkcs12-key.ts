import type { Hash } from '@typetls/crypto-provider'
import { Secret } from '@typetls/crypto-provider'
import { concat } from '@typetls/wire'
import type { Program } from './program.ts'
import { wait } from './program.ts'

/** What the bytes are for: the ID of RFC 7292 appendix B.3. */
export const keyMaterial = 1
export const initializationVector = 2
export const macKey = 3

/**
 * Bytes derived from a passphrase in PKCS#12's own way, which the MAC of most files still has; a secret that the caller
 * disposes of.
 *
 * https://www.rfc-editor.org/rfc/rfc7292#appendix-B.2
 */
export function* pkcs12Key(
  hash: Hash,
  purpose: number,
  password: Secret,
  salt: Uint8Array,
  iterations: number,
  length: number,
): Program<Secret> {
  const blockLength = hash.outputLength > 32 ? 128 : 64
  const diversifier = new Uint8Array(blockLength).fill(purpose)
  const input = concat(repeated(salt, blockLength), repeated(password.reveal(), blockLength))
  const derived = new Uint8Array(length)
  for (let offset = 0; offset < length; offset += hash.outputLength) {
    let digest = yield* wait(hash.digest(concat(diversifier, input)))
    for (let i = 1; i < iterations; i++) digest = yield* wait(hash.digest(digest))
    derived.set(digest.subarray(0, length - offset), offset)
    const addend = repeated(digest, blockLength).subarray(0, blockLength)
    for (let at = 0; at < input.length; at += blockLength) addPlusOne(input.subarray(at, at + blockLength), addend)
    digest.fill(0)
  }
  input.fill(0)
  return new Secret(derived)
}

/** `bytes` over and over, to the next multiple of `blockLength`. */
function repeated(bytes: Uint8Array, blockLength: number): Uint8Array {
  const filled = new Uint8Array(blockLength * Math.ceil(bytes.length / blockLength))
  for (let i = 0; i < filled.length; i++) filled[i] = bytes[i % bytes.length] as number
  return filled
}

/** `block = (block + addend + 1) mod 2^n`, big-endian. */
function addPlusOne(block: Uint8Array, addend: Uint8Array): void {
  let carry = 1
  for (let i = block.length - 1; i >= 0; i--) {
    carry += (block[i] as number) + (addend[i] as number)
    block[i] = carry
    carry >>>= 8
  }
}
