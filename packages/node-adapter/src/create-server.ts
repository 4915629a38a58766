import net from 'node:net'
import type { ServerOpts } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Credential } from '@typetls/handshake'
import type { NamedContext } from './named-credentials.ts'
import type { TlsServerOptions } from './server-options.ts'
import { TlsAcceptor } from './tls-acceptor.ts'
import type { TlsSocket } from './socket/tls-socket.ts'

/**
 * A TLS server, as `tls.createServer` of Node; `listener` is for `'secureConnection'`.
 *
 * @throws TlsError `ERR_TLS_OPTIONS`, `ERR_TLS_UNSUPPORTED`, `ERR_TLS_KEY_PARSE`, `ERR_TLS_CERTIFICATE_PARSE`
 */
export function createServer(options: CreateServerOptions, listener?: (socket: TlsSocket) => void): TlsServer {
  return new TlsServer(options, listener)
}

/** Options of `net.createServer` and of TLS. `noDelay` is true by default: records are already batched. */
export interface CreateServerOptions extends TlsServerOptions, Omit<ServerOpts, 'allowHalfOpen' | 'pauseOnConnect'> {}

/**
 * Events beside those of `net.Server`: `secureConnection` (TlsSocket), `tlsClientError` (error, TlsSocket) for each
 * handshake that failed, `keylog` (Buffer, TlsSocket). What a client sends ends its own socket, never the process.
 *
 * `emit('connection', duplex)` accepts on any transport.
 */
export class TlsServer extends net.Server {
  readonly #acceptor: TlsAcceptor

  constructor(options: CreateServerOptions, listener?: (socket: TlsSocket) => void) {
    super({ noDelay: true, ...options, allowHalfOpen: true, pauseOnConnect: false })
    this.#acceptor = new TlsAcceptor(options, {
      secured: (socket) => void this.emit('secureConnection', socket),
      failed: (socket, error) => void this.emit('tlsClientError', error, socket),
      wantsKeyLog: () => this.listenerCount('keylog') > 0,
      keyLog: (socket, line) => void this.emit('keylog', Buffer.from(`${line}\n`), socket),
    })
    this.on('connection', (transport: Duplex) => this.#accept(transport))
    if (listener !== undefined) this.on('secureConnection', listener)
  }

  /** Credentials for a name, `*.example.org` included, and whose certificates are taken there; the newest that fits counts. */
  addContext(serverName: string, context: NamedContext | Credential): void {
    this.#acceptor.addContext(serverName, context)
  }

  /** Other options for handshakes from now on, credentials for instance; what is not given stays. */
  setSecureContext(options: TlsServerOptions): void {
    this.#acceptor.setSecureContext(options)
  }

  #accept(transport: Duplex): void {
    const socket = this.#acceptor.accept(transport)
    // As in node:tls: an error that nobody listens to is the end of a client's socket, not of the server.
    socket.on('error', ignore)
    Object.assign(socket, { server: this })
  }
}

function ignore(): void {}
