import { isPromiseLike } from '@typetls/crypto-provider'
import { TlsError } from '@typetls/wire'
import { typeAlert, typeApplicationData, typeChangeCipherSpec, typeHandshake } from './content-type.ts'
import {
  fragmentLength,
  headerLength,
  maxAheadLength,
  maxEmptyRecords,
  maxFragmentLength,
  maxSkippedEarlyData,
} from './limits.ts'
import type { ContentCounts } from './protection.ts'
import { aeadFailure, Protection } from './protection.ts'
import {
  changeCipherSpecUnexpected,
  checkPlaintextHeader,
  checkType,
  looksProtected,
  notAuthentic,
  notTls,
  tooLong,
  wrongChangeCipherSpec,
  wrongVersion,
} from './record-checks.ts'
import type { RecordKey } from './record-key.ts'
import type { RecordTraceInfo } from './record-trace.ts'
import type { RecordAhead } from './records-ahead.ts'
import { Opening, RecordsAhead } from './records-ahead.ts'
import { Tls13Protection } from './tls13-protection.ts'

/** A record without its protection. The content belongs to whoever receives it. */
export interface OpenedRecord {
  /** `handshake`, `application_data` or `alert`, and `change_cipher_spec` to who takes it; ContentType numbers. */
  readonly type: number
  /**
   * Never empty for `handshake`, 2 bytes for `alert`, the byte 1 for `change_cipher_spec`, may be empty for
   * `application_data`.
   */
  readonly content: Uint8Array
}

export interface RecordReaderOptions {
  /** Of a server: what the first bytes are if they are no TLS, such as `httpRequest`. Default: nothing that has a name. */
  readonly notTls?: ((firstBytes: string) => TlsError | undefined) | undefined
  /** Told of every record that was read, dropped ones included. Costs nothing when absent. */
  readonly onRecord?: ((info: RecordTraceInfo) => void) | undefined
  /**
   * Hold protected records of TLS 1.3 to their legacy_record_version, too, which "MUST be ignored for all purposes".
   * Default false.
   */
  readonly strictVersion?: boolean
  /** @internal The sequence number a key starts with. Default 0. */
  readonly firstSequence?: number
}

/**
 * Takes the bytes of one direction in any pieces and gives the records in them: deframed, decrypted, held to the limits.
 * https://www.rfc-editor.org/rfc/rfc9846#section-5
 *
 * Give bytes with `push()`, then take records with `next()` until it answers `undefined`. The first error is final:
 * after it bytes are discarded and `next()` throws the same error again.
 *
 * An asynchronous AEAD is given records ahead of their turn, up to 64 of them and 256 KiB. They come out in order, each
 * after everything before it had its effects.
 */
export class RecordReader implements ContentCounts {
  /**
   * What becomes of a ChangeCipherSpec. In TLS 1.3 `'drop'` between the first ClientHello and the peer's Finished, else
   * `'refuse'`: https://www.rfc-editor.org/rfc/rfc9846#section-5. In TLS 1.2 `'take'` where it is due, between two
   * messages, else `'refuse'`; it comes out of `next()` then, and `setKey()` is due before the next call.
   */
  changeCipherSpec: 'refuse' | 'drop' | 'take' = 'refuse'
  readonly #notTls: RecordReaderOptions['notTls']
  readonly #onRecord: ((info: RecordTraceInfo) => void) | undefined
  readonly #strictVersion: boolean
  /** @internal The sequence number a key starts with. */
  readonly firstSequence: number
  /** What was pushed and not consumed yet: this array from `#offset` on, then the queue. */
  #chunk: Uint8Array = nothing
  #offset = 0
  #queue: Uint8Array[] | undefined
  #queuedLength = 0
  /** The start of a record whose rest has not come: the first `#partialLength` bytes of this array. */
  #partial: Uint8Array = nothing
  #partialLength = 0
  /** Of the record at hand: its outer type, and the bytes of its body. */
  #type = 0
  #length = 0
  #protection: Protection | undefined
  #limit = maxFragmentLength
  #plaintextLimit = maxFragmentLength
  #anyRecord = false
  #anyOpened = false
  #emptyRecords = 0
  #skipping = false
  #skipped = 0
  /** Only with an asynchronous AEAD, while it has records: those that are next, before all that is in the chunks. */
  #ahead: RecordsAhead | undefined
  #disposed = false
  #failure: TlsError | undefined

