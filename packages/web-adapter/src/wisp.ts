import { TlsError } from '@typetls/wire'
import { Deferred, Signal } from './deferred.ts'
import type { Dialer, DialOptions, SocketAddress, Transport } from './transport.ts'
import type { WebSocketConstructor, WebSocketLike } from './web-socket.ts'
import { drained, openWebSocket } from './web-socket.ts'

export interface WispOptions {
  /**
   * Bytes of a stream that may wait to be read. Wisp cannot hold a server back: a stream with more fails with
   * `ERR_TLS_BUFFER_LIMIT`. Default 16 MiB.
   */
  readonly maxBuffered?: number
  /** Default: the global one. */
  readonly WebSocket?: WebSocketConstructor
}

/**
 * Dials through a [Wisp](https://github.com/MercuryWorkshop/wisp-protocol) server, version 1: one WebSocket for all
 * sockets, opened at the first and again when it is gone. Closing either direction of a stream closes both.
 *
 * @param url ends with `/`
 */
export function wisp(url: string, options: WispOptions = {}): Dialer {
  let current: WispConnection | undefined
  return async (address, dialling) => {
    if (current === undefined || current.gone) current = new WispConnection(url, options)
    return current.dial(address, dialling)
  }
}

class WispConnection {
  gone = false
  readonly #maxBuffered: number
  readonly #socket: Promise<WebSocketLike>
  /** Packets that each stream may send at first; told by the server when the WebSocket is open. */
  readonly #ready = new Deferred<number>()
  readonly #streams = new Map<number, WispStream>()
  #lastId = 0

  constructor(url: string, { maxBuffered = 16 * 1024 * 1024, WebSocket }: WispOptions) {
    this.#maxBuffered = maxBuffered
    this.#socket = openWebSocket(url, WebSocket === undefined ? {} : { WebSocket }, () => this)
    this.#socket.catch((error: Error) => {
      this.gone = true
      this.#ready.reject(error)
    })
  }

  async dial({ hostname, port }: SocketAddress, { signal }: DialOptions): Promise<Transport> {
    const socket = await this.#socket
    const credit = await this.#ready.promise
    signal.throwIfAborted()
    const id = ++this.#lastId
    const stream = new WispStream(socket, id, credit, this.#maxBuffered, () => this.#streams.delete(id))
    this.#streams.set(id, stream)
    const host = new TextEncoder().encode(hostname)
    const body = new Uint8Array(3 + host.length)
    body[0] = tcp
    new DataView(body.buffer).setUint16(1, port, true)
    body.set(host, 3)
    socket.send(packet(packetTypes.connect, id, body))
    return { readable: stream.readable, writable: stream.writable, halfClose: false }
  }

  message(bytes: Uint8Array): void {
    if (bytes.length < headerLength) return this.closed(1002, 'a packet without a header')
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const id = view.getUint32(1, true)
    const stream = this.#streams.get(id)
    switch (bytes[0]) {
      case packetTypes.data:
        return stream?.data(bytes.subarray(headerLength))
      case packetTypes.continue:
        if (bytes.length !== headerLength + 4) return this.closed(1002, 'a CONTINUE of another length')
        if (id === 0) this.#ready.resolve(view.getUint32(headerLength, true))
        else stream?.continue(view.getUint32(headerLength, true))
        return
      case packetTypes.close:
        return stream?.ended(bytes[headerLength] ?? 0)
      default:
        return this.closed(1002, `a packet of type ${bytes[0]}`)
    }
  }

  closed(code: number, reason: string): void {
    if (this.gone) return
    this.gone = true
    const error = new TlsError('ERR_TLS_TRANSPORT', `the Wisp connection ended: ${code} ${reason}`.trim(), {
      received: code,
    })
    this.#ready.reject(error)
    for (const stream of this.#streams.values()) stream.fail(error)
    this.#socket.then(
      (socket) => socket.close(),
      () => undefined,
    )
  }
}

class WispStream {
  readonly readable: ReadableStream<Uint8Array>
  readonly writable: WritableStream<Uint8Array>
  readonly #socket: WebSocketLike
  readonly #id: number
  readonly #forget: () => void
  readonly #changed = new Signal()
  /** Packets we may send. */
  #credit: number
  #done = false
  #failure: TlsError | undefined
  #reading!: ReadableStreamDefaultController<Uint8Array>
  #writing!: WritableStreamDefaultController

  constructor(socket: WebSocketLike, id: number, credit: number, maxBuffered: number, forget: () => void) {
    this.#socket = socket
    this.#id = id
    this.#credit = credit
    this.#forget = forget
    this.readable = new ReadableStream<Uint8Array>(
      {
        start: (controller) => void (this.#reading = controller),
        cancel: () => this.#close(voluntary),
      },
      { highWaterMark: maxBuffered, size: ({ byteLength }) => byteLength },
    )
    this.writable = new WritableStream<Uint8Array>({
      start: (controller) => void (this.#writing = controller),
      write: (chunk) => this.#write(chunk),
      close: () => {
        if (!this.#done) this.#reading.close()
        this.#close(voluntary)
      },
      abort: () => this.#close(voluntary),
    })
  }

  data(bytes: Uint8Array): void {
    if (this.#done) return
    this.#reading.enqueue(bytes)
    if ((this.#reading.desiredSize ?? 0) >= 0) return
    this.fail(
      new TlsError('ERR_TLS_BUFFER_LIMIT', 'more came than may wait to be read, and Wisp cannot hold a server back'),
    )
    this.#socket.send(packet(packetTypes.close, this.#id, Uint8Array.of(voluntary)))
  }

  continue(credit: number): void {
    this.#credit = credit
    this.#changed.notify()
  }

  ended(reason: number): void {
    if (this.#done) return
    const error = new TlsError('ERR_TLS_TRANSPORT', `the Wisp server closed the stream, reason ${reason}`, {
      received: reason,
    })
    if (reason !== voluntary) return this.fail(error)
    this.#reading.close()
    this.#failure = error
    this.#end()
    this.#writing.error(error)
  }

  fail(error: TlsError): void {
    if (this.#done) return
    this.#failure = error
    this.#end()
    this.#reading.error(error)
    this.#writing.error(error)
  }

  async #write(chunk: Uint8Array): Promise<void> {
    while (this.#credit === 0 && !this.#done) await this.#changed.wait()
    if (this.#done) throw this.#failure ?? new TlsError('ERR_TLS_TRANSPORT', 'the Wisp stream is closed')
    this.#credit--
    this.#socket.send(packet(packetTypes.data, this.#id, chunk))
    await drained(this.#socket, 262_144)
  }

  #close(reason: number): void {
    if (this.#done) return
    this.#end()
    this.#socket.send(packet(packetTypes.close, this.#id, Uint8Array.of(reason)))
  }

  #end(): void {
    this.#done = true
    this.#forget()
    this.#changed.notify()
  }
}

function packet(type: number, id: number, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(headerLength + body.length)
  bytes[0] = type
  new DataView(bytes.buffer).setUint32(1, id, true)
  bytes.set(body, headerLength)
  return bytes
}

const packetTypes = { connect: 1, data: 2, continue: 3, close: 4 } as const
const headerLength = 5
/** The stream type in CONNECT. */
const tcp = 1
/** The reason of a CLOSE without a failure. */
const voluntary = 2
