import type { Protection } from './protection.ts'
import { aeadFailure } from './protection.ts'

/** Keeps output in order while some of it is still being sealed, several pieces at a time. */
export class OutputQueue {
  readonly #sink: OutputSink
  /** Made when something waits: a synchronous AEAD needs neither. */
  #entries: Entry[] | undefined
  #idle: (() => void)[] | undefined
  #pending = 0
  #broken = false

  constructor(sink: OutputSink) {
    this.#sink = sink
  }

  /** Bytes added and not output yet. */
  get pending(): number {
    return this.#pending
  }

  /** Output of what is complete, behind everything added before. */
  add(bytes: Uint8Array): void {
    if (this.#broken) return
    if (this.#entries === undefined) this.#sink.output(bytes)
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
    if (this.#entries === undefined) return
    return new Promise((resolve) => (this.#idle ??= []).push(resolve))
  }

  /** Drops what waits and everything added later. */
  close(): void {
    this.#broken = true
    this.#entries = undefined
    this.#pending = 0
    this.#settleIdle()
  }

  #push(entry: Entry): void {
    this.#entries ??= []
    this.#entries.push(entry)
    this.#pending += entry.bytes.length
  }

  #drain(): void {
    let entry = this.#entries?.[0]
    while (entry !== undefined && entry.seals === 0) {
      this.#pending -= entry.bytes.length
      this.#entries?.shift()
      this.#sink.output(entry.bytes)
      entry = this.#entries?.[0]
    }
    if (this.#entries?.length !== 0) return
    this.#entries = undefined
    this.#settleIdle()
  }

  #fail(error: unknown): void {
    if (this.#broken) return
    this.close()
    this.#sink.failed(aeadFailure(error))
  }

  #settleIdle(): void {
    const waiting = this.#idle
    this.#idle = undefined
    for (const resolve of waiting ?? []) resolve()
  }
}

/** Where output goes. */
export interface OutputSink {
  /** Bytes for the transport, in order; whole records. Ownership passes: they are not touched again. */
  output(bytes: Uint8Array): void
  /** An asynchronous AEAD failed, `ERR_TLS_CRYPTO` where it gave no TlsError: nothing is output any more. Called once. */
  failed(error: unknown): void
}

interface Entry {
  readonly bytes: Uint8Array
  /** Still in flight. */
  seals: number
}
