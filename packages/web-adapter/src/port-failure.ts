import type { TlsErrorCode } from '@typetls/wire'
import { TlsError, tlsErrorCodes } from '@typetls/wire'
import { tlsErrorOf } from './socket-error.ts'

/** An error on its way through a MessagePort, which would take the code off an Error. */
export interface PortFailure {
  readonly code: string
  readonly message: string
  readonly path?: string | undefined
  readonly expected?: unknown
  readonly received?: unknown
  readonly details?: unknown
}

export function toPortFailure(error: unknown): PortFailure {
  const { code, message, path, expected, received, details } = tlsErrorOf(error)
  const context = { path, expected, received, details }
  return isCloneable(context) ? { code, message, ...context } : { code, message, path }
}

/** What came through a port may be anything. */
export function fromPortFailure(failure: PortFailure): TlsError {
  const { code, message, path, ...context } = failure
  const known = Object.hasOwn(tlsErrorCodes, code) ? (code as TlsErrorCode) : 'ERR_TLS_TRANSPORT'
  return new TlsError(known, String(message), { ...context, ...(path !== undefined && { path }) })
}

function isCloneable(value: unknown): boolean {
  try {
    structuredClone(value)
    return true
  } catch {
    // Such as a function: a DataCloneError, and there is no other way to ask.
    return false
  }
}