  constructor(options: RecordReaderOptions = {}) {
    this.#notTls = options.notTls
    this.#onRecord = options.onRecord
    this.#strictVersion = options.strictVersion ?? false
    this.firstSequence = options.firstSequence ?? 0
  }

  /**
   * The largest content of a protected record, bytes; in TLS 1.3 its content, type and padding together may be one byte
   * more. Default 2^14. Records in plaintext are not subject to it.
   *
   * The `record_size_limit` of TLS 1.3 counts the type byte: having announced the value `n`, set this to `n - 1`. That of
   * TLS 1.2 does not: https://www.rfc-editor.org/rfc/rfc8449#section-4
   *
   * @throws TlsError `ERR_TLS_OPTIONS` (internal_error) when set to anything but an integer from 2 to 2^14
   */
  get limit(): number {
    return this.#limit
  }

  set limit(length: number) {
    this.#limit = fragmentLength(length)
  }

  /**
   * The largest handshake record in plaintext, bytes. Default 2^14. Only `max_fragment_length` of TLS 1.2 can make it less.
   * https://www.rfc-editor.org/rfc/rfc6066#section-4
   *
   * @throws TlsError `ERR_TLS_OPTIONS` (internal_error) as `limit`
   */
  get plaintextLimit(): number {
    return this.#plaintextLimit
  }

  set plaintextLimit(length: number) {
    this.#plaintextLimit = fragmentLength(length)
  }

  /** Bytes pushed and not consumed yet. Less than one record once `next()` answered `undefined`. */
  get buffered(): number {
    return (this.#ahead?.length ?? 0) + this.#unframed
  }

  get #unframed(): number {
    return this.#partialLength + this.#chunk.length - this.#offset + this.#queuedLength
  }

