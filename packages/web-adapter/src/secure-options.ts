import type { ClientOptions, CommonOptions, ServerOptions, Session } from '@typetls/connection'
import type { CryptoProvider } from '@typetls/crypto-provider'
import type { PeerVerifier } from '@typetls/handshake'
import { TlsError } from '@typetls/wire'
import type { PathCertificate } from '@typetls/x509'
import type { OwnCertificate } from './own-certificate.ts'
import type { StreamRole } from './from-streams.ts'
import { verifierFor } from './known-verifiers.ts'
import { ownCredential } from './own-certificate.ts'
import { systemClientCrypto, systemClock, systemCrypto } from './system.ts'

/** What both roles take beside the options of a connection. */
export interface SharedOptions {
  /** Default: what Web Cryptography has here, see `systemClientCrypto` and `systemCrypto`. A promise is waited for. */
  readonly crypto?: CryptoProvider | PromiseLike<CryptoProvider>
  /** Default: the wall clock. */
  readonly clock?: CommonOptions['clock']
  /**
   * Trusted certificates: DER, or `pemCertificates(text)` of PEM. A page cannot ask the browser for its own, so a client
   * needs this or `verifier`: `createVerifier` of `@typetls/x509` knows policies, revocation and transparency as well, and
   * `pinned` asks for keys on top.
   */
  readonly ca?: Authority | readonly Authority[]
  /** Goes on with a peer that could be anybody; what is wrong is told by `opened`. Default false. */
  readonly dangerouslyAcceptAnyCertificate?: boolean
  /** ALPN, most wanted first. Default: none. */
  readonly alpn?: readonly string[]
  /** Milliseconds until a handshake that is not done is given up. Default 120000. */
  readonly handshakeTimeout?: number
  /** Whether writing goes on after the peer has ended, until `writable` is closed. Default false. */
  readonly allowHalfOpen?: boolean
  /** Ends the socket with `ERR_TLS_ABORTED`, whenever it is aborted. */
  readonly signal?: AbortSignal
}

/** A certificate, or its DER. */
type Authority = PathCertificate | Uint8Array

/** Options of a client. */
export interface SecureOptions extends SharedOptions, Omit<Partial<ClientOptions>, OwnNames | 'serverName'> {
  /**
   * What to show a server that asks for a certificate: see `ownCertificate`. A promise is waited for. Default: nothing.
   * What `clientConnection` takes, a `resumingClient` takes too; others, only `clientCredentials()` of it.
   */
  readonly credentials?: Credentials | PromiseLike<Credentials>
  /** DNS name or IP address that the server must have a certificate for; a name is also sent as SNI. */
  readonly sni?: string
  /**
   * `resumingClient` for `session`, `onSession`, `postHandshakeAuthentication`, `externalPsks`, `grease` and `keepDetails`.
   * Default: a client that keeps no sessions, whose `trace` is `tracing(listener)`; `keyLog` needs `tracing()`, too.
   */
  readonly role?: StreamRole<SecureOptions>
  /** A ticket came, for the option `session` of a later connection. It holds a secret. */
  readonly onSession?: (session: Session) => void
}

/** Options of a server. */
export interface AcceptOptions
  extends SharedOptions, Omit<Partial<ServerOptions>, OwnNames>, Partial<Omit<OwnCertificate, 'crypto'>> {
  /** In place of `cert` and `key`. */
  readonly credentials?: ServerOptions['credentials'] & {}
}

type Credentials = ClientOptions['credentials'] & {}

type OwnNames = 'crypto' | 'clock' | 'applicationProtocols' | 'credentials'

/**
 * What the connection of a client is made with.
 *
 * @throws TlsError as a rejection: `ERR_TLS_OPTIONS`, `ERR_TLS_CERTIFICATE_PARSE`, `ERR_TLS_UNSUPPORTED`
 */
export async function clientOptions(options: SecureOptions): Promise<ClientOptions> {
  const { sni, onSession: _onSession, role: _role, credentials, ...rest } = options
  if ('cert' in rest || 'key' in rest) {
    throw new TlsError('ERR_TLS_OPTIONS', 'a client takes `credentials: ownCertificate({ cert, key })`')
  }
  const [crypto, own] = await Promise.all([options.crypto ?? systemClientCrypto(), credentials])
  const resolved = connectionOptions(rest, crypto)
  if (resolved.verifier === undefined && options.externalPsks === undefined) {
    throw new TlsError('ERR_TLS_OPTIONS', 'whom to trust is not said: give `ca` or `verifier`')
  }
  return Object.assign(
    resolved,
    own && { credentials: own },
    sni !== undefined && { serverName: sni.replace(/\.$/, '') },
  )
}

/**
 * The same for a server.
 *
 * @throws TlsError as a rejection, as `clientOptions` and `ownCertificate`
 */
export function serverOptions(options: AcceptOptions): Promise<ServerOptions> {
  const known = resolvedServers.get(options)
  if (known !== undefined) return known
  const resolved = resolvedServer(options)
  resolvedServers.set(options, resolved)
  return resolved
}

async function resolvedServer({ cert, key, ...options }: AcceptOptions): Promise<ServerOptions> {
  const crypto = await (options.crypto ?? systemCrypto())
  const resolved = connectionOptions(options, crypto)
  if (cert === undefined && key === undefined) return resolved
  return { ...resolved, credentials: await ownCredential({ cert, key, crypto } as OwnCertificate) }
}

/** What stands for itself, and what follows from the shared options. */
function connectionOptions<T extends SharedOptions & { readonly verifier?: PeerVerifier }>(
  options: T,
  crypto: CryptoProvider,
): Omit<T, keyof SharedOptions> & FromShared {
  // Named one by one: a copy with properties deleted is a slow object, and so is one spread from others.
  const {
    crypto: _crypto,
    clock = systemClock,
    ca: _ca,
    dangerouslyAcceptAnyCertificate: _any,
    alpn,
    handshakeTimeout: _timeout,
    allowHalfOpen: _halfOpen,
    signal: _signal,
    ...rest
  } = options
  const verifier = verifierOf(options)
  return Object.assign(rest, { crypto, clock }, verifier && { verifier }, alpn && { applicationProtocols: alpn })
}

type FromShared = Pick<CommonOptions, 'crypto' | 'clock' | 'verifier' | 'applicationProtocols'>

function verifierOf({
  verifier,
  ca,
  dangerouslyAcceptAnyCertificate: acceptsAny = false,
}: SharedOptions & { readonly verifier?: PeerVerifier }): PeerVerifier | undefined {
  if (ca === undefined && !acceptsAny) return verifier
  if (verifier === undefined) return verifierFor([ca ?? []].flat(), acceptsAny)
  throw new TlsError('ERR_TLS_OPTIONS', '`verifier` decides alone: `ca` and the like would have no effect')
}

/** A server's options are resolved once for the same object. */
const resolvedServers = /* @__PURE__ */ new WeakMap<AcceptOptions, Promise<ServerOptions>>()
