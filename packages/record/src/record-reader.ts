import { isPromiseLike } from '@typetls/crypto-provider'
import { TlsError } from '@typetls/wire'
import { typeAlert, typeApplicationData, typeChangeCipherSpec, typeHandshake } from './content-type.ts'
import type { DeclinedEarlyData } from './declined-early-data.ts'
import { innerLength } from './inner-plaintext.ts'
import { fragmentLength, maxEmptyRecords, maxFragmentLength } from './limits.ts'
import { plaintext } from './plaintext.ts'
import type { Protection } from './protection.ts'
import { aeadFailure } from './protection.ts'
import {
  checkChangeCipherSpec,
  checkLength,
  checkPlaintextHeader,
  checkType,
  notAuthentic,
  notTls,
  wrongVersion,
} from './record-checks.ts'
import { headerBefore, headerLength } from './record-header.ts'
import { RecordInput } from './record-input.ts'
import type { RecordKey } from './record-key.ts'
import type { RecordTraceInfo } from './record-trace.ts'
import { Opening, RecordsAhead } from './records-ahead.ts'
import { protectionBy } from './tls13-protection.ts'

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
export class RecordReader {
  /**
   * What becomes of a ChangeCipherSpec. In TLS 1.3 `'drop'` between the first ClientHello and the peer's Finished, else
   * `'refuse'`: https://www.rfc-editor.org/rfc/rfc9846#section-5. In TLS 1.2 `'take'` where it is due, between two
   * messages, else `'refuse'`; it comes out of `next()` then, and `setKey()` is due before the next call.
   */
  changeCipherSpec: 'refuse' | 'drop' | 'take' = 'refuse'
  /**
   * Set where early data may come that was not accepted. `application_data` records that come before there is a key, or
   * that do not open under it, are dropped, up to 16384 bytes on the wire. The end of that is the first record that
   * opens, or a handshake record in plaintext.
   * https://www.rfc-editor.org/rfc/rfc9846#section-4.3.10
   */
  declinedEarlyData: DeclinedEarlyData | undefined
  readonly #options: RecordReaderOptions
  #input = new RecordInput()
  #protection: Protection = plaintext
  #limit = maxFragmentLength
  #plaintextLimit = maxFragmentLength
  /** Of the record at hand: its outer type, and the bytes of its body. */
  #type = 0
  #length = 0
  #anyRecord = false
  #anyOpened = false
  #emptyRecords = 0
  /** Only with an asynchronous AEAD, while it has records: those that are next, before all that is in the input. */
  #ahead: RecordsAhead | undefined
  #disposed = false
  #failure: TlsError | undefined

