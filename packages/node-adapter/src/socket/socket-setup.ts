import type { SocketConstructorOpts } from 'node:net'
import type { Connection, ConnectionEvents, ConnectionFacts } from '@typetls/connection'
import type { TlsSocket } from './tls-socket.ts'

/** How a socket gets its connection and who hears of its handshake: one object for all sockets of a server. */
export interface SocketSetup {
  readonly role: 'client' | 'server'
  /** Milliseconds from the moment the transport is there; 0: no limit. */
  readonly handshakeTimeout: number
  /** Default false: the end of the peer's data also ends ours. */
  readonly allowHalfOpen?: boolean
  /** More for the constructor of net.Socket. */
  readonly socketOptions?: (SocketConstructorOpts & { readonly highWaterMark?: number | undefined }) | undefined
  /** Whether nothing that happens after the handshake may take time: neither cryptography nor anybody asked. */
  readonly answersAtOnce: boolean
  /** Makes the connection, once, when the transport is there. */
  open(socket: TlsSocket, events: ConnectionEvents): Connection | PromiseLike<Connection>
  /** The handshake is done; the socket's own events follow. */
  secured?(socket: TlsSocket): void
  /** Whether the end of the transport is the end of the peer's data also without close_notify. Default false. */
  readonly endsWithTransport?: boolean
  /** What else speaks against what was agreed; asked before anybody hears of it. */
  refuses?(facts: ConnectionFacts, socket: TlsSocket): Error | undefined
  /** Authorities above the last certificate of the peer's chain, DER, nearest first, for `getPeerCertificate(true)`. */
  issuersAbove?(certificates: readonly Uint8Array[]): readonly Uint8Array[]
  /** An error in the words of whoever the socket is for. Default: as it is. */
  explain?(error: Error): Error
  /** What becomes of a write that waited for the handshake, which did not come about. Default: the socket's error. */
  cancelled?(): Error
  /** Client: where it was to go; members of the error for a transport that ends before the handshake. */
  readonly destination?: object
  /** The handshake failed; the socket's own `'error'` was before. */
  failed?(socket: TlsSocket, error: Error): void
}
