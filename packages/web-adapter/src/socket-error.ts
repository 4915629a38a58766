import type { AlertName } from '@typetls/wire'
import { TlsError } from '@typetls/wire'

/**
 * What `opened` and `closed` are rejected with, and reads and writes with them: the error of the
 * [Sockets API](https://sockets-api.proposal.wintertc.org/), which says by its `code` what happened.
 */
export class SocketError extends TypeError {
  override readonly name = 'SocketError'
  declare readonly code: TlsError['code']
  /** What the peer was told, or `undefined` when nothing. */
  declare readonly alert: AlertName | undefined
  declare readonly cause: TlsError

  constructor(cause: TlsError) {
    super(`SocketError: ${cause.message}`, { cause })
    this.code = cause.code
    this.alert = cause.alert
  }
}

/** What went wrong, as a TlsError; what is none came from the transport. */
export function tlsErrorOf(error: unknown): TlsError {
  if (error instanceof TlsError) return error
  if (error instanceof SocketError) return error.cause
  const reason = error instanceof Error ? error.message : String(error)
  return new TlsError('ERR_TLS_TRANSPORT', `the transport failed: ${reason}`, { cause: error })
}
