/**
 * A key of 16 or 32 bytes as numbers. A connection keeps two keys for as long as it lives, and an array of bytes costs
 * almost 300 bytes to V8 whatever it holds; these cost a third.
 */
export class PackedKey {
  readonly #words: number[] = []

  constructor(bytes: Uint8Array) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    for (let offset = 0; offset < bytes.length; offset += 4) this.#words.push(view.getInt32(offset))
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
