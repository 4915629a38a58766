import type { TlsErrorCode } from '@typetls/wire'
import { TlsError } from '@typetls/wire'
import type { ExtensionName } from './messages/extension-type.ts'
import { ExtensionType } from './messages/extension-type.ts'

/** An extension that must not be where it is. */
export function wrongExtension(code: TlsErrorCode, message: string, type: number): TlsError {
  return new TlsError(code, undefined, {
    path: `${message}.extensions (${ExtensionType.label(type)})`,
    received: type,
  })
}

/** One that must be in the message. */
export function missingExtension(message: string, name: ExtensionName): TlsError {
  return new TlsError('ERR_TLS_MISSING_EXTENSION', `the ${message} has no ${name}`, { expected: name })
}
