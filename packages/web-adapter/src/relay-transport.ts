import { TlsError } from '@typetls/wire'
import { sliceLength } from './defaults.ts'
import { handled, Signal } from './deferred.ts'
import type { Dialer, Transport } from './transport.ts'
import type { WebSocketConstructor, WebSocketLike } from './web-socket.ts'
import { drained, openWebSocket } from './web-socket.ts'
import { withAddress } from './web-socket-transport.ts'

export interface RelayOptions {
  /** What the relay asks for. Default: none. */
  readonly token?: string
  /** Bytes that the relay may send before we have read them. Default 1048576: 20 MB/s where an answer takes 50 ms. */
  readonly window?: number
  /** Default: the global one. */
  readonly WebSocket?: WebSocketConstructor
}

/**
 * Dials through `@typetls/relay`: a WebSocket for each socket, with credit in both directions, so that a reader that
 * stops stops the server, and with each direction ending by itself.
 *
 * @param url of the relay, such as `wss://relay.example/`
 */
export function relay(url: string, options: RelayOptions = {}): Dialer {
  return (address, { signal }) => {
    const to = new URL(withAddress(url, address))
    if (options.token !== undefined) to.searchParams.set('token', options.token)
    return relayTransport(to.href, options, signal)
  }
}

async function relayTransport(url: string, options: RelayOptions, signal: AbortSignal): Promise<Transport> {
  const stream = new RelayStream(options.window ?? 1_048_576)
  const given = options.WebSocket === undefined ? {} : { WebSocket: options.WebSocket }
  const socket = await openWebSocket(url, { protocols: [relayProtocol], signal, ...given }, () => stream)
  return stream.start(socket, signal)
}

/** One stream of the relay's protocol, version 1: each message is one byte of type, and what belongs to it. */
class RelayStream {
  readonly #window: number
  readonly #changed = new Signal()
  readonly #transport: Transport
  /** From `start` on. */
  #socket!: WebSocketLike
  #reading!: ReadableStreamDefaultController<Uint8Array>
  #writing!: WritableStreamDefaultController
  /** Bytes we may send. */
  #credit = 0
  /** Bytes that the relay may send. */
  #granted: number
  /** Bytes that were read, and for which no credit was given yet. */
  #owed = 0
  #readEnded = false
  #writeEnded = false
  #remote: string | undefined
  #failure: TlsError | undefined

  /** Messages may come before `start`: the streams are there from the beginning. */
  constructor(window: number) {
    this.#window = window
    this.#granted = window
    this.#transport = this.#streams()
  }

