import type { Secret } from '@typetls/crypto-provider'
import { concat } from '@typetls/wire'
import type { RecordProtection } from '../carrier.ts'
import type { Handshake } from '../handshake.ts'
import type { Program } from '../program.ts'
import type { Direction } from '../trace.ts'
import type { Tls12CipherSuite } from './cipher-suite.ts'
import type { Randoms } from './connected.ts'
import { receiveChangeCipherSpec, send12 } from './messenger.ts'
import type { Tls12Parameters } from './parameters.ts'
import { extendedMainSecret, mainSecret, prf, verifyData } from './prf.ts'

/** The main secret, once ClientKeyExchange is in the transcript. */
export function* masterOf(
  hs: Handshake,
  { hash }: Tls12CipherSuite,
  premaster: Secret,
  randoms: Randoms,
  extended: boolean,
): Program<Secret> {
  const main = extended
    ? yield* extendedMainSecret(hs.crypto, hash, premaster, yield* hs.transcript.hash())
    : yield* mainSecret(hs.crypto, hash, premaster, randoms)
  hs.logSecrets({ CLIENT_RANDOM: main })
  return main
}

/** The protections that both sides change to; those that nobody changed to are wiped. */
export class KeyChange {
  readonly #hs: Handshake
  readonly #suite: Tls12CipherSuite
  readonly #left: Map<'client' | 'server', RecordProtection>

  private constructor(
    hs: Handshake,
    suite: Tls12CipherSuite,
    { client, server }: { readonly client: RecordProtection; readonly server: RecordProtection },
  ) {
    this.#hs = hs
    this.#suite = suite
    this.#left = new Map([
      ['client', client],
      ['server', server],
    ])
  }

  /** https://www.rfc-editor.org/rfc/rfc5246#section-6.3 */
  static *of(
    hs: Handshake,
    { protections }: Tls12Parameters,
    suite: Tls12CipherSuite,
    main: Secret,
    { client, server }: Randoms,
    encryptThenMac: boolean,
  ): Program<KeyChange> {
    const { macKey, key, iv } = suite.cipher.keyLengths(hs.crypto)
    const seed = concat(server, client)
    const block = yield* prf(hs.crypto, suite.hash, main, 'key expansion', seed, 2 * (macKey + key + iv))
    try {
      return new KeyChange(hs, suite, yield* protections(hs.crypto, suite, block, encryptThenMac))
    } finally {
      block.dispose()
    }
  }

  /** Sends our ChangeCipherSpec: what follows is under the new keys. */
  send(): void {
    const hs = this.#hs
    hs.carrier.changeCipherSpec()
    this.#install('sent', hs.role)
  }

  /** Waits for the peer's. */
  *receive(): Program<void> {
    const hs = this.#hs
    yield* receiveChangeCipherSpec(hs)
    this.#install('received', hs.peer)
  }

  dispose(): void {
    for (const protection of this.#left.values()) protection.dispose()
    this.#left.clear()
  }

  #install(direction: Direction, whose: 'client' | 'server'): void {
    const hs = this.#hs
    hs.carrier.protect(direction, this.#left.get(whose) as RecordProtection)
    this.#left.delete(whose)
    hs.parameters.observer?.keys(direction, 'application', this.#suite.name)
  }
}

/** Our Finished; its verify_data is the answer. */
export function* sendFinished12(hs: Handshake, suite: Tls12CipherSuite, main: Secret): Program<Uint8Array> {
  const data = yield* verifyData(hs.crypto, suite.hash, main, hs.role, yield* hs.transcript.hash())
  send12(hs, 'finished', { verifyData: data })
  return data
}
