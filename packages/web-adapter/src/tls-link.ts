import type { Connection, ConnectionEvents, Session } from '@typetls/connection'
import { TlsError } from '@typetls/wire'
import { ByteQueue, takeJoined } from './byte-queue.ts'
import { defaultHandshakeTimeout, inFlight, lingerTime, readAhead, sliceLength } from './defaults.ts'
import { Deferred, handled, Signal } from './deferred.ts'
import { SocketError, tlsErrorOf } from './socket-error.ts'
import type { SecureSocket, SecureSocketInfo } from './socket.ts'
import type { Transport } from './transport.ts'
import { addressesOf } from './transport.ts'

/** As in `SecureOptions`. */
export interface LinkOptions {
  readonly allowHalfOpen?: boolean
  /** Milliseconds. */
  readonly handshakeTimeout?: number
  readonly signal?: AbortSignal
  readonly onSession?: (session: Session) => void
}

/** Makes the connection; rejected or thrown is what is wrong with its options. */
export type OpenConnection = (events: ConnectionEvents) => Connection | PromiseLike<Connection>

/** A connection on two web streams: carries bytes both ways, each way as fast as its slower end. */
export class TlsLink implements SecureSocket {
  readonly secureTransport = 'on'
  readonly upgraded = false
  readonly readable: ReadableStream<Uint8Array>
  readonly writable: WritableStream<Uint8Array>
  readonly #opened = new Deferred<SecureSocketInfo>()
  readonly #closed = new Deferred<void>()
  readonly #options: LinkOptions
  /** Decrypted and not read. */
  readonly #received = new ByteQueue()
  readonly #outgoing = new ByteQueue()
  /** Something changed that a loop or a call may wait for. */
  readonly #changed = new Signal()
  #handshakeTimer: ReturnType<typeof setTimeout> | undefined
  #connection: Connection | undefined
  #transport: Transport | undefined
  #sender: WritableStreamDefaultWriter<Uint8Array> | undefined
  #failure: SocketError | undefined
  /** The connection's last event came. */
  #over = false
  /** `close` was called. */
  #closing = false
  /** Nobody reads any more. */
  #cancelled = false
  #readableDone = false
  #writableDone = false
  /** Calls of our writable's sink that are not done. */
  #writing = 0
  #reading!: ReadableStreamDefaultController<Uint8Array>
  #writer!: WritableStreamDefaultController

