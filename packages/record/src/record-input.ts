/** Bytes of the transport in the pieces they came in, and records cut out of them. */
export class RecordInput {
  /** Where the next bytes are, from `offset` on: what was pushed, or a buffer of our own. */
  bytes: Uint8Array = nothing
  offset = 0
  #end = 0
  /** Takes a record that came in several pieces; used again for the next such record. */
  #own: Uint8Array = nothing
  /** What was pushed behind `bytes`. */
  #queue: Uint8Array[] | undefined
  #queuedLength = 0

  /** Bytes pushed and not taken. */
  get length(): number {
    return this.#end - this.offset + this.#queuedLength
  }

  push(bytes: Uint8Array): void {
    // A plain view: subclasses such as Node's Buffer have slower and other slice() and subarray().
    const plain = bytes.constructor === Uint8Array
    const view = plain ? bytes : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
    if (this.offset === this.#end) this.#begin(view)
    else {
      this.#queue ??= []
      this.#queue.push(view)
      this.#queuedLength += view.length
    }
  }

  /** What was pushed and is not taken is kept as a copy: those arrays may change from here on. */
  keep(): void {
    this.#begin(this.bytes.slice(this.offset, this.#end))
    this.#queue = this.#queue?.map((bytes) => bytes.slice())
  }

  /** Whether so many bytes are there, in one piece then. If not, nothing refers to what was pushed any more. */
  has(needed: number): boolean {
    const there = this.#end - this.offset
    if (there >= needed) return true
    if (there === 0) {
      // An idle connection keeps no buffer.
      this.#own = nothing
      return false
    }
    if (this.bytes !== this.#own || needed > this.#own.length) {
      if (needed > this.#own.length) this.#own = new Uint8Array(needed)
      this.#own.set(this.bytes.subarray(this.offset, this.#end))
      this.bytes = this.#own
      this.offset = 0
      this.#end = there
    }
    return this.#fill(needed)
  }

  /** Takes `length` bytes behind so many others, which go with them; `undefined` as `has` is false. */
  take(behind: number, length: number): Uint8Array | undefined {
    const end = behind + length
    if (!this.has(end)) return undefined
    const { bytes, offset } = this
    this.offset = offset + end
    if (this.offset === this.#end) this.#begin(this.#dequeue() ?? nothing)
    return bytes.subarray(offset + behind, offset + end)
  }

  /** What was taken stays unchanged from here on, whatever is pushed. */
  release(): void {
    this.#own = nothing
  }

  #begin(bytes: Uint8Array): void {
    this.bytes = bytes
    this.offset = 0
    this.#end = bytes.length
  }

  #dequeue(): Uint8Array | undefined {
    const bytes = this.#queue?.shift()
    this.#queuedLength -= bytes?.length ?? 0
    return bytes
  }

  /** Moves bytes from the queue to the end of our own buffer. */
  #fill(needed: number): boolean {
    const queue = this.#queue ?? []
    while (this.#end < needed) {
      const [first] = queue
      if (first === undefined) return false
      const taken = first.subarray(0, needed - this.#end)
      this.bytes.set(taken, this.#end)
      this.#end += taken.length
      this.#queuedLength -= taken.length
      // What is left stays where it is: to put it back would move all that is queued.
      if (taken.length === first.length) queue.shift()
      else queue[0] = first.subarray(taken.length)
    }
    return true
  }
}

const nothing: Uint8Array = /* @__PURE__ */ new Uint8Array(0)
