import type { CbcDecryption, Mode, PasswordCrypto } from '@typetls/crypto-provider'
import { Secret } from '@typetls/crypto-provider'
import { TlsError } from '@typetls/wire'
import type { Program } from './program.ts'
import { wait } from './program.ts'

/** How to open what a passphrase protects. */
export interface PassphraseOptions<M extends Mode = Mode> {
  /** Text is taken as UTF-8, and as UTF-16 where PKCS#12 says so. Default: there is none, for files that need none. */
  readonly passphrase?: string | Uint8Array | undefined
  /** `nodePasswordCrypto`, `noblePasswordCrypto` or `webPasswordCrypto()` of the backends. */
  readonly crypto: PasswordCrypto<M>
  /**
   * `legacyEncryption` of `@typetls/x509/legacy-encryption`: 3DES, RC2, and keys derived with MD5, for files from before
   * PBES2. Who gets hold of such a file has little left to break. Default: they are refused.
   */
  readonly dangerouslyAllow?: LegacyEncryption | undefined
  /**
   * Iterations of key derivation for the whole file, so that a file cannot ask for hours: of PBKDF2 and PKCS#12's own
   * function as the file says, of scrypt 2 · N · r · p. Default 2,000,000, some seconds in JavaScript.
   */
  readonly maxIterations?: number | undefined
}

/** Ways to encrypt that are read only when they are asked for; `legacyEncryption` is the one there is. */
export interface LegacyEncryption {
  /** Ciphers of PBES2, name by object identifier. */
  readonly ciphers: Readonly<Record<string, string>>
  /** By object identifier of the algorithm. */
  readonly schemes: Readonly<Record<string, LegacyScheme>>
  /** By the DEK-Info of a PEM header. */
  decryptPem(work: PassphraseWork, dekInfo: string, ciphertext: Uint8Array): Program<Uint8Array>
}

/** @param parameters of the AlgorithmIdentifier, DER */
export type LegacyScheme = (
  work: PassphraseWork,
  parameters: Uint8Array,
  ciphertext: Uint8Array,
) => Program<Uint8Array | undefined>

/** A passphrase while a file is read: its forms, what it is used with, and how much work it may still cause. */
export class PassphraseWork {
  readonly crypto: PasswordCrypto
  readonly legacy: LegacyEncryption | undefined
  readonly #bytes: Uint8Array | undefined
  readonly #text: string | undefined
  readonly #maxIterations: number
  readonly #secrets: Secret[] = []
  #iterations = 0

  constructor(options: PassphraseOptions) {
    const { passphrase } = options
    this.crypto = options.crypto
    this.legacy = options.dangerouslyAllow
    this.#maxIterations = options.maxIterations ?? defaultMaxIterations
    if (typeof passphrase === 'string') {
      this.#text = passphrase
      this.#bytes = new TextEncoder().encode(passphrase)
    } else if (passphrase !== undefined) {
      this.#text = new TextDecoder().decode(passphrase)
      this.#bytes = Uint8Array.from(passphrase)
    }
  }

  get given(): boolean {
    return this.#bytes !== undefined
  }

  /** @throws TlsError `ERR_TLS_PASSPHRASE_REQUIRED` (internal_error) */
  get utf8(): Secret {
    return this.#kept(this.#bytes ?? passphraseRequired())
  }

  /**
   * BMPString with a NUL at its end. https://www.rfc-editor.org/rfc/rfc7292#appendix-B.1
   *
   * @throws TlsError `ERR_TLS_PASSPHRASE_REQUIRED` (internal_error)
   */
  get utf16(): Secret {
    return this.#kept(utf16Bytes(`${this.#text ?? passphraseRequired()}\0`))
  }

  /** @throws TlsError `ERR_TLS_KEY_DERIVATION_LIMIT` (internal_error) */
  charge(iterations: number): void {
    this.#iterations += iterations
    if (this.#iterations <= this.#maxIterations) return
    throw new TlsError(
      'ERR_TLS_KEY_DERIVATION_LIMIT',
      `the file asks for ${this.#iterations} iterations of key derivation, more than maxIterations allows`,
      { expected: { max: this.#maxIterations }, received: this.#iterations },
    )
  }

  /** @throws TlsError `ERR_TLS_UNSUPPORTED` (internal_error) when the backend has no such cipher */
  cipher(name: string): CbcDecryption {
    return this.listed(this.crypto.cbc[name], name)
  }

  listed<T>(algorithm: T | undefined, name: string): T {
    if (algorithm !== undefined) return algorithm
    throw new TlsError('ERR_TLS_UNSUPPORTED', `the file needs ${name}, which ${this.crypto.name} does not have`, {
      received: name,
    })
  }

  /** The plaintext, or `undefined` if its padding is wrong, as it nearly always is with a wrong key. `key` is wiped. */
  *decrypt(
    cipher: CbcDecryption,
    key: Secret,
    iv: Uint8Array,
    ciphertext: Uint8Array,
  ): Program<Uint8Array | undefined> {
    try {
      if (ciphertext.length === 0 || ciphertext.length % cipher.blockLength !== 0) return undefined
      return yield* wait(cipher.decrypt(key, iv, ciphertext))
    } finally {
      key.dispose()
    }
  }

  dispose(): void {
    this.#bytes?.fill(0)
    for (const secret of this.#secrets) secret.dispose()
  }

  #kept(bytes: Uint8Array): Secret {
    const secret = Secret.copyOf(bytes)
    this.#secrets.push(secret)
    return secret
  }
}

/** The error for what came out wrong: nothing tells a wrong passphrase from a file that was changed. */
export function wrongPassphrase(what: string): TlsError {
  return new TlsError('ERR_TLS_PASSPHRASE', `the passphrase is wrong, or the ${what} was damaged`)
}

export function passphraseRequired(): never {
  throw new TlsError('ERR_TLS_PASSPHRASE_REQUIRED', 'this is encrypted: give its passphrase')
}

/** Big-endian, as BMPString has it. */
export function utf16Bytes(text: string): Uint8Array {
  const bytes = new Uint8Array(2 * text.length)
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    bytes[2 * i] = unit >>> 8
    bytes[2 * i + 1] = unit
  }
  return bytes
}

/**
 * OpenSSL's default is 2,048, Java's 10,000; the strongest recommendations are 600,000 for SHA-256 and 1,300,000 for
 * SHA-1.
 */
const defaultMaxIterations = 2_000_000
