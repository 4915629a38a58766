/** What was wrong with HTTP itself: the `cause` of the TypeError that `fetch` is rejected with, or a body fails with. */
export class HttpError extends Error {
  override readonly name = 'HttpError'
  readonly code: HttpErrorCode

  constructor(code: HttpErrorCode, message: string, options?: { readonly cause: unknown }) {
    super(message, options)
    this.code = code
  }
}

/**
 * - `ERR_HTTP_MALFORMED`: the response breaks the grammar of HTTP/1.1
 * - `ERR_HTTP_FRAMING`: where the response ends could be read in two ways
 * - `ERR_HTTP_LIMIT`: more header, or more informational responses, than is taken
 * - `ERR_HTTP_TRUNCATED`: the connection ended before the response did
 * - `ERR_HTTP_REDIRECT`: a redirect that is not followed
 * - `ERR_HTTP_CONTENT_CODING`: the body is not what its Content-Encoding says
 * - `ERR_HTTP_REQUEST`: the request cannot be sent as it is
 */
export type HttpErrorCode =
  | 'ERR_HTTP_MALFORMED'
  | 'ERR_HTTP_FRAMING'
  | 'ERR_HTTP_LIMIT'
  | 'ERR_HTTP_TRUNCATED'
  | 'ERR_HTTP_REDIRECT'
  | 'ERR_HTTP_CONTENT_CODING'
  | 'ERR_HTTP_REQUEST'
