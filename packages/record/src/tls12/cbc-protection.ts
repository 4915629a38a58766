import type { Cbc, CbcKey, CryptoProvider, Hmac, Secret } from '@typetls/crypto-provider'
import { isPromiseLike } from '@typetls/crypto-provider'
import { equalBytes, TlsError } from '@typetls/wire'
import type { RecordFormat } from '../protection.ts'
import { Protection } from '../protection.ts'
import { macBehind, paddedContent, writePadding } from './cbc-padding.ts'
import type { RecordCipher } from './record-cipher.ts'
import { pseudoHeaderLength, tls12Format, typeBefore, writePseudoHeader } from './record-header.ts'

/**
 * A block cipher in CBC mode with an HMAC, by their names in `CryptoProvider.cbc` and `CryptoProvider.hmac`: the MAC is
 * under the encryption, or around it when encrypt_then_mac was negotiated.
 *
 * Without encrypt_then_mac a receiver learns whether padding and MAC are right only after it decrypted. What is wrong is
 * one error then, `ERR_TLS_BAD_RECORD_MAC`, and the same work is done whatever the padding says: as many blocks are hashed,
 * and as many bytes looked at. That keeps the time even as far as JavaScript allows; prefer an AEAD.
 * https://www.rfc-editor.org/rfc/rfc5246#section-6.2.3.2, https://www.rfc-editor.org/rfc/rfc7366
 */
export function cbcWithHmac(cipher: string, hash: string): RecordCipher {
  return {
    blockCipher: true,
    supportedBy: (crypto) => crypto.cbc[cipher] !== undefined && crypto.hmac[hash] !== undefined,
    keyLengths(crypto) {
      const { cbc, hmac } = algorithms(crypto, cipher, hash)
      // The IV is in each record. https://www.rfc-editor.org/rfc/rfc5246#section-6.3
      return { macKey: hmac.outputLength, key: cbc.keyLength, iv: 0 }
    },
    protect(crypto, { macKey, key }, { encryptThenMac = false } = {}) {
      const { cbc, hmac } = algorithms(crypto, cipher, hash)
      const expected = hmac.outputLength
      if (macKey.length !== expected) {
        throw new TlsError('ERR_TLS_CRYPTO', `a MAC key has ${macKey.length} bytes instead of ${expected}`, {
          expected,
          received: macKey.length,
        })
      }
      const ownMacKey = macKey.clone()
      const make = (ready: CbcKey): Protection => {
        const parts = { cipher: ready, blockLength: cbc.blockLength, hmac, macKey: ownMacKey, crypto }
        return encryptThenMac ? new EncryptThenMac(parts) : new MacThenEncrypt(parts)
      }
      const failed = (error: unknown): never => {
        ownMacKey.dispose()
        throw error
      }
      try {
        const ready = cbc.key(key)
        return isPromiseLike(ready) ? ready.then(make, failed) : make(ready)
      } catch (error) {
        return failed(error)
      }
    },
  }
}

function algorithms(crypto: CryptoProvider, cipher: string, hash: string): { readonly cbc: Cbc; readonly hmac: Hmac } {
  const cbc = crypto.cbc[cipher]
  const hmac = crypto.hmac[hash]
  if (cbc !== undefined && hmac !== undefined) return { cbc, hmac }
  const missing = cbc === undefined ? cipher : `HMAC with ${hash}`
  throw new TlsError('ERR_TLS_UNSUPPORTED', `${crypto.name} has no ${missing}`)
}

interface Parts {
  readonly cipher: CbcKey
  /** Bytes. */
  readonly blockLength: number
  readonly hmac: Hmac
  /** Ours to dispose of. */
  readonly macKey: Secret
  /** For IVs, which nobody must know beforehand. */
  readonly crypto: CryptoProvider
}

/** GenericBlockCipher of TLS 1.2. https://www.rfc-editor.org/rfc/rfc5246#section-6.2.3.2 */
class MacThenEncrypt extends Protection {
  readonly #parts: Parts

  constructor(parts: Parts) {
    const { blockLength, hmac } = parts
    super(blockLength + wholeBlocks(hmac.outputLength + 1, blockLength), Infinity)
    this.#parts = parts
  }

