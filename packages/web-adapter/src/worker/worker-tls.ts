import { TlsError } from '@typetls/wire'
import { SocketError } from '../socket-error.ts'
import type { Socket } from '../socket.ts'
import type { SocketAddress } from '../transport.ts'
import type { ConnectOptions } from '../type-tls.ts'
import type { ConnectMessage, PingMessage } from './socket-messages.ts'
import type { Upgrade, WorkerSecureSocket } from './worker-socket.ts'
import { WorkerSocket } from './worker-socket.ts'

/**
 * TLS in a worker, for a page that must stay quick: the sockets of `connect` are those of the worker's `serveSockets`, with
 * the same shape, errors and backpressure. No cryptography runs in the page, and none is in its bundle.
 *
 * @example
 * ```ts fragment
 * // In tls-worker.ts: serveSockets(new TypeTls({ ca, transport: relay('wss://relay.example/') }))
 * const tls = new WorkerTls(new Worker(new URL('./tls-worker.js', import.meta.url), { type: 'module' }))
 * const socket = tls.connect('db.example:5432', { alpn: ['postgresql'] })
 * await socket.opened
 * ```
 */
export class WorkerTls {
  readonly #worker: WorkerLike
  readonly #sockets = new Set<WorkerSocket>()
  #dead: TlsError | undefined
  /** Pings since the last answer. */
  #unanswered = 0
  #timer: ReturnType<typeof setInterval> | undefined

  constructor(worker: WorkerLike) {
    this.#worker = worker
    worker.addEventListener('error', (event) => {
      const { message } = event as { readonly message?: string }
      this.#die(`the worker failed: ${message ?? 'its script could not be loaded'}`)
    })
    worker.addEventListener('message', (event) => {
      const { typetls } = ((event as { readonly data?: unknown }).data ?? {}) as Partial<PingMessage>
      if (typetls === 'pong') this.#unanswered = 0
    })
  }

  /**
   * A socket at once, as `connect` of `TypeTls` with `secureTransport: 'on'`, which need not be said, or `'starttls'`. In its
   * `opened`, `tls.peer.facts` has certificates as DER. A write is done when the worker has room for it, 256 KiB.
   *
   * @throws SocketError `ERR_TLS_OPTIONS` for another `secureTransport`
   */
  connect(
    address: SocketAddress | string,
    options: ConnectOptions & { readonly secureTransport: 'starttls' },
  ): Socket & Pick<WorkerSecureSocket, 'startTls'>
  connect(address: SocketAddress | string, options?: ConnectOptions): WorkerSecureSocket
  connect(address: SocketAddress | string, options: ConnectOptions = {}): WorkerSecureSocket {
    const { secureTransport = 'on', signal, ...rest } = options
    if (secureTransport !== 'on' && secureTransport !== 'starttls') {
      throw new SocketError(new TlsError('ERR_TLS_OPTIONS', `secureTransport ${secureTransport}`))
    }
    const send = (port: object): void => {
      const message: ConnectMessage = { typetls: 'connect', address, options: { ...rest, secureTransport } }
      this.#worker.postMessage(message, [port as never])
    }
    return this.#open(signal, send, secureTransport === 'on' ? undefined : (next) => this.#open(signal, next))
  }

  /** Ends the worker; its sockets fail with `ERR_TLS_CLOSED`. */
  terminate(): void {
    this.#die('the worker was terminated', 'ERR_TLS_CLOSED')
    this.#worker.terminate()
  }

  #open(signal: AbortSignal | undefined, send: (port: object) => void, upgrade?: Upgrade): WorkerSocket {
    const { port1, port2 } = new MessageChannel()
    const socket = new WorkerSocket(port1 as never, signal, upgrade)
    if (this.#dead !== undefined) {
      socket.fail(this.#dead)
      return socket
    }
    this.#sockets.add(socket)
    const forget = (): void => this.#forget(socket)
    socket.closed.then(forget, forget)
    this.#watch()
    send(port2)
    return socket
  }

  #forget(socket: WorkerSocket): void {
    this.#sockets.delete(socket)
    if (this.#sockets.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  /** A worker that was terminated by somebody else tells nobody. */
  #watch(): void {
    this.#timer ??= setInterval(() => {
      if (this.#unanswered++ === maxUnanswered) this.#die('the worker does not answer')
      else this.#worker.postMessage({ typetls: 'ping' } satisfies PingMessage, [])
    }, pingInterval)
  }

  #die(message: string, code: 'ERR_TLS_TRANSPORT' | 'ERR_TLS_CLOSED' = 'ERR_TLS_TRANSPORT'): void {
    this.#dead ??= new TlsError(code, message)
    for (const socket of [...this.#sockets]) socket.fail(this.#dead)
  }
}

/** What is used of a Worker. */
export interface WorkerLike {
  postMessage(message: unknown, transfer: never[]): void
  addEventListener(type: 'message' | 'error', listener: (event: unknown) => void): void
  terminate(): unknown
}

/** Milliseconds; in a page that is not seen, browsers make more of it. */
const pingInterval = 5000

/** A worker may have much to do. */
const maxUnanswered = 4
