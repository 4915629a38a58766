import { TlsError } from '@typetls/wire'
import { sliceLength } from './defaults.ts'
import type { Dialer, SocketAddress, Transport } from './transport.ts'
import type { MessageHandlers, WebSocketLike, WebSocketOptions } from './web-socket.ts'
import { drained, openWebSocket } from './web-socket.ts'

export interface RawWebSocketOptions extends WebSocketOptions {
  /**
   * Bytes that may wait to be read. A WebSocket cannot be told to wait: when there are more, the transport fails with
   * `ERR_TLS_BUFFER_LIMIT`. Default 16 MiB.
   */
  readonly maxBuffered?: number
  /** Use WebSocketStream, which can be told to wait, where the platform has it. Default true. */
  readonly preferStream?: boolean
}

/**
 * Bytes in binary messages of a WebSocket, as websockify, wsproxy and many relays carry them. Closing either end closes
 * both.
 *
 * @throws TlsError as a rejection: `ERR_TLS_TRANSPORT` when it does not open, `ERR_TLS_UNSUPPORTED`, `ERR_TLS_ABORTED`
 */
export async function webSocketTransport(url: string, options: RawWebSocketOptions = {}): Promise<Transport> {
  const { WebSocketStream } = globalThis as { WebSocketStream?: WebSocketStreamConstructor }
  const { preferStream = options.WebSocket === undefined } = options
  return preferStream && WebSocketStream !== undefined
    ? streamTransport(new WebSocketStream(url, streamOptions(options)))
    : messageTransport(url, options)
}

/** A dialer for relays that are told the target in the URL, which is made of the address. */
export function webSocketDialer(
  urlOf: (address: SocketAddress) => string,
  options: Omit<RawWebSocketOptions, 'signal'> = {},
): Dialer {
  return (address, { signal }) => webSocketTransport(urlOf(address), { ...options, signal })
}

/** Relays that have one target, or one for each token: websockify, as noVNC uses it. The address is not sent. */
export function websockify(url: string, options: RawWebSocketOptions = {}): Dialer {
  return webSocketDialer(() => url, { protocols: ['binary'], ...options })
}

/** Relays that are told the target by the parameter `address`, as Neon's wsproxy and `@typetls/relay`. */
export function wsproxy(url: string, options: RawWebSocketOptions = {}): Dialer {
  return webSocketDialer((address) => withAddress(url, address), options)
}

/** The URL with `address=host:port`. */
export function withAddress(url: string, { hostname, port }: SocketAddress): string {
  const to = new URL(url)
  to.searchParams.set('address', `${hostname.includes(':') ? `[${hostname}]` : hostname}:${port}`)
  return to.href
}

async function messageTransport(url: string, options: RawWebSocketOptions): Promise<Transport> {
  const { maxBuffered = 16 * 1024 * 1024 } = options
  let reading!: ReadableStreamDefaultController<Uint8Array>
  let writing!: WritableStreamDefaultController
  let done = false
  let opened!: WebSocketLike
  const fail = (error: TlsError): void => {
    if (done) return
    done = true
    reading.error(error)
    writing.error(error)
  }
  const readable = new ReadableStream<Uint8Array>(
    {
      start: (controller) => void (reading = controller),
      cancel: () => {
        done = true
        opened.close()
      },
    },
    { highWaterMark: maxBuffered, size: ({ byteLength }) => byteLength },
  )
  const writable = new WritableStream<Uint8Array>({
    start: (controller) => void (writing = controller),
    write: async (chunk) => {
      opened.send(chunk)
      await drained(opened, sliceLength)
    },
    close: async () => {
      await drained(opened, 0)
      opened.close(1000)
    },
    abort: () => opened.close(),
  })
  const handlers: MessageHandlers = {
    message(data) {
      if (done) return
      reading.enqueue(data)
      if ((reading.desiredSize ?? 0) >= 0) return
      fail(
        new TlsError(
          'ERR_TLS_BUFFER_LIMIT',
          `more than ${maxBuffered} bytes came that nobody has read yet, and a WebSocket cannot be told to wait: use a relay with credit, or WebSocketStream`,
        ),
      )
      opened.close()
    },
    closed(code, reason) {
      const message = `the WebSocket was closed: ${code} ${reason}`.trim()
      if (code !== 1000 && code !== 1005) return fail(new TlsError('ERR_TLS_TRANSPORT', message, { received: code }))
      if (done) return
      done = true
      reading.close()
      writing.error(new TlsError('ERR_TLS_TRANSPORT', 'the WebSocket is closed'))
    },
  }
  await openWebSocket(url, options, (socket) => {
    opened = socket
    return handlers
  })
  return { readable, writable, halfClose: false }
}

async function streamTransport(stream: WebSocketStreamLike): Promise<Transport> {
  const { readable, writable } = await stream.opened
  const bytes = readable.pipeThrough(
    new TransformStream<string | ArrayBuffer, Uint8Array>({
      transform(message, controller) {
        if (typeof message === 'string') throw new TlsError('ERR_TLS_TRANSPORT', 'the WebSocket brought text')
        controller.enqueue(new Uint8Array(message))
      },
    }),
  )
  return { readable: bytes, writable, halfClose: false }
}

function streamOptions({ protocols, signal }: RawWebSocketOptions): object {
  return { ...(protocols && { protocols: [...protocols] }), ...(signal && { signal }) }
}

/** https://developer.mozilla.org/en-US/docs/Web/API/WebSocketStream */
type WebSocketStreamConstructor = new (url: string, options?: object) => WebSocketStreamLike

interface WebSocketStreamLike {
  readonly opened: Promise<{
    readonly readable: ReadableStream<string | ArrayBuffer>
    readonly writable: WritableStream<Uint8Array>
  }>
}
