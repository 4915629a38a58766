import { isPromiseLike } from '@typetls/crypto-provider'
import { TlsError } from '@typetls/wire'
import { typeAlert, typeApplicationData, typeChangeCipherSpec, typeHandshake } from './content-type.ts'
import { fragmentLength, maxFragmentLength } from './limits.ts'
import type { OutputSink } from './output-queue.ts'
import { OutputQueue } from './output-queue.ts'
import type { PaddingPolicy } from './padding.ts'
import { plaintext } from './plaintext.ts'
import type { Protection } from './protection.ts'
import { aeadFailure } from './protection.ts'
import { headerLength } from './record-header.ts'
import type { RecordKey } from './record-key.ts'
import type { RecordTraceInfo } from './record-trace.ts'
import { protectionBy } from './tls13-protection.ts'

export interface RecordWriterOptions extends OutputSink {
  /** Makes arrays of exactly `length` bytes, all of which will be written. Default `new Uint8Array(length)`. */
  readonly allocate?: ((length: number) => Uint8Array) | undefined
  /** Default: no padding. */
  readonly padding?: PaddingPolicy | undefined
  /** Told of every record that is written. Costs nothing when absent. */
  readonly onRecord?: ((info: RecordTraceInfo) => void) | undefined
}

/**
 * Makes records of what is sent in one direction: fragmented, padded, protected, in order.
 * https://www.rfc-editor.org/rfc/rfc9846#section-5
 *
 * With a synchronous AEAD everything is output before the call returns. With an asynchronous one it comes later in the
 * same order, several records being sealed at a time; what was given must stay unchanged until `idle()`.
 */
export class RecordWriter {
  /** `legacy_record_version` of plaintext records: 0x0301 for a first ClientHello. Default 0x0303. */
  recordVersion = 0x0303
  readonly #options: RecordWriterOptions
  readonly #queue: OutputQueue
  #protection: Protection = plaintext
  #fragmentLimit = maxFragmentLength
  #messages: Uint8Array[] | undefined
  #disposed = false

  constructor(options: RecordWriterOptions) {
    this.#options = options
    this.#queue = new OutputQueue(options)
  }

  /**
   * The largest content of a record we send, bytes, 2 to 2^14; padding counts as content. Default 2^14.
   * A peer's `record_size_limit` counts the type byte: for its value `n` this is `n - 1`, at most 2^14.
   * https://www.rfc-editor.org/rfc/rfc8449#section-4
   *
   * @throws TlsError `ERR_TLS_OPTIONS` (internal_error) when set to anything else
   */
  get fragmentLimit(): number {
    return this.#fragmentLimit
  }

  set fragmentLimit(length: number) {
    this.#fragmentLimit = fragmentLength(length)
  }

  /** Whether the key has protected as many records as it should. https://www.rfc-editor.org/rfc/rfc9846#section-5.5 */
  get keyUpdateDue(): boolean {
    return this.#protection.sequence >= this.#protection.recordLimit
  }

