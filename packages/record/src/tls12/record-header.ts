import type { RecordFormat } from '../protection.ts'
import { headerBefore } from '../record-header.ts'
import { checkVisible } from './visible-type.ts'

/** https://www.rfc-editor.org/rfc/rfc5246#section-6.2.3: "The length MUST NOT exceed 2^14 + 2048." */
export const tls12Format: RecordFormat = {
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
  const high = Math.floor(sequence / 0x100000000)
  for (let i = 0, shift = 24; i < 4; i++, shift -= 8) {
    into[i] = high >>> shift
    into[4 + i] = sequence >>> shift
  }
  into[8] = type
  into[9] = 3
  into[10] = 3
  into[11] = length >>> 8
  into[12] = length
}

/** ContentType in the header right before a body. */
export function typeBefore(body: Uint8Array): number {
  return headerBefore(body)[0] as number
}
