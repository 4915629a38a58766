import type { KeyExchange, KeyExchangeStart } from '@typetls/crypto-provider'
import type { UnknownExtension } from '@typetls/wire'
import { TlsError } from '@typetls/wire'
import { TLS_FALLBACK_SCSV } from './downgrade.ts'
import type { Grease } from './grease.ts'
import { greaseOf, greased } from './grease.ts'
import type { Handshake } from './handshake.ts'
import { required } from './hkdf-label.ts'
import type { PskKind } from './key-schedule.ts'
import { EarlySecret } from './key-schedule.ts'
import type { ClientHello, ClientHelloExtensions } from './messages/client-hello.ts'
import { PskKeyExchangeMode, ocspRequest } from './messages/extensions.ts'
import { encodeMessage } from './messages/handshake-message.ts'
import type { HelloRetryRequest } from './messages/server-hello.ts'
import type { ClientParameters } from './parameters.ts'
import type { Program } from './program.ts'
import type { OlderOffer } from './older-version.ts'
import { wait } from './program.ts'
import type { SessionState } from './session.ts'

/** Everything one ClientHello offers and the private halves of it. Owned by the client program, wiped at its end. */
export class ClientOffer {
  readonly random: Uint8Array
  readonly sessionId: Uint8Array
  /** What an older version adds to the ClientHello, if one is offered. */
  readonly older: OlderOffer | undefined
  readonly #parameters: ClientParameters
  readonly #grease: Grease | undefined
  #keyShares: StartedKeyShare[] = []
  #psks: OfferedPsk[] = []
  #cookie: Uint8Array | undefined
  #offered: readonly number[] = []

  constructor(parameters: ClientParameters) {
    const { crypto } = parameters
    this.#parameters = parameters
    this.random = crypto.random(32)
    this.older = parameters.older?.offer(parameters)
    this.sessionId = this.older?.sessionId ?? (parameters.middleboxCompatibility ? crypto.random(32) : none)
    this.#grease = parameters.grease ? greaseOf(crypto.random(6)) : undefined
  }

  /** Makes the key shares and gets the PSKs ready. */
  *prepare(hs: Handshake): Program<void> {
    const parameters = this.#parameters
    for (const group of parameters.keyShares) {
      this.#keyShares.push({ group, start: yield* wait(group.start()) })
    }
    const { session } = parameters
    const suite = parameters.cipherSuites.find((row) => row.id === session?.state.cipherSuite)
    if (session?.state.version === 0x0304 && suite !== undefined && usable(session.state, parameters)) {
      const { psk, ticket } = session.state
      const early = yield* EarlySecret.from(hs.crypto, suite.hash, psk)
      this.#psks.push({ kind: 'resumption', identity: ticket, hash: suite.hash, early, session: session.state })
    }
    for (const { identity, secret, hash = 'sha256' } of parameters.externalPsks) {
      if (!parameters.cipherSuites.some((row) => row.hash === hash)) continue
      const early = yield* EarlySecret.from(hs.crypto, hash, secret)
      this.#psks.push({ kind: 'external', identity, hash, early, session: undefined })
    }
  }

  get psks(): readonly OfferedPsk[] {
    return this.#psks
  }

  /** The share we sent for this group. */
  keyShare(group: number): StartedKeyShare | undefined {
    return this.#keyShares.find((share) => share.group.id === group)
  }

  /** Whether our last ClientHello carried this extension. GREASE does not count: nobody may answer it. */
  has(extension: number): boolean {
    return this.#offered.includes(extension)
  }

