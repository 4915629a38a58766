import type { CipherSuite, Secret } from '@typetls/crypto-provider'
import type { VerifiedFinished, VerifiedPeer } from './authenticate.ts'
import type { StoredPeer } from './session.ts'
import type { Transcript } from './transcript.ts'

/** The end of a handshake program: what was agreed and the secrets that go on. Whoever gets it owns the secrets. */
export interface Connected {
  readonly suite: CipherSuite
  /** IANA name; `undefined` for psk_ke. */
  readonly group: string | undefined
  readonly serverName: string | undefined
  readonly applicationProtocol: string | undefined
  readonly helloRetryRequest: boolean
  readonly resumed: boolean
  readonly externalPskIdentity: Uint8Array | undefined
  /** Proof of the peer's Finished: there is no connection without. */
  readonly finished: VerifiedFinished
  readonly peer: AuthenticatedBy
  /** Scheme of our own CertificateVerify. */
  readonly ownSignatureScheme: string | undefined
  readonly readSecret: Secret
  readonly writeSecret: Secret
  readonly exporterSecret: Secret
  /** Client: for the tickets that may come. A server's are all sent when it is connected, and it keeps none. */
  readonly resumptionSecret: Secret | undefined
  /** Kept only when post-handshake authentication was agreed: its handshake context. */
  readonly transcript: Transcript | undefined
}

/** How the peer was authenticated. */
export type AuthenticatedBy =
  | { readonly by: 'certificate'; readonly peer: VerifiedPeer }
  | { readonly by: 'resumption'; readonly peer: StoredPeer | undefined }
  | { readonly by: 'external_psk' }
  /** Server: no certificate was asked for, or none was given and none is required. */
  | { readonly by: 'nothing' }
