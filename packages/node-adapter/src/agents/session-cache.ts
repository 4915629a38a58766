import type { TlsSocket } from '../socket/tls-socket.ts'

/**
 * Sessions of servers, for the next connections to them. One of TLS 1.3 is given out once, so that nobody who listens
 * can tell that two connections are of the same client: https://www.rfc-editor.org/rfc/rfc9846#appendix-C.4
 */
export class SessionCache {
  /** By server, the one that was used last at the end. */
  readonly #servers = new Map<string, Kept[]>()
  readonly #limit: number

  /** @param limit servers that are remembered; 0: none */
  constructor(limit: number = defaultLimit) {
    this.#limit = limit
  }

  /** A session for the next connection to `server`. */
  take(server: string): Buffer | undefined {
    const kept = this.#servers.get(server)
    const newest = kept?.at(-1)
    if (newest?.once === true) kept?.pop()
    if (kept?.length === 0) this.#servers.delete(server)
    return newest?.session
  }

  /** Keeps what `server` gives this connection to it. */
  keepFrom(server: string, socket: TlsSocket): void {
    if (this.#limit === 0) return
    socket.on('session', (session: Buffer) => {
      this.#keep(server, { session, once: socket.getProtocol() === 'TLSv1.3' })
    })
    // What a handshake failed with is not tried again.
    socket.once('error', () => {
      if (socket.facts === undefined) this.#servers.delete(server)
    })
  }

  #keep(server: string, one: Kept): void {
    const others = one.once ? (this.#servers.get(server) ?? []).slice(1 - perServer) : []
    this.#servers.delete(server)
    this.#servers.set(server, [...others, one])
    if (this.#servers.size > this.#limit) this.#servers.delete(this.#servers.keys().next().value as string)
  }
}

interface Kept {
  readonly session: Buffer
  readonly once: boolean
}

/** As node:https and undici have it. */
const defaultLimit = 100

/** For connections that are made at the same time; servers give two at once. */
const perServer = 4
