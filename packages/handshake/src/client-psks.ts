import type { CipherSuite } from '@typetls/crypto-provider'
import { required } from '@typetls/crypto-provider'
import { TlsError } from '@typetls/wire'
import { verifyAgain } from './authenticate.ts'
import type { AuthenticatedBy } from './connected.ts'
import type { Handshake } from './handshake.ts'
import type { PskKind } from './key-schedule.ts'
import { EarlySecret } from './key-schedule.ts'
import type { OfferedPsks } from './messages/extensions.ts'
import { PskKeyExchangeMode } from './messages/extensions.ts'
import type { ClientParameters } from './parameters.ts'
import type { Program } from './program.ts'
import type { SessionState } from './session.ts'
import { sameNames, usable } from './usable-session.ts'

/**
 * Pre-shared keys of a client, external ones and those of sessions: a value, so that a client with neither need not carry
 * them. https://www.rfc-editor.org/rfc/rfc9846#section-2.2
 */
export const clientPsks: ClientPsks = { offer: (parameters) => new PskOffer(parameters) }

export interface ClientPsks {
  offer(parameters: ClientParameters): PskOffer
}

/** The PSKs of a ClientHello, ready for their binders. Owned by the `ClientOffer`. */
export class PskOffer {
  readonly #parameters: ClientParameters
  #psks: OfferedPsk[] = []

  constructor(parameters: ClientParameters) {
    this.#parameters = parameters
  }

  *prepare(hs: Handshake): Program<void> {
    const parameters = this.#parameters
    const { session } = parameters
    const suite = parameters.cipherSuites.find((row) => row.id === session?.state.cipherSuite)
    if (session?.state.version === 0x0304 && suite !== undefined && usable(session.state, parameters)) {
      const { psk, ticket } = session.state
      const early = yield* EarlySecret.from(hs.crypto, suite.hash, psk)
      this.#psks.push({
        kind: 'resumption',
        identity: ticket,
        hash: suite.hash,
        early,
        session: session.state,
        externalPskIdentity: session.state.externalPskIdentity,
      })
    }
    for (const { identity, secret, hash = 'sha256' } of parameters.externalPsks) {
      if (!parameters.cipherSuites.some((row) => row.hash === hash)) continue
      const early = yield* EarlySecret.from(hs.crypto, hash, secret)
      this.#psks.push({ kind: 'external', identity, hash, early, session: undefined, externalPskIdentity: identity })
    }
  }

  /** psk_key_exchange_modes. Without groups there is nothing to exchange. */
  get modes(): readonly number[] {
    const { groups, allowPskWithoutKeyExchange } = this.#parameters
    const { psk_dhe_ke, psk_ke } = PskKeyExchangeMode
    return [...(groups.length > 0 ? [psk_dhe_ke] : []), ...(allowPskWithoutKeyExchange ? [psk_ke] : [])]
  }

  /** pre_shared_key, with zeros in place of the binders. */
  get extension(): OfferedPsks | undefined {
    if (this.#psks.length === 0) return undefined
    const { crypto, now } = this.#parameters
    return {
      identities: this.#psks.map(({ identity, session }) => ({
        identity,
        obfuscatedTicketAge: session === undefined ? 0 : obfuscatedAge(session, now()),
      })),
      binders: this.#psks.map((psk) => new Uint8Array(required(crypto, 'hash', psk.hash).outputLength)),
    }
  }

  /** A HelloRetryRequest settles the hash. */
  keep(hash: string): void {
    for (const psk of this.#psks) if (psk.hash !== hash) psk.early.dispose()
    this.#psks = this.#psks.filter((psk) => psk.hash === hash)
  }

  /**
   * Writes the binders over the zeros that hold their place. https://www.rfc-editor.org/rfc/rfc9846#section-4.3.11.2
   *
   * @param raw the ClientHello, which is the last of the transcript: it is changed where it stands
   */
  *bind(hs: Handshake, raw: Uint8Array): Program<void> {
    if (this.#psks.length === 0) return
    const lengths = this.#psks.map((psk) => required(hs.crypto, 'hash', psk.hash).outputLength)
    let offset = raw.length - lengths.reduce((sum, length) => sum + 1 + length, 0)
    const tail = raw.length - offset + 2
    for (const psk of this.#psks) {
      const binder = yield* psk.early.binder(psk.kind, yield* hs.transcript.hashBy(psk.hash, tail))
      raw.set(binder, offset + 1)
      offset += 1 + binder.length
    }
  }

  /** What the server's `selected_identity` is. */
  selected(index: number, suite: CipherSuite): OfferedPsk {
    const psk = this.#psks[index]
    if (psk === undefined) {
      throw new TlsError('ERR_TLS_PSK_IDENTITY', `the server selected PSK ${index} of ${this.#psks.length}`, {
        expected: { below: this.#psks.length },
        received: index,
      })
    }
    if (psk.hash !== suite.hash) {
      throw new TlsError('ERR_TLS_PSK_HASH', `the server selected a PSK of ${psk.hash} with a suite of ${suite.hash}`, {
        expected: psk.hash,
        received: suite.hash,
      })
    }
    return psk
  }

  /** Whom a PSK says that the server is. */
  *authenticate(hs: Handshake, { kind, session }: OfferedPsk): Program<AuthenticatedBy> {
    if (kind === 'external') return { by: 'external_psk' }
    const parameters = this.#parameters
    const peer = session?.peer
    // A session that is resumable across names was verified for another one, and its certificate need not be valid for ours.
    const again = parameters.verifyOnResumption || (session !== undefined && !sameNames(session, parameters))
    return { by: 'resumption', peer: again ? yield* verifyAgain(hs, peer, parameters.verifyName) : peer }
  }

  dispose(): void {
    for (const psk of this.#psks) psk.early.dispose()
  }
}

export interface OfferedPsk {
  readonly kind: PskKind
  readonly identity: Uint8Array
  readonly hash: string
  readonly early: EarlySecret
  readonly session: SessionState | undefined
  /** Of this connection, or of the one that the session is from. */
  readonly externalPskIdentity: Uint8Array | undefined
}

function obfuscatedAge(session: SessionState, now: number): number {
  return (Math.max(0, Math.floor(now - session.receivedAt)) + session.ageAdd) % 0x1_0000_0000
}