  /** What a HelloRetryRequest asks to change. https://www.rfc-editor.org/rfc/rfc9846#section-4.2.2 */
  *retry(request: HelloRetryRequest, hash: string): Program<void> {
    const { cookie, key_share: group } = request.extensions
    this.#cookie = cookie
    if (group !== undefined) {
      const wanted = this.#parameters.groups.find((row) => row.id === group)
      if (wanted === undefined || this.keyShare(group) !== undefined) {
        throw new TlsError(
          'ERR_TLS_HELLO_RETRY_REQUEST_GROUP',
          'the HelloRetryRequest asks for a group we did not offer or already sent',
          {
            expected: this.#parameters.groups.map((row) => row.name),
            received: group,
          },
        )
      }
      for (const share of this.#keyShares) share.start.dispose()
      this.#keyShares = [{ group: wanted, start: yield* wait(wanted.start()) }]
    }
    for (const psk of this.#psks) if (psk.hash !== hash) psk.early.dispose()
    this.#psks = this.#psks.filter((psk) => psk.hash === hash)
  }

  /** Adds the ClientHello to the transcript and sends it, binders and all. */
  *send(hs: Handshake): Program<void> {
    const extensions = this.#extensions()
    this.#offered = [...greaseless(extensions), ...this.#olderExtensions().map(({ type }) => type)]
    const hello = this.#hello(extensions)
    const raw = encodeMessage('client_hello', hello)
    hs.transcript.add(raw)
    if (this.#psks.length > 0) hs.transcript.replaceLast(yield* this.#bind(hs, raw))
    hs.transmit('client_hello', raw)
  }

  dispose(): void {
    for (const share of this.#keyShares) share.start.dispose()
    for (const psk of this.#psks) psk.early.dispose()
  }

  /** Writes the binders over the zeros that hold their place. https://www.rfc-editor.org/rfc/rfc9846#section-4.3.11.2 */
  *#bind(hs: Handshake, raw: Uint8Array): Program<Uint8Array> {
    const lengths = this.#psks.map((psk) => required(hs.crypto, 'hash', psk.hash).outputLength)
    let offset = raw.length - lengths.reduce((sum, length) => sum + 1 + length, 0)
    const tail = raw.length - offset + 2
    for (const psk of this.#psks) {
      const binder = yield* psk.early.binder(psk.kind, yield* hs.transcript.hashWithoutTail(psk.hash, tail))
      raw.set(binder, offset + 1)
      offset += 1 + binder.length
    }
    return raw
  }

  #hello(extensions: ClientHelloExtensions): ClientHello {
    const { cipherSuites, fallback } = this.#parameters
    const suites = [
      ...cipherSuites.map((row) => row.id),
      ...(this.older?.cipherSuites ?? []),
      ...(fallback ? [TLS_FALLBACK_SCSV] : []),
    ]
    return {
      legacyVersion: 0x0303,
      random: this.random,
      legacySessionId: this.sessionId,
      cipherSuites: this.#grease === undefined ? suites : [this.#grease.cipherSuite, ...suites],
      legacyCompressionMethods: [0],
      extensions,
    }
  }

  #extensions(): ClientHelloExtensions {
    const parameters = this.#parameters
    const { serverName, applicationProtocols, signatureSchemes } = parameters
    const groups = parameters.groups.map((row) => row.id)
    const shares = this.#keyShares.map(({ group, start }) => ({ group: group.id, keyExchange: start.share }))
    const known: Mutable<ClientHelloExtensions> = {
      server_name: serverName,
      status_request: parameters.requestStatus ? ocspRequest : undefined,
      supported_groups: groups.length > 0 ? groups : undefined,
      signature_algorithms: signatureSchemes.length > 0 ? signatureSchemes.map((row) => row.id) : undefined,
      application_layer_protocol_negotiation: applicationProtocols.length > 0 ? applicationProtocols : undefined,
      signed_certificate_timestamp: parameters.requestTimestamps ? {} : undefined,
      record_size_limit: parameters.recordSizeLimit,
      supported_versions: this.#versions(),
      cookie: this.#cookie,
      psk_key_exchange_modes: usesPsks(parameters) ? pskModes(parameters) : undefined,
      post_handshake_auth: parameters.postHandshakeAuthentication ? {} : undefined,
      key_share: groups.length > 0 ? shares : undefined,
      unknown: this.#olderExtensions(),
    }
    const order = [...extensionOrder, ...this.#olderExtensions().map(({ type }) => type)]
    known.order = [...order, preSharedKey]
    const ignored = this.#grease
    if (ignored !== undefined) {
      const { order: between = [], ...others } = greased(ignored, known, order)
      Object.assign(known, others)
      known.order = [...between, preSharedKey]
      known.supported_versions = [ignored.version, ...this.#versions()]
      // A second ClientHello holds the requested share alone.
      if (groups.length > 0 && !this.#retried(shares)) {
        known.key_share = [{ group: ignored.group, keyExchange: Uint8Array.of(0) }, ...shares]
      }
    }
    if (this.#psks.length > 0) {
      known.pre_shared_key = {
        identities: this.#psks.map(({ identity, session }) => ({
          identity,
          obfuscatedTicketAge: session === undefined ? 0 : obfuscatedAge(session, parameters.now()),
        })),
        binders: this.#psks.map((psk) => new Uint8Array(required(parameters.crypto, 'hash', psk.hash).outputLength)),
      }
    }
    return known
  }

  #versions(): readonly number[] {
    return this.older === undefined ? [0x0304] : [0x0304, this.older.version]
  }

