import { isPromiseLike } from '@typetls/crypto-provider'
import { TlsError } from '@typetls/wire'
import { typeAlert, typeApplicationData, typeChangeCipherSpec, typeHandshake } from './content-type.ts'
import { fragmentLength, headerLength, maxFragmentLength } from './limits.ts'
import type { OutputSink } from './output-queue.ts'
import { OutputQueue } from './output-queue.ts'
import type { PaddingPolicy } from './padding.ts'
import { aeadFailure, Protection } from './protection.ts'
import type { RecordKey } from './record-key.ts'
import type { RecordTraceInfo } from './record-trace.ts'
import { Tls13Protection } from './tls13-protection.ts'

export interface RecordWriterOptions extends OutputSink {
  /** Makes arrays of exactly `length` bytes, all of which will be written. Default `new Uint8Array(length)`. */
  readonly allocate?: ((length: number) => Uint8Array) | undefined
  /** Default: no padding. */
  readonly padding?: PaddingPolicy | undefined
  /** Told of every record that is written. Costs nothing when absent. */
  readonly onRecord?: ((info: RecordTraceInfo) => void) | undefined
  /** @internal The sequence number a key starts with. Default 0. */
  readonly firstSequence?: number
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
  readonly #queue: OutputQueue
  readonly #allocate: ((length: number) => Uint8Array) | undefined
  readonly #padding: PaddingPolicy | undefined
  readonly #onRecord: ((info: RecordTraceInfo) => void) | undefined
  readonly #firstSequence: number
  #protection: Protection | undefined
  #fragmentLimit = maxFragmentLength
  #messages: Uint8Array[] | undefined
  #messagesLength = 0
  #disposed = false

  constructor(options: RecordWriterOptions) {
    this.#queue = new OutputQueue(options)
    this.#allocate = options.allocate
    this.#padding = options.padding
    this.#onRecord = options.onRecord
    this.#firstSequence = options.firstSequence ?? 0
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
    return this.#protection !== undefined && this.#protection.sequence >= this.#protection.recordLimit
  }

  /** Bytes given and not output: collected handshake messages, and records still being sealed. */
  get pending(): number {
    return this.#messagesLength + this.#queue.pending
  }

  /**
   * Collects a handshake message. The messages leave together, in as few records as they fit, at `flush()`, at a change
   * of keys, or before anything of another type.
   */
  handshake(message: Uint8Array): void {
    this.#open()
    if (message.length === 0) return
    this.#messages ??= []
    this.#messages.push(message)
    this.#messagesLength += message.length
  }

  /**
   * Sends application data, all its records as one output. Nothing is sent of nothing.
   *
   * @throws TlsError `ERR_TLS_STATE` (internal_error) without a key; `ERR_TLS_SEQUENCE_EXHAUSTED` (internal_error),
   *   and then none of it was sent
   */
  applicationData(bytes: Uint8Array): void {
    this.#readyForData()
    if (bytes.length > 0) this.#write(typeApplicationData, [bytes], bytes.length)
  }

  /** `applicationData` of all parts, as if they were one array. */
  applicationDataParts(parts: readonly Uint8Array[]): void {
    this.#readyForData()
    let length = 0
    for (const part of parts) length += part.length
    if (length > 0) this.#write(typeApplicationData, parts, length)
  }

  /** Sends an alert. `level`: warning 1, fatal 2; https://www.rfc-editor.org/rfc/rfc9846#section-6 */
  alert(level: 1 | 2, description: number): void {
    this.flush()
    const content = new Uint8Array(2)
    content[0] = level
    content[1] = description
    this.#write(typeAlert, [content], 2)
  }

