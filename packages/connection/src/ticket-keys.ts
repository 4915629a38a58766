import type { AeadKey, CryptoProvider } from '@typetls/crypto-provider'
import { Secret, required } from '@typetls/crypto-provider'
import type { Program, TicketProtector } from '@typetls/handshake'
import { run, wait } from '@typetls/handshake'
import { TlsError, equalBytes } from '@typetls/wire'
import type { Clock } from './options.ts'

export interface TicketKeyOptions {
  readonly crypto: CryptoProvider
  readonly clock: Clock
  /** Seconds a key seals before the next takes over. Default 3600. */
  readonly rotateEvery?: number
  /** Seconds a key still opens after it stopped sealing. Default 7200, the default ticket lifetime. */
  readonly keepFor?: number
  /** Name in `crypto.aead`. Default `aes-256-gcm`, else `chacha20-poly1305`. */
  readonly aead?: string
}

/**
 * Ticket and cookie protection with keys that come and go by themselves: random, never stored, changed by the clock and
 * before a key has sealed too often for its random nonces.
 * https://www.rfc-editor.org/rfc/rfc5077#section-4 is the layout it resembles: key name, nonce, sealed state.
 *
 * @throws TlsError `ERR_TLS_UNSUPPORTED` (internal_error) when the provider has none of these AEADs
 */
export function rotatingTicketKeys(options: TicketKeyOptions): TicketProtector {
  return new RotatingTicketKeys(options)
}

/** Ticket protection with keys that somebody hands out, to all servers of a fleet for instance. */
export interface TicketKeyRing extends TicketProtector {
  /** Other keys from now on: put the new one first, and keep the old ones as long as their tickets live. */
  replace(keys: readonly Uint8Array[]): void
}

export interface TicketKeyRingOptions extends Pick<TicketKeyOptions, 'crypto' | 'aead'> {
  /** `ticketKeyLength` bytes each, random: 16 of name and 32 of key. The first seals, all open. They are copied. */
  readonly keys: readonly Uint8Array[]
}

/**
 * Ticket and cookie protection with given keys, in the layout of `rotatingTicketKeys`: servers that have a key in common
 * resume each other's sessions. A key seals at most 2^28 times.
 *
 * @throws TlsError `ERR_TLS_OPTIONS` (internal_error) when there is no key or one has another length,
 *   `ERR_TLS_UNSUPPORTED` (internal_error) when the provider has none of these AEADs
 */
export function ticketKeyRing(options: TicketKeyRingOptions): TicketKeyRing {
  return new GivenTicketKeys(options)
}

/** Bytes of a key of `ticketKeyRing`. */
export const ticketKeyLength = 48

class GivenTicketKeys implements TicketKeyRing {
  readonly #crypto: CryptoProvider
  readonly #aead: string
  #keys: GivenKey[] = []

  constructor({ crypto, aead, keys }: TicketKeyRingOptions) {
    this.#crypto = crypto
    this.#aead = aeadOf(crypto, aead)
    this.replace(keys)
  }

