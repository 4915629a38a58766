import { invalidArgumentType } from './argument-error.ts'

/** The option `onread` of `net.connect`: bytes go into a buffer of the program's, and not through the stream. */
export interface OnRead {
  /** Asked for each time if it is a function. */
  readonly buffer: Uint8Array | (() => Uint8Array)
  /** False: no more for now, until `resume()`. */
  readonly callback: (length: number, buffer: Uint8Array) => boolean | undefined
}

/** Hands plaintext to an `onread`, and keeps what it does not want yet. */
export class LentInput {
  readonly #onread: OnRead
  /** Where the next bytes go: asked for beforehand, as a net.Socket does. */
  #target: Uint8Array
  #kept: Uint8Array | undefined
  #stopped = false
  #ended = false

  /** @throws TypeError `ERR_INVALID_ARG_TYPE` */
  constructor(onread: OnRead) {
    const { buffer, callback } = onread
    if (!(buffer instanceof Uint8Array) && typeof buffer !== 'function')
      throw invalidArgumentType('options.onread.buffer', 'an instance of Uint8Array or Function', buffer)
    if (typeof callback !== 'function')
      throw invalidArgumentType('options.onread.callback', 'of type function', callback)
    this.#onread = onread
    this.#target = typeof buffer === 'function' ? buffer() : buffer
  }

  /** Of the plaintext; `false`: enough for now. */
  take(bytes: Uint8Array): boolean {
    this.#kept = this.#kept === undefined ? bytes : Buffer.concat([this.#kept, bytes])
    return this.#lend()
  }

  /** Whether the end may be told now. If not, `go` will say so. */
  end(): boolean {
    this.#ended = true
    return this.#kept === undefined
  }

  stop(): void {
    this.#stopped = true
  }

  /** Goes on; what comes back is whether the end, which had to wait, may be told now. */
  go(): boolean {
    this.#stopped = false
    return this.#lend() && this.#ended
  }

  #lend(): boolean {
    const { buffer, callback } = this.#onread
    while (this.#kept !== undefined && !this.#stopped) {
      const bytes: Uint8Array = this.#kept
      const target = this.#target
      const length = Math.min(bytes.length, target.length)
      target.set(bytes.subarray(0, length))
      this.#kept = length < bytes.length ? bytes.subarray(length) : undefined
      if (callback(length, target) === false) this.#stopped = true
      if (typeof buffer === 'function') this.#target = buffer()
    }
    return this.#kept === undefined && !this.#stopped
  }
}
