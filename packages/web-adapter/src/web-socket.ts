import { TlsError } from '@typetls/wire'

/** What is used of a WebSocket: the global one of browsers, Deno, Bun and Node.js from 22 on, or that of `ws`. */
export interface WebSocketLike {
  binaryType: string
  readonly protocol: string
  readonly readyState: number
  readonly bufferedAmount: number
  send(data: Uint8Array): void
  close(code?: number, reason?: string): void
  onopen: ((event: never) => void) | null
  onmessage: ((event: never) => void) | null
  onclose: ((event: never) => void) | null
  onerror: ((event: never) => void) | null
}

export type WebSocketConstructor = new (url: string, protocols?: string[]) => WebSocketLike

export interface WebSocketOptions {
  /** Subprotocols to offer. Default: none. */
  readonly protocols?: readonly string[]
  /** Default: the global one. */
  readonly WebSocket?: WebSocketConstructor
  readonly signal?: AbortSignal
}

/** Who hears of a WebSocket that is open. */
export interface MessageHandlers {
  message(data: Uint8Array): void
  /** Once, also after an error. */
  closed(code: number, reason: string): void
}

/** @throws TlsError `ERR_TLS_UNSUPPORTED` where there is no WebSocket */
function webSocketConstructor(given?: WebSocketConstructor): WebSocketConstructor {
  const constructor = given ?? (globalThis as { WebSocket?: WebSocketConstructor }).WebSocket
  if (constructor === undefined) {
    throw new TlsError('ERR_TLS_UNSUPPORTED', 'this platform has no WebSocket: give one, such as that of `ws`')
  }
  return constructor
}

/** Opens one. @throws TlsError `ERR_TLS_TRANSPORT` as a rejection, with the reason that the other side gave if any */
export function openWebSocket(
  url: string,
  options: WebSocketOptions,
  handlersOf: (socket: WebSocketLike) => MessageHandlers,
): Promise<WebSocketLike> {
  const { protocols = [], signal } = options
  return new Promise((resolve, reject) => {
    const socket = new (webSocketConstructor(options.WebSocket))(url, [...protocols])
    socket.binaryType = 'arraybuffer'
    const handlers = handlersOf(socket)
    const onAbort = (): void => {
      socket.close()
      reject(new TlsError('ERR_TLS_ABORTED', 'dialling was aborted', { cause: signal?.reason }))
    }
    if (signal?.aborted === true) return onAbort()
    signal?.addEventListener('abort', onAbort, { once: true })
    const settled = (): void => signal?.removeEventListener('abort', onAbort)
    socket.onopen = () => {
      settled()
      resolve(socket)
    }
    socket.onmessage = ({ data }: { readonly data: unknown }) => {
      if (data instanceof ArrayBuffer) handlers.message(new Uint8Array(data))
      else socket.close(1003, 'binary messages only')
    }
    // What is known of the error comes with `close`.
    socket.onerror = () => undefined
    socket.onclose = ({ code, reason }: { readonly code: number; readonly reason: string }) => {
      settled()
      handlers.closed(code, reason)
      reject(
        new TlsError('ERR_TLS_TRANSPORT', `the WebSocket was closed: ${code} ${reason}`.trim(), { received: code }),
      )
    }
  })
}

/**
 * Settled when less than `limit` bytes wait to be sent. A WebSocket does not tell when, so it is asked again and again.
 */
export async function drained(socket: WebSocketLike, limit: number): Promise<void> {
  for (let wait = 0; socket.bufferedAmount > limit && socket.readyState === open; wait = Math.min(wait + 1, 20)) {
    await new Promise((resolve) => setTimeout(resolve, wait))
  }
  if (socket.readyState !== open) throw new TlsError('ERR_TLS_TRANSPORT', 'the WebSocket is closed')
}

const open = 1
