import type { CipherSuite, Secret } from '@typetls/crypto-provider'
import type { Direction, Epoch } from './trace.ts'

/** What carries the handshake: TLS records, later DTLS records or QUIC CRYPTO frames. */
export interface HandshakeCarrier {
  /** One whole handshake message. It may be packed with others until the handshake suspends. */
  send(message: Uint8Array): void
  /** A ChangeCipherSpec, of TLS 1.2 or for middleboxes; carriers that have none do nothing. */
  changeCipherSpec(): void
  /**
   * Messages from here on are under keys of this traffic secret. The secret stays the caller's and is valid during the
   * call and until the returned promise settles.
   */
  installKeys(direction: Direction, epoch: Epoch, suite: CipherSuite, secret: Secret): void | PromiseLike<void>
  /**
   * TLS 1.2: records from here on are protected by this, whose ownership passes. A change of what is received stands
   * between two messages.
   */
  protect(direction: Direction, protection: RecordProtection): void
  /** The client may have sent early data, and we take none: what can only be early data is dropped. */
  earlyDataDeclined(): void
  /** The largest record plaintext the peer accepts, bytes, type byte included. https://www.rfc-editor.org/rfc/rfc8449#section-4 */
  peerRecordSizeLimit(limit: number): void
  /** The peer may now send the records we announced a limit for. */
  ownRecordSizeLimit(limit: number): void
}

/** The protection of one direction, made by the record layer; opaque here. */
export interface RecordProtection {
  /** Wipes it. */
  dispose(): void
}
