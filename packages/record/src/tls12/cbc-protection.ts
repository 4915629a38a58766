import type { CbcKey, CryptoProvider, Hmac, Secret } from '@typetls/crypto-provider'
import { isPromiseLike, required } from '@typetls/crypto-provider'
import { equalBytes } from '@typetls/wire'
import { Protection } from '../protection.ts'
import { macBehind, paddedContent, writePadding } from './cbc-padding.ts'
import { checkSecretLength } from './key-block.ts'
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
    keyLengths: (crypto) => ({
      macKey: required(crypto, 'hmac', hash).outputLength,
      key: required(crypto, 'cbc', cipher).keyLength,
      // The IV is in each record. https://www.rfc-editor.org/rfc/rfc5246#section-6.3
      iv: 0,
    }),
    protect(crypto, { macKey, key }, { encryptThenMac = false } = {}) {
      const cbc = required(crypto, 'cbc', cipher)
      const hmac = required(crypto, 'hmac', hash)
      checkSecretLength('a MAC key', macKey, hmac.outputLength)
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

/** What both orders have. */
abstract class CbcProtection extends Protection {
  protected readonly parts: Parts

  constructor(parts: Parts, minLength: number) {
    super(tls12Format, minLength)
    this.parts = parts
  }

  /** A random IV and the content, from `offset` on. */
  protected begin(content: Uint8Array, into: Uint8Array, offset: number): void {
    const { blockLength, crypto } = this.parts
    into.set(crypto.random(blockLength), offset)
    into.set(content, offset + blockLength)
  }

  /** In place: what is behind the IV that stands at `offset`. */
  protected encrypt(into: Uint8Array, offset: number, end: number): void | PromiseLike<void> {
    const { cipher, blockLength } = this.parts
    const start = offset + blockLength
    return cipher.encrypt(into.slice(offset, start), into.subarray(start, end), into, start)
  }

  /** What is behind the IV. */
  protected decrypt(encrypted: Uint8Array): Uint8Array | PromiseLike<Uint8Array> {
    const { cipher, blockLength } = this.parts
    return cipher.decrypt(encrypted.slice(0, blockLength), encrypted.subarray(blockLength))
  }

  protected mac(type: number, sequence: number, bytes: Uint8Array): Uint8Array | PromiseLike<Uint8Array> {
    const { hmac, macKey } = this.parts
    const message = new Uint8Array(pseudoHeaderLength + bytes.length)
    writePseudoHeader(message, sequence, type, bytes.length)
    message.set(bytes, pseudoHeaderLength)
    return hmac.sign(macKey, message)
  }

  protected wipe(): void {
    this.parts.cipher.dispose()
    this.parts.macKey.dispose()
  }
}

/** GenericBlockCipher of TLS 1.2. https://www.rfc-editor.org/rfc/rfc5246#section-6.2.3.2 */
class MacThenEncrypt extends CbcProtection {
  constructor(parts: Parts) {
    const { blockLength, hmac } = parts
    super(parts, blockLength + wholeBlocks(hmac.outputLength + 1, blockLength))
  }

  override bodyLength(contentLength: number): number {
    const { blockLength, hmac } = this.parts
    return blockLength + wholeBlocks(contentLength + hmac.outputLength + 1, blockLength)
  }

  seal(
    type: number,
    content: Uint8Array,
    _padding: number,
    into: Uint8Array,
    offset: number,
  ): void | PromiseLike<void> {
    const { blockLength, hmac } = this.parts
    const macStart = offset + blockLength + content.length
    const end = offset + this.bodyLength(content.length)
    this.begin(content, into, offset)
    writePadding(into, macStart + hmac.outputLength, end)
    return after(this.mac(type, this.sequence++, content), (mac) => {
      into.set(mac, macStart)
      return this.encrypt(into, offset, end)
    })
  }

  open(body: Uint8Array): Uint8Array | undefined | PromiseLike<Uint8Array | undefined> {
    this.reserve(1)
    const sequence = this.sequence++
    if (body.length < this.minLength || body.length % this.parts.blockLength !== 0) return undefined
    const type = typeBefore(body)
    return after(this.decrypt(body), (plaintext) => this.#authenticate(type, sequence, plaintext))
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
    const { hmac, macKey } = this.parts
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
}

/** https://www.rfc-editor.org/rfc/rfc7366#section-3 */
class EncryptThenMac extends CbcProtection {
  constructor(parts: Parts) {
    super(parts, 2 * parts.blockLength + parts.hmac.outputLength)
  }

  override bodyLength(contentLength: number): number {
    const { blockLength, hmac } = this.parts
    return blockLength + wholeBlocks(contentLength + 1, blockLength) + hmac.outputLength
  }

  seal(
    type: number,
    content: Uint8Array,
    _padding: number,
    into: Uint8Array,
    offset: number,
  ): void | PromiseLike<void> {
    const { blockLength, hmac } = this.parts
    const sequence = this.sequence++
    const macStart = offset + this.bodyLength(content.length) - hmac.outputLength
    this.begin(content, into, offset)
    writePadding(into, offset + blockLength + content.length, macStart)
    // The MAC is of the IV and the ciphertext.
    return after(this.encrypt(into, offset, macStart), () =>
      after(this.mac(type, sequence, into.subarray(offset, macStart)), (mac) => into.set(mac, macStart)),
    )
  }

  open(body: Uint8Array): Uint8Array | undefined | PromiseLike<Uint8Array | undefined> {
    this.reserve(1)
    const sequence = this.sequence++
    const { blockLength, hmac } = this.parts
    const macStart = body.length - hmac.outputLength
    if (body.length < this.minLength || macStart % blockLength !== 0) return undefined
    const encrypted = body.subarray(0, macStart)
    return after(this.mac(typeBefore(body), sequence, encrypted), (mac) =>
      equalBytes(mac, body.subarray(macStart)) ? after(this.decrypt(encrypted), withoutPadding) : undefined,
    )
  }
}

/** Authentic already: who padded it wrongly has the key. */
function withoutPadding(plaintext: Uint8Array): Uint8Array | undefined {
  const { contentLength, rightPadding } = paddedContent(plaintext, 0)
  return rightPadding === 0 ? undefined : plaintext.subarray(0, contentLength)
}

/** What `next` makes of an answer that may come later. */
function after<T, U>(answer: T | PromiseLike<T>, next: (ready: T) => U | PromiseLike<U>): U | PromiseLike<U> {
  return isPromiseLike(answer) ? answer.then(next) : next(answer)
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
