import type { AeadKey } from '@typetls/crypto-provider'
import type { RecordKey } from '@typetls/record'

/**
 * No cryptography at all: an AEAD that masks with one byte and sums up everything into its tag, so that tests see nonces,
 * additional data, order and wiping, and need no backend.
 */
export class FakeAead implements AeadKey<'sync'> {
  readonly tagLength: number
  readonly mask: number
  /** Of every call, as hex. */
  readonly nonces: string[] = []
  disposed = 0

  constructor(mask = 0x5a, tagLength = 16) {
    this.mask = mask
    this.tagLength = tagLength
  }

  seal(
    nonce: Uint8Array,
    additionalData: Uint8Array,
    content: Uint8Array,
    trailer: Uint8Array,
    into: Uint8Array,
    offset: number,
  ): void {
    this.#use(nonce)
    const plaintext = Uint8Array.from([...content, ...trailer])
    into.set(this.#masked(plaintext), offset)
    into.set(this.#tag(nonce, additionalData, plaintext), offset + plaintext.length)
  }

  open(nonce: Uint8Array, additionalData: Uint8Array, ciphertext: Uint8Array): Uint8Array | undefined {
    this.#use(nonce)
    const plaintext = this.#masked(ciphertext.subarray(0, ciphertext.length - this.tagLength))
    const tag = this.#tag(nonce, additionalData, plaintext)
    return tag.every((byte, i) => byte === ciphertext[plaintext.length + i]) ? plaintext : undefined
  }

  dispose(): void {
    this.disposed++
  }

  #use(nonce: Uint8Array): void {
    if (this.disposed > 0) throw new Error('used after its end')
    this.nonces.push(Array.from(nonce, (byte) => byte.toString(16).padStart(2, '0')).join(''))
  }

  #masked(bytes: Uint8Array): Uint8Array {
    return Uint8Array.from(bytes, (byte) => byte ^ this.mask)
  }

  #tag(...inputs: readonly Uint8Array[]): Uint8Array {
    let state = this.mask
    for (const input of inputs) {
      state = Math.imul(state ^ input.length, 0x01000193)
      for (const byte of input) state = Math.imul(state ^ byte, 0x01000193)
    }
    return Uint8Array.from({ length: this.tagLength }, (_, i) => (state = Math.imul(state ^ i, 0x01000193)) >>> 24)
  }
}

/** The same, answering when told to: `release()` lets the oldest call not settled yet do its work. */
export class LateAead implements AeadKey<'async'> {
  readonly inner: FakeAead
  readonly waiting: { run(): void; fail(error: unknown): void }[] = []

  constructor(mask?: number, tagLength?: number) {
    this.inner = new FakeAead(mask, tagLength)
  }

  seal(
    nonce: Uint8Array,
    additionalData: Uint8Array,
    content: Uint8Array,
    trailer: Uint8Array,
    into: Uint8Array,
    offset: number,
  ): Promise<void> {
    const [ownNonce, ownData] = [nonce.slice(), additionalData.slice()]
    return this.#later(() => this.inner.seal(ownNonce, ownData, content, trailer, into, offset))
  }

  open(nonce: Uint8Array, additionalData: Uint8Array, ciphertext: Uint8Array): Promise<Uint8Array | undefined> {
    const [ownNonce, ownData] = [nonce.slice(), additionalData.slice()]
    return this.#later(() => this.inner.open(ownNonce, ownData, ciphertext))
  }

  dispose(): void {
    this.inner.dispose()
  }

  /** Settles the call at `index` and lets what follows from it happen. */
  async release(index = 0): Promise<void> {
    this.waiting.splice(index, 1)[0]?.run()
    await settled()
  }

  async fail(error: unknown, index = 0): Promise<void> {
    this.waiting.splice(index, 1)[0]?.fail(error)
    await settled()
  }

  #later<T>(work: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ run: () => resolve(work()), fail: reject })
    })
  }
}

/** A record key with an IV of its own, wiped when the key is. */
export function recordKey(
  aead: FakeAead | LateAead,
  options: { recordLimit?: number; iv?: Uint8Array } = {},
): RecordKey {
  const tagLength = aead instanceof FakeAead ? aead.tagLength : aead.inner.tagLength
  const iv = options.iv ?? Uint8Array.from({ length: 12 }, (_, i) => 0xa0 + i)
  return { aead, iv, tagLength, recordLimit: options.recordLimit ?? 2 ** 24 }
}

async function settled(): Promise<void> {
  for (let i = 0; i < 10; i++) await Promise.resolve()
}
