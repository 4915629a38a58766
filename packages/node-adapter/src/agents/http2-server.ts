import http2 from 'node:http2'
import type { NodeServerOptions } from '../node-tls/server.ts'
import type { TlsSocket } from '../tls-socket.ts'
import { http2Socket, reportSecure } from './http2-socket.ts'
import type { OverTls } from './over-tls.ts'
import { overTls, withoutTls } from './over-tls.ts'

/** Options of `http2.createSecureServer` and of `tls.createServer`, node:tls's and ours. */
export interface Http2ServerOptions extends NodeServerOptions, Omit<http2.ServerOptions, keyof NodeServerOptions> {
  /** Serve clients that do not speak HTTP/2, by HTTP/1.1. Default false. */
  readonly allowHTTP1?: boolean | undefined
}

/** `http2.createSecureServer`'s server, its TLS ours. */
export interface Http2Server extends Omit<http2.Http2SecureServer, keyof OverTls>, OverTls {}

/**
 * `http2.createSecureServer` on our sockets. Sessions say that they are encrypted, `h2`, and their `socket` who the
 * client is.
 *
 * @throws as `createServer` of `@typetls/node-adapter/tls`
 */
export function createHttp2Server(
  options: Http2ServerOptions,
  listener?: (request: http2.Http2ServerRequest, response: http2.Http2ServerResponse) => void,
): Http2Server {
  const { allowHTTP1, ALPNCallback } = options
  const offered = allowHTTP1 === true ? ['h2', 'http/1.1'] : ['h2']
  const protocols = ALPNCallback === undefined || ALPNCallback === null ? { ALPNProtocols: offered } : {}
  const server = http2.createSecureServer(withoutTls<object>(options), listener)
  const secured = (socket: TlsSocket): void => {
    const served = socket.alpnProtocol === 'h2' ? http2Socket(socket) : socket
    Object.assign(served, { server })
    if (served === socket && socket.alpnProtocol === 'h2') {
      server.once('session', (session) => reportSecure(session, socket))
    }
    server.emit('secureConnection', served)
  }
  return overTls(server, { ...protocols, ...options }, secured)
}
