import type { ClientOptions, Connection, ConnectionEvents } from '@typetls/connection'
import { clientConnection } from '@typetls/connection'
import { TlsError } from '@typetls/wire'
import type { ConnectOptions } from './connect-options.ts'
import { clientOptions } from './connect-options.ts'
import { defaultHandshakeTimeout } from './defaults.ts'
import type { SocketSetup, TlsSocket } from './tls-socket.ts'

/** The client's side of one socket. */
export class ClientSetup implements SocketSetup {
  readonly role = 'client'
  readonly handshakeTimeout: number
  readonly allowHalfOpen: boolean
  readonly answersAtOnce: boolean
  /** Let go when the handshake starts: a socket lives longer than what it was made of. */
  #options: ClientOptions | undefined

  /** @throws TlsError as `clientOptions` */
  constructor(options: ConnectOptions) {
    this.handshakeTimeout = options.handshakeTimeout ?? defaultHandshakeTimeout
    this.allowHalfOpen = options.allowHalfOpen === true
    const resolved = clientOptions(options)
    this.answersAtOnce = resolved.crypto.mode === 'sync' && resolved.postHandshakeAuthentication !== true
    this.#options = resolved
  }

  open(socket: TlsSocket, events: ConnectionEvents): Connection {
    const options = this.#options
    if (options === undefined) throw new TlsError('ERR_TLS_STATE', 'this setup was used before')
    this.#options = undefined
    if (socket.listenerCount('keylog') === 0) return clientConnection(options, events)
    const { keyLog } = options
    return clientConnection(
      {
        ...options,
        keyLog: (line) => {
          keyLog?.(line)
          socket.emit('keylog', Buffer.from(`${line}\n`))
        },
      },
      events,
    )
  }
}
