import http from 'node:http'
import type { Duplex } from 'node:stream'
import { httpsProtocols } from '../defaults.ts'
import type { NodeServerOptions } from '../node-tls/server.ts'
import { isBun } from '../system.ts'
import type { TlsSocket } from '../socket/tls-socket.ts'
import type { OverTls } from './over-tls.ts'
import { lendListening } from './lent-listening.ts'
import { overTls, withoutTls } from './over-tls.ts'

/** Options of `https.createServer`, node:tls's and ours. */
export interface HttpsServerOptions extends NodeServerOptions, Omit<http.ServerOptions, keyof NodeServerOptions> {}

/**
 * `https.createServer`, its TLS ours: Node's own `http.Server`, with `secureConnection`, `tlsClientError` and `keylog`.
 * ALPN is `http/1.1` unless the options say otherwise.
 *
 * @throws TlsError `ERR_TLS_UNSUPPORTED` on Bun before 1.4; as `createServer` of `@typetls/node-adapter/tls`
 */
export function createHttpsServer(options: HttpsServerOptions, listener?: http.RequestListener): http.Server & OverTls {
  const server = http.createServer(withoutTls(options), listener)
  const serveHttp = server.listeners('connection') as ((this: http.Server, socket: Duplex) => void)[]
  const secured = (socket: TlsSocket): void => {
    Object.assign(socket, { server })
    for (const serve of serveHttp) serve.call(server, socket)
    server.emit('secureConnection', socket)
  }
  // As node:https: whoever looks at 'clientError' sees these too.
  server.on('tlsClientError', (error, socket: TlsSocket) => void server.emit('clientError', error, socket))
  // Its own `close` ends what idles.
  if (isBun) lendListening(server, options, 'connection', server.close.bind(server))
  const { ALPNCallback } = options
  const protocols = ALPNCallback === undefined || ALPNCallback === null ? { ALPNProtocols: httpsProtocols } : {}
  return overTls(server, { ...protocols, ...options }, secured)
}