  get format(): RecordFormat {
    return tls12Format
  }

  bodyLength(contentLength: number): number {
    const { blockLength, hmac } = this.#parts
    return blockLength + wholeBlocks(contentLength + hmac.outputLength + 1, blockLength)
  }

  seal(
    type: number,
    content: Uint8Array,
    _padding: number,
    into: Uint8Array,
    offset: number,
  ): void | PromiseLike<void> {
    const { blockLength, hmac, macKey } = this.#parts
    const end = offset + this.bodyLength(content.length)
    const macStart = offset + blockLength + content.length
    into.set(this.#parts.crypto.random(blockLength), offset)
    into.set(content, offset + blockLength)
    writePadding(into, macStart + hmac.outputLength, end)
    const message = new Uint8Array(pseudoHeaderLength + content.length)
    writePseudoHeader(message, this.sequence++, type, content.length)
    message.set(content, pseudoHeaderLength)
    const mac = hmac.sign(macKey, message)
    if (isPromiseLike(mac)) return mac.then((late) => this.#encrypt(late, into, offset, macStart, end))
    return this.#encrypt(mac, into, offset, macStart, end)
  }

  #encrypt(mac: Uint8Array, into: Uint8Array, offset: number, macStart: number, end: number): void | PromiseLike<void> {
    const { cipher, blockLength } = this.#parts
    const start = offset + blockLength
    into.set(mac, macStart)
    return cipher.encrypt(into.slice(offset, start), into.subarray(start, end), into, start)
  }

  open(body: Uint8Array): Uint8Array | undefined | PromiseLike<Uint8Array | undefined> {
    this.reserve(1)
    const sequence = this.sequence++
    const { cipher, blockLength } = this.#parts
    if (body.length < this.minLength || body.length % blockLength !== 0) return undefined
    const type = typeBefore(body)
    const plaintext = cipher.decrypt(body.slice(0, blockLength), body.subarray(blockLength))
    if (isPromiseLike(plaintext)) return plaintext.then((late) => this.#authenticate(type, sequence, late))
    return this.#authenticate(type, sequence, plaintext)
  }

  /**
   * Hashes as many blocks for a record of this length whatever its padding is: what a shorter content saves goes into a
   * second HMAC that nobody looks at. Lucky Thirteen measured the difference. https://www.isg.rhul.ac.uk/tls/Lucky13.html
   */
  #authenticate(
    type: number,
    sequence: number,
    plaintext: Uint8Array,
  ): Uint8Array | undefined | PromiseLike<Uint8Array | undefined> {
    const { hmac, macKey } = this.#parts
    const { contentLength, rightPadding } = paddedContent(plaintext, hmac.outputLength)
    const longest = plaintext.length - 1 - hmac.outputLength
    const message = new Uint8Array(pseudoHeaderLength + longest)
    writePseudoHeader(message, sequence, type, contentLength)
    message.set(plaintext.subarray(0, longest), pseudoHeaderLength)
    const mac = hmac.sign(macKey, message.subarray(0, pseudoHeaderLength + contentLength))
    const evening = hmac.sign(macKey, zeros.subarray(0, eveningLength(hmac, longest, contentLength)))
    const judge = (found: Uint8Array): Uint8Array | undefined => {
      if ((rightPadding & macBehind(plaintext, contentLength, found)) !== 0) return plaintext.subarray(0, contentLength)
      plaintext.fill(0)
      return undefined
    }
    if (!isPromiseLike(mac) && !isPromiseLike(evening)) return judge(mac)
    return Promise.all([mac, evening]).then(([found]) => judge(found))
  }

  protected wipe(): void {
    this.#parts.cipher.dispose()
    this.#parts.macKey.dispose()
  }
}

/** https://www.rfc-editor.org/rfc/rfc7366#section-3 */
class EncryptThenMac extends Protection {
  readonly #parts: Parts

  constructor(parts: Parts) {
    super(2 * parts.blockLength + parts.hmac.outputLength, Infinity)
    this.#parts = parts
  }

  get format(): RecordFormat {
    return tls12Format
  }

