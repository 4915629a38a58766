import { isPromiseLike } from '@typetls/crypto-provider'
import { maxAheadLength, maxAheadRecords } from './limits.ts'
import type { Protection } from './protection.ts'
import { headerLength } from './record-header.ts'

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
  /** Views, each right behind its header. */
  readonly bodies: Uint8Array[] = []
  /** Of the first of them, which are opened or being opened under the key of now. */
  openings: Opening[] = []

  add(body: Uint8Array): void {
    this.bodies.push(body)
    this.length += headerLength + body.length
  }

  /** Takes the first away. */
  shift(): void {
    this.openings.shift()
    this.length -= headerLength + (this.bodies.shift() as Uint8Array).length
  }

  /** Opens records under `protection`: these, and while there is room for more, those that `cut` takes from the bytes. */
  open(protection: Protection, cut: () => Uint8Array | undefined): void {
    const { bodies, openings } = this
    const limit = Math.min(protection.sequence - openings.length + 1, maxAheadRecords)
    while (openings.length < limit) {
      if (openings.length === bodies.length) {
        const next = this.length < maxAheadLength ? cut() : undefined
        if (next === undefined) return
        this.add(next)
      }
      const body = bodies[openings.length] as Uint8Array
      if (body.length < protection.minLength) return
      openings.push(new Opening(protection, protection.sequence, () => protection.open(body)))
    }
  }

  /** What was opened was opened under a wrong key or number. Nobody will look at the answers. */
  forget(): void {
    this.openings = []
  }
}

/** One attempt of an AEAD to open a record. */
export class Opening {
  readonly sequence: number
  /** Settled with the attempt, never rejected; `undefined` once it is. */
  pending: PromiseLike<void> | undefined
  /** What the AEAD answered; throws what it threw. To be asked when nothing is pending. */
  plaintext!: () => Uint8Array | undefined

  constructor(
    protection: Protection,
    sequence: number,
    open: () => Uint8Array | undefined | PromiseLike<Uint8Array | undefined>,
  ) {
    this.sequence = sequence
    const settle = (plaintext: () => Uint8Array | undefined): void => {
      this.pending = undefined
      this.plaintext = plaintext
    }
    const fail = (error: unknown): void =>
      settle(() => {
        throw error
      })
    try {
      const answer = open()
      if (isPromiseLike(answer)) {
        protection.holdUntil(answer)
        this.pending = answer.then((late) => settle(() => late), fail)
      } else settle(() => answer)
    } catch (error) {
      fail(error)
    }
  }
}
