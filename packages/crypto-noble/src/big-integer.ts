import { fromHex, toHex } from '@typetls/wire'

/** Big-endian. */
export function toBigInt(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${toHex(bytes)}`)
}

/** Big-endian, in exactly `length` bytes, which must be enough. */
export function fromBigInt(value: bigint, length: number): Uint8Array {
  return fromHex(value.toString(16).padStart(2 * length, '0'))
}

export function bitLength(value: bigint): number {
  const hex = value.toString(16)
  return value === 0n ? 0 : 4 * hex.length - leadingZeros(Number.parseInt(hex.charAt(0), 16))
}

/** Of a number of four bits. */
function leadingZeros(digit: number): number {
  return Math.clz32(digit) - 28
}
