import { headerLength } from '../limits.ts'
import type { RecordFormat } from '../protection.ts'
import { checkVisible } from './visible-type.ts'

/** https://www.rfc-editor.org/rfc/rfc5246#section-6.2.3: "The length MUST NOT exceed 2^14 + 2048." */
export const tls12Format: RecordFormat = {
  version: 0x0303,
  versionMatters: true,
  hidesType: false,
  maxExpansion: 2048,
  check: checkVisible,
}

/** Bytes of what is authenticated before the content: seq_num, type, version, length. */
export const pseudoHeaderLength = 13

/**
 * Writes seq_num, type, version and the length of the content at the start of `into`: the additional data of an AEAD, and
 * what a MAC starts with. https://www.rfc-editor.org/rfc/rfc5246#section-6.2.3.3
 */
export function writePseudoHeader(into: Uint8Array, sequence: number, type: number, length: number): void {
  writeSequence(into, 0, sequence)
  into[8] = type
  into[9] = tls12Format.version >>> 8
  into[10] = tls12Format.version & 0xff
  into[11] = length >>> 8
  into[12] = length & 0xff
}

/** ContentType in the header right before a body. */
export function typeBefore(body: Uint8Array): number {
  return new Uint8Array(body.buffer, body.byteOffset - headerLength, 1)[0] as number
}

/** Writes the 64 bits of a sequence number. */
export function writeSequence(into: Uint8Array, offset: number, sequence: number): void {
  const high = Math.floor(sequence / 0x100000000)
  into[offset] = high >>> 24
  into[offset + 1] = high >>> 16
  into[offset + 2] = high >>> 8
  into[offset + 3] = high
  into[offset + 4] = sequence >>> 24
  into[offset + 5] = sequence >>> 16
  into[offset + 6] = sequence >>> 8
  into[offset + 7] = sequence
}
