import { TlsError } from '@typetls/wire'

/**
 * How many zero bytes to put behind the content of each protected record, of any type. Made by `padToMultipleOf` and
 * `padEach`.
 * https://www.rfc-editor.org/rfc/rfc9846#section-5.4
 */
export interface PaddingPolicy {
  /** One number for each of the records that `length` bytes of content make, all but the last of `limit` bytes. */
  paddings(length: number, limit: number): readonly number[]
}

/**
 * Asks for each record how many zero bytes to put behind its `contentLength` bytes. Content and padding together are at
 * most `limit` bytes; a larger answer is cut to that. For any answer that is no number of bytes writing throws TlsError
 * `ERR_TLS_CALLBACK` (internal_error).
 */
export function padEach(padding: (contentLength: number, limit: number) => number): PaddingPolicy {
  return {
    paddings(length, limit) {
      const paddings: number[] = []
      for (let left = length; left > 0; left -= limit) {
        const size = Math.min(left, limit)
        const asked = padding(size, limit)
        if (!Number.isInteger(asked) || asked < 0) {
          throw new TlsError('ERR_TLS_CALLBACK', 'a padding policy must answer with a number of bytes', {
            received: asked,
          })
        }
        paddings.push(Math.min(asked, limit - size))
      }
      return paddings
    },
  }
}

/** Lengths show. */
export const noPadding: PaddingPolicy = /* @__PURE__ */ padEach(() => 0)

/**
 * Pads content to the next multiple of `size` bytes, or to the limit where that comes first.
 *
 * @throws TlsError `ERR_TLS_OPTIONS` (internal_error) unless `size` is a positive integer
 */
export function padToMultipleOf(size: number): PaddingPolicy {
  if (!Number.isInteger(size) || size < 1) {
    throw new TlsError('ERR_TLS_OPTIONS', 'content is padded to a multiple of a positive integer', { received: size })
  }
  return padEach((contentLength) => (size - (contentLength % size)) % size)
}
