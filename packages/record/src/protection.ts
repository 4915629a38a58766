import { TlsError } from '@typetls/wire'
import { maxSequenceNumber } from './limits.ts'

/**
 * What protects the records of one direction for one epoch: how a record is sealed and opened, the number of the next
 * one, and the key's end, which waits for what is in flight. Made of a `RecordKey` for TLS 1.3, and by
 * `@typetls/record/tls12` for TLS 1.2; `setKey` of reader and writer takes ownership.
 */
export abstract class Protection {
  /** What shows of its records, and what they are held to. */
  abstract readonly format: RecordFormat
  /** The least bytes there can be behind a header. */
  readonly minLength: number
  /** Records after which a new key is due. */
  readonly recordLimit: number
  /** The number of the next record. */
  sequence = 0
  #inFlight = 0
  #retired = false

  constructor(minLength: number, recordLimit: number) {
    this.minLength = minLength
    this.recordLimit = recordLimit
  }

  /** The bytes behind the header of a record with so many bytes of content and padding. */
  abstract bodyLength(contentLength: number): number

  /**
   * Protects a record of `padding` zero bytes behind `content` under the next sequence number, for which there is one
   * reserved. Its header stands in `into` right before `offset`; `bodyLength` bytes are written from there on.
   */
  abstract seal(
    type: number,
    content: Uint8Array,
    padding: number,
    into: Uint8Array,
    offset: number,
  ): void | PromiseLike<void>

  /**
   * Opens what follows its header in its buffer, under the next sequence number. The answer belongs to the caller;
   * `undefined` when it is not authentic, and then nothing else tells why. Throws what the backend throws, and as
   * `reserve`.
   */
  abstract open(body: Uint8Array): Uint8Array | undefined | PromiseLike<Uint8Array | undefined>

  protected abstract wipe(): void

  /**
   * Makes sure of `count` more sequence numbers.
   *
   * @throws TlsError `ERR_TLS_SEQUENCE_EXHAUSTED` (internal_error) when a number would wrap: "the implementation MUST
   *   either rekey or terminate the connection"
   */
  reserve(count: number): void {
    // A difference: a sum above the bound would not be exact.
    if (maxSequenceNumber - this.sequence < count - 1) {
      throw new TlsError('ERR_TLS_SEQUENCE_EXHAUSTED', 'this key has no sequence numbers left')
    }
  }

  /** The record that got this number was not under this key: the number is the next record's. */
  takeBackNonces(sequence: number): void {
    this.sequence = sequence
  }

  /** An asynchronous call of the backend begins. */
  begin(): void {
    this.#inFlight++
  }

  /** An asynchronous call of the backend ended, in whatever way. */
  end(): void {
    this.#inFlight--
    if (this.#retired && this.#inFlight === 0) this.wipe()
  }

  /** Wipes the key, as soon as nothing uses it. */
  retire(): void {
    if (this.#retired) return
    this.#retired = true
    if (this.#inFlight === 0) this.wipe()
  }

  /** The same, for a program that ended before it got what it waited for. */
  dispose(): void {
    this.retire()
  }
}

/** What shows of the records of a version, and what they are held to. */
export interface RecordFormat {
  /** In the header of what is written. */
  readonly version: number
  /** Whether what is read must have that version too: else its first byte is enough. */
  readonly versionMatters: boolean
  /** ContentType stands behind the content, and `application_data` in the header. */
  readonly hidesType: boolean
  /** Bytes a protected record may announce above the limit of its content. */
  readonly maxExpansion: number
  /** What the opened content is held to, where its type does not stand in it. Throws. */
  readonly check?: (reader: ContentCounts, type: number, content: Uint8Array, sequence: number) => void
}

/** What a format needs of the reader to check content. */
export interface ContentCounts {
  /** Bytes. */
  readonly limit: number
  readonly firstSequence: number
  takeChangeCipherSpec(content: Uint8Array): void
  countContent(isEmpty: boolean): void
}

/** What a backend threw, as the error of our own that it may already be. */
export function aeadFailure(error: unknown): TlsError {
  return error instanceof TlsError ? error : new TlsError('ERR_TLS_CRYPTO', 'the AEAD failed', { cause: error })
}
