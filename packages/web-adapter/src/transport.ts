import type { SocketInfo } from './socket.ts'

/**
 * What carries the bytes of a connection: two web streams, and what is known about them. A chunk that was read, and one
 * whose write is done, is nobody else's.
 */
export interface Transport {
  readonly readable: ReadableStream<Uint8Array>
  readonly writable: WritableStream<Uint8Array>
  /**
   * Whether closing `writable` leaves `readable` open. Default `true`. With `false` the writable is closed last: our
   * close_notify tells the peer all the same that no more data comes.
   */
  readonly halfClose?: boolean
  /** As far as the transport knows, such as `192.0.2.1:443`. */
  readonly remoteAddress?: string | undefined
  readonly localAddress?: string | undefined
}

export function addressesOf({ remoteAddress, localAddress }: Transport): Omit<SocketInfo, 'alpn'> {
  return { remoteAddress: remoteAddress ?? null, localAddress: localAddress ?? null }
}

export interface SocketAddress {
  /** DNS name or IP address. */
  readonly hostname: string
  readonly port: number
}

export interface DialOptions {
  /** Gives up dialling. A transport that was made is ended by its streams. */
  readonly signal: AbortSignal
}

/** Makes a transport to an address: the slot for WebSockets, relays and sockets of every platform. */
export type Dialer = (address: SocketAddress, options: DialOptions) => Transport | PromiseLike<Transport>
