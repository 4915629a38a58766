import { TlsError } from '@typetls/wire'
import { ByteQueue } from './byte-queue.ts'
import { handled, Signal } from './deferred.ts'
import type { PortFailure } from './port-failure.ts'
import { fromPortFailure, toPortFailure } from './port-failure.ts'
import { SocketError } from './socket-error.ts'
import type { Transport } from './transport.ts'

/**
 * One end of a channel whose other end is given to this function as well, perhaps in another worker: bytes go as
 * messages, as many as the other end has room for. Each direction ends by itself; when the other end cancels reading,
 * writing fails here, and when it aborts writing with a TlsError or SocketError, reading fails here with the same code.
 *
 * @param window bytes that may come before they are read. Default 262144
 */
export function messagePortTransport(port: PortLike, window = 262_144): Transport {
  return portStreams(port, window)
}

export interface PortStreamsOptions {
  /** Which chunks move to the other end with their buffers, and are not copied. Default: none. */
  readonly moves?: (chunk: Uint8Array) => boolean
  /** What the streams fail with. Default: the reason itself. */
  readonly asError?: (reason: TlsError) => Error
}

/** The same, with more to say. */
export function portStreams(port: PortLike, window: number, options: PortStreamsOptions = {}): Transport {
  const { readable, writable } = new PortEnd(port, window, options)
  return { readable, writable }
}

/** What is used of a MessagePort. */
export interface PortLike {
  postMessage(message: unknown, transfer?: ArrayBuffer[]): void
  close(): void
  onmessage: ((event: { readonly data: PortMessage }) => void) | null
}

/** What goes over the port: one of these. */
export interface PortMessage {
  /** So many bytes more may be sent. */
  readonly credit?: number
  readonly chunks?: readonly Uint8Array<ArrayBuffer>[]
  /** There are no more. */
  readonly end?: true
  /** There are no more, but there should have been. */
  readonly aborted?: PortFailure
  /** No more are wanted, for this reason if there is one. */
  readonly cancelled?: PortFailure | true
}

class PortEnd {
  readonly readable: ReadableStream<Uint8Array>
  readonly writable: WritableStream<Uint8Array>
  readonly #port: PortLike
  readonly #window: number
  readonly #asError: (error: TlsError) => Error
  readonly #moves: (chunk: Uint8Array) => boolean
  /** Here and not in the stream, which would throw them away when it is told of a failure. */
  readonly #received = new ByteQueue()
  readonly #changed = new Signal()
  #writing!: WritableStreamDefaultController
  /** Bytes we may send. */
  #credit = 0
  /** Bytes that may come. */
  #granted: number
  /** Bytes that were read, and for which no credit was given yet. */
  #owed = 0
  #ended = false
  #readFailure: TlsError | undefined
  #writeFailure: TlsError | undefined
  #readDone = false
  #writeDone = false
  /** Written and not posted yet. */
  #batch: Uint8Array<ArrayBuffer>[] = []

  constructor(port: PortLike, window: number, { moves = () => false, asError = (error) => error }: PortStreamsOptions) {
    this.#port = port
    this.#moves = moves
    this.#asError = asError
    this.#window = window
    this.#granted = window
    this.readable = new ReadableStream<Uint8Array>(
      { pull: (controller) => this.#pull(controller), cancel: (reason) => this.#cancel(reason) },
      { highWaterMark: 0 },
    )
    this.writable = new WritableStream<Uint8Array>({
      start: (controller) => {
        this.#writing = controller
        // The sink's own `abort` waits for a write that may wait for credit.
        const { signal } = controller as WritableStreamDefaultController & { readonly signal: AbortSignal }
        signal.addEventListener('abort', () => this.#abort(signal.reason))
      },
      write: (chunk) => this.#write(chunk),
      close: () => this.#endWriting({ end: true }),
    })
    port.onmessage = ({ data }) => this.#message(data)
    this.#post({ credit: window })
  }

  #message({ credit, chunks, end, aborted, cancelled }: PortMessage): void {
    if (credit !== undefined) this.#credit += credit
    else if (chunks !== undefined) for (const bytes of chunks) this.#take(bytes)
    else if (end === true) this.#ended = true
    else if (aborted !== undefined) this.#fail(fromPortFailure(aborted))
    else if (cancelled !== undefined) this.#stopWriting(cancelled === true ? notRead() : fromPortFailure(cancelled))
    this.#changed.notify()
  }

  #take(bytes: Uint8Array): void {
    this.#granted -= bytes.length
    if (this.#granted < 0) {
      this.#fail(new TlsError('ERR_TLS_BUFFER_LIMIT', 'the other end of the port sent more than it may'))
    } else if (!this.#readDone) {
      this.#received.push(bytes)
    }
  }

