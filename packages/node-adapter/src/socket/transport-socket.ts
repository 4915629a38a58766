import type { AddressInfo, Socket, SocketConstructorOpts } from 'node:net'
import type { Duplex } from 'node:stream'
import { idleTimer } from './idle-timer.ts'
import { SocketBase } from './socket-base.ts'

/** A socket on top of a transport: what it has of `net.Socket` beside the stream. Most of that the transport answers. */
export abstract class TransportSocket extends SocketBase {
  readonly #transport: Transport
  #idleTimer: NodeJS.Timeout | undefined

  constructor(transport: Duplex, options: SocketConstructorOpts | undefined) {
    // Without options where there are none: `dial` says why.
    super(options)
    this.#transport = transport
  }

  override get connecting(): boolean {
    // Asked before there is a transport, by the constructor of net.Socket.
    return #transport in this && this.#transport.connecting === true
  }

  override set connecting(_value: boolean) {
    // net.Socket's constructor assigns it.
  }

  override get pending(): boolean {
    return this.connecting
  }

  override get bufferSize(): number {
    return this.writableLength
  }

  override get remoteAddress(): string | undefined {
    return this.#transport.remoteAddress
  }

  override get remotePort(): number | undefined {
    return this.#transport.remotePort
  }

  override get remoteFamily(): string | undefined {
    return this.#transport.remoteFamily
  }

  override get localAddress(): string {
    return this.#transport.localAddress as string
  }

  override get localPort(): number {
    return this.#transport.localPort as number
  }

  override get localFamily(): string {
    return this.#transport.localFamily as string
  }

  override address(): AddressInfo | Record<string, never> {
    return this.#transport.address?.() ?? {}
  }

  /** The transport is already on its way. Some clients call this on any socket and wait for `'connect'`. */
  override connect(...args: unknown[]): this {
    const transport = this.#transport as Partial<Socket>
    if (transport.pending === true && transport.connecting === false) {
      transport.connect?.(...(args as Parameters<Socket['connect']>))
      return this
    }
    const listener = args.at(-1)
    if (typeof listener === 'function') this.once('connect', listener as () => void)
    if (!this.connecting) process.nextTick(emitConnect, this)
    return this
  }

  override setNoDelay(noDelay?: boolean): this {
    this.#transport.setNoDelay?.(noDelay)
    return this
  }

  override setKeepAlive(enable?: boolean, initialDelay?: number): this {
    this.#transport.setKeepAlive?.(enable, initialDelay)
    return this
  }

  override ref(): this {
    this.#transport.ref?.()
    return this
  }

  override unref(): this {
    this.#transport.unref?.()
    return this
  }

  /** @throws RangeError `ERR_OUT_OF_RANGE`, TypeError `ERR_INVALID_ARG_TYPE` as net.Socket does */
  override setTimeout(timeout: number, listener?: () => void): this {
    if (this.destroyed) return this
    const timer = idleTimer(this, timeout)
    const self = this as { timeout?: number }
    self.timeout = timeout
    clearTimeout(this.#idleTimer)
    this.#idleTimer = timer
    if (listener !== undefined) {
      if (timeout > 0) this.once('timeout', listener)
      else this.off('timeout', listener)
    }
    return this
  }

  /** Node's own name for "there was activity": its HTTP server calls it. */
  _unrefTimer(): void {
    this.#idleTimer?.refresh()
  }

  override resetAndDestroy(): this {
    this.#transport.resetAndDestroy?.()
    return this.destroy()
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    clearTimeout(this.#idleTimer)
    callback(error)
  }
}

/** A Duplex that may have more: `net.Socket`, `tls.TLSSocket`, another `TlsSocket`. */
export type Transport = Duplex & Partial<Pick<Socket, TransportMember>>

type TransportMember =
  | 'connecting'
  | 'pending'
  | 'remoteAddress'
  | 'remotePort'
  | 'remoteFamily'
  | 'localAddress'
  | 'localPort'
  | 'localFamily'
  | 'address'
  | 'setNoDelay'
  | 'setKeepAlive'
  | 'ref'
  | 'unref'
  | 'resetAndDestroy'

/** A `net.Socket` that is not connected, or not yet. */
export function isConnectingLater({ connecting, pending }: Transport): boolean {
  return connecting === true || pending === true
}

function emitConnect(socket: TransportSocket): void {
  socket.emit('connect')
}
