import { handled } from '../deferred.ts'
import type { SocketInfo } from '../socket.ts'
import type { OutgoingBody } from './request-body.ts'
import { sendBody } from './request-body.ts'
import type { ResponseHead } from './response-parser.ts'
import { ResponseParser } from './response-parser.ts'

/** What is used of a socket. */
export interface HttpSocket {
  readonly readable: ReadableStream<Uint8Array>
  readonly writable: WritableStream<Uint8Array>
  readonly opened: Promise<SocketInfo>
  close(): Promise<void>
}

export interface OutgoingRequest {
  readonly method: string
  /** Request line and header, with the empty line. */
  readonly head: string
  readonly body: OutgoingBody | undefined
  readonly signal: AbortSignal
}

export interface IncomingResponse extends ResponseHead {
  /** Fails with what ended the connection, or with the reason of the signal. */
  readonly body: ReadableStream<Uint8Array>
}

/** One connection of HTTP/1.1: an exchange after the other. */
export class HttpConnection {
  /** Exchanges that were begun. */
  exchanges = 0
  /** Whether a byte of the present exchange's response came. */
  answered = false
  /** Milliseconds that the server said it keeps an idle connection for. */
  keptFor: number = Number.POSITIVE_INFINITY
  readonly #socket: HttpSocket
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>
  readonly #parser: ResponseParser
  readonly #onIdle: (connection: HttpConnection) => void
  readonly #onClosed: (connection: HttpConnection) => void
  /** A read that was begun, perhaps while the connection was idle. */
  #reading: ReturnType<ReadableStreamDefaultReader<Uint8Array>['read']> | undefined
  /** The present one, or the last. */
  #exchange: Exchange = { ...begun(), complete: true }
  readonly #end = new AbortController()
  #closed = false
  #failure: unknown
  #forget: () => void = () => undefined

  /** @param onIdle is told when another exchange may begin; @param onClosed when none may, once */
  constructor(
    socket: HttpSocket,
    maxHeaderSize: number,
    onIdle: (connection: HttpConnection) => void,
    onClosed: (connection: HttpConnection) => void,
  ) {
    this.#socket = socket
    this.#reader = socket.readable.getReader()
    this.#writer = socket.writable.getWriter()
    handled(this.#reader.closed)
    handled(this.#writer.closed)
    this.#onIdle = onIdle
    this.#onClosed = onClosed
    this.#parser = new ResponseParser(maxHeaderSize, {
      head: (head) => (this.#exchange.head = head),
      data: (bytes) => this.#exchange.received.push(bytes),
      complete: () => (this.#exchange.complete = true),
    })
  }

  get closed(): boolean {
    return this.#closed
  }

  /** Sends a request and reads the header of its response. A rejection is the end of the connection. */
  async exchange({ method, head, body, signal }: OutgoingRequest): Promise<IncomingResponse> {
    const onAbort = (): void => this.close(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    this.#forget = () => signal.removeEventListener('abort', onAbort)
    this.exchanges++
    this.answered = false
    this.#parser.expect(method)
    if (signal.aborted) onAbort()
    const exchange = (this.#exchange = begun())
    exchange.sent = this.#send(exchange, head, body)
    handled(exchange.sent)
    try {
      while (exchange.head === undefined) await this.#receive()
    } catch (error) {
      this.close(error)
      if (exchange.head === undefined) throw this.#failure
    }
    return { ...exchange.head, body: this.#body(exchange) }
  }

  /** Closes the connection when the server does, or says what nobody asked for. */
  watch(): void {
    const close = (): void => {
      if (this.#exchange.complete) this.close(undefined)
    }
    this.#read().then(close, close)
  }

  /** @param reason what an exchange that is under way fails with */
  close(reason: unknown): void {
    if (this.#closed) return
    this.#closed = true
    this.#failure = reason
    this.#forget()
    this.#end.abort(reason)
    handled(this.#socket.close())
    this.#onClosed(this)
  }

  #body(exchange: Exchange): ReadableStream<Uint8Array> {
    const { received } = exchange
    return new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          try {
            while (received.length === 0 && !exchange.complete) await this.#receive()
          } catch (error) {
            this.close(error)
            return controller.error(this.#failure)
          }
          const chunk = received.shift()
          if (chunk !== undefined) controller.enqueue(chunk)
          if (received.length === 0 && exchange.complete) controller.close()
        },
        cancel: (reason) => {
          if (!exchange.complete) this.close(reason)
        },
      },
      { highWaterMark: 0 },
    )
  }

  #read(): ReturnType<ReadableStreamDefaultReader<Uint8Array>['read']> {
    this.#reading ??= this.#reader.read()
    return this.#reading
  }

  async #receive(): Promise<void> {
    const { done, value } = await this.#read()
    this.#reading = undefined
    if (this.#closed) throw this.#failure
    if (done) {
      this.#parser.end()
    } else {
      if (value.length > 0) this.answered = true
      try {
        this.#parser.push(value)
      } catch (error) {
        // What comes after a response does not change it, but nothing that follows can be believed.
        if (!this.#exchange.complete) throw error
        this.close(undefined)
      }
    }
    if (this.#exchange.complete) this.#settle()
  }

  /** A write that fails is not told: reading says why. */
  async #send(exchange: Exchange, head: string, body: OutgoingBody | undefined): Promise<void> {
    const writing = this.#writer.write(Uint8Array.from(head, (character) => character.charCodeAt(0)))
    exchange.written = body === undefined
    await writing
    if (body === undefined) return
    exchange.written = body.length === 0
    const write = (bytes: Uint8Array, last: boolean): Promise<void> => {
      exchange.written = last
      return this.#writer.write(bytes)
    }
    await sendBody(body, write, (error) => this.close(error), this.#end.signal)
  }

  /** A response that was read to its end leaves the connection to the next, if it can. */
  #settle(): void {
    const { head, written, sent } = this.#exchange
    if (this.#closed || head === undefined) return
    this.#forget()
    this.keptFor = keepAliveTimeout(head)
    const end = (): void => this.close(undefined)
    // A server that has answered without having taken the request does not want the rest of it.
    if (head.keepAlive && written) sent.then(() => this.#onIdle(this), end)
    else end()
  }
}

/** A request and its response. */
interface Exchange {
  head: ResponseHead | undefined
  /** Bytes of the body that nobody has read. */
  readonly received: Uint8Array[]
  complete: boolean
  /** All of the request was written, if not taken yet. */
  written: boolean
  /** When it was taken. */
  sent: Promise<void>
}

function begun(): Exchange {
  return { head: undefined, received: [], complete: false, written: false, sent: Promise.resolve() }
}

function keepAliveTimeout({ headers }: ResponseHead): number {
  const field = headers.find(([name]) => name.toLowerCase() === 'keep-alive')?.[1] ?? ''
  const [, seconds] = /(?:^|[,\s])timeout=(\d{1,6})\b/i.exec(field) ?? []
  // One second less, for what is on its way.
  return seconds === undefined ? Number.POSITIVE_INFINITY : Math.max(0, Number(seconds) * 1000 - 1000)
}
