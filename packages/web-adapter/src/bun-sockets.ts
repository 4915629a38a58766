import { TlsError } from '@typetls/wire'
import { Signal } from './deferred.ts'
import { hostAndPort } from './platform-sockets.ts'
import type { Dialer, Transport } from './transport.ts'

/** TCP sockets of Bun: `bunSockets(Bun.connect)`. */
export function bunSockets(connect: BunConnect): Dialer {
  return async ({ hostname, port }, { signal }) => {
    signal.throwIfAborted()
    const streams = new BunStreams()
    const socket = await connect({ hostname, port, allowHalfOpen: true, socket: streams.events })
    if (!signal.aborted) return streams.transportOf(socket)
    socket.terminate()
    return signal.throwIfAborted() as never
  }
}

/** The events of a socket of Bun as two web streams. */
class BunStreams {
  /** Bun calls them as functions, not as methods. */
  readonly events: BunSocketEvents = {
    data: (socket, bytes) => this.#data(socket, bytes),
    drain: () => this.#changed.notify(),
    end: () => this.#end(),
    close: (_socket, cause) => this.#close(cause),
    error: (_socket, cause) => this.#fail(cause),
  }
  readonly #changed = new Signal()
  readonly #readable: ReadableStream<Uint8Array>
  readonly #writable: WritableStream<Uint8Array>
  #socket: BunSocket | undefined
  #reading!: ReadableStreamDefaultController<Uint8Array>
  #writing!: WritableStreamDefaultController
  #readDone = false
  #writeDone = false
  #paused = false
  #failure: TlsError | undefined

  constructor() {
    this.#readable = new ReadableStream<Uint8Array>(
      {
        start: (controller) => void (this.#reading = controller),
        pull: () => this.#resume(),
        cancel: () => this.#leave('read'),
      },
      { highWaterMark: readAhead, size: ({ byteLength }) => byteLength },
    )
    this.#writable = new WritableStream<Uint8Array>({
      start: (controller) => void (this.#writing = controller),
      write: (chunk) => this.#write(chunk),
      close: () => {
        this.#socket?.shutdown()
        this.#leave('write')
      },
      abort: () => this.#socket?.terminate(),
    })
  }

  transportOf(socket: BunSocket): Transport {
    this.#socket = socket
    return {
      readable: this.#readable,
      writable: this.#writable,
      remoteAddress: hostAndPort(socket.remoteAddress, socket.remotePort),
      localAddress: hostAndPort(socket.localAddress, socket.localPort),
    }
  }

  // What Bun says

  #data(socket: BunSocket, bytes: Uint8Array): void {
    if (this.#readDone) return
    this.#reading.enqueue(bytes)
    if ((this.#reading.desiredSize ?? 0) > 0) return
    this.#paused = true
    socket.pause()
  }

  #resume(): void {
    if (!this.#paused) return
    this.#paused = false
    this.#socket?.resume()
  }

  #end(): void {
    if (this.#readDone) return
    this.#reading.close()
    this.#leave('read')
  }

  #close(cause: unknown): void {
    // The end of what the peer sends may be told by this alone.
    if (cause === undefined || cause === null) this.#end()
    if (!this.#readDone || !this.#writeDone) this.#fail(cause)
  }

  async #write(chunk: Uint8Array): Promise<void> {
    for (let left = chunk; left.length > 0;) {
      if (this.#failure !== undefined) throw this.#failure
      const taken = (this.#socket as BunSocket).write(left)
      if (taken < 0) throw new TlsError('ERR_TLS_TRANSPORT', 'the socket is closed')
      left = left.subarray(taken)
      if (left.length > 0) await this.#changed.wait()
    }
  }

  /** When both directions have ended, so has the socket. */
  #leave(direction: 'read' | 'write'): void {
    if (direction === 'read') this.#readDone = true
    else this.#writeDone = true
    if (this.#readDone && this.#writeDone) this.#socket?.end()
    else if (direction === 'read') this.#resume()
  }

  #fail(cause: unknown): void {
    if (this.#failure !== undefined) return
    this.#failure = new TlsError('ERR_TLS_TRANSPORT', 'the socket failed', { cause })
    if (!this.#readDone) this.#reading.error(this.#failure)
    if (!this.#writeDone) this.#writing.error(this.#failure)
    this.#readDone = true
    this.#writeDone = true
    this.#changed.notify()
  }
}

/** Bytes that are kept unread before the socket is paused. */
const readAhead = 262_144

/** What is used of `Bun.connect`. */
export type BunConnect = (options: {
  hostname: string
  port: number
  allowHalfOpen: boolean
  socket: BunSocketEvents
}) => Promise<BunSocket>

export interface BunSocketEvents {
  data(socket: BunSocket, bytes: Uint8Array): void
  drain(socket: BunSocket): void
  end(socket: BunSocket): void
  close(socket: BunSocket, cause?: unknown): void
  error(socket: BunSocket, cause: unknown): void
}

export interface BunSocket {
  readonly remoteAddress?: string
  readonly remotePort?: number
  readonly localAddress?: string
  readonly localPort?: number
  /** Bytes that were taken: the rest is to be given after `drain`. */
  write(bytes: Uint8Array): number
  /** Ends our direction. */
  shutdown(): void
  end(): void
  terminate(): void
  pause(): void
  resume(): void
}
