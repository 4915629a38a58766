import type { ClientOptions, Connection, ConnectionEvents } from '@typetls/connection'
import { clientConnection } from '@typetls/connection'
import type { ClientTls12Options } from '@typetls/connection/tls12'
import { clientTls12, tls12ClientConnection } from '@typetls/connection/tls12'
import { TlsError } from '@typetls/wire'
import type { ConnectOptions } from './connect-options.ts'
import { clientOptions } from './connect-options.ts'
import { defaultHandshakeTimeout } from './defaults.ts'
import { given } from './given.ts'
import type { SocketSetup } from './socket/socket-setup.ts'
import type { TlsSocket } from './socket/tls-socket.ts'
import type { Versions } from './versions.ts'
import { tls12Suites, versionsOf } from './versions.ts'

/** The client's side of one socket. */
export class ClientSetup implements SocketSetup {
  readonly role = 'client'
  readonly handshakeTimeout: number
  readonly allowHalfOpen: boolean
  readonly answersAtOnce: boolean
  /** Let go when the handshake starts: a socket lives longer than what it was made of. */
  #options: ClientOptions | undefined
  protected readonly versions: Versions
  readonly #tls12: ClientTls12Options | undefined

  /** @throws TlsError as `clientOptions` */
  constructor(options: ConnectOptions) {
    this.handshakeTimeout = options.handshakeTimeout ?? defaultHandshakeTimeout
    this.allowHalfOpen = options.allowHalfOpen === true
    this.versions = versionsOf(options)
    this.#tls12 = this.versions.tls12
      ? { ...options.tls12, ...given({ cipherSuites: tls12Suites(options.cipherSuites) }) }
      : undefined
    const resolved = clientOptions(options)
    this.answersAtOnce = resolved.crypto.mode === 'sync' && resolved.postHandshakeAuthentication !== true
    this.#options = resolved
  }

  open(socket: TlsSocket, events: ConnectionEvents): Connection {
    if (this.#options === undefined) throw new TlsError('ERR_TLS_STATE', 'this setup was used before')
    const options = this.prepared(this.#options, socket)
    this.#options = undefined
    if (socket.listenerCount('keylog') === 0) return this.#connection(options, events, socket)
    const { keyLog } = options
    return this.#connection(
      {
        ...options,
        keyLog: (line) => {
          keyLog?.(line)
          socket.emit('keylog', Buffer.from(`${line}\n`))
        },
      },
      events,
      socket,
    )
  }

  /** Other options for the connection, until it is made. */
  protected amend(change: (options: ClientOptions) => Partial<ClientOptions>): void {
    if (this.#options !== undefined) this.#options = { ...this.#options, ...change(this.#options) }
  }

  /** The options, now that the handshake starts. */
  protected prepared(options: ClientOptions, _socket: TlsSocket): ClientOptions {
    return options
  }

  #connection(options: ClientOptions, events: ConnectionEvents, socket: TlsSocket): Connection {
    if (this.#tls12 === undefined) return clientConnection(options, events)
    const own = renegotiatingBy(this.#tls12, socket)
    if (!this.versions.tls13) return tls12ClientConnection(options, events, own)
    return clientConnection({ ...options, tls12: clientTls12(own) }, events)
  }
}

/** With a policy that heeds `disableRenegotiation`. */
function renegotiatingBy(tls12: ClientTls12Options, socket: TlsSocket): ClientTls12Options {
  const { renegotiation: policy = 'never' } = tls12
  if (policy === 'never' || policy === 'ignore') return tls12
  return { ...tls12, renegotiation: () => socket.grantsRenegotiation(policy) }
}
