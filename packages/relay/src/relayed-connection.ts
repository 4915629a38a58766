import net from 'node:net'
import type { WebSocket } from 'ws'
import type { Target } from './allow-list.ts'
import type { CloseReason } from './close-codes.ts'
import { closeCodes } from './close-codes.ts'
import type { Counters } from './metrics.ts'
import type { Limits } from './options.ts'

/** One WebSocket and its TCP connection, by what both ways of carrying have in common. */
export abstract class RelayedConnection {
  protected readonly webSocket: WebSocket
  protected readonly socket: net.Socket
  protected readonly limits: Limits
  protected readonly counters: Counters
  readonly #connecting: ReturnType<typeof setTimeout>
  #closed = false

  constructor(webSocket: WebSocket, { hostname, port }: Target, limits: Limits, counters: Counters) {
    this.webSocket = webSocket
    this.limits = limits
    this.counters = counters
    const onread = {
      buffer: readBuffer,
      callback: (length: number): boolean => {
        this.#read(readBuffer.subarray(0, length))
        return true
      },
    }
    const socket = net.connect({ host: hostname, port, allowHalfOpen: true, noDelay: true, onread })
    this.socket = socket
    this.#connecting = setTimeout(() => this.close('unreachable', 'the target does not answer'), limits.connectTimeout)
    socket.on('connect', () => {
      clearTimeout(this.#connecting)
      socket.setTimeout(limits.idleTimeout, () => this.close('idle', 'idle'))
      this.connected()
    })
    // Only where `onread` is not known, as on Bun.
    socket.on('data', (bytes: Buffer) => this.#read(bytes))
    socket.on('end', () => this.ended())
    socket.on('error', (error: NodeJS.ErrnoException) => this.close('unreachable', error.code ?? 'error'))
    webSocket.on('message', (message: Buffer, isBinary: boolean) => {
      if (isBinary) this.message(message)
      else this.close('protocol', 'binary messages only')
    })
    webSocket.on('close', (code: number) => this.#leave(code === 1000))
    // A frame that is none, or too large: `close` follows.
    webSocket.on('error', () => this.#leave())
  }

  /** Ends both, and says why. */
  close(reason: CloseReason, text: string): void {
    if (this.#closed) return
    this.counters.closed[reason]++
    this.#leave()
    this.webSocket.close(closeCodes[reason], text)
  }

  protected abstract connected(): void
  /** The bytes are lent: they are others when this returns. */
  protected abstract received(bytes: Buffer): void
  /** The target sends no more. */
  protected abstract ended(): void
  protected abstract message(message: Buffer): void

  /** Both directions have ended. */
  protected finish(): void {
    if (this.#closed) return
    this.#closed = true
    clearTimeout(this.#connecting)
    this.webSocket.close(1000)
  }

  /** Sends a message; the target is not read while too much waits. */
  protected send(message: Uint8Array): void {
    this.webSocket.send(message, () => this.sent())
  }

  protected get congested(): boolean {
    return this.webSocket.bufferedAmount > this.limits.window
  }

  protected abstract sent(): void

  #read(bytes: Buffer): void {
    this.counters.bytesDown += bytes.length
    this.received(bytes)
  }

  #leave(orderly = false): void {
    this.#closed = true
    clearTimeout(this.#connecting)
    // The last bytes of a client that ended in an orderly way are still sent.
    if (orderly && !this.socket.connecting) this.socket.destroySoon()
    else this.socket.destroy()
  }
}

/**
 * All sockets are read into this, as each read is worked off at once. Without it a read has at most 64 KiB, and a message of
 * 256 KiB costs a page half of what four of these do.
 */
const readBuffer = Buffer.allocUnsafeSlow(262_144)