  #olderExtensions(): readonly UnknownExtension[] {
    return this.older?.extensions ?? []
  }

  #retried(shares: readonly { readonly group: number }[]): boolean {
    const first = this.#parameters.keyShares
    return shares.length !== first.length || shares.some((share, i) => share.group !== first[i]?.id)
  }
}

export interface StartedKeyShare {
  readonly group: KeyExchange
  readonly start: KeyExchangeStart
}

export interface OfferedPsk {
  readonly kind: PskKind
  readonly identity: Uint8Array
  readonly hash: string
  readonly early: EarlySecret
  readonly session: SessionState | undefined
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

export function usable(session: SessionState, parameters: ClientParameters): boolean {
  const { verifier } = parameters
  const age = parameters.now() - session.receivedAt
  const verifiable = session.peer !== undefined && verifier !== undefined
  const samePeer = sameNames(session, parameters) || (session.resumableAcrossNames && verifiable)
  const trusted = session.peer === undefined || session.peer.authorized || verifier?.acceptsUnauthorized === true
  return samePeer && trusted && age >= 0 && age < 1000 * session.lifetime
}

/** Whether the peer was verified for the names that count now. */
export function sameNames(session: SessionState, { serverName, verifyName }: ClientParameters): boolean {
  return session.serverName === serverName && session.verifiedName === verifyName
}

/** Whether there is any, or may be one the next time: without the extension a server sends no tickets. */
function usesPsks({ keepsSessions, externalPsks }: ClientParameters): boolean {
  return keepsSessions || externalPsks.length > 0
}

/** Without groups there is nothing to exchange. */
function pskModes({ groups, allowPskWithoutKeyExchange }: ClientParameters): readonly number[] {
  const { psk_dhe_ke, psk_ke } = PskKeyExchangeMode
  return [...(groups.length > 0 ? [psk_dhe_ke] : []), ...(allowPskWithoutKeyExchange ? [psk_ke] : [])]
}

function obfuscatedAge(session: SessionState, now: number): number {
  return (Math.max(0, Math.floor(now - session.receivedAt)) + session.ageAdd) % 0x1_0000_0000
}

function greaseless(extensions: ClientHelloExtensions): number[] {
  return Object.keys(extensionIds).flatMap((name) =>
    extensions[name as keyof typeof extensionIds] === undefined ? [] : extensionIds[name as keyof typeof extensionIds],
  )
}

const preSharedKey = 41

const extensionIds = {
  server_name: 0,
  status_request: 5,
  supported_groups: 10,
  signature_algorithms: 13,
  application_layer_protocol_negotiation: 16,
  signed_certificate_timestamp: 18,
  record_size_limit: 28,
  supported_versions: 43,
  cookie: 44,
  psk_key_exchange_modes: 45,
  post_handshake_auth: 49,
  key_share: 51,
  pre_shared_key: preSharedKey,
} as const

const extensionOrder: readonly number[] = /* @__PURE__ */ Object.values(extensionIds).filter((id) => id !== 41)

const none = /* @__PURE__ */ new Uint8Array(0)
