import type { FiniteField, KeyExchange } from '@typetls/crypto-provider'
import type { ProtectionMaker, Tls12CipherSuite } from './cipher-suite.ts'
import type { RenegotiationPolicy } from './renegotiation.ts'

/** What only TLS 1.2 needs to be told, after defaults. */
export interface Tls12Parameters {
  /** Refuse peers without extended_main_secret. https://www.rfc-editor.org/rfc/rfc7627 */
  readonly requireExtendedMainSecret: boolean
  /** Offer and accept encrypt_then_mac. https://www.rfc-editor.org/rfc/rfc7366 */
  readonly encryptThenMac: boolean
  readonly protections: ProtectionMaker
}

export interface Tls12ClientParameters extends Tls12Parameters {
  /** Most wanted first; the provider has all of them. */
  readonly cipherSuites: readonly Tls12CipherSuite[]
  /** max_fragment_length to ask for, bytes. https://www.rfc-editor.org/rfc/rfc6066#section-4 */
  readonly maxFragmentLength: 512 | 1024 | 2048 | 4096 | undefined
  readonly renegotiation: RenegotiationPolicy
  /** Renegotiate with servers that cannot tie the handshakes together. */
  readonly dangerouslyAllowLegacyRenegotiation: boolean
  /** Refuse servers without renegotiation_info from the start. */
  readonly requireSecureRenegotiation: boolean
  /** Whether to offer tickets. */
  readonly tickets: boolean
}

export interface Tls12ServerParameters extends Tls12Parameters {
  /** Most wanted first, those together that are wanted equally; the provider has all of them. */
  readonly equalSuites: readonly (readonly Tls12CipherSuite[])[]
  readonly sessions: SessionIdStore | undefined
  /** https://www.rfc-editor.org/rfc/rfc4279#section-5.2 */
  readonly pskIdentityHint: Uint8Array | undefined
  /** Prefers suites whose keys are ephemeral, whatever their order. */
  readonly forwardSecrecyFirst: boolean
  /** For DHE with clients that list no group of RFC 7919. */
  readonly dhParameters: DhParameters | undefined
  /** Answer unknown identities with unknown_psk_identity, and not as if the key were wrong. */
  readonly tellUnknownPskIdentity: boolean
}

/** A field of a server's own. */
export interface DhParameters {
  readonly field: FiniteField
  readonly exchange: KeyExchange
}

/** Where a server keeps sessions it names by an id; may answer later. */
export interface SessionIdStore {
  /** `state` is in clear and secret: whoever keeps it elsewhere seals it. `lifetime` in seconds. */
  put(id: Uint8Array, state: Uint8Array, lifetime: number): void | PromiseLike<void>
  /** The state, as bytes of the caller's own; `undefined` when there is none (any more). */
  get(id: Uint8Array): Uint8Array | undefined | PromiseLike<Uint8Array | undefined>
}
