import type { AeadKey } from '@typetls/crypto-provider'
import { typeApplicationData, typeChangeCipherSpec } from './content-type.ts'
import { maxExpansion } from './limits.ts'
import { nonceOf } from './nonce.ts'
import type { RecordFormat } from './protection.ts'
import { Protection } from './protection.ts'
import { headerBefore } from './record-header.ts'
import type { RecordKey } from './record-key.ts'

/**
 * A record key of TLS 1.3 in use. The nonce is made of the sequence number, the header is the additional data.
 * https://www.rfc-editor.org/rfc/rfc9846#section-5.2
 */
export class Tls13Protection extends Protection {
  readonly #aead: AeadKey
  readonly #iv: Uint8Array

  constructor({ aead, iv, tagLength, recordLimit }: RecordKey) {
    super(tls13Format, tagLength, recordLimit)
    this.#aead = aead
    this.#iv = iv
  }

  override bodyLength(contentLength: number): number {
    return contentLength + 1 + this.minLength
  }

  seal(type: number, content: Uint8Array, padding: number, into: Uint8Array, offset: number): void | PromiseLike<void> {
    const trailer = padding === 0 ? (bareTrailers[type - typeChangeCipherSpec] as Uint8Array) : trailerOf(type, padding)
    const length = this.bodyLength(content.length + padding)
    sealedHeader[3] = length >>> 8
    sealedHeader[4] = length
    return this.#aead.seal(nonceOf(this.#iv, this.sequence++), sealedHeader, content, trailer, into, offset)
  }

  open(body: Uint8Array): Uint8Array | undefined | PromiseLike<Uint8Array | undefined> {
    this.reserve(1)
    return this.#aead.open(nonceOf(this.#iv, this.sequence++), headerBefore(body), body)
  }

  protected wipe(): void {
    this.#aead.dispose()
    this.#iv.fill(0)
  }
}

/** What `setKey` takes, as what it uses. */
export function protectionBy(key: RecordKey | Protection): Protection {
  return key instanceof Protection ? key : new Tls13Protection(key)
}

function trailerOf(type: number, padding: number): Uint8Array {
  const trailer = new Uint8Array(1 + padding)
  trailer[0] = type
  return trailer
}

/** What stands behind the content without padding, by `type - 20`: backends take arrays faster that they know. */
const bareTrailers: readonly Uint8Array[] = /* @__PURE__ */ [20, 21, 22, 23].map((type) => trailerOf(type, 0))

/** The header of what is being sealed, as it stands before it: one array, since a view of that costs more than this. */
const sealedHeader: Uint8Array = /* @__PURE__ */ new Uint8Array([typeApplicationData, 3, 3, 0, 0])

/** "legacy_record_version … MUST be ignored for all purposes". */
const tls13Format: RecordFormat = { versionMatters: false, hidesType: true, maxExpansion }
