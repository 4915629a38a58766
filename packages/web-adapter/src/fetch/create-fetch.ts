import type { Session } from '@typetls/connection'
import { resumingClient } from '../from-streams.ts'
import { relay } from '../relay-transport.ts'
import { TypeTls } from '../type-tls.ts'
import type { TypeTlsOptions } from '../type-tls.ts'
import type { Connect, Fetch, FetchOptions } from './fetch-over.ts'
import { fetchOver } from './fetch-over.ts'

/** Where the connections of `createFetch` come from: a relay, another transport, or a `connect` that knows everything. */
export type CreateFetchOptions = RelayFetchOptions | ConnectFetchOptions

export interface RelayFetchOptions
  extends FetchOptions, Omit<TypeTlsOptions, 'alpn' | 'allowHalfOpen' | 'role' | 'session'> {
  /** URL of a `@typetls/relay`, such as `wss://relay.example/`. Without it, `transport` is needed. */
  readonly relay?: string
  /** What the relay asks for. Default: none. */
  readonly token?: string
}

export interface ConnectFetchOptions extends FetchOptions {
  /** Such as `(address, options) => tls.connect(address, options)` of a `TypeTls` or `WorkerTls`. */
  readonly connect: Connect
}

/**
 * `fetch` over TLS that ends here and not at a relay; see `fetchOver` for what it does. With `relay` or `transport`,
 * sessions are kept and resumed for each server.
 *
 * @example
 * ```ts no-run
 * import { pemCertificates } from '@typetls/web-adapter'
 * import { createFetch } from '@typetls/web-adapter/fetch'
 *
 * const ca = pemCertificates('-----BEGIN CERTIFICATE-----…')
 * const fetch = createFetch({ relay: 'wss://relay.example/', ca })
 * const response = await fetch('https://api.example/things', { signal: AbortSignal.timeout(10_000) })
 * console.log(response.status, await response.json())
 * ```
 */
export function createFetch(options: CreateFetchOptions): Fetch {
  return 'connect' in options ? fetchOver(options.connect, options) : fetchOver(resuming(options), options)
}

function resuming(options: RelayFetchOptions): Connect {
  const { relay: url, token, ...tls } = options
  const transport = url === undefined ? tls.transport : relay(url, token === undefined ? {} : { token })
  const tickets = new Map<string, Session[]>()
  return (address, connectOptions) => {
    const server = `${address.hostname}:${address.port}`
    // A ticket is used once (RFC 9846 appendix C.4).
    const session = tickets.get(server)?.pop()
    const onSession = (ticket: Session): void => {
      tls.onSession?.(ticket)
      const kept = tickets.get(server) ?? []
      tickets.delete(server)
      tickets.set(server, [...kept, ticket].slice(-maxTickets))
      if (tickets.size > maxServers) tickets.delete(tickets.keys().next().value as string)
    }
    const known = {
      role: resumingClient,
      ...tls,
      ...(transport && { transport }),
      ...(session && { session }),
      onSession,
    }
    return new TypeTls(known).connect(address, connectOptions)
  }
}

/** Of a server: as many as connections may be opened at about the same time. */
const maxTickets = 6
const maxServers = 64
