/** Something that many may wait for, again and again. */
export class Signal {
  #waiting: (() => void)[] = []

  /** Settled at the next `notify`. */
  wait(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  notify(): void {
    if (this.#waiting.length === 0) return
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve()
  }
}

/** A promise with its ends in hand. Nobody has to look at its rejection. */
export class Deferred<T> {
  readonly promise: Promise<T>
  resolve!: (value: T) => void
  reject!: (error: Error) => void

  constructor() {
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
    })
    handled(this.promise)
  }
}

/** Whoever cares has another way to know that it failed. */
export function handled(promise: PromiseLike<unknown>): void {
  promise.then(undefined, () => undefined)
}
