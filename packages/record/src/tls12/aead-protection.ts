import type { AeadKey } from '@typetls/crypto-provider'
import { isPromiseLike, required } from '@typetls/crypto-provider'
import { nonceLength, nonceOf } from '../nonce.ts'
import { Protection } from '../protection.ts'
import { checkSecretLength } from './key-block.ts'
import type { RecordCipher } from './record-cipher.ts'
import { pseudoHeaderLength, tls12Format, typeBefore, writePseudoHeader } from './record-header.ts'

/**
 * An AEAD whose nonce is half salt, half in the record: AES-GCM and AES-CCM, by the name in `CryptoProvider.aead`.
 * What goes into the record is the sequence number, so no nonce comes twice.
 * https://www.rfc-editor.org/rfc/rfc5288#section-3, https://www.rfc-editor.org/rfc/rfc6655#section-3
 */
export function explicitNonceAead(name: string): RecordCipher {
  return recordCipher(name, saltLength)
}

/**
 * An AEAD whose nonce is the IV XOR the sequence number: ChaCha20-Poly1305, by the name in `CryptoProvider.aead`.
 * https://www.rfc-editor.org/rfc/rfc7905#section-2
 */
export function implicitNonceAead(name: string): RecordCipher {
  return recordCipher(name, nonceLength)
}

/** The IV is the start of the nonce: what is left of that stands in the record. */
function recordCipher(name: string, ivLength: number): RecordCipher {
  return {
    blockCipher: false,
    supportedBy: (crypto) => crypto.aead[name] !== undefined,
    keyLengths: (crypto) => ({ macKey: 0, key: required(crypto, 'aead', name).keyLength, iv: ivLength }),
    protect(crypto, { key, iv }) {
      const aead = required(crypto, 'aead', name)
      checkSecretLength('an IV', iv, ivLength)
      const padded = new Uint8Array(nonceLength)
      padded.set(iv.reveal())
      const make = (ready: AeadKey): Protection =>
        new AeadProtection(ready, aead.tagLength, padded, nonceLength - ivLength)
      const ready = aead.key(key)
      return isPromiseLike(ready) ? ready.then(make) : make(ready)
    },
  }
}

/** GenericAEADCipher: nonce_explicit, then what the AEAD makes. https://www.rfc-editor.org/rfc/rfc5246#section-6.2.3.3 */
class AeadProtection extends Protection {
  readonly #aead: AeadKey
  /** With zeros for what stands in the record: XOR the sequence number these are it. */
  readonly #iv: Uint8Array
  readonly #explicitLength: number

  constructor(aead: AeadKey, tagLength: number, iv: Uint8Array, explicitLength: number) {
    super(tls12Format, explicitLength + tagLength)
    this.#aead = aead
    this.#iv = iv
    this.#explicitLength = explicitLength
  }

  seal(
    type: number,
    content: Uint8Array,
    _padding: number,
    into: Uint8Array,
    offset: number,
  ): void | PromiseLike<void> {
    const explicitLength = this.#explicitLength
    const sequence = this.sequence++
    const nonce = nonceOf(this.#iv, sequence)
    for (let i = 0; i < explicitLength; i++) into[offset + i] = nonce[saltLength + i] as number
    writePseudoHeader(additionalData, sequence, type, content.length)
    return this.#aead.seal(nonce, additionalData, content, nothing, into, offset + explicitLength)
  }

  open(body: Uint8Array): Uint8Array | undefined | PromiseLike<Uint8Array | undefined> {
    this.reserve(1)
    const explicitLength = this.#explicitLength
    const sequence = this.sequence++
    const length = body.length - this.minLength
    if (length < 0) return undefined
    const nonce = nonceOf(this.#iv, sequence)
    for (let i = 0; i < explicitLength; i++) nonce[saltLength + i] = body[i] as number
    writePseudoHeader(additionalData, sequence, typeBefore(body), length)
    return this.#aead.open(nonce, additionalData, body.subarray(explicitLength))
  }

  protected wipe(): void {
    this.#aead.dispose()
    this.#iv.fill(0)
  }
}

const saltLength = 4

const nothing: Uint8Array = /* @__PURE__ */ new Uint8Array(0)
/** Only valid during a call, so all records can share it. */
const additionalData: Uint8Array = /* @__PURE__ */ new Uint8Array(pseudoHeaderLength)