  /**
   * Bytes from the transport. They are not copied: they must stay unchanged until `next()` answers `undefined`, and
   * no reference to them is kept after that.
   */
  push(bytes: Uint8Array): void {
    if (bytes.length === 0 || this.#failure !== undefined || this.#disposed) return
    // A plain view: subclasses such as Node's Buffer have slower and other slice() and subarray().
    const plain = Object.getPrototypeOf(bytes) === Uint8Array.prototype
    const view = plain ? bytes : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
    if (this.#offset === this.#chunk.length) {
      this.#chunk = view
      this.#offset = 0
    } else {
      this.#queue ??= []
      this.#queue.push(view)
      this.#queuedLength += view.length
    }
  }

  /** What was pushed and is not consumed is kept as a copy: those arrays may change from here on. */
  keep(): void {
    this.#chunk = this.#chunk.slice(this.#offset)
    this.#offset = 0
    this.#queue = this.#queue?.map((bytes) => bytes.slice())
  }

  /**
   * The next record, or `undefined` when that needs more bytes. A promise only from an asynchronous AEAD, and then
   * `next()` waits to be called again until it is settled.
   *
   * @throws TlsError, also as the rejection of the promise:
   * - `ERR_TLS_NOT_TLS`, `ERR_TLS_HTTP_REQUEST`, `ERR_TLS_HTTPS_PROXY_REQUEST` (protocol_version) for a first record
   *   that is none, `ERR_TLS_RECORD_VERSION` (protocol_version) for a later one, and for any protected record of TLS 1.2,
   *   or with `strictVersion` of TLS 1.3, that does not say 0x0303
   * - `ERR_TLS_RECORD_OVERFLOW`, `ERR_TLS_RECORD_CIPHERTEXT_OVERFLOW` (record_overflow)
   * - `ERR_TLS_BAD_RECORD_MAC` (bad_record_mac)
   * - `ERR_TLS_RECORD_OUTER_TYPE`, `ERR_TLS_RECORD_NO_CONTENT_TYPE`, `ERR_TLS_RECORD_UNKNOWN_TYPE`,
   *   `ERR_TLS_RECORD_UNEXPECTED`, `ERR_TLS_RECORD_EMPTY_HANDSHAKE`, `ERR_TLS_RECORD_EMPTY_ALERT`,
   *   `ERR_TLS_TOO_MANY_EMPTY_RECORDS`, `ERR_TLS_TOO_MUCH_EARLY_DATA`, `ERR_TLS_CHANGE_CIPHER_SPEC`,
   *   `ERR_TLS_CHANGE_CIPHER_SPEC_UNEXPECTED` (unexpected_message)
   * - `ERR_TLS_CHANGE_CIPHER_SPEC_CONTENT` (illegal_parameter)
   * - `ERR_TLS_ALERT_LENGTH` (decode_error)
   * - `ERR_TLS_SEQUENCE_EXHAUSTED`, `ERR_TLS_CRYPTO` (internal_error)
   */
  next(): OpenedRecord | undefined | PromiseLike<OpenedRecord | undefined> {
    if (this.#failure !== undefined) throw this.#failure
    if (this.#ahead !== undefined) return this.#nextAhead(this.#ahead)
    try {
      return this.#next()
    } catch (error) {
      throw this.#fail(error)
    }
  }

  /**
   * Protection from the next record on, by a key of TLS 1.3 or what `@typetls/record/tls12` makes; disposes of the key
   * before. Before the first key records are in plaintext.
   *
   * @throws TlsError `ERR_TLS_STATE` (internal_error) while a record is being opened, or after `dispose()`
   */
  setKey(key: RecordKey | Protection): void {
    const next = key instanceof Protection ? key : new Tls13Protection(key)
    if (this.#ahead?.waiting || this.#disposed) {
      next.retire()
      throw new TlsError('ERR_TLS_STATE', 'a key cannot be set while a record is being opened, or after the end')
    }
    this.#protection?.retire()
    next.sequence = this.firstSequence
    this.#protection = next
    this.#ahead?.forget()
  }

  /**
   * Early data may come that was not accepted. `application_data` records that come before there is a key, or that do
   * not open under it, are dropped, up to 16384 bytes on the wire. The end of that is the first record that opens, or a
   * handshake record in plaintext.
   * https://www.rfc-editor.org/rfc/rfc9846#section-4.3.10
   */
  skipEarlyData(): void {
    this.#skipping = true
  }

  /** Wipes the key and forgets all bytes. `next()` answers `undefined` from now on. */
  dispose(): void {
    this.#disposed = true
    this.#discard()
    this.#protection?.retire()
    this.#protection = undefined
  }

  #next(): OpenedRecord | undefined | PromiseLike<OpenedRecord | undefined> {
    for (;;) {
      const body = this.#frame()
      if (body === undefined) return undefined
      this.#anyRecord = true
      const type = this.#type
      const protection = this.#protection
      if (type === typeChangeCipherSpec && protection?.format.hidesType !== false) {
        if (this.#takesChangeCipherSpec(body)) return this.#plaintext(type, body)
      } else if (protection !== undefined && !this.#isAlertWithoutKeys()) {
        const record = this.#open(protection, type, body)
        if (record !== undefined) return record
      } else if (type === typeApplicationData) this.#skipEarlyRecord()
      else return this.#plaintext(type, body)
    }
  }

  /** The body of the next record, a view right behind its header. */
  #frame(): Uint8Array | undefined {
    if (this.#partialLength === 0) {
      const chunk = this.#chunk
      const offset = this.#offset
      const available = chunk.length - offset
      if (available >= headerLength) {
        const length = this.#readHeader(chunk, offset)
        if (available >= headerLength + length) {
          const end = offset + headerLength + length
          this.#offset = end
          if (end === chunk.length) this.#nextChunk()
          return chunk.subarray(offset + headerLength, end)
        }
      }
    }
    return this.#reassemble()
  }

  /** The body of a record that came in several pieces, put together in a buffer of our own. */
  #reassemble(): Uint8Array | undefined {
    let needed = headerLength
    for (;;) {
      if (this.#partialLength >= headerLength) needed = headerLength + this.#readHeader(this.#partial, 0)
      if (this.#partialLength === needed) {
        this.#partialLength = 0
        return this.#partial.subarray(headerLength, needed)
      }
      if (!this.#fillPartial(needed)) return undefined
    }
  }

  #fillPartial(needed: number): boolean {
    while (this.#partialLength < needed) {
      const available = this.#chunk.length - this.#offset
      if (available === 0) {
        // An idle connection keeps no buffer.
        if (this.#partialLength === 0) this.#partial = nothing
        return false
      }
      if (this.#partial.length < needed) {
        const larger = new Uint8Array(needed)
        larger.set(this.#partial.subarray(0, this.#partialLength))
        this.#partial = larger
      }
      const taken = Math.min(available, needed - this.#partialLength)
      this.#partial.set(this.#chunk.subarray(this.#offset, this.#offset + taken), this.#partialLength)
      this.#partialLength += taken
      this.#offset += taken
      if (taken === available) this.#nextChunk()
    }
    return true
  }

  #nextChunk(): void {
    this.#chunk = this.#queue?.shift() ?? nothing
    this.#queuedLength -= this.#chunk.length
    this.#offset = 0
  }

  /** The length of the body, after every check that needs no more than the header. */
  #readHeader(bytes: Uint8Array, offset: number): number {
    const type = (this.#type = bytes[offset] as number)
    const major = bytes[offset + 1] as number
    const length = (this.#length = ((bytes[offset + 3] as number) << 8) | (bytes[offset + 4] as number))
    // The minor version says nothing in TLS 1.3: "MUST be ignored for all purposes".
    if (major !== 3) {
      const header = bytes.subarray(offset, offset + headerLength)
      throw this.#anyRecord ? wrongVersion(header) : notTls(header, this.#notTls)
    }
    const protection = this.#protection
    if (protection === undefined) {
      if (type === typeChangeCipherSpec) this.#checkChangeCipherSpec(length)
      else checkPlaintextHeader(type, length, this.#plaintextLimit, this.#skipping)
      return length
    }
    const { version, hidesType } = protection.format
    if (this.#versionMatters(protection) && bytes[offset + 2] !== (version & 0xff)) {
      throw wrongVersion(bytes.subarray(offset, offset + headerLength), version)
    }
    if (type === typeChangeCipherSpec && hidesType) this.#checkChangeCipherSpec(length)
    else if (!this.#isAlertWithoutKeys()) this.#checkProtectedHeader(protection, length)
    return length
  }

  #versionMatters({ format }: Protection): boolean {
    return this.#strictVersion || format.versionMatters
  }

  #checkProtectedHeader(protection: Protection, length: number): void {
    // Early data knows nothing of what this handshake agreed on: neither the limit nor the length of a tag.
    const max = (this.#skipping ? maxFragmentLength : this.#limit) + protection.format.maxExpansion
    if (length > max) throw tooLong(length, max)
    if (length < protection.minLength && !this.#skipping) throw notAuthentic()
  }

  /**
   * The peer of TLS 1.3 may have failed before it had keys: then its alert comes in plaintext where protected records are
   * due. Nothing is authenticated yet at that point, so it is believed no more than any plaintext alert before.
   */
  #isAlertWithoutKeys(): boolean {
    return (
      this.#type === typeAlert && this.#length === 2 && !this.#anyOpened && this.#protection?.format.hidesType !== false
    )
  }

  #checkChangeCipherSpec(length: number): void {
    if (this.changeCipherSpec === 'refuse') {
      throw changeCipherSpecUnexpected()
    }
    if (length !== 1) throw wrongChangeCipherSpec(this.changeCipherSpec)
  }

  /** Whether it is for the caller: else it was dropped. */
  #takesChangeCipherSpec(body: Uint8Array): boolean {
    if (body[0] !== 1) throw wrongChangeCipherSpec(this.changeCipherSpec)
    if (this.changeCipherSpec === 'take') return true
    this.#countEmptyRecord()
    if (this.#onRecord !== undefined) this.#traceRecord(typeChangeCipherSpec, 1, 0, undefined)
    return false
  }

  #plaintext(type: number, body: Uint8Array): OpenedRecord {
    if (type === typeHandshake) {
      this.#emptyRecords = 0
      // A second ClientHello: "Early data is not permitted after a HelloRetryRequest."
      this.#skipping = false
    }
    if (this.#onRecord !== undefined) this.#traceRecord(type, body.length, 0, undefined)
    return { type, content: body.slice() }
  }

  #open(
    protection: Protection,
    outerType: number,
    body: Uint8Array,
  ): OpenedRecord | undefined | PromiseLike<OpenedRecord | undefined> {
    if (body.length < protection.minLength) return this.#notOpened(outerType)
    const plaintext = protection.open(body)
    if (isPromiseLike(plaintext)) return this.#openLater(Opening.of(plaintext, protection), body)
    return this.#opened(protection, outerType, plaintext, protection.sequence - 1)
  }

  #openLater(opening: Opening, body: Uint8Array): OpenedRecord | undefined | PromiseLike<OpenedRecord | undefined> {
    // The body may be in this array, which the next record must not be put into.
    this.#partial = nothing
    const ahead = new RecordsAhead()
    ahead.add(body, opening)
    this.#ahead = ahead
    return this.#nextAhead(ahead)
  }

  #nextAhead(ahead: RecordsAhead): OpenedRecord | undefined | PromiseLike<OpenedRecord | undefined> {
    if (ahead.waiting) throw new TlsError('ERR_TLS_STATE', 'a record is still being opened')
    try {
      for (;;) {
        ahead.open(this.#protection as Protection, () => this.#frameAhead(ahead))
        const { first } = ahead
        if (first === undefined) {
          this.#ahead = undefined
          return this.#next()
        }
        if (first.opening?.pending !== undefined) return this.#whenOpened(first.opening.pending, ahead)
        const record = this.#takeFirst(ahead, first)
        if (record !== undefined) return record
      }
    } catch (error) {
      throw this.#fail(error)
    }
  }

  #whenOpened(pending: PromiseLike<void>, ahead: RecordsAhead): PromiseLike<OpenedRecord | undefined> {
    ahead.waiting = true
    return pending.then(() => {
      ahead.waiting = false
      return this.#disposed ? undefined : this.#nextAhead(ahead)
    })
  }

  #takeFirst(ahead: RecordsAhead, { body, opening }: RecordAhead): OpenedRecord | undefined {
    const protection = this.#protection as Protection
    const type = new Uint8Array(body.buffer, body.byteOffset - headerLength, 1)[0] as number
    ahead.shift()
    this.#type = type
    this.#length = body.length
    this.#checkProtectedHeader(protection, body.length)
    // Only what is too short to be opened has not been.
    if (opening === undefined) return this.#notOpened(type)
    return this.#opened(protection, type, opening.plaintext, opening.sequence)
  }

  /** Takes the next record from the bytes, if it is there whole and looks like a protected one. */
  #frameAhead(ahead: RecordsAhead): RecordAhead | undefined {
    const unframed = this.#unframed
    if (ahead.length >= maxAheadLength || unframed < headerLength) return undefined
    const inChunk = this.#partialLength === 0 && this.#chunk.length - this.#offset >= headerLength
    if (!inChunk) this.#fillPartial(headerLength)
    const bytes = inChunk ? this.#chunk : this.#partial
    const at = inChunk ? this.#offset : 0
    const length = ((bytes[at + 3] as number) << 8) | (bytes[at + 4] as number)
    // What is wrong with any other is found in its turn.
    const protection = this.#protection as Protection
    if (!looksProtected(protection.format, this.#versionMatters(protection), bytes, at)) return undefined
    return unframed < headerLength + length ? undefined : ahead.add(this.#bodyAhead(headerLength + length))
  }

  /** The body of the next record, which has so many bytes with its header, all of them there. */
  #bodyAhead(needed: number): Uint8Array {
    const end = this.#offset + needed
    if (this.#partialLength === 0 && end <= this.#chunk.length) {
      const body = this.#chunk.subarray(this.#offset + headerLength, end)
      this.#offset = end
      if (end === this.#chunk.length) this.#nextChunk()
      return body
    }
    this.#fillPartial(needed)
    const body = this.#partial.subarray(headerLength, needed)
    this.#partial = nothing
    this.#partialLength = 0
    return body
  }

  #opened(
    protection: Protection,
    outerType: number,
    plaintext: Uint8Array | undefined,
    sequence: number,
  ): OpenedRecord | undefined {
    if (plaintext === undefined) {
      this.#notOpened(outerType)
      protection.takeBackNonces(sequence)
      this.#ahead?.forget()
      return undefined
    }
    this.#anyOpened = true
    this.#skipping = false
    const { check } = protection.format
    if (check === undefined) return this.#withHiddenType(outerType, plaintext, sequence)
    check(this, outerType, plaintext, sequence)
    if (this.#onRecord !== undefined) this.#traceRecord(outerType, plaintext.length, 0, sequence)
    return { type: outerType, content: plaintext }
  }

  /** https://www.rfc-editor.org/rfc/rfc9846#section-5.4 */
  #withHiddenType(outerType: number, plaintext: Uint8Array, sequence: number): OpenedRecord {
    if (outerType !== typeApplicationData) {
      throw new TlsError('ERR_TLS_RECORD_OUTER_TYPE', 'a protected record does not say application_data outside', {
        expected: typeApplicationData,
        received: outerType,
      })
    }
    if (plaintext.length > this.#limit + 1) {
      throw new TlsError('ERR_TLS_RECORD_OVERFLOW', 'content, type and padding of a record are too long', {
        expected: { max: this.#limit + 1 },
        received: plaintext.length,
      })
    }
    let length = plaintext.length - 1
    while (length >= 0 && plaintext[length] === 0) length--
    if (length < 0) {
      throw new TlsError('ERR_TLS_RECORD_NO_CONTENT_TYPE', 'a protected record has no content type in it')
    }
    const type = plaintext[length] as number
    if (type === typeApplicationData && length > 0) this.#emptyRecords = 0
    else this.#checkInnerType(type, length)
    if (this.#onRecord !== undefined) this.#traceRecord(type, length, plaintext.length - length - 1, sequence)
    return { type, content: plaintext.subarray(0, length) }
  }

  /** @internal of the content of a protected record */
  takeChangeCipherSpec(content: Uint8Array): void {
    this.#checkChangeCipherSpec(content.length)
    // Under a key it means something.
    if (!this.#takesChangeCipherSpec(content)) throw changeCipherSpecUnexpected()
  }

  /** @internal records without content may not follow each other for ever */
  countContent(isEmpty: boolean): void {
    if (isEmpty) this.#countEmptyRecord()
    else this.#emptyRecords = 0
  }

  /** Early data that was not accepted, which is dropped, or a record that is not authentic. */
  #notOpened(outerType: number): undefined {
    if (!this.#skipping || outerType !== typeApplicationData) throw notAuthentic()
    this.#skipEarlyRecord()
  }

  #skipEarlyRecord(): void {
    this.#skipped += this.#recordLength()
    if (this.#skipped > maxSkippedEarlyData) {
      throw new TlsError('ERR_TLS_TOO_MUCH_EARLY_DATA', 'too much early data came, and none was accepted', {
        expected: { max: maxSkippedEarlyData },
        received: this.#skipped,
      })
    }
    if (this.#onRecord !== undefined) this.#traceRecord(typeApplicationData, 0, 0, undefined)
  }

  #checkInnerType(type: number, length: number): void {
    if (type === typeApplicationData) this.#countEmptyRecord()
    else if (type === typeChangeCipherSpec) {
      throw new TlsError('ERR_TLS_CHANGE_CIPHER_SPEC_UNEXPECTED', 'a ChangeCipherSpec is never protected')
    } else {
      checkType(type, length)
      if (type === typeHandshake) this.#emptyRecords = 0
    }
  }

  #countEmptyRecord(): void {
    if (++this.#emptyRecords > maxEmptyRecords) {
      throw new TlsError('ERR_TLS_TOO_MANY_EMPTY_RECORDS', 'too many records without content, one after the other', {
        expected: { max: maxEmptyRecords },
      })
    }
  }

  #traceRecord(type: number, contentLength: number, padding: number, sequence: number | undefined): void {
    this.#onRecord?.({
      outerType: this.#type,
      type,
      length: this.#recordLength(),
      contentLength,
      padding,
      sequence,
    })
  }

  /** Of the record at hand, header included. */
  #recordLength(): number {
    return headerLength + this.#length
  }

  #fail(error: unknown): TlsError {
    this.#discard()
    this.#failure = aeadFailure(error)
    return this.#failure
  }

  #discard(): void {
    this.#chunk = nothing
    this.#offset = 0
    this.#queue = undefined
    this.#queuedLength = 0
    this.#partial = nothing
    this.#partialLength = 0
    this.#ahead = undefined
  }
}

const nothing: Uint8Array = /* @__PURE__ */ new Uint8Array(0)
