import { TlsError } from '@typetls/wire'

/**
 * How many zero bytes to put behind `contentLength` bytes of content. Content and padding together are at most `limit`
 * bytes; a larger answer is cut to that. Asked once for each protected record, of any type.
 * https://www.rfc-editor.org/rfc/rfc9846#section-5.4
 */
export type PaddingPolicy = (contentLength: number, limit: number) => number

/** Lengths show. */
export const noPadding: PaddingPolicy = () => 0

/**
 * Pads content to the next multiple of `size` bytes, or to the limit where that comes first.
 *
 * @throws TlsError `ERR_TLS_OPTIONS` (internal_error) unless `size` is a positive integer
 */
export function padToMultipleOf(size: number): PaddingPolicy {
  if (!Number.isInteger(size) || size < 1) {
    throw new TlsError('ERR_TLS_OPTIONS', 'content is padded to a multiple of a positive integer', { received: size })
  }
  return (contentLength) => (size - (contentLength % size)) % size
}
