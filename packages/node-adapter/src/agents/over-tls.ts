import type net from 'node:net'
import type { Duplex } from 'node:stream'
import type { NodeServerOptions, Server } from '../node-tls/server.ts'
import { createServer } from '../node-tls/server.ts'
import type { TlsSocket } from '../socket/tls-socket.ts'

/** What a server that stands on ours can be told of TLS: as `tls.Server`. */
export type OverTls = Pick<Server, 'addContext' | 'setSecureContext' | 'getTicketKeys' | 'setTicketKeys'>

/**
 * Puts our TLS under a server of Node: what it did with its connections is for `secured` to do with ours.
 *
 * @throws as `createServer` of `@typetls/node-adapter/tls`
 */
export function overTls<S extends net.Server>(
  server: S,
  options: NodeServerOptions,
  secured: (socket: TlsSocket) => void,
): S & OverTls {
  const tls = createServer(options, secured)
  tls.on('tlsClientError', (error, socket) => void server.emit('tlsClientError', error, socket))
  // Whoever listens gets lines, and nobody else has them made.
  server.on('newListener', (event) => {
    if (event !== 'keylog' || tls.listenerCount('keylog') > 0) return
    tls.on('keylog', (line, socket) => void server.emit('keylog', line, socket))
  })
  server.removeAllListeners('connection')
  server.on('connection', (transport: Duplex) => void tls.emit('connection', transport))
  return Object.assign(server, {
    addContext: tls.addContext.bind(tls),
    setSecureContext: tls.setSecureContext.bind(tls),
    getTicketKeys: tls.getTicketKeys.bind(tls),
    setTicketKeys: tls.setTicketKeys.bind(tls),
  })
}

/** The options of a server without those of TLS, which its own constructor would read. */
export function withoutTls<Options extends object>(options: Options): Options {
  return { noDelay: true, ...options, ...Object.fromEntries(readByNode.map((name) => [name, undefined])), ca: [] }
}

const readByNode = [
  'cert',
  'key',
  'pfx',
  'passphrase',
  'crl',
  'ciphers',
  'sigalgs',
  'ecdhCurve',
  'minVersion',
  'maxVersion',
  'secureProtocol',
  'secureContext',
  'ticketKeys',
  'sessionTimeout',
  'requestCert',
  'rejectUnauthorized',
  'handshakeTimeout',
  'ALPNProtocols',
  'ALPNCallback',
  'SNICallback',
] as const satisfies readonly (keyof NodeServerOptions)[]
