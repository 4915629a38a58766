import type { Connection } from './connection.ts'

/**
 * What the application asks of a connection, in order. It waits while something uses or changes the write keys, and for a
 * renegotiation: nothing may get between its messages.
 */
export class ApplicationCalls {
  readonly #connection: Connection
  /** A trace is told something, perhaps in the middle of a record: what it asks for waits. */
  deferring = false
  #held = false
  #waiting: (() => void)[] | undefined
  #length = 0

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /** Bytes of data in what waits. */
  get length(): number {
    return this.#length
  }

  /** Now, or in its turn; never after the end. */
  do(call: () => void, length = 0): void {
    if (this.#connection.state === 'closed') return
    if (!this.#held && !this.deferring) {
      this.#connection.guard(call)
      return
    }
    this.#length += length
    this.#waiting ??= []
    this.#waiting.push(() => {
      this.#length -= length
      call()
    })
  }

  hold(): void {
    this.#held = true
  }

  release(): void {
    this.#held = false
    this.proceed()
  }

  /** With what waits, unless it is held. */
  proceed(): void {
    const waiting = this.#waiting
    if (waiting === undefined || this.#held) return
    this.#waiting = undefined
    for (const call of waiting) this.do(call)
  }

  /** The end. */
  drop(): void {
    this.#waiting = undefined
    this.#length = 0
  }
}
