import type { TlsError } from '@typetls/wire'
import type { ConnectionFacts } from './facts.ts'
import type { Session } from '@typetls/handshake'

/**
 * What a connection tells its carrier. Called synchronously, in order, never again after `closed`.
 * A callback may call back into the connection (`write`, `closeWrite`, `abort`).
 */
export interface ConnectionEvents {
  /** Bytes for the transport, in order. Ownership passes: the connection does not touch them again. */
  output(bytes: Uint8Array): void
  /** Application data from the peer; may be a view of a larger buffer that nobody writes to again. */
  data(bytes: Uint8Array): void
  /** The handshake is complete and the peer is authenticated as far as the options asked. Once, before any `data`. */
  connected?(facts: ConnectionFacts): void
  /** Client: the server sent a ticket. Several may come, any time after `connected`. */
  session?(session: Session): void
  /** Server: the client answered a post-handshake certificate request; `facts.peer` is its new identity. */
  authenticated?(facts: ConnectionFacts): void
  /** TLS 1.2: another handshake is complete. */
  renegotiated?(facts: ConnectionFacts): void
  /** The peer's close_notify: no more data will come. Writing is still possible until `closeWrite`. */
  end?(): void
  /**
   * Both directions are over, or the connection failed. `undefined`: orderly, close_notify went both ways.
   * Output given before is still to be sent (it may hold the alert).
   */
  closed(error: TlsError | undefined): void
}