  constructor(transport: Transport | PromiseLike<Transport>, open: OpenConnection, options: LinkOptions) {
    // A copy: the object may be used again, with another signal or callback for another socket.
    this.#options = { ...options }
    this.readable = new ReadableStream<Uint8Array>(
      {
        start: (controller) => void (this.#reading = controller),
        pull: () => this.#pull(),
        cancel: () => this.#cancel(),
      },
      // What is read ahead is kept here: a stream throws away what it holds when it is told of a failure.
      { highWaterMark: 0 },
    )
    this.writable = new WritableStream<Uint8Array>({
      start: (controller) => {
        this.#writer = controller
        // The sink's own `abort` is called only when a write that is under way is done, which may wait for the peer.
        const { signal } = controller as WritableStreamDefaultController & { readonly signal: AbortSignal }
        const abort = (): void => this.#abort(aborted('the writable was aborted', signal))
        signal.addEventListener('abort', () => queueMicrotask(abort))
      },
      write: (chunk) => this.#write(chunk),
      close: () => this.#closeWrite(),
    })
    this.#watch()
    handled(this.#run(transport, open))
  }

  get opened(): Promise<SecureSocketInfo> {
    return this.#opened.promise
  }

  get closed(): Promise<void> {
    return this.#closed.promise
  }

  /** Ends both directions now. What was written is still sent, as far as the transport takes it within a second. */
  close(): Promise<void> {
    this.#close()
    return this.closed
  }

  startTls(): never {
    throw new SocketError(new TlsError('ERR_TLS_STATE', 'startTls is for sockets made with secureTransport "starttls"'))
  }

  /** @internal */
  get connection(): Connection | undefined {
    return this.#connection
  }

  #close(): void {
    if (this.#ended()) return
    const connection = this.#connection
    if (connection === undefined || connection.state === 'handshaking') {
      return this.#abort(new TlsError('ERR_TLS_CLOSED', 'the socket was closed before the handshake was done'))
    }
    this.#closing = true
    this.#received.clear()
    this.#endReadable()
    this.#endWritable()
    connection.closeWrite()
    this.#boundLinger()
    this.#changed.notify()
  }

  /** Ends both directions with an error; the peer is told by its alert. */
  #abort(error: TlsError): void {
    this.#fail(error)
    this.#connection?.abort(error)
  }

  /** What the connection says. */
  #events(): ConnectionEvents {
    const changed = (): void => this.#changed.notify()
    return {
      output: (bytes) => {
        this.#outgoing.push(bytes)
        changed()
      },
      data: (bytes) => {
        if (!this.#cancelled && !this.#closing) this.#received.push(bytes)
        changed()
      },
      connected: (facts) => {
        clearTimeout(this.#handshakeTimer)
        const addresses = addressesOf(this.#transport as Transport)
        this.#opened.resolve({ ...addresses, alpn: facts.applicationProtocol ?? null, tls: facts })
        changed()
      },
      session: (session) => this.#options.onSession?.(session),
      end: changed,
      closed: (error) => {
        this.#over = true
        if (error !== undefined) this.#fail(error)
        changed()
      },
    }
  }

  // Life

  async #run(dialling: Transport | PromiseLike<Transport>, open: OpenConnection): Promise<void> {
    const dialled = Promise.resolve(dialling)
    handled(dialled)
    try {
      const connection = await open(this.#events())
      const transport = await Promise.race([dialled, this.closed])
      if (this.#failure !== undefined || transport === undefined) throw this.#failure ?? closedError()
      this.#connection = connection
      this.#transport = transport
      const reader = transport.readable.getReader()
      const writer = transport.writable.getWriter()
      this.#sender = writer
      for (const end of [writer.closed, writer.ready, reader.closed]) handled(end)
      const sent = this.#send(writer)
      handled(sent)
      await connection.start()
      const received = this.#receive(reader, connection)
      handled(received)
      await sent
      this.#finish(reader, received)
    } catch (error) {
      this.#over = true
      this.#abort(tlsErrorOf(error))
      handled(dialled.then((transport) => discard(transport, error)))
    }
  }

  /** Reads the transport while there is room for what comes of it. */
  async #receive(reader: ReadableStreamDefaultReader<Uint8Array>, connection: Connection): Promise<void> {
    try {
      while (!connection.readEnded) {
        await this.#until(() => this.#mayReceive(connection))
        const { done, value } = await reader.read()
        if (done) return connection.receiveEnd()
        const bytes = bytesOf(value)
        // A message of a WebSocket may be large; all of it decrypted at once is as large again.
        for (let offset = 0; offset < bytes.length; offset += inFlight) {
          await this.#until(() => this.#mayReceive(connection))
          // Not waited for: an asynchronous provider is to have the next records before it is done with these.
          const received = connection.receive(bytes.subarray(offset, offset + inFlight), true)
          if (received !== undefined) handled(received.then(() => this.#changed.notify()))
        }
      }
    } catch (error) {
      this.#transportFailed(error)
    }
  }

  /** Sends what the connection gives out, as the transport takes it; settled when there is no more to send. */
  async #send(writer: WritableStreamDefaultWriter<Uint8Array>): Promise<void> {
    try {
      for (;;) {
        for (let bytes: Uint8Array | undefined; (bytes = this.#nextOutgoing());) {
          await writer.ready
          writer.write(bytes).catch((error: unknown) => this.#transportFailed(error))
          this.#changed.notify()
        }
        if (this.#sentAll()) break
        await this.#changed.wait()
      }
      const closing = writer.close()
      handled(closing)
      await this.#until(() => this.#over || this.#closing)
      await within(lingerTime, closing)
    } catch (error) {
      this.#transportFailed(error)
    } finally {
      // A transport that did not take it in time does not get more.
      if (this.#failure !== undefined || this.#closing) handled(writer.abort(this.#failure))
    }
  }

  #nextOutgoing(): Uint8Array | undefined {
    // A ChangeCipherSpec alone would be a message of its own for nothing: it goes with what follows.
    if (this.#outgoing.length === changeCipherSpecLength && !this.#ended()) return undefined
    return takeJoined(this.#outgoing, sliceLength)
  }

  #sentAll(): boolean {
    const connection = this.#connection as Connection
    if (this.#outgoing.length > 0) return false
    if (this.#over) return true
    if (!connection.writeEnded || connection.pendingOutput > 0) return false
    return this.#closing || (this.#writableDone && this.#transport?.halfClose !== false)
  }

  #finish(reader: ReadableStreamDefaultReader<Uint8Array>, received: Promise<void>): void {
    // A transport that is torn down while the peer still writes, tickets for instance, may lose it what we have sent.
    const left = this.#failure === undefined ? within(lingerTime, received) : Promise.resolve(true)
    handled(left.finally(() => reader.cancel(this.#failure)))
    this.#unwatch()
    this.#endWritable()
    this.#closed.resolve()
    this.#changed.notify()
  }

  #transportFailed(error: unknown): void {
    const connection = this.#connection as Connection
    this.#outgoing.clear()
    // Close_notify went both ways: how the transport ends is of no interest.
    const orderly = this.#closing || (connection.readEnded && connection.writeEnded)
    if (!orderly) this.#abort(tlsErrorOf(error))
    this.#over = true
    this.#changed.notify()
  }

  #fail(error: TlsError): void {
    if (this.#failure !== undefined || this.#closing) return
    const failure = new SocketError(error)
    this.#failure = failure
    this.#unwatch()
    this.#opened.reject(failure)
    this.#closed.reject(failure)
    this.#writableDone = true
    this.#writer.error(failure)
    // The readable is told after all that came before.
    this.#changed.notify()
    if (this.#connection === undefined) this.#over = true
    else this.#boundLinger()
  }

  /** An asynchronous provider may still owe an alert, and a transport may take none: neither keeps us for long. */
  #boundLinger(): void {
    const sent = this.#until(() => this.#over && this.#outgoing.length === 0)
    handled(
      within(lingerTime, sent).then((inTime) => {
        if (inTime) return
        if (this.#sender !== undefined) handled(this.#sender.abort(this.#failure))
        this.#outgoing.clear()
        this.#over = true
        this.#changed.notify()
      }),
    )
  }

  #watch(): void {
    const { signal, handshakeTimeout = defaultHandshakeTimeout } = this.#options
    if (signal?.aborted === true) return this.#onAbort()
    signal?.addEventListener('abort', this.#onAbort)
    this.#handshakeTimer = setTimeout(
      () => this.#abort(new TlsError('ERR_TLS_HANDSHAKE_TIMEOUT', `no handshake within ${handshakeTimeout} ms`)),
      handshakeTimeout,
    )
  }

  #unwatch(): void {
    clearTimeout(this.#handshakeTimer)
    this.#options.signal?.removeEventListener('abort', this.#onAbort)
  }

  readonly #onAbort = (): void => this.#abort(aborted('aborted by its signal', this.#options.signal as AbortSignal))

  async #until(condition: () => boolean): Promise<void> {
    while (!condition()) await this.#changed.wait()
  }

  // Our readable

  #mayReceive(connection: Connection): boolean {
    return connection.readEnded || (connection.pendingInput < inFlight && this.#hasRoom())
  }

  #hasRoom(): boolean {
    if (this.#ended() || this.#connection?.state === 'handshaking') return true
    // Nobody reads, but somebody may still write: the peer is not read, and so held back.
    if (this.#cancelled) return this.#writableDone
    return this.#received.length < readAhead
  }

  async #pull(): Promise<void> {
    await this.#until(
      () => this.#received.length > 0 || this.#readableDone || this.#failure !== undefined || this.#nothingToCome(),
    )
    if (this.#readableDone) return
    const chunk = this.#received.shift()
    if (chunk !== undefined) {
      this.#reading.enqueue(chunk)
      this.#changed.notify()
    } else if (this.#failure !== undefined) {
      this.#readableDone = true
      this.#reading.error(this.#failure)
    } else {
      this.#endReadable()
      if (this.#options.allowHalfOpen !== true) await this.#endWriting()
    }
  }

  #nothingToCome(): boolean {
    // A failure ends reading too, and is told when its alert went out: it is not the end that the peer said.
    return this.#connection?.readEnded === true && this.#connection.failure === undefined
  }

  #cancel(): void {
    this.#cancelled = true
    this.#readableDone = true
    this.#received.clear()
    this.#changed.notify()
    // Reading was given up while nothing is left to write: there is nothing to stay for.
    if (this.#writableDone) this.#close()
  }

  #endReadable(): void {
    if (this.#readableDone) return
    this.#readableDone = true
    this.#reading.close()
  }

  /** The peer has ended and was read to its end: what is being written in answer is the last. */
  async #endWriting(): Promise<void> {
    do await new Promise((resolve) => setTimeout(resolve, 0))
    while (this.#writing > 0)
    if (this.#writableDone || this.#failure !== undefined) return
    this.#endWritable()
    this.#connection?.closeWrite()
    this.#changed.notify()
  }

  // Our writable

  async #write(chunk: unknown): Promise<void> {
    const bytes = bytesOf(chunk)
    this.#writing++
    try {
      await this.opened
      const connection = this.#connection as Connection
      for (let offset = 0; offset < bytes.length; offset += sliceLength) {
        this.#checkOpen()
        connection.write(bytes.subarray(offset, offset + sliceLength))
        await this.#until(() => this.#ended() || connection.pendingOutput + this.#outgoing.length <= inFlight)
      }
      // The caller may use its buffer again, so an asynchronous provider has to be done with it.
      await this.#until(() => this.#ended() || (connection.pendingOutput === 0 && this.#outgoing.length <= sliceLength))
      this.#checkOpen()
    } catch (error) {
      throw error instanceof SocketError ? error : new SocketError(tlsErrorOf(error))
    } finally {
      this.#writing--
    }
  }

  #ended(): boolean {
    return this.#over || this.#closing || this.#failure !== undefined
  }

  #checkOpen(): void {
    if (this.#failure !== undefined) throw this.#failure
    if (this.#closing) throw closedError()
  }

  async #closeWrite(): Promise<void> {
    await this.opened
    this.#writableDone = true
    const connection = this.#connection as Connection
    connection.closeWrite()
    this.#changed.notify()
    await this.#until(() => this.#ended() || (connection.pendingOutput === 0 && this.#outgoing.length === 0))
    if (this.#failure !== undefined) throw this.#failure
    if (this.#cancelled) this.#close()
  }

  #endWritable(): void {
    if (this.#writableDone) return
    this.#writableDone = true
    this.#writer.error(new SocketError(closedError()))
  }
}

/** Bytes of a record of it; no other is as short. */
const changeCipherSpecLength = 6

function bytesOf(chunk: unknown): Uint8Array {
  if (ArrayBuffer.isView(chunk)) return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength)
  if (chunk instanceof ArrayBuffer) return new Uint8Array(chunk)
  throw new TlsError('ERR_TLS_OPTIONS', `a chunk has to be bytes, not ${chunk === null ? 'null' : typeof chunk}`)
}

function aborted(message: string, { reason }: AbortSignal): TlsError {
  return reason instanceof TlsError ? reason : new TlsError('ERR_TLS_ABORTED', message, { cause: reason })
}

function closedError(): TlsError {
  return new TlsError('ERR_TLS_CLOSED', 'the socket is closed')
}

/** Ends a transport that is not needed. */
function discard({ readable, writable }: Transport, reason: unknown): void {
  if (!readable.locked) handled(readable.cancel(reason))
  if (!writable.locked) handled(writable.abort(reason))
}

/** Whether the promise is settled within this many milliseconds; settled then at the latest. */
async function within(time: number, promise: Promise<void>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const timeout = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), time)))
  try {
    return await Promise.race([promise.then(() => true), timeout])
  } finally {
    clearTimeout(timer)
  }
}
