import { hash as oneShot } from 'node:crypto'

/**
 * HMAC of short keys and data by the hash that needs no object: a handshake asks for some fifty, and each `createHmac`
 * makes one that the garbage collector has to take down. https://www.rfc-editor.org/rfc/rfc2104#section-2
 */
export class ShortHmac {
  readonly #hash: string
  readonly #blockLength: number
  /** The blocks that the hashes begin with, padded key XOR 0x36 and 0x5c; between calls those of a key of zeros. */
  readonly #inner: Uint8Array
  readonly #outer: Buffer
  /** Views of the first so many bytes of `#inner`. */
  readonly #views: Uint8Array[] = []

  constructor(hash: string, blockLength: number, outputLength: number) {
    this.#hash = hash
    this.#blockLength = blockLength
    this.#inner = new Uint8Array(blockLength + maxShort + 1).fill(0x36, 0, blockLength)
    this.#outer = Buffer.from(new ArrayBuffer(blockLength + outputLength)).fill(0x5c)
  }

  takes(key: Uint8Array, data: Uint8Array): boolean {
    return key.length <= this.#blockLength && data.length <= maxShort
  }

  /** HMAC(key, data). The inner digest is as good as the output to who knows the key, which may be a public salt. */
  extract(key: Uint8Array, data: Uint8Array, output: Uint8Array): void {
    const end = this.#begin(key, data)
    const inner = oneShot(this.#hash, this.#view(end), 'buffer')
    this.#inner.fill(0, this.#blockLength, end)
    this.#outer.set(inner, this.#blockLength)
    inner.fill(0)
    this.#end(key, output)
  }

  /** The first bytes of HMAC(key, info || 1). Without the key, which is secret here, the inner digest is worth nothing. */
  expand(key: Uint8Array, info: Uint8Array, output: Uint8Array): void {
    const end = this.#begin(key, info)
    this.#inner[end] = 1
    const inner = oneShot(this.#hash, this.#view(end + 1), 'binary')
    this.#outer.write(inner, this.#blockLength, 'binary')
    this.#end(key, output)
  }

  #begin(key: Uint8Array, data: Uint8Array): number {
    const [inner, outer] = [this.#inner, this.#outer]
    for (let i = 0; i < key.length; i++) {
      inner[i] = (key[i] as number) ^ 0x36
      outer[i] = (key[i] as number) ^ 0x5c
    }
    inner.set(data, this.#blockLength)
    return this.#blockLength + data.length
  }

  #end(key: Uint8Array, output: Uint8Array): void {
    moveInto(output, oneShot(this.#hash, this.#outer, 'buffer'))
    this.#inner.fill(0x36, 0, key.length)
    this.#outer.fill(0x5c)
  }

  #view(end: number): Uint8Array {
    return (this.#views[end] ??= this.#inner.subarray(0, end))
  }
}

/** As many bytes as there is room for; the original is wiped. */
export function moveInto(output: Uint8Array, block: Buffer): void {
  output.set(output.length < block.length ? block.subarray(0, output.length) : block)
  block.fill(0)
}

/** Bytes of data, many of a label and a context. */
const maxShort = 256
