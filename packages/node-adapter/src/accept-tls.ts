import type { Duplex } from 'node:stream'
import { secured } from './socket/secured.ts'
import type { TlsServerOptions } from './server-options.ts'
import { TlsAcceptor } from './tls-acceptor.ts'
import type { TlsSocket } from './socket/tls-socket.ts'

/**
 * The server's side of TLS on any Duplex, done when the handshake is. Give the same `TlsAcceptor` for many transports:
 * options are then read once, and clients can resume.
 *
 * @throws the socket's first error, as a rejection
 */
export async function acceptTls(transport: Duplex, options: TlsServerOptions | TlsAcceptor): Promise<TlsSocket> {
  const acceptor = options instanceof TlsAcceptor ? options : new TlsAcceptor(options)
  return secured(acceptor.accept(transport), 'secure')
}
