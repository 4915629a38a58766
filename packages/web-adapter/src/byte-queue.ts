import { concat } from '@typetls/wire'

/** Chunks in order, and how much they are. */
export class ByteQueue {
  readonly #chunks: Uint8Array[] = []
  #length = 0

  /** Bytes. */
  get length(): number {
    return this.#length
  }

  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return
    this.#chunks.push(chunk)
    this.#length += chunk.length
  }

  /** The first chunk. */
  shift(): Uint8Array | undefined {
    const chunk = this.#chunks.shift()
    if (chunk !== undefined) this.#length -= chunk.length
    return chunk
  }

  clear(): void {
    this.#chunks.length = 0
    this.#length = 0
  }
}

/** The first chunks as one: all until they have `enough` bytes together. */
export function takeJoined(queue: ByteQueue, enough: number): Uint8Array | undefined {
  const chunks: Uint8Array[] = []
  for (let length = 0; length < enough;) {
    const chunk = queue.shift()
    if (chunk === undefined) break
    length += chunk.length
    chunks.push(chunk)
  }
  return chunks.length > 1 ? concat(...chunks) : chunks[0]
}
