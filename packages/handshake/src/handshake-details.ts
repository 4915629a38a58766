import { knownSchemes } from './authenticate.ts'
import type { HandshakeDetails } from './connected.ts'
import type { Handshake } from './handshake.ts'

/** What few ask for after the handshake. A value, so that a client that keeps nothing of it need not carry it. */
export type KeepDetails = (
  hs: Handshake,
  ownFinished: Uint8Array,
  peerFinished: Uint8Array,
  peerSignatureSchemes?: readonly number[],
) => HandshakeDetails

export const handshakeDetails: KeepDetails = (hs, ownFinished, peerFinished, peerSignatureSchemes) => ({
  ownFinished,
  // What came is a view of a larger buffer.
  peerFinished: Uint8Array.from(peerFinished),
  sharedSignatureSchemes: knownSchemes(peerSignatureSchemes, hs.parameters.signingSchemes).map(({ name }) => name),
})
