import type { Secret } from '@typetls/crypto-provider'

/**
 * A key both sides got by other means. https://www.rfc-editor.org/rfc/rfc9846#section-2.2
 *
 * TLS 1.2 uses it too where PSK suites are imported. "Implementations can ensure safety from cross-protocol related output
 * by not reusing PSKs between TLS 1.3 and TLS 1.2."
 */
export interface ExternalPsk {
  readonly identity: Uint8Array
  readonly secret: Secret
  /** The hash the key is bound to: only suites with this hash can use it. Default `sha256`, as RFC 9846 section 4.3.11 has it; TLS 1.2 does not look at it. */
  readonly hash?: string | undefined
}

/** Finds the key of an identity; `undefined` when there is none. May answer later. */
export type ExternalPskLookup = (identity: Uint8Array) => ExternalPsk | undefined | PromiseLike<ExternalPsk | undefined>

/** TLS 1.2: the key for a server that gives this hint, or none; `undefined` when there is none. May answer later. */
export type ExternalPskSelector = (
  hint: Uint8Array | undefined,
) => ExternalPsk | undefined | PromiseLike<ExternalPsk | undefined>

/**
 * TLS 1.2: a hint or an identity of a peer, at most, bytes. RFC 4279 section 5.3 asks for 128, OpenSSL takes 256; more would only be work for
 * whoever is asked.
 */
export const maxPskIdentity = 256

/** Seals what a server must find again: ticket states and cookies. */
export interface TicketProtector {
  /** Authenticated encryption of `state`; at most 200 bytes longer. */
  seal(state: Uint8Array): Uint8Array | PromiseLike<Uint8Array>
  /** The state, or `undefined` when these bytes are not (any more) ours. */
  open(sealed: Uint8Array): Uint8Array | undefined | PromiseLike<Uint8Array | undefined>
}
