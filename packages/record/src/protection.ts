import { TlsError } from '@typetls/wire'
import { maxSequenceNumber } from './limits.ts'

/**
 * What protects the records of one direction for one epoch: how a record is sealed and opened, the number of the next
 * one, and the key's end, which waits for what is in flight. Made of a `RecordKey` for TLS 1.3, and by
 * `@typetls/record/tls12` for TLS 1.2; `setKey` of reader and writer takes ownership.
 */
export abstract class Protection {
  /** What shows of its records, and what they are held to. */
  readonly format: RecordFormat
  /** The least bytes there can be behind a header. */
  readonly minLength: number
  /** Records after which a new key is due. */
  readonly recordLimit: number
  /** The number of the next record. */
  sequence = 0
  /** Whoever disposes of it, and each call in flight. */
  #users = 1
  #disposed = false

  constructor(format: RecordFormat, minLength: number, recordLimit: number = Infinity) {
    this.format = format
    this.minLength = minLength
    this.recordLimit = recordLimit
  }

  /** The bytes behind the header of a record with so many bytes of content and padding. */
  bodyLength(contentLength: number): number {
    return contentLength + this.minLength
  }

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

  /** The key is in use until this is settled. */
  holdUntil(settled: PromiseLike<unknown>): void {
    this.#users++
    const end = (): void => this.#release()
    settled.then(end, end)
  }

  /** Wipes the key, as soon as nothing uses it. */
  dispose(): void {
    if (this.#disposed) return
    this.#disposed = true
    this.#release()
  }

  #release(): void {
    if (--this.#users === 0) this.wipe()
  }
}

/** What shows of the records of a version, and what they are held to. */
export interface RecordFormat {
  /** Whether what is read must say 0x0303 in its header: else the first byte of that is enough. */
  readonly versionMatters: boolean
  /** ContentType stands behind the content, and `application_data` in the header. */
  readonly hidesType: boolean
  /** Bytes a protected record may announce above the limit of its content. */
  readonly maxExpansion: number
  /** What the opened content of a format that hides nothing is held to, beside the rules of all. Throws. */
  readonly check?: (type: number, length: number, sequence: number, limit: number) => void
}

/** What a backend threw, as the error of our own that it may already be. */
export function aeadFailure(error: unknown): TlsError {
  return error instanceof TlsError ? error : new TlsError('ERR_TLS_CRYPTO', 'the AEAD failed', { cause: error })
}