  /** Bytes given and not output: collected handshake messages, and records still being sealed. */
  get pending(): number {
    return totalLength(this.#messages ?? []) + this.#queue.pending
  }

  /**
   * Collects a handshake message. The messages leave together, in as few records as they fit, at `flush()`, at a change
   * of keys, or before anything of another type.
   */
  handshake(message: Uint8Array): void {
    this.#checkOpen()
    this.#messages ??= []
    this.#messages.push(message)
  }

  /**
   * Sends application data, all its records as one output. Nothing is sent of nothing.
   *
   * @throws TlsError `ERR_TLS_STATE` (internal_error) without a key; `ERR_TLS_SEQUENCE_EXHAUSTED` (internal_error),
   *   and then none of it was sent
   */
  applicationData(bytes: Uint8Array): void {
    this.applicationDataParts([bytes])
  }

  /** `applicationData` of all parts, as if they were one array. */
  applicationDataParts(parts: readonly Uint8Array[]): void {
    this.flush()
    if (this.#protection === plaintext) {
      throw new TlsError('ERR_TLS_STATE', 'application data is never sent without protection')
    }
    this.#write(typeApplicationData, parts)
  }

  /** Sends an alert. `level`: warning 1, fatal 2; https://www.rfc-editor.org/rfc/rfc9846#section-6 */
  alert(level: 1 | 2, description: number): void {
    this.flush()
    this.#write(typeAlert, [Uint8Array.of(level, description)])
  }

  /**
   * Sends a ChangeCipherSpec: under the key of TLS 1.2, if there is one; that of middlebox compatibility mode is in
   * plaintext also when there is a key of TLS 1.3.
   */
  changeCipherSpec(): void {
    this.flush()
    const protection = this.#protection
    this.#write(typeChangeCipherSpec, [Uint8Array.of(1)], protection.format.hidesType ? plaintext : protection)
  }

  /** Sends the collected handshake messages. */
  flush(): void {
    this.#checkOpen()
    const messages = this.#messages
    this.#messages = undefined
    if (messages !== undefined) this.#write(typeHandshake, messages)
  }

  /**
   * Protection of everything given from now on, by a key of TLS 1.3 or what `@typetls/record/tls12` makes; sends collected
   * messages under the key before and disposes of that as soon as its last record is sealed.
   */
  setKey(key: RecordKey | Protection): void {
    const next = protectionBy(key)
    try {
      this.flush()
    } catch (error) {
      next.dispose()
      throw error
    }
    this.#protection.dispose()
    this.#protection = next
    // Whoever was given the output may have disposed of the writer.
    if (this.#disposed) this.dispose()
  }

  /** Sends the collected messages. Settled when everything given was output, or never will be; never rejected. */
  idle(): void | PromiseLike<void> {
    if (!this.#disposed) this.flush()
    return this.#queue.idle()
  }

  /** Wipes the key and drops what was not output. Using the writer after it throws `ERR_TLS_STATE` (internal_error). */
  dispose(): void {
    this.#disposed = true
    this.#queue.close()
    this.#messages = undefined
    this.#protection.dispose()
    this.#protection = plaintext
  }

  #checkOpen(): void {
    if (this.#disposed) throw new TlsError('ERR_TLS_STATE', 'this record writer was disposed of')
  }

  /** The records of one content, spread over parts: one allocation, one output. */
  #write(type: number, parts: readonly Uint8Array[], protection = this.#protection): void {
    const length = totalLength(parts)
    if (length === 0) return
    const limit = this.#fragmentLimit
    protection.reserve(Math.ceil(length / limit))
    // Only what hides the type has a place for padding.
    const paddings = protection.format.hidesType ? this.#options.padding?.paddings(length, limit) : undefined
    let wireLength = 0
    for (let i = 0, left = length; left > 0; i++, left -= limit) {
      wireLength += headerLength + protection.bodyLength(Math.min(left, limit) + (paddings?.[i] ?? 0))
    }
    const into = this.#array(wireLength)
    let seals: PromiseLike<void>[] | undefined
    try {
      seals = this.#seal(protection, type, new Content(parts), length, paddings, into)
    } catch (error) {
      // Sequence numbers are used up and their records lost: the peer could read nothing that comes after.
      this.#queue.close()
      throw aeadFailure(error)
    }
    this.#queue.add(into, seals)
  }

  #seal(
    protection: Protection,
    type: number,
    content: Content,
    length: number,
    paddings: readonly number[] | undefined,
    into: Uint8Array,
  ): PromiseLike<void>[] | undefined {
    const { onRecord } = this.#options
    const isProtected = protection !== plaintext
    const outerType = protection.format.hidesType ? typeApplicationData : type
    const version = isProtected ? 0x0303 : this.recordVersion
    let seals: PromiseLike<void>[] | undefined
    let offset = 0
    for (let i = 0, left = length; left > 0; i++) {
      const contentLength = Math.min(left, this.#fragmentLimit)
      const padding = paddings?.[i] ?? 0
      const bodyLength = protection.bodyLength(contentLength + padding)
      into[offset] = outerType
      into[offset + 1] = version >>> 8
      into[offset + 2] = version
      into[offset + 3] = bodyLength >>> 8
      into[offset + 4] = bodyLength
      offset += headerLength
      onRecord?.({
        outerType,
        type,
        length: headerLength + bodyLength,
        contentLength,
        padding,
        sequence: isProtected ? protection.sequence : undefined,
      })
      const answer = protection.seal(type, content.take(contentLength), padding, into, offset)
      if (isPromiseLike(answer)) {
        protection.holdUntil(answer)
        seals ??= []
        seals.push(answer)
      }
      offset += bodyLength
      left -= contentLength
    }
    return seals
  }

  #array(length: number): Uint8Array {
    const array = this.#options.allocate?.(length) ?? new Uint8Array(length)
    if (array.length !== length) {
      throw new TlsError('ERR_TLS_CALLBACK', undefined, {
        path: 'allocate()',
        expected: length,
        received: array.length,
      })
    }
    return array
  }
}

function totalLength(parts: readonly Uint8Array[]): number {
  let length = 0
  for (const part of parts) length += part.length
  return length
}

/** Several arrays read as one; copies only where a piece crosses from one to the next. */
class Content {
  readonly #parts: readonly Uint8Array[]
  #index = 0
  #offset = 0

  constructor(parts: readonly Uint8Array[]) {
    this.#parts = parts
  }

  take(length: number): Uint8Array {
    let whole: Uint8Array | undefined
    for (let filled = 0; ;) {
      const part = this.#parts[this.#index] as Uint8Array
      const rest = length - filled
      const piece = this.#offset === 0 && part.length <= rest ? part : part.subarray(this.#offset, this.#offset + rest)
      this.#offset += piece.length
      if (this.#offset === part.length) {
        this.#index++
        this.#offset = 0
      }
      if (piece.length === length) return piece
      whole ??= new Uint8Array(length)
      whole.set(piece, filled)
      filled += piece.length
      if (filled === length) return whole
    }
  }
}
