import type { Secret } from '@typetls/crypto-provider'

/** A key both sides got by other means. https://www.rfc-editor.org/rfc/rfc9846#section-2.2 */
export interface ExternalPsk {
  readonly identity: Uint8Array
  readonly secret: Secret
  /** The hash the key is bound to: only suites with this hash can use it. Default `sha256`, as RFC 9846 section 4.3.11 has it. */
  readonly hash?: string | undefined
}

/** Finds the key of an identity; `undefined` when there is none. May answer later. */
export type ExternalPskLookup = (identity: Uint8Array) => ExternalPsk | undefined | PromiseLike<ExternalPsk | undefined>

/** Seals what a server must find again: ticket states and cookies. */
export interface TicketProtector {
  /** Authenticated encryption of `state`; at most 200 bytes longer. */
  seal(state: Uint8Array): Uint8Array | PromiseLike<Uint8Array>
  /** The state, or `undefined` when these bytes are not (any more) ours. */
  open(sealed: Uint8Array): Uint8Array | undefined | PromiseLike<Uint8Array | undefined>
}