  /**
   * Sends a ChangeCipherSpec: under the key of TLS 1.2, if there is one; that of middlebox compatibility mode is in
   * plaintext also when there is a key of TLS 1.3.
   */
  changeCipherSpec(): void {
    this.flush()
    const protection = this.#protection
    if (protection !== undefined && !protection.format.hidesType) {
      this.#writeProtected(protection, typeChangeCipherSpec, [new Uint8Array([1])], 1)
      return
    }
    const record = this.#array(headerLength + 1)
    writeHeader(record, 0, typeChangeCipherSpec, this.recordVersion, 1)
    record[headerLength] = 1
    if (this.#onRecord !== undefined) {
      this.#traceRecord(typeChangeCipherSpec, typeChangeCipherSpec, headerLength + 1, 1, 0, undefined)
    }
    this.#queue.add(record)
  }

  /** Sends the collected handshake messages. */
  flush(): void {
    this.#open()
    const messages = this.#messages
    if (messages === undefined) return
    const length = this.#messagesLength
    this.#messages = undefined
    this.#messagesLength = 0
    this.#write(typeHandshake, messages, length)
  }

  /**
   * Protection of everything given from now on, by a key of TLS 1.3 or what `@typetls/record/tls12` makes; sends collected
   * messages under the key before and disposes of that as soon as its last record is sealed.
   */
  setKey(key: RecordKey | Protection): void {
    const next = key instanceof Protection ? key : new Tls13Protection(key)
    next.sequence = this.#firstSequence
    try {
      this.flush()
    } catch (error) {
      next.retire()
      throw error
    }
    this.#protection?.retire()
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
    this.#messagesLength = 0
    this.#protection?.retire()
    this.#protection = undefined
  }

  #open(): void {
    if (this.#disposed) throw new TlsError('ERR_TLS_STATE', 'this record writer was disposed of')
  }

  #readyForData(): void {
    this.flush()
    if (this.#protection === undefined) {
      throw new TlsError('ERR_TLS_STATE', 'application data is never sent without protection')
    }
  }

  /** The records of one content, spread over parts: one allocation, one output. */
  #write(type: number, parts: readonly Uint8Array[], length: number): void {
    const protection = this.#protection
    if (protection === undefined) this.#writePlaintext(type, parts, length)
    else this.#writeProtected(protection, type, parts, length)
  }

  #writePlaintext(type: number, parts: readonly Uint8Array[], length: number): void {
    const limit = this.#fragmentLimit
    const content = new Content(parts, this.#allocate)
    const into = this.#array(length + Math.ceil(length / limit) * headerLength)
    let offset = 0
    for (let left = length; left > 0;) {
      const size = Math.min(left, limit)
      writeHeader(into, offset, type, this.recordVersion, size)
      into.set(content.take(size), offset + headerLength)
      if (this.#onRecord !== undefined) this.#traceRecord(type, type, headerLength + size, size, 0, undefined)
      offset += headerLength + size
      left -= size
    }
    this.#queue.add(into)
  }

  #writeProtected(protection: Protection, type: number, parts: readonly Uint8Array[], length: number): void {
    const limit = this.#fragmentLimit
    protection.reserve(Math.ceil(length / limit))
    // Only what hides the type has a place for padding.
    const policy = protection.format.hidesType ? this.#padding : undefined
    const paddings = policy === undefined ? undefined : paddingsOf(policy, length, limit)
    const into = this.#array(protectedLength(protection, length, limit) + (paddings === undefined ? 0 : sum(paddings)))
    let seals: PromiseLike<void>[] | undefined
    try {
      seals = this.#seal(protection, type, parts, length, paddings, into)
    } catch (error) {
      // Sequence numbers are used up and their records lost: the peer could read nothing that comes after.
      this.#queue.close()
      throw aeadFailure(error)
    }
    if (seals === undefined) this.#queue.add(into)
    else this.#queue.addSealing(into, seals, protection)
  }

  #seal(
    protection: Protection,
    type: number,
    parts: readonly Uint8Array[],
    length: number,
    paddings: readonly number[] | undefined,
    into: Uint8Array,
  ): PromiseLike<void>[] | undefined {
    const { version, hidesType } = protection.format
    const outerType = hidesType ? typeApplicationData : type
    const limit = this.#fragmentLimit
    const content = new Content(parts, this.#allocate)
    let seals: PromiseLike<void>[] | undefined
    let offset = 0
    let left = length
    for (let i = 0; left > 0; i++) {
      const size = Math.min(left, limit)
      const padding = paddings === undefined ? 0 : (paddings[i] as number)
      const body = protection.bodyLength(size + padding)
      writeHeader(into, offset, outerType, version, body)
      if (this.#onRecord !== undefined) {
        this.#traceRecord(outerType, type, headerLength + body, size, padding, protection.sequence)
      }
      offset += headerLength
      const answer = protection.seal(type, content.take(size), padding, into, offset)
      if (isPromiseLike(answer)) (seals ??= []).push(answer)
      offset += body
      left -= size
    }
    return seals
  }

  #array(length: number): Uint8Array {
    if (this.#allocate === undefined) return new Uint8Array(length)
    const array = this.#allocate(length)
    if (array.length !== length) {
      throw new TlsError('ERR_TLS_CALLBACK', 'allocate() made an array of another length', {
        expected: length,
        received: array.length,
      })
    }
    return array
  }

  #traceRecord(
    outerType: number,
    type: number,
    length: number,
    contentLength: number,
    padding: number,
    sequence: number | undefined,
  ): void {
    this.#onRecord?.({ outerType, type, length, contentLength, padding, sequence })
  }
}

