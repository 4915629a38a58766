import type { Protection } from './protection.ts'
import { aeadFailure } from './protection.ts'

/** Keeps output in order while some of it is still being sealed, several pieces at a time. */
export class OutputQueue {
  readonly #output: (bytes: Uint8Array) => void
  readonly #failed: (error: unknown) => void
  #entries: Entry[] = []
  #pending = 0
  #broken = false
  #idle: (() => void)[] = []

  constructor(output: (bytes: Uint8Array) => void, failed: (error: unknown) => void) {
    this.#output = output
    this.#failed = failed
  }

  /** Bytes added and not output yet. */
  get pending(): number {
    return this.#pending
  }

  /** Output of what is complete, behind everything added before. */
  add(bytes: Uint8Array): void {
    if (this.#broken) return
    if (this.#entries.length === 0) this.#output(bytes)
    else this.#push({ bytes, seals: 0 })
  }

  /** Output of what is complete when all seals are. */
  addSealing(bytes: Uint8Array, seals: readonly PromiseLike<void>[], protection: Protection): void {
    const entry = { bytes, seals: seals.length }
    if (!this.#broken) this.#push(entry)
    const sealed = (): void => {
      protection.end()
      entry.seals--
      this.#drain()
    }
    const failed = (error: unknown): void => {
      protection.end()
      this.#fail(error)
    }
    for (const seal of seals) {
      protection.begin()
      seal.then(sealed, failed)
    }
  }

  /** Settled when nothing waits: all was output, or nothing will be any more. Never rejected. */
  idle(): void | PromiseLike<void> {
    if (this.#entries.length === 0) return
    return new Promise((resolve) => this.#idle.push(resolve))
  }

  /** Drops what waits and everything added later. */
  close(): void {
    this.#broken = true
    this.#entries = []
    this.#pending = 0
    this.#settleIdle()
  }

  #push(entry: Entry): void {
    this.#entries.push(entry)
    this.#pending += entry.bytes.length
  }

  #drain(): void {
    let entry = this.#entries[0]
    while (entry !== undefined && entry.seals === 0) {
      this.#pending -= entry.bytes.length
      this.#entries.shift()
      this.#output(entry.bytes)
      entry = this.#entries[0]
    }
    if (this.#entries.length === 0) this.#settleIdle()
  }

  #fail(error: unknown): void {
    if (this.#broken) return
    this.close()
    this.#failed(aeadFailure(error))
  }

  #settleIdle(): void {
    const waiting = this.#idle
    if (waiting.length === 0) return
    this.#idle = []
    for (const resolve of waiting) resolve()
  }
}

interface Entry {
  readonly bytes: Uint8Array
  /** Still in flight. */
  seals: number
}
