import type { CryptoProvider } from '@typetls/crypto-provider'
import { isPromiseLike } from '@typetls/crypto-provider'
import type { Program, TicketProtector } from '@typetls/handshake'
import { run, wait } from '@typetls/handshake'

/** Where servers keep what they know of sessions: in memory, or one store for a fleet. May answer later. */
export interface TicketStore {
  /** Keeps `state`, the store's own from now on, for `lifetime` seconds. It is sealed if `storedTickets` was given `protector`, else secret and in clear. */
  put(id: Uint8Array, state: Uint8Array, lifetime: number): void | PromiseLike<void>
  /** The state, as bytes of the caller's own, and forgets it in the same step: the next to ask gets `undefined`. */
  take(id: Uint8Array): Uint8Array | undefined | PromiseLike<Uint8Array | undefined>
}

export interface StoredTicketOptions {
  readonly crypto: CryptoProvider
  readonly store: TicketStore
  /** Seals what is put into the store, `ticketKeyRing` for instance. Default: nothing does. */
  readonly protector?: TicketProtector
  /** Seconds a state is kept, that is, as long as a ticket may be used. Default 7200. */
  readonly lifetime?: number
  /**
   * Is told when the store fails; clients then get tickets that resume nothing, and handshakes are full ones. Without it
   * such a handshake fails with `ERR_TLS_CALLBACK` (internal_error).
   */
  readonly failed?: (error: unknown) => void
}

/**
 * Tickets that are only random names of what the server keeps, each good for one use: nothing that a client has can be
 * opened by somebody who gets hold of a key later, and no ClientHello can be replayed.
 * https://www.rfc-editor.org/rfc/rfc9846#section-8.1
 */
export function storedTickets(options: StoredTicketOptions): TicketProtector {
  return new StoredTickets(options)
}

/** Bytes of a name: nobody guesses it, and no two are alike. */
const idLength = 32

class StoredTickets implements TicketProtector {
  readonly #options: StoredTicketOptions

  constructor(options: StoredTicketOptions) {
    this.#options = options
  }

  seal(state: Uint8Array): Uint8Array | PromiseLike<Uint8Array> {
    return run(this.#seal(state))
  }

  open(id: Uint8Array): Uint8Array | undefined | PromiseLike<Uint8Array | undefined> {
    return id.length === idLength ? run(this.#open(id)) : undefined
  }

  *#seal(state: Uint8Array): Program<Uint8Array> {
    const { crypto, store, protector, lifetime = 7200 } = this.#options
    const id = crypto.random(idLength)
    const kept = protector === undefined ? state.slice() : yield* wait(protector.seal(state))
    yield* wait(this.#tolerantly(() => store.put(id, kept, lifetime)))
    return id
  }

  *#open(id: Uint8Array): Program<Uint8Array | undefined> {
    const { store, protector } = this.#options
    const kept = yield* wait(this.#tolerantly(() => store.take(id)))
    return kept === undefined || protector === undefined ? kept : yield* wait(protector.open(kept))
  }

  #tolerantly<T>(call: () => T | PromiseLike<T>): T | undefined | PromiseLike<T | undefined> {
    const { failed } = this.#options
    if (failed === undefined) return call()
    const told = (error: unknown): undefined => void failed(error)
    try {
      const answer = call()
      return isPromiseLike(answer) ? answer.then(undefined, told) : answer
    } catch (error) {
      return told(error)
    }
  }
}