function writeHeader(into: Uint8Array, offset: number, type: number, version: number, length: number): void {
  into[offset] = type
  into[offset + 1] = version >>> 8
  into[offset + 2] = version & 0xff
  into[offset + 3] = length >>> 8
  into[offset + 4] = length & 0xff
}

/** Several arrays read as one; copies only where a piece crosses from one to the next. */
class Content {
  readonly #parts: readonly Uint8Array[]
  readonly #allocate: RecordWriterOptions['allocate']
  #index = 0
  #offset = 0

  constructor(parts: readonly Uint8Array[], allocate: RecordWriterOptions['allocate']) {
    this.#parts = parts
    this.#allocate = allocate
  }

  take(length: number): Uint8Array {
    const part = this.#parts[this.#index] as Uint8Array
    const offset = this.#offset
    const left = part.length - offset
    if (left > length) {
      this.#offset = offset + length
      return part.subarray(offset, offset + length)
    }
    if (left === length) {
      this.#index++
      this.#offset = 0
      return offset === 0 ? part : part.subarray(offset)
    }
    return this.#gather(length)
  }

  #gather(length: number): Uint8Array {
    const piece = this.#allocate?.(length) ?? new Uint8Array(length)
    let filled = 0
    while (filled < length) {
      const part = this.#parts[this.#index] as Uint8Array
      const taken = Math.min(part.length - this.#offset, length - filled)
      piece.set(part.subarray(this.#offset, this.#offset + taken), filled)
      filled += taken
      this.#offset += taken
      if (this.#offset === part.length) {
        this.#index++
        this.#offset = 0
      }
    }
    return piece
  }
}

/** Bytes of the records that `length` bytes of content make, without padding. */
function protectedLength(protection: Protection, length: number, limit: number): number {
  const whole = Math.floor(length / limit)
  const rest = length - whole * limit
  const wholeLength = whole === 0 ? 0 : whole * (headerLength + protection.bodyLength(limit))
  return rest === 0 ? wholeLength : wholeLength + headerLength + protection.bodyLength(rest)
}

function paddingsOf(policy: PaddingPolicy, length: number, limit: number): number[] {
  const paddings: number[] = []
  for (let left = length; left > 0; left -= limit) {
    const size = Math.min(left, limit)
    const padding = policy(size, limit)
    if (!Number.isInteger(padding) || padding < 0) {
      throw new TlsError('ERR_TLS_CALLBACK', 'a padding policy must answer with a number of bytes', {
        received: padding,
      })
    }
    paddings.push(Math.min(padding, limit - size))
  }
  return paddings
}

function sum(numbers: readonly number[]): number {
  let total = 0
  for (const number of numbers) total += number
  return total
}