  bodyLength(contentLength: number): number {
    const { blockLength, hmac } = this.#parts
    return blockLength + wholeBlocks(contentLength + 1, blockLength) + hmac.outputLength
  }

  seal(
    type: number,
    content: Uint8Array,
    _padding: number,
    into: Uint8Array,
    offset: number,
  ): void | PromiseLike<void> {
    const { cipher, blockLength, hmac } = this.#parts
    const sequence = this.sequence++
    const start = offset + blockLength
    const macStart = offset + this.bodyLength(content.length) - hmac.outputLength
    into.set(this.#parts.crypto.random(blockLength), offset)
    into.set(content, start)
    writePadding(into, start + content.length, macStart)
    const done = cipher.encrypt(into.slice(offset, start), into.subarray(start, macStart), into, start)
    if (isPromiseLike(done)) return done.then(() => this.#addMac(type, sequence, into, offset, macStart))
    return this.#addMac(type, sequence, into, offset, macStart)
  }

  #addMac(
    type: number,
    sequence: number,
    into: Uint8Array,
    offset: number,
    macStart: number,
  ): void | PromiseLike<void> {
    const mac = this.#mac(type, sequence, into.subarray(offset, macStart))
    if (isPromiseLike(mac)) return mac.then((late) => into.set(late, macStart))
    into.set(mac, macStart)
  }

  /** Of the IV and the ciphertext. */
  #mac(type: number, sequence: number, encrypted: Uint8Array): Uint8Array | PromiseLike<Uint8Array> {
    const message = new Uint8Array(pseudoHeaderLength + encrypted.length)
    writePseudoHeader(message, sequence, type, encrypted.length)
    message.set(encrypted, pseudoHeaderLength)
    return this.#parts.hmac.sign(this.#parts.macKey, message)
  }

  open(body: Uint8Array): Uint8Array | undefined | PromiseLike<Uint8Array | undefined> {
    this.reserve(1)
    const sequence = this.sequence++
    const { blockLength, hmac } = this.#parts
    const macStart = body.length - hmac.outputLength
    if (body.length < this.minLength || macStart % blockLength !== 0) return undefined
    const encrypted = body.subarray(0, macStart)
    const mac = this.#mac(typeBefore(body), sequence, encrypted)
    if (isPromiseLike(mac)) return mac.then((late) => this.#decrypt(late, body.subarray(macStart), encrypted))
    return this.#decrypt(mac, body.subarray(macStart), encrypted)
  }

  #decrypt(
    mac: Uint8Array,
    received: Uint8Array,
    encrypted: Uint8Array,
  ): Uint8Array | undefined | PromiseLike<Uint8Array | undefined> {
    if (!equalBytes(mac, received)) return undefined
    const { cipher, blockLength } = this.#parts
    const plaintext = cipher.decrypt(encrypted.slice(0, blockLength), encrypted.subarray(blockLength))
    return isPromiseLike(plaintext) ? plaintext.then(withoutPadding) : withoutPadding(plaintext)
  }

  protected wipe(): void {
    this.#parts.cipher.dispose()
    this.#parts.macKey.dispose()
  }
}

/** Authentic already: who padded it wrongly has the key. */
function withoutPadding(plaintext: Uint8Array): Uint8Array | undefined {
  const { contentLength, rightPadding } = paddedContent(plaintext, 0)
  return rightPadding === 0 ? undefined : plaintext.subarray(0, contentLength)
}

function wholeBlocks(length: number, blockLength: number): number {
  return length + blockLength - 1 - ((length + blockLength - 1) % blockLength)
}

/** Bytes whose HMAC takes as many blocks as that of the content takes fewer than that of the longest content. */
function eveningLength({ outputLength }: Hmac, longest: number, contentLength: number): number {
  // SHA-384 and SHA-512 have blocks of 128 bytes and lengths of 16, the shorter hashes 64 and 8.
  const shift = outputLength > 32 ? 7 : 6
  const around = pseudoHeaderLength + (1 << shift) + (1 << (shift - 3))
  return (((longest + around) >> shift) - ((contentLength + around) >> shift)) << shift
}

/** More than the longest padding. */
const zeros: Uint8Array = /* @__PURE__ */ new Uint8Array(512)
