// Bytes that any end can make and check without having them: a long random pattern, begun at a place of its own.
import { createCipheriv } from 'node:crypto'

const period = 1 << 20
const once = createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16)).update(Buffer.alloc(period))
const pattern = Buffer.concat([once, once])

/** The bytes from `start` to `end` of a stream, at most a MiB of them. Not to be written to. */
export function streamBytes(seed, start, end) {
  const from = (seed + start) % period
  return pattern.subarray(from, from + end - start)
}

/** Takes a stream apart that may come in any pieces: whether each byte came once and in order, and how many came. */
export class StreamCheck {
  length = 0
  right = true
  #seed

  constructor(seed) {
    this.#seed = seed
  }

  add(bytes) {
    const wanted = streamBytes(this.#seed, this.length, this.length + bytes.length)
    this.right &&= wanted.equals(bytes)
    this.length += bytes.length
  }
}
