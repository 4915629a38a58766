import { handled } from '../deferred.ts'
import type { HttpSocket } from './http-connection.ts'
import { HttpConnection } from './http-connection.ts'

export interface PoolOptions {
  /** Connections to one origin; what comes then waits. Default 6. */
  readonly maxConnectionsPerOrigin?: number
  /** Milliseconds that a connection waits for another request, less if the server says so. Default 4000. */
  readonly idleTimeout?: number
  /** Bytes of a response's header that are taken. Default 65536. */
  readonly maxHeaderSize?: number
}

/** Opens a connection to an origin. */
export type OpenSocket = (origin: URL, signal: AbortSignal) => HttpSocket

/** Connections by origin, used again while they can be. */
export class ConnectionPool {
  readonly #open: OpenSocket
  readonly #limits: Required<PoolOptions>
  readonly #origins = new Map<string, Origin>()

  constructor(open: OpenSocket, options: PoolOptions) {
    this.#open = open
    this.#limits = {
      maxConnectionsPerOrigin: options.maxConnectionsPerOrigin ?? 6,
      idleTimeout: options.idleTimeout ?? 4000,
      maxHeaderSize: options.maxHeaderSize ?? 65_536,
    }
  }

  /**
   * A connection that nobody uses: an idle one, a new one, or, where there are enough, the next that is free.
   *
   * @throws the reason of the signal, or what `opened` of the socket was rejected with, as a rejection
   */
  async acquire(url: URL, signal: AbortSignal): Promise<HttpConnection> {
    const origin = this.#originOf(url)
    signal.throwIfAborted()
    const idle = origin.idle.pop()
    if (idle !== undefined) {
      idle.taken()
      return idle.connection
    }
    if (origin.count < this.#limits.maxConnectionsPerOrigin) {
      origin.count++
    } else {
      const freed = await turn(origin, signal)
      if (freed !== undefined) return freed
    }
    return this.#connect(origin, signal)
  }

  /** Ends the connections that are idle now. */
  closeIdle(): void {
    for (const { idle } of this.#origins.values()) {
      for (const { connection, taken } of idle.splice(0)) {
        taken()
        connection.close(undefined)
      }
    }
  }

  #originOf(url: URL): Origin {
    const known = this.#origins.get(url.origin)
    if (known !== undefined) return known
    const origin: Origin = { url, count: 0, idle: [], waiting: [] }
    this.#origins.set(url.origin, origin)
    return origin
  }

  /** It is counted already. */
  async #connect(origin: Origin, signal: AbortSignal): Promise<HttpConnection> {
    // The signal of a request ends the connection only while it is being made for it.
    const giveUp = new AbortController()
    const onAbort = (): void => giveUp.abort(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      signal.throwIfAborted()
      const socket = this.#open(origin.url, giveUp.signal)
      await socket.opened
      signal.throwIfAborted()
      return new HttpConnection(
        socket,
        this.#limits.maxHeaderSize,
        (connection) => this.#release(origin, connection),
        (connection) => this.#closed(origin, connection),
      )
    } catch (error) {
      this.#gone(origin)
      signal.throwIfAborted()
      throw error
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }

  #release(origin: Origin, connection: HttpConnection): void {
    if (connection.closed) return
    const next = origin.waiting.shift()
    if (next !== undefined) return next.resolve(connection)
    const time = Math.min(this.#limits.idleTimeout, connection.keptFor)
    if (time <= 0) return connection.close(undefined)
    const timer = setTimeout(() => connection.close(undefined), time)
    origin.idle.push({ connection, taken: () => clearTimeout(timer) })
    connection.watch()
  }

  #closed(origin: Origin, connection: HttpConnection): void {
    const index = origin.idle.findIndex((one) => one.connection === connection)
    if (index !== -1) origin.idle.splice(index, 1)[0]?.taken()
    this.#gone(origin)
  }

  /** Its place goes to who waits longest. */
  #gone(origin: Origin): void {
    const next = origin.waiting.shift()
    if (next !== undefined) return next.resolve(undefined)
    origin.count--
    if (origin.count === 0) this.#origins.delete(origin.url.origin)
  }
}

interface Origin {
  readonly url: URL
  /** Connections that are open or being opened. */
  count: number
  readonly idle: { readonly connection: HttpConnection; readonly taken: () => void }[]
  readonly waiting: Waiter[]
}

interface Waiter {
  /** With a connection, or with leave to make one. */
  resolve(connection: HttpConnection | undefined): void
}

function turn({ waiting }: Origin, signal: AbortSignal): Promise<HttpConnection | undefined> {
  const coming = new Promise<HttpConnection | undefined>((resolve, reject) => {
    const onAbort = (): void => {
      waiting.splice(waiting.indexOf(waiter), 1)
      reject(signal.reason as Error)
    }
    const waiter: Waiter = {
      resolve(connection) {
        signal.removeEventListener('abort', onAbort)
        resolve(connection)
      },
    }
    waiting.push(waiter)
    signal.addEventListener('abort', onAbort, { once: true })
  })
  handled(coming)
  return coming
}
