import type { AeadKey } from '@typetls/crypto-provider'
import { TlsError } from '@typetls/wire'
import { headerLength, maxSequenceNumber } from './limits.ts'
import type { RecordKey } from './record-key.ts'

/**
 * A record key in use: its sequence number, the nonce made of it, and its end, which waits for what is in flight.
 * https://www.rfc-editor.org/rfc/rfc9846#section-5.3
 */
export class Protection {
  readonly aead: AeadKey
  readonly tagLength: number
  readonly recordLimit: number
  /** The number of the next record. */
  sequence: number
  /** The bytes of `write_iv` that the sequence number goes into, as two 32-bit integers. */
  #ivHigh: number
  #ivLow: number
  /** Its first four bytes are those of `write_iv`. One array, since an idle connection keeps it. */
  readonly #nonce: Uint8Array
  #inFlight = 0
  #retired = false

  constructor(key: RecordKey, sequence: number) {
    this.aead = key.aead
    this.tagLength = key.tagLength
    this.recordLimit = key.recordLimit
    this.sequence = sequence
    this.#nonce = key.iv
    this.#ivHigh = int32(key.iv, 4)
    this.#ivLow = int32(key.iv, 8)
  }

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

  /** The nonce of the next record, for which a number was reserved. One array, overwritten by the next call. */
  nextNonce(): Uint8Array {
    const sequence = this.sequence++
    const low = this.#ivLow ^ sequence
    const high = this.#ivHigh ^ Math.floor(sequence / 0x100000000)
    // From the IV each time: a nonce made of the one before would be whatever a backend did to that.
    const nonce = this.#nonce
    nonce[4] = high >>> 24
    nonce[5] = high >>> 16
    nonce[6] = high >>> 8
    nonce[7] = high
    nonce[8] = low >>> 24
    nonce[9] = low >>> 16
    nonce[10] = low >>> 8
    nonce[11] = low
    return nonce
  }

  /**
   * Opens what follows its header in its buffer, under the next sequence number; that header is the additional data.
   * Throws what the AEAD throws, and as `reserve`.
   */
  open(body: Uint8Array): Uint8Array | undefined | PromiseLike<Uint8Array | undefined> {
    this.reserve(1)
    const header = new Uint8Array(body.buffer, body.byteOffset - headerLength, headerLength)
    return this.aead.open(this.nextNonce(), header, body)
  }

  /** The record that got this number was not under this key: the number is the next record's. */
  takeBackNonces(sequence: number): void {
    this.sequence = sequence
  }

  /** An asynchronous call of the AEAD begins. */
  begin(): void {
    this.#inFlight++
  }

  /** An asynchronous call of the AEAD ended, in whatever way. */
  end(): void {
    this.#inFlight--
    if (this.#retired && this.#inFlight === 0) this.#wipe()
  }

  /** Wipes the key, as soon as nothing uses it. */
  retire(): void {
    if (this.#retired) return
    this.#retired = true
    if (this.#inFlight === 0) this.#wipe()
  }

  #wipe(): void {
    this.aead.dispose()
    this.#nonce.fill(0)
    this.#ivHigh = 0
    this.#ivLow = 0
  }
}

function int32(bytes: Uint8Array, offset: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getInt32(offset)
}

/** What an AEAD threw, as the error of our own that it may already be. */
export function aeadFailure(error: unknown): TlsError {
  return error instanceof TlsError ? error : new TlsError('ERR_TLS_CRYPTO', 'the AEAD failed', { cause: error })
}
