import http from 'node:http'
import type { RequestListener, ServerOptions } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Credential } from '@typetls/handshake'
import type { NamedContext } from './named-credentials.ts'
import { httpsProtocols } from './defaults.ts'
import type { TlsServerOptions } from './server-options.ts'
import { TlsAcceptor } from './tls-acceptor.ts'
import type { TlsSocket } from './socket/tls-socket.ts'

/**
 * An HTTPS server: Node's own `http.Server` on our sockets, so everything it has is there. ALPN is `http/1.1` unless
 * the options say otherwise.
 *
 * @throws TlsError `ERR_TLS_OPTIONS`, `ERR_TLS_UNSUPPORTED`, `ERR_TLS_KEY_PARSE`, `ERR_TLS_CERTIFICATE_PARSE`
 */
export function createHttpsServer(options: HttpsServerOptions, listener?: RequestListener): HttpsServer {
  return new HttpsServer(options, listener)
}

/** Options of `http.createServer` and of TLS. */
export interface HttpsServerOptions extends TlsServerOptions, ServerOptions {}

/** Events beside those of `http.Server`: `secureConnection`, `tlsClientError`, `keylog` as `TlsServer` has them. */
export class HttpsServer extends http.Server {
  readonly #acceptor: TlsAcceptor
  readonly #serveHttp: readonly ((socket: Duplex) => void)[]

  constructor(options: HttpsServerOptions, listener?: RequestListener) {
    super(options, listener)
    this.#acceptor = new TlsAcceptor(
      options.ALPNCallback === undefined ? { ALPNProtocols: httpsProtocols, ...options } : options,
      {
        secured: (socket) => this.#secured(socket),
        failed: (socket, error) => this.#failed(socket, error),
        wantsKeyLog: () => this.listenerCount('keylog') > 0,
        keyLog: (socket, line) => void this.emit('keylog', Buffer.from(`${line}\n`), socket),
      },
    )
    // What http.Server does with a connection, it does with ours when it is secure.
    this.#serveHttp = this.listeners('connection') as ((socket: Duplex) => void)[]
    this.removeAllListeners('connection')
    this.on('connection', (transport: Duplex) => this.#accept(transport))
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
    this.#acceptor.accept(transport).on('error', ignore)
  }

  #secured(socket: TlsSocket): void {
    for (const serve of this.#serveHttp) serve.call(this, socket)
    this.emit('secureConnection', socket)
  }

  #failed(socket: TlsSocket, error: Error): void {
    // As node:https: whoever looks at 'clientError' sees these too.
    if (!this.emit('tlsClientError', error, socket)) this.emit('clientError', error, socket)
  }
}

function ignore(): void {}