  replace(keys: readonly Uint8Array[]): void {
    if (keys.length === 0 || keys.some((key) => key.length !== ticketKeyLength)) {
      throw new TlsError('ERR_TLS_OPTIONS', `option keys must have one key or more of ${ticketKeyLength} bytes each`)
    }
    const before = this.#keys
    this.#keys = keys.map((bytes) => {
      // From a copy: slice() of a Buffer is a view.
      const copy = Uint8Array.from(bytes)
      return { name: copy.subarray(0, nameLength), secret: new Secret(copy.subarray(nameLength)), sealed: 0 }
    })
    for (const { secret } of before) secret.dispose()
  }

  seal(state: Uint8Array): Uint8Array | PromiseLike<Uint8Array> {
    return run(this.#seal(state))
  }

  open(sealed: Uint8Array): Uint8Array | undefined | PromiseLike<Uint8Array | undefined> {
    return run(this.#open(sealed))
  }

  *#seal(state: Uint8Array): Program<Uint8Array> {
    const key = this.#keys[0] as GivenKey
    if (key.sealed >= maxSealed) {
      throw new TlsError('ERR_TLS_CRYPTO', 'this ticket key has sealed too often for its random nonces: replace it')
    }
    key.sealed++
    const { name } = key
    const aead = yield* wait(required(this.#crypto, 'aead', this.#aead).key(key.secret))
    try {
      return yield* sealWith(this.#crypto, { name, aead }, state)
    } finally {
      aead.dispose()
    }
  }

  *#open(sealed: Uint8Array): Program<Uint8Array | undefined> {
    const key = this.#keys.find(({ name }) => isSealedBy(sealed, name))
    if (key === undefined) return undefined
    const aead = yield* wait(required(this.#crypto, 'aead', this.#aead).key(key.secret))
    try {
      return yield* wait(openWith({ name: key.name, aead }, sealed))
    } finally {
      aead.dispose()
    }
  }
}

interface GivenKey {
  readonly name: Uint8Array
  readonly secret: Secret
  sealed: number
}

class RotatingTicketKeys implements TicketProtector {
  readonly #crypto: CryptoProvider
  readonly #clock: Clock
  readonly #aead: string
  readonly #rotateEvery: number
  readonly #keepFor: number
  #keys: TicketKey[] = []

  constructor({ crypto, clock, aead, rotateEvery = 3600, keepFor = 7200 }: TicketKeyOptions) {
    this.#crypto = crypto
    this.#clock = clock
    this.#aead = aeadOf(crypto, aead)
    if (!(rotateEvery > 0) || !(keepFor >= 0)) {
      throw new TlsError('ERR_TLS_OPTIONS', 'option rotateEvery must be above 0 seconds, keepFor not below 0')
    }
    this.#rotateEvery = 1000 * rotateEvery
    this.#keepFor = 1000 * keepFor
  }

  seal(state: Uint8Array): Uint8Array | PromiseLike<Uint8Array> {
    return run(this.#seal(state))
  }

  open(sealed: Uint8Array): Uint8Array | undefined | PromiseLike<Uint8Array | undefined> {
    this.#forget(this.#clock.now())
    const key = this.#keys.find(({ name }) => isSealedBy(sealed, name))
    return key === undefined ? undefined : openWith(key, sealed)
  }

  *#seal(state: Uint8Array): Program<Uint8Array> {
    const key = yield* this.#current()
    key.sealed++
    return yield* sealWith(this.#crypto, key, state)
  }

  *#current(): Program<TicketKey> {
    const now = this.#clock.now()
    this.#forget(now)
    const [newest] = this.#keys
    if (newest !== undefined && now - newest.since < this.#rotateEvery && newest.sealed < maxSealed) return newest
    const aead = required(this.#crypto, 'aead', this.#aead)
    const secret = new Secret(this.#crypto.random(aead.keyLength))
    try {
      const made = { name: this.#crypto.random(nameLength), since: now, sealed: 0, aead: yield* wait(aead.key(secret)) }
      this.#keys.unshift(made)
      return made
    } finally {
      secret.dispose()
    }
  }

  #forget(now: number): void {
    const live = this.#keys.filter((key) => now - key.since < this.#rotateEvery + this.#keepFor)
    for (const key of this.#keys) if (!live.includes(key)) key.aead.dispose()
    this.#keys = live
  }
}

interface TicketKey extends NamedKey {
  /** Milliseconds since 1970. */
  readonly since: number
  sealed: number
}

function aeadOf(crypto: CryptoProvider, name: string | undefined): string {
  const found = name ?? ['aes-256-gcm', 'chacha20-poly1305'].find((one) => crypto.aead[one] !== undefined) ?? ''
  required(crypto, 'aead', found)
  return found
}

function* sealWith(crypto: CryptoProvider, { name, aead }: NamedKey, state: Uint8Array): Program<Uint8Array> {
  const nonce = crypto.random(nonceLength)
  const sealed = new Uint8Array(nameLength + nonceLength + state.length + tagLength)
  sealed.set(name)
  sealed.set(nonce, nameLength)
  yield* wait(aead.seal(nonce, name, state, none, sealed, nameLength + nonceLength))
  return sealed
}

function isSealedBy(sealed: Uint8Array, name: Uint8Array): boolean {
  return sealed.length >= nameLength + nonceLength + tagLength && equalBytes(name, sealed.subarray(0, nameLength))
}

function openWith(key: NamedKey, sealed: Uint8Array): Uint8Array | undefined | PromiseLike<Uint8Array | undefined> {
  const nonce = sealed.slice(nameLength, nameLength + nonceLength)
  return key.aead.open(nonce, key.name, sealed.subarray(nameLength + nonceLength))
}

interface NamedKey {
  readonly name: Uint8Array
  readonly aead: AeadKey
}

const nameLength = 16
const nonceLength = 12
const tagLength = 16

/** Far below the 2^32 seals at which random 96-bit nonces of one key begin to collide. */
const maxSealed = 2 ** 28

const none = /* @__PURE__ */ new Uint8Array(0)
