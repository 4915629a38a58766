import type { CHash } from '@noble/hashes/utils.js'
import { concat, equalBytes } from '@typetls/wire'

/** A hash with what signatures need to name it. */
export interface RsaHash {
  readonly name: string
  readonly hash: CHash
  /** DER of DigestInfo up to the digest. https://www.rfc-editor.org/rfc/rfc8017#section-9.2 */
  readonly digestInfo: Uint8Array
}

/**
 * EMSA-PKCS1-v1_5 in `length` bytes, or `undefined` when they are too few.
 * https://www.rfc-editor.org/rfc/rfc8017#section-9.2
 */
export function encodePkcs1(row: RsaHash, data: Uint8Array, length: number): Uint8Array | undefined {
  const info = concat(row.digestInfo, row.hash(data))
  if (length < info.length + 11) return undefined
  const encoded = new Uint8Array(length).fill(0xff)
  encoded[0] = 0
  encoded[1] = 1
  encoded[length - info.length - 1] = 0
  encoded.set(info, length - info.length)
  return encoded
}

/**
 * EME-PKCS1-v1_5 in `length` bytes, or `undefined` when they are too few.
 * https://www.rfc-editor.org/rfc/rfc8017#section-7.2.1
 */
export function encodeForEncryption(
  message: Uint8Array,
  length: number,
  random: (length: number) => Uint8Array,
): Uint8Array | undefined {
  const end = length - message.length - 1
  if (end < 10) return undefined
  const encoded = new Uint8Array(length)
  encoded[1] = 2
  for (let at = 2; at < end;) {
    for (const byte of random(end - at)) if (byte !== 0) encoded[at++] = byte
  }
  encoded.set(message, end + 1)
  return encoded
}

/**
 * EMSA-PSS with a salt as long as the hash, in the bytes of a modulus of `bits` bits, or `undefined` when they are too
 * few. https://www.rfc-editor.org/rfc/rfc8017#section-9.1.1
 */
export function encodePss(row: RsaHash, data: Uint8Array, bits: number, salt: Uint8Array): Uint8Array | undefined {
  const shape = pssShape(row, bits)
  if (shape === undefined) return undefined
  const block = new Uint8Array(shape.blockLength)
  block[shape.blockLength - salt.length - 1] = 1
  block.set(salt, shape.blockLength - salt.length)
  const h = hashWithSalt(row, data, salt)
  mask(row, h, block)
  block[0] = (block[0] as number) & shape.topBits
  return concat(new Uint8Array(shape.leadingZeros), block, h, trailer)
}

/** https://www.rfc-editor.org/rfc/rfc8017#section-9.1.2, for an encoded message as long as the modulus */
export function verifyPss(row: RsaHash, data: Uint8Array, bits: number, encoded: Uint8Array): boolean {
  const shape = pssShape(row, bits)
  if (shape === undefined) return false
  const { leadingZeros, blockLength, topBits } = shape
  if (encoded.length !== leadingZeros + blockLength + row.hash.outputLen + 1) return false
  if (leadingZeros === 1 && encoded[0] !== 0) return false
  const block = encoded.slice(leadingZeros, leadingZeros + blockLength)
  const h = encoded.subarray(leadingZeros + blockLength, -1)
  if (encoded.at(-1) !== trailer[0] || ((block[0] as number) & ~topBits) !== 0) return false
  mask(row, h, block)
  block[0] = (block[0] as number) & topBits
  const saltStart = blockLength - row.hash.outputLen
  for (let i = 0; i < saltStart - 1; i++) if (block[i] !== 0) return false
  if (block[saltStart - 1] !== 1) return false
  return equalBytes(hashWithSalt(row, data, block.subarray(saltStart)), h)
}

/** emBits is one less than the modulus has, so a modulus of 8k+1 bits has a byte that the encoding does not use. */
function pssShape(
  row: RsaHash,
  bits: number,
): { readonly leadingZeros: number; readonly blockLength: number; readonly topBits: number } | undefined {
  const encodedLength = Math.ceil((bits - 1) / 8)
  const blockLength = encodedLength - row.hash.outputLen - 1
  if (blockLength < row.hash.outputLen + 1) return undefined
  return {
    leadingZeros: Math.ceil(bits / 8) - encodedLength,
    blockLength,
    topBits: 0xff >> (8 * encodedLength - (bits - 1)),
  }
}

/** Hash of eight zeros, the message's hash, and the salt. */
function hashWithSalt(row: RsaHash, data: Uint8Array, salt: Uint8Array): Uint8Array {
  return row.hash(concat(new Uint8Array(8), row.hash(data), salt))
}

/** Adds MGF1 of `seed`. https://www.rfc-editor.org/rfc/rfc8017#appendix-B.2.1 */
function mask(row: RsaHash, seed: Uint8Array, block: Uint8Array): void {
  for (let offset = 0, counter = 0; offset < block.length; offset += row.hash.outputLen, counter++) {
    const stream = row.hash(concat(seed, Uint8Array.of(counter >> 24, counter >> 16, counter >> 8, counter)))
    const end = Math.min(stream.length, block.length - offset)
    for (let i = 0; i < end; i++) block[offset + i] = (block[offset + i] as number) ^ (stream[i] as number)
  }
}

const trailer = /* @__PURE__ */ Uint8Array.of(0xbc)
