import { concat } from '@typetls/wire'

/** https://www.rfc-editor.org/rfc/rfc9846#section-5.1 */
export interface PlainRecord {
  /** ContentType number, 23 for every protected record of TLS 1.3. */
  readonly type: number
  /** legacy_record_version. */
  readonly version: number
  readonly fragment: Uint8Array
  /** Header and fragment as they stood there. */
  readonly raw: Uint8Array
}

export const contentType = {
  change_cipher_spec: 20,
  alert: 21,
  handshake: 22,
  application_data: 23,
} as const

/** Cuts a byte stream into records by their lengths alone. What is no whole record at the end is `rest`. */
export function parseRecords(bytes: Uint8Array): { readonly records: PlainRecord[]; readonly rest: Uint8Array } {
  const records: PlainRecord[] = []
  let offset = 0
  while (bytes.length - offset >= headerLength) {
    const end = offset + headerLength + uint16(bytes, offset + 3)
    if (end > bytes.length) break
    records.push({
      type: bytes[offset] as number,
      version: uint16(bytes, offset + 1),
      fragment: bytes.subarray(offset + headerLength, end),
      raw: bytes.subarray(offset, end),
    })
    offset = end
  }
  return { records, rest: bytes.subarray(offset) }
}

/** A record as given; the length is the fragment's unless a wrong one is asked for. */
export function record(type: number, fragment: Uint8Array, options: RecordOptions = {}): Uint8Array {
  const { version = 0x0303, length = fragment.length } = options
  return concat(Uint8Array.of(type, version >>> 8, version, length >>> 8, length), fragment)
}

export interface RecordOptions {
  /** legacy_record_version, default 0x0303. */
  readonly version?: number
  /** What the header says, default the truth. */
  readonly length?: number
}

/**
 * One record after another holding `payload`, cut at `sizes`; when the sizes run out the last one repeats.
 * A size of 0 makes an empty record, except as the repeated last one.
 */
export function recordsOf(
  type: number,
  payload: Uint8Array,
  sizes: readonly number[] = [0x4000],
  options: RecordOptions = {},
): Uint8Array {
  const last = sizes.at(-1) ?? 0
  if (last <= 0) throw new RangeError('the last record size repeats, so it must be at least 1')
  const parts: Uint8Array[] = []
  let offset = 0
  for (let i = 0; offset < payload.length || i < sizes.length - 1; i++) {
    const size = sizes[i] ?? last
    parts.push(record(type, payload.subarray(offset, offset + size), options))
    offset += size
  }
  return concat(...parts)
}

const headerLength = 5

function uint16(bytes: Uint8Array, offset: number): number {
  return ((bytes[offset] as number) << 8) | (bytes[offset + 1] as number)
}
