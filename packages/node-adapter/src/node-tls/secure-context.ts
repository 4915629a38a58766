import { TlsError } from '@typetls/wire'
import type { TlsServerOptions } from '../server-options.ts'
import type { SecureContextContent } from './context-content.ts'
import { contentFor } from './tls-options.ts'
import type { NodeTlsOptions } from './tls-options.ts'

/**
 * Options that several sockets share: for the option `secureContext`, for `addContext`, and for what `SNICallback`
 * answers. Keys and certificates are read when it is made.
 */
export interface SecureContext {
  /** Node's name for what is inside. */
  readonly context: SecureContextContent
}

export interface SecureContextConstructor {
  new (
    secureProtocol?: string | null,
    secureOptions?: number | null,
    minVersion?: string | null,
    maxVersion?: string | null,
  ): SecureContext
  (
    secureProtocol?: string | null,
    secureOptions?: number | null,
    minVersion?: string | null,
    maxVersion?: string | null,
  ): SecureContext
  readonly prototype: SecureContext
}

/** As in node:tls it may be called without `new`, and `createSecureContext` is how it is filled. */
export const SecureContext: SecureContextConstructor = function SecureContext(
  this: unknown,
  secureProtocol?: string | null,
  secureOptions?: number | null,
  minVersion?: string | null,
  maxVersion?: string | null,
): SecureContext {
  const own = this instanceof SecureContext ? this : Object.create(SecureContext.prototype)
  return filled(own as object, contentFor({ secureProtocol, secureOptions, minVersion, maxVersion }))
} as unknown as SecureContextConstructor

/**
 * As `tls.createSecureContext`.
 *
 * @throws TypeError and RangeError with Node's codes and words; Error as OpenSSL has them, such as
 *   `ERR_OSSL_X509_KEY_VALUES_MISMATCH` and `ERR_SSL_NO_CIPHER_MATCH`; TlsError for options of ours
 */
export function createSecureContext(options?: NodeTlsOptions | null): SecureContext {
  return filled(Object.create(SecureContext.prototype) as object, contentFor(options || {}))
}

/** A context as it is, or made of options. @throws TlsError as `ownContext` */
export function contextOf(given: SecureContext | NodeTlsOptions): SecureContext {
  return given instanceof SecureContext || 'context' in given ? ownContext(given) : createSecureContext(given)
}

/** @throws TlsError `ERR_TLS_UNSUPPORTED` for a context that Node's own module made: nobody can read its keys */
export function ownContext(given: object): SecureContext {
  if (given instanceof SecureContext) return given
  throw new TlsError('ERR_TLS_UNSUPPORTED', 'contexts that node:tls made cannot be read: make them here')
}

/**
 * Options of a socket with those of its context. Whether and whom a socket verifies is for the socket's own options
 * alone to say, whatever the context was made of.
 */
export function ofSocketIn<Options extends object>(
  options: Options,
  { context }: SecureContext,
): Omit<Options, keyof NodeTlsOptions> & TlsServerOptions {
  return Object.assign({}, options, replaced, context.options)
}

function filled(context: object, content: SecureContextContent): SecureContext {
  return Object.assign(context, { context: content })
}

/** Of the socket's options, what a context has the say on. */
const replaced = {
  secureContext: undefined,
  ciphers: undefined,
  ecdhCurve: undefined,
  sigalgs: undefined,
  secureProtocol: undefined,
  cert: undefined,
  key: undefined,
  pfx: undefined,
  passphrase: undefined,
  crl: undefined,
  ca: undefined,
  minVersion: undefined,
  maxVersion: undefined,
} as const