  async #pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    while (this.#received.length === 0 && !this.#ended && this.#readFailure === undefined) await this.#changed.wait()
    if (this.#readDone) return
    const chunk = this.#received.shift()
    if (chunk !== undefined) {
      controller.enqueue(chunk)
      this.#grant(chunk.length)
    } else if (this.#readFailure !== undefined) {
      controller.error(this.#asError(this.#readFailure))
      this.#endReading()
    } else {
      controller.close()
      this.#endReading()
    }
  }

  #grant(bytes: number): void {
    this.#owed += bytes
    if (this.#owed < this.#window / 4 || this.#ended) return
    this.#granted += this.#owed
    this.#post({ credit: this.#owed })
    this.#owed = 0
  }

  #cancel(reason: unknown): void {
    const told = reason instanceof TlsError || reason instanceof SocketError
    this.#received.clear()
    if (!this.#ended) this.#post({ cancelled: told ? toPortFailure(reason) : true })
    this.#ended = true
    this.#endReading()
    this.#changed.notify()
  }

  async #write(chunk: Uint8Array): Promise<void> {
    for (let offset = 0; offset < chunk.length;) {
      while (this.#credit === 0 && this.#writeFailure === undefined) await this.#changed.wait()
      if (this.#writeFailure !== undefined) throw this.#asError(this.#writeFailure)
      const length = Math.min(this.#credit, chunk.length - offset)
      const moves = length === chunk.length && this.#moves(chunk)
      this.#credit -= length
      // What moves to the other end is gone here.
      this.#send(moves ? (chunk as Uint8Array<ArrayBuffer>) : chunk.slice(offset, offset + length))
      offset += length
    }
  }

  #send(bytes: Uint8Array<ArrayBuffer>): void {
    const waiting = this.#batch.push(bytes)
    if (waiting === 1) handled(this.#flushWhenQuiet())
    if (waiting === batchLength) this.#flush()
  }

  /**
   * A message costs its receiver a task, so the records of one task go together: microtasks pass until so many have brought
   * nothing, which does not let any time pass.
   */
  async #flushWhenQuiet(): Promise<void> {
    for (let quiet = 0, known = 0; quiet < quietMicrotasks; quiet++) {
      await Promise.resolve()
      if (this.#batch.length !== known) quiet = 0
      known = this.#batch.length
    }
    this.#flush()
  }

  #flush(): void {
    const chunks = this.#batch
    if (chunks.length === 0) return
    this.#batch = []
    this.#port.postMessage(
      { chunks },
      chunks.map(({ buffer }) => buffer),
    )
  }

  #endWriting(message: PortMessage): void {
    if (this.#writeDone) return
    this.#writeDone = true
    this.#flush()
    this.#post(message)
    this.#leave()
  }

  #abort(reason: unknown): void {
    const failure = toPortFailure(reason)
    this.#endWriting({ aborted: failure })
    this.#writeFailure ??= fromPortFailure(failure)
    this.#changed.notify()
  }

  #stopWriting(error: TlsError): void {
    if (this.#writeDone) return
    this.#writeDone = true
    this.#flush()
    this.#writeFailure = error
    this.#writing.error(this.#asError(error))
    this.#leave()
  }

  /** Reading fails after all that came before. */
  #fail(error: TlsError): void {
    this.#readFailure ??= error
    this.#stopWriting(error)
  }

  #endReading(): void {
    this.#readDone = true
    this.#leave()
  }

  #leave(): void {
    if (this.#readDone && this.#writeDone) this.#port.close()
  }

  #post(message: PortMessage): void {
    this.#port.postMessage(message)
  }
}

function notRead(): TlsError {
  return new TlsError('ERR_TLS_CLOSED', 'the other end does not read any more')
}

/** Chunks that make a message, whatever comes: of records, 128 KiB. */
const batchLength = 8

/** What a record takes from its opening to here, and twice as much. */
const quietMicrotasks = 32
