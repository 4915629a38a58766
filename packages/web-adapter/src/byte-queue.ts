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

  /** The first chunk, and those after it as far as they fit into `limit` bytes together, as one. */
  take(limit: number): Uint8Array | undefined {
    const first = this.#chunks[0]
    if (first === undefined) return undefined
    let count = 1
    let length = first.length
    for (const { length: more } of this.#chunks.slice(1)) {
      if (length + more > limit) break
      length += more
      count++
    }
    const taken = this.#chunks.splice(0, count)
    this.#length -= length
    if (count === 1) return first
    const joined = new Uint8Array(length)
    let offset = 0
    for (const chunk of taken) {
      joined.set(chunk, offset)
      offset += chunk.length
    }
    return joined
  }

  clear(): void {
    this.#chunks.length = 0
    this.#length = 0
  }
}
