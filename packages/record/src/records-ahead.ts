import { isPromiseLike } from '@typetls/crypto-provider'
import { headerLength, maxAheadRecords } from './limits.ts'
import type { Protection } from './protection.ts'

/**
 * Records that were taken from the bytes before their turn, for an asynchronous AEAD to work on several at a time. What
 * comes of that is looked at in each record's turn, errors included.
 *
 * As many are opened ahead as were received under the key already, and one: the end of a key makes useless what was
 * opened ahead of it, and so that is never more than what was useful.
 */
export class RecordsAhead {
  /** Bytes of all of them, headers included. */
  length = 0
  /** The reader waits for the first. */
  waiting = false
  readonly #records: RecordAhead[] = []
  /** How many of them, from the first on, are opened or being opened under the key of now. */
  #opened = 0

  get first(): RecordAhead | undefined {
    return this.#records[0]
  }

  add(body: Uint8Array, opening?: Opening): RecordAhead {
    const record = { body, opening }
    this.#records.push(record)
    this.length += headerLength + body.length
    if (opening !== undefined) this.#opened++
    return record
  }

  /** Takes the first away. */
  shift(): void {
    const first = this.#records.shift()
    if (first === undefined) return
    this.length -= headerLength + first.body.length
    if (first.opening !== undefined) this.#opened--
  }

  /** Opens records under `protection`: these, and while there is room for more, those that `frame` takes from the bytes. */
  open(protection: Protection, frame: () => RecordAhead | undefined): void {
    const limit = Math.min(protection.sequence - this.#opened + 1, maxAheadRecords)
    while (this.#opened < limit) {
      const record = this.#records[this.#opened] ?? frame()
      if (record === undefined || record.body.length < protection.minLength) return
      record.opening = Opening.begin(protection, record.body)
      this.#opened++
    }
  }

  /** What was opened was opened under a wrong key or number. Nobody will look at the answers. */
  forget(): void {
    for (const record of this.#records) record.opening = undefined
    this.#opened = 0
  }
}

export interface RecordAhead {
  /** Right behind its header. */
  readonly body: Uint8Array
  opening: Opening | undefined
}

/** One attempt of an AEAD to open a record. */
export class Opening {
  readonly sequence: number
  /** Settled with the attempt, never rejected; `undefined` once it is. */
  pending: PromiseLike<void> | undefined
  #plaintext: Uint8Array | undefined
  #failure: { readonly error: unknown } | undefined

  private constructor(sequence: number) {
    this.sequence = sequence
  }

  /** Opens under the next sequence number. Never throws. */
  static begin(protection: Protection, body: Uint8Array): Opening {
    const opening = new Opening(protection.sequence)
    try {
      const answer = protection.open(body)
      if (isPromiseLike(answer)) opening.#follow(answer, protection)
      else opening.#plaintext = answer
    } catch (error) {
      opening.#failure = { error }
    }
    return opening
  }

  /** The attempt that was given the last sequence number. */
  static of(answer: PromiseLike<Uint8Array | undefined>, protection: Protection): Opening {
    const opening = new Opening(protection.sequence - 1)
    opening.#follow(answer, protection)
    return opening
  }

  /** What the AEAD answered; throws what it threw. To be asked when nothing is pending. */
  get plaintext(): Uint8Array | undefined {
    if (this.#failure !== undefined) throw this.#failure.error
    return this.#plaintext
  }

  #follow(answer: PromiseLike<Uint8Array | undefined>, protection: Protection): void {
    protection.begin()
    this.pending = answer.then(
      (plaintext) => {
        this.pending = undefined
        this.#plaintext = plaintext
        protection.end()
      },
      (error: unknown) => {
        this.pending = undefined
        this.#failure = { error }
        protection.end()
      },
    )
  }
}
