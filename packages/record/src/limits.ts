import { TlsError } from '@typetls/wire'

/** "The length MUST NOT exceed 2^14 bytes." https://www.rfc-editor.org/rfc/rfc9846#section-5.1 */
export const maxFragmentLength: number = 2 ** 14

/**
 * "The length MUST NOT exceed 2^14 + 256 bytes": the content type, and at most 255 bytes of AEAD expansion.
 * https://www.rfc-editor.org/rfc/rfc9846#section-5.2
 */
export const maxExpansion = 256

/** Consecutive records that carry nothing, dropped ChangeCipherSpecs included; as BoringSSL's kMaxEmptyRecords. */
export const maxEmptyRecords = 32

/**
 * What a client may send of early data that was not accepted, bytes on the wire; as BoringSSL's kMaxEarlyDataSkipped.
 * https://www.rfc-editor.org/rfc/rfc9846#section-4.3.10
 */
export const maxSkippedEarlyData = 16384

/**
 * What an asynchronous AEAD is given ahead, bytes on the wire, the last record not counted: the 16 largest records keep
 * a platform's threads busy.
 */
export const maxAheadLength: number = 2 ** 18

/** The same as a number of records, for small ones. */
export const maxAheadRecords = 64

/**
 * The last sequence number a key is used with. The RFC's own bound is 2^64-1; below ours a number counts exactly.
 * https://www.rfc-editor.org/rfc/rfc9846#section-5.3
 */
export const maxSequenceNumber: number = Number.MAX_SAFE_INTEGER

/** "Alert messages MUST NOT be fragmented across records": the least a record must have room for, bytes. */
const minFragmentLength = 2

/** @throws TlsError `ERR_TLS_OPTIONS` (internal_error) unless `length` is an integer from 2 to 2^14 */
export function fragmentLength(length: number): number {
  if (!Number.isInteger(length) || length < minFragmentLength || length > maxFragmentLength) {
    throw new TlsError('ERR_TLS_OPTIONS', undefined, {
      path: 'bytes of a record',
      expected: { min: minFragmentLength, max: maxFragmentLength },
      received: length,
    })
  }
  return length
}