  async start(socket: WebSocketLike, signal: AbortSignal): Promise<Transport> {
    this.#socket = socket
    this.#throwIfFailed()
    if (socket.protocol !== relayProtocol) {
      this.#fail(
        new TlsError('ERR_TLS_TRANSPORT', `the relay does not speak ${relayProtocol}`, { received: socket.protocol }),
      )
    } else {
      socket.send(creditMessage(this.#window))
    }
    const onAbort = (): void => this.#fail(new TlsError('ERR_TLS_ABORTED', 'dialling was aborted'))
    signal.addEventListener('abort', onAbort, { once: true })
    while (this.#remote === undefined && this.#failure === undefined) await this.#changed.wait()
    signal.removeEventListener('abort', onAbort)
    this.#throwIfFailed()
    return { ...this.#transport, halfClose: true, remoteAddress: this.#remote }
  }

  message(message: Uint8Array): void {
    const body = message.subarray(1)
    switch (message[0]) {
      case messageTypes.data:
        this.#granted -= body.length
        if (this.#granted < 0 || this.#readEnded) return this.#fail(protocolError('more data than credit'))
        if (!this.#cancelled) this.#reading.enqueue(body)
        return
      case messageTypes.credit:
        if (body.length !== 4) return this.#fail(protocolError('a credit of another length'))
        this.#credit += new DataView(body.buffer, body.byteOffset).getUint32(0)
        return this.#changed.notify()
      case messageTypes.end:
        if (!this.#readEnded && !this.#cancelled) this.#reading.close()
        this.#readEnded = true
        return this.#leave()
      case messageTypes.opened:
        this.#remote = new TextDecoder().decode(body)
        return this.#changed.notify()
      default:
        return this.#fail(protocolError(`a message of type ${message[0]}`))
    }
  }

  closed(code: number, reason: string): void {
    if (this.#readEnded && this.#writeEnded) return
    const why = reason === '' ? `code ${code}` : reason
    this.#fail(new TlsError('ERR_TLS_TRANSPORT', `the relay ended the connection: ${why}`, { received: code }))
  }

  #cancelled = false

  #streams(): Transport {
    const readable = new ReadableStream<Uint8Array>(
      {
        start: (controller) => void (this.#reading = controller),
        pull: () => this.#grant(),
        cancel: () => {
          this.#cancelled = true
          this.#readEnded = true
          this.#leave()
        },
      },
      // Pulled when something was read: then there is credit to give.
      { highWaterMark: this.#window, size: ({ byteLength }) => byteLength },
    )
    const writable = new WritableStream<Uint8Array>({
      start: (controller) => void (this.#writing = controller),
      write: (chunk) => this.#write(chunk),
      close: () => {
        this.#socket.send(Uint8Array.of(messageTypes.end))
        this.#writeEnded = true
        this.#leave()
      },
      abort: () => this.#socket.close(4000, 'aborted'),
    })
    return { readable, writable }
  }

  /** What was read makes room for as much. */
  #grant(): void {
    const queued = this.#window - (this.#reading.desiredSize ?? 0)
    this.#owed = this.#window - this.#granted - queued
    if (this.#owed < this.#window / 4 || this.#readEnded || this.#failure !== undefined) return
    this.#granted += this.#owed
    this.#socket.send(creditMessage(this.#owed))
  }

  async #write(chunk: Uint8Array): Promise<void> {
    for (let offset = 0; offset < chunk.length;) {
      while (this.#credit === 0 && this.#failure === undefined) await this.#changed.wait()
      if (this.#failure !== undefined) throw this.#failure
      const piece = chunk.subarray(offset, offset + Math.min(this.#credit, sliceLength))
      const message = new Uint8Array(piece.length + 1)
      message[0] = messageTypes.data
      message.set(piece, 1)
      this.#credit -= piece.length
      offset += piece.length
      this.#socket.send(message)
    }
    await drained(this.#socket, 4 * sliceLength)
  }

  /** When both directions have ended, so has the WebSocket. */
  #leave(): void {
    if (!this.#readEnded || !this.#writeEnded) return
    handled(drained(this.#socket, 0).then(() => this.#socket.close(1000)))
  }

  #throwIfFailed(): void {
    if (this.#failure === undefined) return
    this.#socket.close(4000, this.#failure.code)
    throw this.#failure
  }

  #fail(error: TlsError): void {
    if (this.#failure !== undefined) return
    this.#failure = error
    if (!this.#readEnded) this.#reading.error(error)
    if (!this.#writeEnded) this.#writing.error(error)
    this.#readEnded = true
    this.#writeEnded = true
    this.#socket?.close(4000, error.code)
    this.#changed.notify()
  }
}

function creditMessage(bytes: number): Uint8Array {
  const message = new Uint8Array(5)
  message[0] = messageTypes.credit
  new DataView(message.buffer).setUint32(1, bytes)
  return message
}

function protocolError(what: string): TlsError {
  return new TlsError('ERR_TLS_TRANSPORT', `the relay broke its protocol: ${what}`)
}

/** The WebSocket subprotocol; `packages/relay/README.md` describes it. */
const relayProtocol = 'typetls-relay.v1'

const messageTypes = { data: 0, credit: 1, end: 2, opened: 3 } as const
