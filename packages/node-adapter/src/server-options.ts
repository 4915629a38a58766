import type { ServerOptions } from '@typetls/connection'
import type { ServerTls12Options } from '@typetls/connection/tls12'
import { rotatingTicketKeys } from '@typetls/connection'
import type {
  ClientHelloHook,
  CredentialSelector,
  ExternalPskLookup,
  PeerVerifier,
  TicketProtector,
} from '@typetls/handshake'
import { TlsError } from '@typetls/wire'
import { given } from './given.ts'
import type { AskForName } from './named-credentials.ts'
import type { TlsOptions } from './tls-options.ts'
import { commonOptions } from './tls-options.ts'
import { revocationChecker } from './revocation.ts'
import { authorityNames, verifierFor } from './trust.ts'

/** TLS options of servers. */
export interface TlsServerOptions extends TlsOptions {
  /** Ask clients for a certificate. One that has none, or none we trust, is refused unless `rejectUnauthorized` is false. Default false. */
  readonly requestCert?: boolean | undefined
  /** Chooses the ALPN protocol; `undefined` refuses. */
  readonly ALPNCallback?: ((offer: { servername: string; protocols: string[] }) => string | undefined) | undefined
  /** Chooses the credentials for a name that no `addContext` knows. Nothing: the server's own. */
  readonly SNICallback?: AskForName | undefined
  /** Called with each ClientHello before anything is decided; may throw to refuse, and may answer later. */
  readonly onClientHello?: ClientHelloHook | undefined
  /** Protects tickets; `false`: no tickets, no resumption. Default: keys of this server that are in memory and rotate. */
  readonly tickets?: TicketProtector | false | undefined
  /** Tickets sent after each handshake. Default 2. */
  readonly ticketCount?: number | undefined
  /** Also after a handshake that resumed a session. Default true. */
  readonly renewTickets?: boolean | undefined
  /** Seconds a ticket may be used, at most 604800. Default 7200. */
  readonly sessionTimeout?: number | undefined
  /** Finds the key that a client names. TLS 1.2 needs suites for PSKs in `cipherSuites` as well. */
  readonly externalPsk?: ExternalPskLookup | undefined
  /** Protects cookies of a HelloRetryRequest for which the server keeps no state. Default: none. */
  readonly cookies?: TicketProtector | undefined
  readonly requireCookie?: boolean | undefined
  /** What only TLS 1.2 needs to be told, where `minVersion` or `maxVersion` allows it. */
  readonly tls12?: Omit<ServerTls12Options, 'cipherSuites'> | undefined
  /** Default `'server'`. */
  readonly cipherPreference?: 'server' | 'client' | undefined
}

/**
 * What the connections of a server are made with.
 *
 * @param own chooses among its credentials
 * @throws TlsError `ERR_TLS_OPTIONS`, `ERR_TLS_UNSUPPORTED`, `ERR_TLS_KEY_PARSE`, `ERR_TLS_CERTIFICATE_PARSE`
 */
export function serverOptions(options: TlsServerOptions, own: CredentialSelector | undefined): ServerOptions {
  const common = commonOptions(options)
  const { crypto, clock } = common
  const { ALPNCallback } = options
  const requestCert = options.requestCert === true
  const rejectUnauthorized = options.rejectUnauthorized !== false
  return {
    ...common,
    clientAuthentication: !requestCert ? 'none' : rejectUnauthorized ? 'require' : 'request',
    ...given<Partial<ServerOptions>>({
      credentials: own,
      verifier: clientVerifier(options),
      certificateAuthorities: options.ca === undefined ? undefined : authorityNames(options.ca),
      selectApplicationProtocol:
        ALPNCallback === undefined
          ? undefined
          : (offered, servername) => answer(ALPNCallback, [...offered], servername),
      onClientHello: options.onClientHello,
      tickets: options.tickets === false ? undefined : (options.tickets ?? rotatingTicketKeys({ crypto, clock })),
      ticketCount: options.ticketCount,
      renewTickets: options.renewTickets,
      ticketLifetime: options.sessionTimeout,
      externalPsk: options.externalPsk,
      cookies: options.cookies,
      requireCookie: options.requireCookie,
      cipherPreference: options.cipherPreference,
    }),
  }
}

/** There also without `requestCert` if there is a `ca`: for asking after the handshake. */
function clientVerifier(options: TlsServerOptions): PeerVerifier | undefined {
  const { ca, verifier, requestCert } = options
  if (verifier !== undefined || (requestCert !== true && ca === undefined)) return verifier
  const revocation = revocationChecker(options)
  return verifierFor({ ca, rejectUnauthorized: options.rejectUnauthorized !== false, skipName: true, revocation })
}

function answer(
  callback: NonNullable<TlsServerOptions['ALPNCallback']>,
  protocols: string[],
  servername: string | undefined,
): string | undefined {
  const chosen = callback({ servername: servername ?? '', protocols })
  if (chosen === undefined || protocols.includes(chosen)) return chosen
  throw new TlsError('ERR_TLS_CALLBACK', 'ALPNCallback chose a protocol that the client did not offer', {
    expected: protocols,
    received: chosen,
  })
}