  constructor(options: RecordReaderOptions = {}) {
    this.#options = options
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
    return (this.#ahead?.length ?? 0) + this.#input.length
  }

  /**
   * Bytes from the transport. They are not copied: they must stay unchanged until `next()` answers `undefined`, and
   * no reference to them is kept after that.
   */
  push(bytes: Uint8Array): void {
    if (bytes.length > 0 && this.#failure === undefined && !this.#disposed) this.#input.push(bytes)
  }

  /** What was pushed and is not consumed is kept as a copy: those arrays may change from here on. */
  keep(): void {
    this.#input.keep()
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
    const ahead = this.#ahead
    if (this.#failure !== undefined) throw this.#failure
    if (ahead?.waiting) throw busy()
    try {
      return ahead === undefined ? this.#next() : this.#nextAhead(ahead)
    } catch (error) {
      this.#discard()
      throw (this.#failure = aeadFailure(error))
    }
  }

  /**
   * Protection from the next record on, by a key of TLS 1.3 or what `@typetls/record/tls12` makes; disposes of the key
   * before. Before the first key records are in plaintext.
   *
   * @throws TlsError `ERR_TLS_STATE` (internal_error) while a record is being opened, or after `dispose()`
   */
  setKey(key: RecordKey | Protection): void {
    const next = protectionBy(key)
    if (this.#ahead?.waiting || this.#disposed) {
      next.dispose()
      throw busy()
    }
    this.#protection.dispose()
    this.#protection = next
    this.#ahead?.forget()
  }

  /** Wipes the key and forgets all bytes. `next()` answers `undefined` from now on. */
  dispose(): void {
    this.#disposed = true
    this.#discard()
    this.#protection.dispose()
    this.#protection = plaintext
  }

  #next(): OpenedRecord | undefined | PromiseLike<OpenedRecord | undefined> {
    for (;;) {
      const input = this.#input
      if (!input.has(headerLength)) return undefined
      const protection = this.#checkHeader(input.bytes, input.offset)
      const body = input.take(headerLength, this.#length)
      if (body === undefined) return undefined
      this.#anyRecord = true
      const { sequence } = protection
      const opened = body.length < protection.minLength ? undefined : protection.open(body)
      if (isPromiseLike(opened)) return this.#openLater(protection, body, sequence, opened)
      const record = this.#judge(protection, opened, sequence)
      if (record !== undefined) return record
    }
  }

  #openLater(
    protection: Protection,
    body: Uint8Array,
    sequence: number,
    opened: PromiseLike<Uint8Array | undefined>,
  ): OpenedRecord | undefined | PromiseLike<OpenedRecord | undefined> {
    this.#input.release()
    const ahead = (this.#ahead = new RecordsAhead())
    ahead.add(body)
    ahead.openings.push(new Opening(protection, sequence, () => opened))
    return this.#nextAhead(ahead)
  }

  #nextAhead(ahead: RecordsAhead): OpenedRecord | undefined | PromiseLike<OpenedRecord | undefined> {
    for (;;) {
      ahead.open(this.#protection, () => this.#cutAhead())
      const [body] = ahead.bodies
      if (body === undefined) {
        this.#ahead = undefined
        return this.#next()
      }
      const [opening] = ahead.openings
      if (opening?.pending !== undefined) {
        ahead.waiting = true
        return opening.pending.then(() => {
          ahead.waiting = false
          return this.next()
        })
      }
      ahead.shift()
      const protection = this.#checkHeader(headerBefore(body), 0)
      // Only what is too short to be opened has not been.
      const record = this.#judge(protection, opening?.plaintext(), opening?.sequence ?? protection.sequence)
      if (record !== undefined) return record
    }
  }

  /** The body of the next record, if that is there whole and is under the key. What is wrong with it is found in its turn. */
  #cutAhead(): Uint8Array | undefined {
    const input = this.#input
    if (!input.has(headerLength) || this.#readHeader(input.bytes, input.offset) === plaintext) return undefined
    const body = input.take(headerLength, this.#length)
    if (body !== undefined) input.release()
    return body
  }

  /** Answers what protects the record: under a key of TLS 1.3 some come in plaintext all the same. */
  #readHeader(bytes: Uint8Array, at: number): Protection {
    const type = (this.#type = bytes[at] as number)
    const length = (this.#length = ((bytes[at + 3] as number) << 8) | (bytes[at + 4] as number))
    // The peer may have failed before it had keys. Nothing is authenticated yet at that point, so its alert is believed
    // no more than any plaintext alert before.
    const early = type === typeAlert && length === 2 && !this.#anyOpened
    return (early || type === typeChangeCipherSpec) && this.#protection.format.hidesType ? plaintext : this.#protection
  }

  /** The same, after every check that needs no more than the header. */
  #checkHeader(bytes: Uint8Array, at: number): Protection {
    const protection = this.#readHeader(bytes, at)
    const type = this.#type
    const length = this.#length
    const { notTls: known, strictVersion } = this.#options
    // The minor version says nothing in TLS 1.3: "MUST be ignored for all purposes".
    if (bytes[at + 1] !== 3) throw this.#anyRecord ? wrongVersion(bytes, at, '0x03**') : notTls(bytes, at, known)
    const { versionMatters, maxExpansion } = protection.format
    const strict = versionMatters || (strictVersion && this.#protection !== plaintext)
    if (strict && bytes[at + 2] !== 3) throw wrongVersion(bytes, at, '0x0303')
    const skips = this.declinedEarlyData !== undefined
    if (protection !== plaintext || (skips && type === typeApplicationData)) {
      // Early data knows nothing of what this handshake agreed on: neither the limit nor the length of a tag.
      checkLength(
        'ERR_TLS_RECORD_CIPHERTEXT_OVERFLOW',
        length,
        (skips ? maxFragmentLength : this.#limit) + maxExpansion,
      )
      if (length < protection.minLength && !skips) throw notAuthentic()
    } else if (type === typeChangeCipherSpec) checkChangeCipherSpec(this.changeCipherSpec, false, length === 1)
    else checkPlaintextHeader(type, length, this.#plaintextLimit)
    return protection
  }

  /** What a record is that was opened, or was not: `undefined` if it is dropped. */
  #judge(protection: Protection, opened: Uint8Array | undefined, sequence: number): OpenedRecord | undefined {
    const { onRecord } = this.#options
    const isProtected = protection !== plaintext
    const outerType = this.#type
    const length = headerLength + this.#length
    if (opened === undefined || (!isProtected && outerType === typeApplicationData)) {
      if (this.declinedEarlyData === undefined || outerType !== typeApplicationData) throw notAuthentic()
      this.declinedEarlyData.drop(length)
      // It was not under this key: its number is the next record's.
      protection.sequence = sequence
      this.#ahead?.forget()
      onRecord?.({ outerType, type: outerType, length, contentLength: 0, padding: 0, sequence: undefined })
      return undefined
    }
    if (isProtected) this.#anyOpened = true
    // A second ClientHello: "Early data is not permitted after a HelloRetryRequest."
    if (isProtected || outerType === typeHandshake) this.declinedEarlyData = undefined
    const { hidesType, check } = protection.format
    const contentLength = hidesType ? innerLength(outerType, opened, this.#limit) : opened.length
    const type = hidesType ? (opened[contentLength] as number) : outerType
    check?.(type, contentLength, sequence, this.#limit)
    const dropped = this.#checkContent(protection, type, opened, contentLength)
    onRecord?.({
      outerType,
      type,
      length,
      contentLength,
      padding: hidesType ? opened.length - contentLength - 1 : 0,
      sequence: isProtected ? sequence : undefined,
    })
    return dropped ? undefined : { type, content: hidesType ? opened.subarray(0, contentLength) : opened }
  }

  /** Answers whether the record is dropped. */
  #checkContent(protection: Protection, type: number, content: Uint8Array, length: number): boolean {
    const changes = type === typeChangeCipherSpec
    if (changes) {
      // Inside of a record of TLS 1.3 there is never one.
      const rule = protection.format.hidesType ? 'refuse' : this.changeCipherSpec
      checkChangeCipherSpec(rule, protection !== plaintext, length === 1 && content[0] === 1)
    } else if (type !== typeApplicationData) checkType(type, length)
    const dropped = changes && this.changeCipherSpec === 'drop'
    if (dropped || length === 0) {
      this.#emptyRecords++
      checkLength('ERR_TLS_TOO_MANY_EMPTY_RECORDS', this.#emptyRecords, maxEmptyRecords)
    } else if (type === typeApplicationData || type === typeHandshake) this.#emptyRecords = 0
    return dropped
  }

  #discard(): void {
    this.#input = new RecordInput()
    this.#ahead = undefined
  }
}

function busy(): TlsError {
  return new TlsError('ERR_TLS_STATE', 'a record is being opened, or the reader was disposed of')
}
