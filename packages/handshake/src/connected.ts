import type { CipherSuite, Secret } from '@typetls/crypto-provider'
import type { VerifiedFinished, VerifiedPeer } from './authenticate.ts'
import type { Session, StoredPeer } from './session.ts'
import type { VerifiedPeer as Tls12VerifiedPeer } from './tls12/authenticate.ts'
import type { Transcript } from './transcript.ts'

/** What every version agrees on. */
export interface Agreed {
  readonly version: 'TLSv1.2' | 'TLSv1.3'
  readonly suite: { readonly name: string }
  /** IANA name; `undefined` for psk_ke. */
  readonly group: string | undefined
  readonly serverName: string | undefined
  readonly applicationProtocol: string | undefined
  readonly helloRetryRequest: boolean
  readonly resumed: boolean
  readonly externalPskIdentity: Uint8Array | undefined
  /** TLS 1.3 server that resumes: how much older the client takes its ticket for than we do, milliseconds. */
  readonly ticketAgeSkew?: number | undefined
  readonly peer: AuthenticatedBy
  /** Scheme of our own CertificateVerify. */
  readonly ownSignatureScheme: string | undefined
  /** Our certificates, if any were sent. */
  readonly ownCertificates?: readonly Uint8Array[] | undefined
  /** If the parameters say to keep them. */
  readonly details?: HandshakeDetails | undefined
  /** TLS 1.2 client: what to resume with. TLS 1.3 sends tickets later. */
  readonly session?: Session | undefined
  /** TLS 1.2. https://www.rfc-editor.org/rfc/rfc7627 */
  readonly extendedMainSecret?: boolean
  /** TLS 1.2. https://www.rfc-editor.org/rfc/rfc7366 */
  readonly encryptThenMac?: boolean
  /** TLS 1.2. */
  readonly secureRenegotiation?: boolean
  /** TLS 1.2: verify_data of the first Finished. https://www.rfc-editor.org/rfc/rfc5929#section-3 */
  readonly tlsUnique?: Uint8Array
}

/** What few ask for after the handshake. */
export interface HandshakeDetails {
  /** verify_data of our Finished. */
  readonly ownFinished: Uint8Array
  /** verify_data of the peer's Finished. */
  readonly peerFinished: Uint8Array
  /** Server: IANA names of the schemes we can sign with that the client accepts, in its order. */
  readonly sharedSignatureSchemes: readonly string[]
}

/** The end of a handshake program: what was agreed and the secrets that go on. Whoever gets it owns the secrets. */
export interface Connected extends Agreed {
  readonly version: 'TLSv1.3'
  readonly suite: CipherSuite
  /** Proof of the peer's Finished: there is no connection without. */
  readonly finished: VerifiedFinished
  readonly readSecret: Secret
  readonly writeSecret: Secret
  readonly exporterSecret: Secret
  /** Client: for the tickets that may come. A server's are all sent when it is connected, and it keeps none. */
  readonly resumptionSecret: Secret | undefined
  /** Kept only when post-handshake authentication was agreed: its handshake context. */
  readonly transcript: Transcript | undefined
}

/** A peer that showed a chain the verifier took and used its key. */
export type AuthenticatedPeer = VerifiedPeer | Tls12VerifiedPeer

/** How the peer was authenticated. */
export type AuthenticatedBy =
  | { readonly by: 'certificate'; readonly peer: AuthenticatedPeer }
  | { readonly by: 'resumption'; readonly peer: StoredPeer | undefined }
  | { readonly by: 'external_psk' }
  /** Server: no certificate was asked for, or none was given and none is required. */
  | { readonly by: 'nothing' }

/** What is remembered of the peer. */
export function storedPeer(peer: AuthenticatedBy): StoredPeer | undefined {
  if (peer.by === 'resumption') return peer.peer
  if (peer.by !== 'certificate') return undefined
  return { certificates: peer.peer.chain.certificates, authorized: peer.peer.verdict.authorized }
}
