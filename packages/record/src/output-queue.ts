import { aeadFailure } from './protection.ts'

/** Keeps output in order while some of it is still being sealed, several pieces at a time. */
export class OutputQueue {
  /** Bytes added and not output yet. */
  pending = 0
  readonly #sink: OutputSink
  /** Of what was added last: settled when it was output or never will be. */
  #last: Promise<void> | undefined
  #idle: (() => void)[] | undefined
  #closed = false

  constructor(sink: OutputSink) {
    this.#sink = sink
  }

  /** Output of `bytes`, when all their seals are complete and everything added before is out. */
  add(bytes: Uint8Array, seals: readonly PromiseLike<void>[] | undefined): void {
    if (this.#closed) return
    if (seals === undefined && this.pending === 0) {
      this.#sink.output(bytes)
      return
    }
    this.pending += bytes.length
    this.#last = this.#outputLater(bytes, seals ?? [], this.#last)
  }

  /** Settled when nothing waits: all was output, or nothing will be any more. Never rejected. */
  idle(): void | PromiseLike<void> {
    if (this.pending > 0) return new Promise((resolve) => (this.#idle ??= []).push(resolve))
  }

  /** Drops what waits and everything added later. */
  close(): void {
    this.#closed = true
    this.pending = 0
    this.#settleIdle()
  }

  async #outputLater(
    bytes: Uint8Array,
    seals: readonly PromiseLike<void>[],
    before: Promise<void> | undefined,
  ): Promise<void> {
    try {
      await Promise.all(seals)
    } catch (error) {
      if (!this.#closed) {
        this.close()
        this.#sink.failed(aeadFailure(error))
      }
    }
    await before
    if (this.#closed) return
    this.pending -= bytes.length
    this.#sink.output(bytes)
    if (this.pending === 0) this.#settleIdle()
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
