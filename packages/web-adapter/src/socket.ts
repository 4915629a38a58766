import type { ConnectionFacts } from '@typetls/connection'

/** A socket in the shape of the [Sockets API](https://sockets-api.proposal.wintertc.org/). */
export interface Socket {
  readonly readable: ReadableStream<Uint8Array>
  readonly writable: WritableStream<Uint8Array>
  /** When bytes can be sent: with TLS, when the handshake is done and the peer verified. */
  readonly opened: Promise<SocketInfo>
  /** When both directions are over. Rejected with a `SocketError` when that was not orderly. */
  readonly closed: Promise<void>
  readonly secureTransport: SecureTransport
  /** Whether `startTls` was called: this socket is done, the new one goes on. */
  readonly upgraded: boolean
  /** Ends both directions. What is not read yet is lost. Resolved or rejected as `closed`. */
  close(): Promise<void>
  /**
   * TLS from here on, on the same transport. What was written before has to be awaited.
   *
   * @throws SocketError `ERR_TLS_STATE` unless the socket was made with `secureTransport: 'starttls'`, and the second time
   */
  startTls(options?: StartTlsOptions): SecureSocket
}

/** A socket that speaks TLS. */
export interface SecureSocket extends Socket {
  readonly opened: Promise<SecureSocketInfo>
}

export type SecureTransport = 'off' | 'on' | 'starttls'

export interface SocketInfo {
  /** As far as the transport knows. */
  readonly remoteAddress: string | null
  readonly localAddress: string | null
  /** The negotiated protocol, `null` when there is none. */
  readonly alpn: string | null
}

export interface SecureSocketInfo extends SocketInfo {
  /** What was negotiated, and what verification found out about the peer. */
  readonly tls: ConnectionFacts
}

export interface StartTlsOptions {
  /** In place of the name that was dialled. */
  readonly sni?: string
  readonly alpn?: readonly string[]
}
