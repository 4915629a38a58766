/**
 * A key of 16 or 32 bytes as numbers. A connection keeps two keys for as long as it lives, and an array of bytes costs
 * almost 300 bytes to V8 whatever it holds; these cost a third.
 */
export class PackedKey {
  readonly #words: number[] = []

  constructor(bytes: Uint8Array) {
    // Not by a DataView: V8 would have to move a small array out of its heap for that.
    for (let word = 0, i = 0; i < bytes.length; i++) {
      word = (word << 8) | (bytes[i] as number)
      if (i % 4 === 3) this.#words.push(word)
    }
  }

  /** The bytes, in an array that all keys share: valid until any key is unpacked. */
  unpack(): Uint8Array {
    const words = this.#words
    const { bytes, view } = words.length === 4 ? shared16 : shared32
    for (let i = 0; i < words.length; i++) view.setInt32(4 * i, words[i] as number)
    return bytes
  }

  wipe(): void {
    this.#words.fill(0)
    shared16.bytes.fill(0)
    shared32.bytes.fill(0)
  }
}

function shared(length: number): { readonly bytes: Uint8Array; readonly view: DataView } {
  const bytes = new Uint8Array(length)
  return { bytes, view: new DataView(bytes.buffer) }
}

const shared16 = /* @__PURE__ */ shared(16)
const shared32 = /* @__PURE__ */ shared(32)
