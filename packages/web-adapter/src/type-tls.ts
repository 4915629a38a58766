import { TlsError } from '@typetls/wire'
import { fromStreams } from './from-streams.ts'
import { PlainSocket } from './plain-socket.ts'
import type { SecureOptions } from './secure-options.ts'
import { SocketError } from './socket-error.ts'
import type { SecureSocket, SecureTransport, Socket, StartTlsOptions } from './socket.ts'
import type { Dialer, SocketAddress, Transport } from './transport.ts'

/** Options of `TypeTls`: those of TLS for all its sockets, and how to reach an address. */
export interface TypeTlsOptions extends Omit<SecureOptions, 'sni' | 'signal'> {
  /** Default: none, and `connect` is refused. */
  readonly transport?: Dialer
}

export interface ConnectOptions {
  /** Default `'off'`, as in the Sockets API. */
  readonly secureTransport?: SecureTransport
  /** Default: that of `TypeTls`, or none. */
  readonly alpn?: readonly string[]
  /** Default: the host name that is dialled. */
  readonly sni?: string | null
  /** Default: that of `TypeTls`, or false. */
  readonly allowHalfOpen?: boolean
  readonly signal?: AbortSignal
}

/** The binding object of the Sockets API: its `connect` takes what the API has, the object knows everything else. */
export class TypeTls {
  readonly #options: TypeTlsOptions

  constructor(options: TypeTlsOptions) {
    this.#options = options
  }

  /**
   * A socket at once; whether it comes to anything is told by its `opened`.
   *
   * @param address `{ hostname, port }`, or `host:port`
   * @throws SocketError `ERR_TLS_OPTIONS` for an address or a `secureTransport` that is none, and without a transport
   */
  connect(address: SocketAddress | string, options: ConnectOptions & { readonly secureTransport: 'on' }): SecureSocket
  connect(address: SocketAddress | string, options?: ConnectOptions): Socket
  connect(address: SocketAddress | string, options: ConnectOptions = {}): Socket {
    const { secureTransport = 'off', signal } = options
    const { transport: dialer, ...defaults } = this.#options
    const { hostname, port } = addressOf(address)
    if (dialer === undefined) throw wrong('TypeTls was made without a transport')
    if (!['on', 'off', 'starttls'].includes(secureTransport)) throw wrong(`secureTransport ${secureTransport}`)
    const { alpn, allowHalfOpen } = options
    const secure: SecureOptions = {
      ...defaults,
      sni: options.sni ?? hostname,
      ...(alpn !== undefined && { alpn }),
      ...(allowHalfOpen !== undefined && { allowHalfOpen }),
      ...(signal !== undefined && { signal }),
    }
    const giveUp = new AbortController()
    const dialled = dial(dialer, { hostname, port }, giveUp, signal)
    if (secureTransport === 'off') return new PlainSocket(dialled, undefined)
    if (secureTransport === 'starttls') {
      return new PlainSocket(dialled, (transport: Promise<Transport>, more: StartTlsOptions) =>
        fromStreams(transport, { ...secure, ...more }),
      )
    }
    const socket = fromStreams(dialled, secure)
    socket.closed.catch((reason: unknown) => giveUp.abort(reason))
    return socket
  }
}

async function dial(
  dialer: Dialer,
  address: SocketAddress,
  giveUp: AbortController,
  signal: AbortSignal | undefined,
): Promise<Transport> {
  const onAbort = (): void => giveUp.abort(signal?.reason)
  if (signal?.aborted === true) onAbort()
  signal?.addEventListener('abort', onAbort, { once: true })
  try {
    giveUp.signal.throwIfAborted()
    return await dialer(address, { signal: giveUp.signal })
  } finally {
    signal?.removeEventListener('abort', onAbort)
  }
}

function addressOf(address: SocketAddress | string): SocketAddress {
  if (typeof address !== 'string') return checked(address.hostname, Number(address.port))
  const [, bracketed, name, port] = /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(address) ?? []
  return checked(bracketed ?? name ?? '', Number(port))
}

function checked(hostname: string, port: number): SocketAddress {
  if (hostname === '' || !Number.isInteger(port) || port < 1 || port > 65_535) {
    throw wrong('an address is a host name and a port')
  }
  return { hostname, port }
}

function wrong(message: string): SocketError {
  return new SocketError(new TlsError('ERR_TLS_OPTIONS', message))
}
