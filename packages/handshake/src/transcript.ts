import type { CryptoProvider, RunningHash } from '@typetls/crypto-provider'
import { required } from '@typetls/crypto-provider'
import { concat } from '@typetls/wire'
import type { Program } from './program.ts'
import { wait } from './program.ts'

/**
 * The messages so far, as they were on the wire. https://www.rfc-editor.org/rfc/rfc9846#section-4.5.1
 * Messages are hashed when a hash is first asked for: the hash function is only known with the cipher suite.
 */
export class Transcript {
  readonly #crypto: CryptoProvider
  #messages: Uint8Array[] = []
  #hashed = 0
  #running: RunningHash | undefined
  /** Of what was hashed so far, once somebody asked: without a client's certificate, its Finished asks again. */
  #digest: Uint8Array | undefined

  constructor(crypto: CryptoProvider) {
    this.#crypto = crypto
  }

  add(raw: Uint8Array): void {
    this.#messages.push(raw)
  }

  /** From here on `hash()` is of this function. */
  useHash(name: string): void {
    this.#running = required(this.#crypto, 'hash', name).start()
    this.#digest = undefined
    this.#hashed = 0
  }

  /** Transcript-Hash of everything added so far. */
  *hash(): Program<Uint8Array> {
    const running = this.#running as RunningHash
    for (; this.#hashed < this.#messages.length; this.#hashed++) {
      running.update(this.#messages[this.#hashed] as Uint8Array)
      this.#digest = undefined
    }
    return (this.#digest ??= yield* wait(running.digest()))
  }

  /**
   * Transcript-Hash by a named function, without choosing it.
   *
   * @param tail bytes at the end that it does not cover: what a PSK binder does not, or a message behind
   */
  *hashBy(name: string, tail = 0): Program<Uint8Array> {
    const all = this.bytes()
    return yield* wait(required(this.#crypto, 'hash', name).digest(all.subarray(0, all.length - tail)))
  }

  /** All messages: what TLS 1.2 signs. https://www.rfc-editor.org/rfc/rfc5246#section-7.4.8 */
  bytes(): Uint8Array {
    return concat(...this.#messages)
  }

  /**
   * A HelloRetryRequest stands behind a hash of the first ClientHello in its place.
   * https://www.rfc-editor.org/rfc/rfc9846#section-4.5.1 Only before a hash is chosen.
   */
  restartWith(clientHelloHash: Uint8Array): void {
    this.#messages = [concat(Uint8Array.of(254, 0, 0, clientHelloHash.length), clientHelloHash)]
  }
}
