import type { IpcNetConnectOpts, TcpNetConnectOpts } from 'node:net'
import { isIP } from 'node:net'
import type { Duplex } from 'node:stream'
import type { ClientOptions } from '@typetls/connection'
import { Session } from '@typetls/connection'
import type { ClientTls12Options } from '@typetls/connection/tls12'
import type { ExternalPsk, ExternalPskSelector, PeerVerifier } from '@typetls/handshake'
import { credentialSelector } from './credentials.ts'
import type { CheckServerIdentity } from './identity-check.ts'
import { withIdentityCheck } from './identity-check.ts'
import { sharedInput } from './transport/shared-input.ts'
import type { TlsOptions } from './tls-options.ts'
import { commonOptions } from './tls-options.ts'
import { revocationChecker } from './revocation.ts'
import { verifierFor } from './trust.ts'

/** Options of `connect`: those of `net.connect` and of TLS. */
export interface ConnectOptions extends TlsOptions, TransportOptions {
  /** The transport: any Duplex, connected or about to be. In place of `host`, `port` and `path`. */
  readonly socket?: Duplex | undefined
  /** DNS name or IP address to verify; names are also sent as SNI. `''`: none is sent, `host` is verified. Default: `host`. */
  readonly servername?: string | undefined
  /** Looks at the certificate in place of our name matching: an Error refuses. */
  readonly checkServerIdentity?: CheckServerIdentity | undefined
  /** Resume this: what `'session'` gave. A session that does not fit is not used. */
  readonly session?: Session | Uint8Array | undefined
  /** Keys agreed outside TLS. TLS 1.2 takes the first, and needs suites for PSKs in `cipherSuites`. */
  readonly externalPsks?: readonly ExternalPsk[] | undefined
  /** TLS 1.2: chooses the key by the server's hint. */
  readonly selectExternalPsk?: ExternalPskSelector | undefined
  /** Groups to send key shares for. */
  readonly keyShares?: readonly string[] | undefined
  /** Default true. */
  readonly grease?: boolean | undefined
  /** Default true. */
  readonly middleboxCompatibility?: boolean | undefined
  /** What only TLS 1.2 needs to be told, where `minVersion` or `maxVersion` allows it. */
  readonly tls12?: Omit<ClientTls12Options, 'cipherSuites'> | undefined
  /** Ask for an OCSP staple and SCTs. Default true. */
  readonly requestStatus?: boolean | undefined
  /** Answer a certificate request after the handshake. Default false. */
  readonly postHandshakeAuthentication?: boolean | undefined
  /** Milliseconds without activity until `'timeout'`. Default: none. */
  readonly timeout?: number | undefined
  /** Destroys the socket when aborted. */
  readonly signal?: AbortSignal | undefined
}

export interface TransportOptions {
  readonly host?: string | undefined
  readonly port?: number | string | undefined
  /** A Unix domain socket or named pipe, in place of `host` and `port`. */
  readonly path?: string | undefined
  readonly localAddress?: string | undefined
  readonly localPort?: number | undefined
  readonly family?: number | undefined
  readonly hints?: number | undefined
  readonly lookup?: TcpNetConnectOpts['lookup'] | undefined
  readonly autoSelectFamily?: boolean | undefined
  readonly autoSelectFamilyAttemptTimeout?: number | undefined
  /** Default true: records are already batched, Nagle's algorithm only delays them. */
  readonly noDelay?: boolean | undefined
  readonly keepAlive?: boolean | undefined
  readonly keepAliveInitialDelay?: number | undefined
}

/**
 * What the connection of a client is made with.
 *
 * @throws TlsError `ERR_TLS_OPTIONS`, `ERR_TLS_UNSUPPORTED`, `ERR_TLS_KEY_PARSE`, `ERR_TLS_CERTIFICATE_PARSE`,
 *   `ERR_TLS_SESSION_INVALID`
 */
export function clientOptions(options: ConnectOptions): ClientOptions {
  const common = commonOptions(options)
  const { sent, verified } = serverNames(options)
  // Not spread: an object made by a spread has a shape of its own, which costs more than the object.
  return Object.assign(common, {
    serverName: sent,
    verifyName: verified,
    verifier: clientVerifier(options),
    credentials: credentialSelector(options, common.crypto),
    session: sessionOf(options),
    externalPsks: options.externalPsks,
    selectExternalPsk: options.selectExternalPsk,
    keyShares: options.keyShares,
    grease: options.grease,
    requestStatus: options.requestStatus,
    middleboxCompatibility: options.middleboxCompatibility,
    postHandshakeAuthentication: options.postHandshakeAuthentication,
    // Nobody tells apart what is absent and what is undefined.
  }) as ClientOptions
}

/** What `net.connect` is called with. */
export function netOptions(options: ConnectOptions): TcpNetConnectOpts | IpcNetConnectOpts {
  const made: Record<string, unknown> = { noDelay: true, allowHalfOpen: true, ...sharedInput() }
  for (const name of transportMembers) {
    const value = options[name]
    if (value !== undefined) made[name] = value
  }
  return made as unknown as TcpNetConnectOpts
}

function serverNames({ servername, host, socket }: ConnectOptions): { sent?: string; verified?: string } {
  // A transport that is not ours goes we do not know where: without a name there is nothing to verify.
  const dialled = host ?? (socket === undefined ? 'localhost' : undefined)
  if (servername === '') return dialled === undefined ? {} : { verified: relative(dialled) }
  const name = servername ?? dialled
  return name === undefined ? {} : { sent: relative(name) }
}

/** RFC 6066 section 3: the name in SNI has no dot at its end, and certificates have none either. */
function relative(name: string): string {
  return name.endsWith('.') && isIP(name) === 0 ? name.slice(0, -1) : name
}

function clientVerifier(options: ConnectOptions): PeerVerifier {
  const { ca, verifier, checkServerIdentity } = options
  const rejectUnauthorized = options.rejectUnauthorized !== false
  const skipName = checkServerIdentity !== undefined
  const judge = verifier ?? verifierFor({ ca, rejectUnauthorized, skipName, revocation: revocationChecker(options) })
  return skipName ? withIdentityCheck(judge, checkServerIdentity, !rejectUnauthorized) : judge
}

function sessionOf({ session }: ConnectOptions): Session | undefined {
  if (session === undefined || session === null) return undefined
  return session instanceof Session ? session : Session.parse(session)
}

const transportMembers = [
  'host',
  'port',
  'path',
  'localAddress',
  'localPort',
  'family',
  'hints',
  'lookup',
  'autoSelectFamily',
  'autoSelectFamilyAttemptTimeout',
  'noDelay',
  'keepAlive',
  'keepAliveInitialDelay',
] as const satisfies readonly (keyof TransportOptions)[]
