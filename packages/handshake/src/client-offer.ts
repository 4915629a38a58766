import type { KeyExchange, KeyExchangeStart } from '@typetls/crypto-provider'
import { TlsError } from '@typetls/wire'
import type { PskOffer } from './client-psks.ts'
import { TLS_FALLBACK_SCSV } from './downgrade.ts'
import type { ClientGrease } from './grease.ts'
import type { Handshake } from './handshake.ts'
import type { ClientHello, ClientHelloExtensions } from './messages/client-hello.ts'
import type { ExtensionName } from './messages/extension-type.ts'
import { ExtensionType } from './messages/extension-type.ts'
import { ocspRequest } from './messages/extensions.ts'
import { encodeMessage } from './messages/handshake-message.ts'
import type { HelloRetryRequest } from './messages/server-hello.ts'
import type { ClientParameters } from './parameters.ts'
import type { Program } from './program.ts'
import type { OlderOffer } from './older-version.ts'
import { wait } from './program.ts'

/** Everything one ClientHello offers and the private halves of it. Owned by the client program, wiped at its end. */
export class ClientOffer {
  readonly random: Uint8Array
  readonly sessionId: Uint8Array
  /** What an older version adds to the ClientHello, if one is offered. */
  readonly older: OlderOffer | undefined
  /** `undefined`: a client that has none, and wants no tickets. */
  readonly psks: PskOffer | undefined
  readonly #parameters: ClientParameters
  readonly #grease: ReturnType<ClientGrease> | undefined
  #keyShares: StartedKeyShare[] = []
  #cookie: Uint8Array | undefined
  #isNewShare = false
  /** Of the last ClientHello. */
  #sent: ClientHelloExtensions = {}

  constructor(parameters: ClientParameters) {
    const { crypto } = parameters
    this.#parameters = parameters
    this.random = crypto.random(32)
    this.older = parameters.older?.offer(parameters)
    this.psks = parameters.psks?.offer(parameters)
    this.sessionId = this.older?.sessionId ?? (parameters.middleboxCompatibility ? crypto.random(32) : none)
    this.#grease = parameters.grease?.(crypto.random(6))
  }

  /** Makes the key shares and gets the PSKs ready. */
  *prepare(hs: Handshake): Program<void> {
    const parameters = this.#parameters
    for (const group of parameters.keyShares) {
      this.#keyShares.push({ group, start: yield* wait(group.start()) })
    }
    if (this.psks !== undefined) yield* this.psks.prepare(hs)
  }

  /** The share we sent for this group. */
  keyShare(group: number): StartedKeyShare | undefined {
    return this.#keyShares.find((share) => share.group.id === group)
  }

  /** Whether our last ClientHello carried this extension. GREASE does not count: nobody may answer it. */
  has(extension: number): boolean {
    return carries(this.#sent, extension)
  }

  /** What a HelloRetryRequest asks to change. https://www.rfc-editor.org/rfc/rfc9846#section-4.2.2 */
  *retry(request: HelloRetryRequest, hash: string): Program<void> {
    const { cookie, key_share: group } = request.extensions
    this.#cookie = cookie
    if (group !== undefined) {
      const wanted = this.#parameters.groups.find((row) => row.id === group)
      if (wanted === undefined || this.keyShare(group) !== undefined) {
        throw new TlsError('ERR_TLS_HELLO_RETRY_REQUEST_GROUP', undefined, {
          expected: this.#parameters.groups.map((row) => row.name),
          received: group,
        })
      }
      for (const share of this.#keyShares) share.start.dispose()
      this.#isNewShare = true
      this.#keyShares = [{ group: wanted, start: yield* wait(wanted.start()) }]
    }
    this.psks?.keep(hash)
  }

  /** Adds the ClientHello to the transcript and sends it, binders and all. */
  *send(hs: Handshake): Program<void> {
    const extensions = this.#extensions()
    this.#sent = extensions
    const hello = this.#hello(extensions)
    const raw = encodeMessage('client_hello', this.#grease?.(hello, this.#isNewShare) ?? hello)
    hs.transcript.add(raw)
    if (this.psks !== undefined) yield* this.psks.bind(hs, raw)
    hs.transmit('client_hello', raw)
  }

  dispose(): void {
    for (const share of this.#keyShares) share.start.dispose()
    this.psks?.dispose()
  }

  #hello(extensions: ClientHelloExtensions): ClientHello {
    const { cipherSuites, fallback } = this.#parameters
    return {
      legacyVersion: 0x0303,
      random: this.random,
      legacySessionId: this.sessionId,
      cipherSuites: [
        ...idsOf(cipherSuites),
        ...(this.older?.cipherSuites ?? []),
        ...(fallback ? [TLS_FALLBACK_SCSV] : []),
      ],
      legacyCompressionMethods: [0],
      extensions,
    }
  }

  /** In the order they go out in. */
  #extensions(): ClientHelloExtensions {
    const { psks, older } = this
    const parameters = this.#parameters
    const groups = someOf(idsOf(parameters.groups))
    return {
      server_name: parameters.serverName,
      status_request: parameters.requestStatus ? ocspRequest : undefined,
      supported_groups: groups,
      signature_algorithms: someOf(idsOf(parameters.signatureSchemes)),
      application_layer_protocol_negotiation: someOf(parameters.applicationProtocols),
      signed_certificate_timestamp: parameters.requestTimestamps ? {} : undefined,
      record_size_limit: parameters.recordSizeLimit,
      supported_versions: [0x0304, ...(older === undefined ? [] : [older.version])],
      cookie: this.#cookie,
      psk_key_exchange_modes: psks?.modes,
      post_handshake_auth: parameters.postHandshakeAuthentication ? {} : undefined,
      key_share: groups && this.#keyShares.map(({ group, start }) => ({ group: group.id, keyExchange: start.share })),
      unknown: older?.extensions ?? [],
      // Last: https://www.rfc-editor.org/rfc/rfc9846#section-4.3.11
      pre_shared_key: psks?.extension,
    }
  }
}

export interface StartedKeyShare {
  readonly group: KeyExchange
  readonly start: KeyExchangeStart
}

/** Whether a ClientHello carries an extension. */
export function carries(
  extensions: ClientHelloExtensions & { readonly [Name in ExtensionName]?: unknown },
  type: number,
): boolean {
  const name = ExtensionType.nameOf(type)
  if (name !== undefined && extensions[name] !== undefined) return true
  return extensions.unknown?.some((one) => one.type === type) === true
}

export function idsOf(rows: readonly { readonly id: number }[]): number[] {
  return rows.map((row) => row.id)
}

/** A list that is not empty: the others are not sent. */
export function someOf<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length > 0 ? list : undefined
}

const none = /* @__PURE__ */ new Uint8Array(0)
