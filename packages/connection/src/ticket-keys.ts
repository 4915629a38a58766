import type { AeadKey, CryptoProvider } from '@typetls/crypto-provider'
import { Secret } from '@typetls/crypto-provider'
import type { Program, TicketProtector } from '@typetls/handshake'
import { required, run, wait } from '@typetls/handshake'
import { TlsError, concat, equalBytes } from '@typetls/wire'
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
    this.#aead = aead ?? ['aes-256-gcm', 'chacha20-poly1305'].find((name) => crypto.aead[name] !== undefined) ?? ''
    required(crypto, 'aead', this.#aead)
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
    if (sealed.length < nameLength + nonceLength + tagLength) return undefined
    const name = sealed.subarray(0, nameLength)
    const now = this.#clock.now()
    this.#forget(now)
    const key = this.#keys.find((one) => equalBytes(one.name, name))
    if (key === undefined) return undefined
    const nonce = sealed.slice(nameLength, nameLength + nonceLength)
    return key.aead.open(nonce, name, sealed.subarray(nameLength + nonceLength))
  }

  *#seal(state: Uint8Array): Program<Uint8Array> {
    const key = yield* this.#current()
    key.sealed++
    const nonce = this.#crypto.random(nonceLength)
    const sealed = concat(key.name, nonce, new Uint8Array(state.length + tagLength))
    yield* wait(key.aead.seal(nonce, key.name, state, none, sealed, nameLength + nonceLength))
    return sealed
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

interface TicketKey {
  readonly name: Uint8Array
  /** Milliseconds since 1970. */
  readonly since: number
  readonly aead: AeadKey
  sealed: number
}

const nameLength = 16
const nonceLength = 12
const tagLength = 16

/** Far below the 2^32 seals at which random 96-bit nonces of one key begin to collide. */
const maxSealed = 2 ** 28

const none = /* @__PURE__ */ new Uint8Array(0)
