import http2 from 'node:http2'
import type { NodeServerOptions } from '../node-tls/server.ts'
import { isBun, isNode } from '../system.ts'
import type { TlsSocket } from '../socket/tls-socket.ts'
import type { OverTls } from './over-tls.ts'
import { lendListening } from './lent-listening.ts'
import { overTls, withoutTls } from './over-tls.ts'
import { reportSecure } from './report-secure.ts'

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
 * @throws TlsError `ERR_TLS_UNSUPPORTED` on Bun before 1.4; as `createServer` of `@typetls/node-adapter/tls`
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
    Object.assign(socket, { server })
    if (!isNode && socket.alpnProtocol === 'h2') {
      server.prependOnceListener('session', (session) => reportSecure(session, socket))
    }
    server.emit('secureConnection', socket)
  }
  if (isBun) {
    const sessions = new Set<http2.Http2Session>()
    server.on('session', (session) => {
      sessions.add(session)
      session.once('close', () => sessions.delete(session))
    })
    lendListening(server, options, 'secureConnection', () => {
      for (const session of sessions) session.close()
    })
  }
  return overTls(server, { ...protocols, ...options }, secured)
}
