import { credentialSelector } from '../credentials.ts'
import { systemCrypto } from '../system.ts'
import type { TlsServerOptions } from '../server-options.ts'
import type { NodeTlsOptions } from './tls-options.ts'
import { translated } from './tls-options.ts'

/**
 * Options that several sockets share: for the option `secureContext`, for `addContext`, and for what `SNICallback`
 * answers. Keys and certificates are read when it is made.
 */
export interface SecureContext {
  /** Node's name for what is inside. */
  readonly context: SecureContextContent
}

/** What a context holds: our options, keys and certificates already read. */
export interface SecureContextContent {
  readonly options: TlsServerOptions
}

export interface SecureContextConstructor {
  new (options?: NodeTlsOptions): SecureContext
  (options?: NodeTlsOptions): SecureContext
  readonly prototype: SecureContext
}

/** As in node:tls it may be called without `new`. */
export const SecureContext: SecureContextConstructor = function SecureContext(
  this: { context?: SecureContextContent } | undefined,
  given: NodeTlsOptions = {},
): SecureContext {
  if (!(this instanceof SecureContext)) return createSecureContext(given)
  const options = translated(given)
  const credentials = credentialSelector(options, options.crypto ?? systemCrypto)
  const rest = without(options, ['cert', 'key', 'passphrase'])
  const content = { options: credentials === undefined ? rest : { ...rest, credentials } }
  Object.defineProperty(this, 'context', { value: content, enumerable: true })
  return this as SecureContext
} as unknown as SecureContextConstructor

/**
 * As `tls.createSecureContext`.
 *
 * @throws TlsError `ERR_TLS_KEY_PARSE`, `ERR_TLS_CERTIFICATE_PARSE`, `ERR_TLS_OPTIONS`, `ERR_TLS_UNSUPPORTED`; TypeErrors
 *   as node:tls has them
 */
export function createSecureContext(options: NodeTlsOptions = {}): SecureContext {
  return new SecureContext(options)
}

/**
 * Options with those of their `secureContext`, which counts more for what a context is about. Whether and whom a socket
 * verifies is for the socket's own options alone to say, whatever the context was made of.
 */
export function withSecureContext<Options extends NodeTlsOptions>(options: Options): TlsServerOptions & Options {
  const { secureContext, ...rest } = options
  if (secureContext === undefined || secureContext === null) return translated(options) as TlsServerOptions & Options
  const own = without(rest, ['cert', 'key', 'passphrase', 'ca'])
  return { ...translated(own as Options), ...without(secureContext.context.options, ofSockets) } as TlsServerOptions &
    Options
}

/** A context as it is, or made of options. */
export function contextOf(given: SecureContext | NodeTlsOptions): SecureContext {
  return given instanceof SecureContext ? given : new SecureContext(given)
}

function without<T extends object>(options: T, names: readonly string[]): T {
  return Object.fromEntries(Object.entries(options).filter(([name]) => !names.includes(name))) as T
}

/** What `createSecureContext` is given by programs that pass it all they have, and must not decide on. */
const ofSockets: readonly string[] = [
  'rejectUnauthorized',
  'checkServerIdentity',
  'requestCert',
  'servername',
  'verifier',
  'ALPNProtocols',
  'ALPNCallback',
  'SNICallback',
  'pskCallback',
  'pskIdentityHint',
]
