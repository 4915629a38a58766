import type { Aead, AeadKey, CryptoProvider, Secret } from '@typetls/crypto-provider'
import { isPromiseLike } from '@typetls/crypto-provider'
import { TlsError } from '@typetls/wire'
import type { RecordFormat } from '../protection.ts'
import { Protection } from '../protection.ts'
import type { RecordCipher } from './record-cipher.ts'
import { pseudoHeaderLength, tls12Format, typeBefore, writePseudoHeader, writeSequence } from './record-header.ts'

/**
 * An AEAD whose nonce is half salt, half in the record: AES-GCM and AES-CCM, by the name in `CryptoProvider.aead`.
 * What goes into the record is the sequence number, so no nonce comes twice.
 * https://www.rfc-editor.org/rfc/rfc5288#section-3, https://www.rfc-editor.org/rfc/rfc6655#section-3
 */
export function explicitNonceAead(name: string): RecordCipher {
  return recordCipher(name, saltLength, (aead, key, salt) => new ExplicitNonceProtection(aead, key, salt))
}

/**
 * An AEAD whose nonce is the IV XOR the sequence number: ChaCha20-Poly1305, by the name in `CryptoProvider.aead`.
 * https://www.rfc-editor.org/rfc/rfc7905#section-2
 */
export function implicitNonceAead(name: string): RecordCipher {
  return recordCipher(name, nonceLength, (aead, key, iv) => new ImplicitNonceProtection(aead, key, iv))
}

function recordCipher(
  name: string,
  ivLength: number,
  make: (aead: Aead, key: AeadKey, iv: Uint8Array) => Protection,
): RecordCipher {
  const row = (crypto: CryptoProvider): Aead => {
    const aead = crypto.aead[name]
    if (aead === undefined) throw new TlsError('ERR_TLS_UNSUPPORTED', `${crypto.name} has no ${name}`)
    return aead
  }
  return {
    blockCipher: false,
    supportedBy: (crypto) => crypto.aead[name] !== undefined,
    keyLengths: (crypto) => ({ macKey: 0, key: row(crypto).keyLength, iv: ivLength }),
    protect(crypto, { key, iv }) {
      const aead = row(crypto)
      const nonce = nonceOf(iv, ivLength)
      const ready = aead.key(key)
      return isPromiseLike(ready) ? ready.then((late) => make(aead, late, nonce)) : make(aead, ready, nonce)
    },
  }
}

/** The IV at the start of the 12 bytes of a nonce. */
function nonceOf(iv: Secret, ivLength: number): Uint8Array {
  if (iv.length !== ivLength) {
    throw new TlsError('ERR_TLS_CRYPTO', `an IV has ${iv.length} bytes instead of ${ivLength}`, {
      expected: ivLength,
      received: iv.length,
    })
  }
  const nonce = new Uint8Array(nonceLength)
  nonce.set(iv.reveal())
  return nonce
}

/** GenericAEADCipher: nonce_explicit, then what the AEAD makes. https://www.rfc-editor.org/rfc/rfc5246#section-6.2.3.3 */
class ExplicitNonceProtection extends Protection {
  readonly #aead: AeadKey
  readonly #tagLength: number
  /** The salt, and behind it what changes. One array, since an idle connection keeps it. */
  readonly #nonce: Uint8Array

  constructor(aead: Aead, key: AeadKey, nonce: Uint8Array) {
    super(explicitLength + aead.tagLength, Infinity)
    this.#aead = key
    this.#tagLength = aead.tagLength
    this.#nonce = nonce
  }

  get format(): RecordFormat {
    return tls12Format
  }

  bodyLength(contentLength: number): number {
    return contentLength + this.minLength
  }

  seal(
    type: number,
    content: Uint8Array,
    _padding: number,
    into: Uint8Array,
    offset: number,
  ): void | PromiseLike<void> {
    const sequence = this.sequence++
    writePseudoHeader(additionalData, sequence, type, content.length)
    writeSequence(this.#nonce, saltLength, sequence)
    writeSequence(into, offset, sequence)
    return this.#aead.seal(this.#nonce, additionalData, content, nothing, into, offset + explicitLength)
  }

  open(body: Uint8Array): Uint8Array | undefined | PromiseLike<Uint8Array | undefined> {
    this.reserve(1)
    const sequence = this.sequence++
    const length = body.length - this.minLength
    if (length < 0) return undefined
    writePseudoHeader(additionalData, sequence, typeBefore(body), length)
    const nonce = this.#nonce
    for (let i = 0; i < explicitLength; i++) nonce[saltLength + i] = body[i] as number
    return this.#aead.open(nonce, additionalData, body.subarray(explicitLength))
  }

  protected wipe(): void {
    this.#aead.dispose()
    this.#nonce.fill(0)
  }
}

class ImplicitNonceProtection extends Protection {
  readonly #aead: AeadKey
  readonly #iv: Uint8Array

  constructor(aead: Aead, key: AeadKey, iv: Uint8Array) {
    super(aead.tagLength, Infinity)
    this.#aead = key
    this.#iv = iv
  }

  get format(): RecordFormat {
    return tls12Format
  }

  bodyLength(contentLength: number): number {
    return contentLength + this.minLength
  }

  seal(
    type: number,
    content: Uint8Array,
    _padding: number,
    into: Uint8Array,
    offset: number,
  ): void | PromiseLike<void> {
    const nonce = this.#nonce()
    writePseudoHeader(additionalData, this.sequence++, type, content.length)
    return this.#aead.seal(nonce, additionalData, content, nothing, into, offset)
  }

  open(body: Uint8Array): Uint8Array | undefined | PromiseLike<Uint8Array | undefined> {
    this.reserve(1)
    const nonce = this.#nonce()
    const sequence = this.sequence++
    const length = body.length - this.minLength
    if (length < 0) return undefined
    writePseudoHeader(additionalData, sequence, typeBefore(body), length)
    return this.#aead.open(nonce, additionalData, body)
  }

  /** "The 64-bit record sequence number is serialized as an 8-byte, big-endian value and padded on the left", XOR the IV. */
  #nonce(): Uint8Array {
    const nonce = sharedNonce
    writeSequence(nonce, nonceLength - 8, this.sequence)
    for (let i = 0; i < nonceLength - 8; i++) nonce[i] = 0
    for (let i = 0; i < nonceLength; i++) nonce[i] = (nonce[i] as number) ^ (this.#iv[i] as number)
    return nonce
  }

  protected wipe(): void {
    this.#aead.dispose()
    this.#iv.fill(0)
    sharedNonce.fill(0)
  }
}

const nonceLength = 12
const saltLength = 4
const explicitLength = 8

const nothing: Uint8Array = /* @__PURE__ */ new Uint8Array(0)
/** Only valid during a call, so all records can share them. */
const additionalData: Uint8Array = /* @__PURE__ */ new Uint8Array(pseudoHeaderLength)
const sharedNonce: Uint8Array = /* @__PURE__ */ new Uint8Array(nonceLength)
