import type { CipherSuite, CryptoProvider, KeyExchange, SignatureScheme } from '@typetls/crypto-provider'
import type { ChosenCredential } from './authenticate.ts'
import type { ClientPsks } from './client-psks.ts'
import type { CredentialSelector } from './credential.ts'
import type { ClientGrease } from './grease.ts'
import type { KeepDetails } from './handshake-details.ts'
import type { Handshake } from './handshake.ts'
import type { CertificateRequest } from './messages/authentication.ts'
import type { ClientHello } from './messages/client-hello.ts'
import type { OlderClient, OlderServer } from './older-version.ts'
import type { PeerVerifier } from './peer-verifier.ts'
import type { Program } from './program.ts'
import type { ExternalPsk, ExternalPskLookup, ExternalPskSelector, TicketProtector } from './psk.ts'
import type { Session, SessionState } from './session.ts'
import type { HandshakeObserver } from './trace.ts'

/** Options after defaults: everything is decided, lists are rows. `connection` makes these from what users write. */
export interface CommonParameters {
  readonly crypto: CryptoProvider
  /** Most wanted first; the provider has all of them. */
  readonly cipherSuites: readonly CipherSuite[]
  readonly groups: readonly KeyExchange[]
  readonly signatureSchemes: readonly SignatureScheme[]
  /** What we sign with. */
  readonly signingSchemes: readonly SignatureScheme[]
  readonly applicationProtocols: readonly string[]
  readonly verifier: PeerVerifier | undefined
  readonly verifyOnResumption: boolean
  readonly credentials: CredentialSelector | undefined
  /** Whether psk_ke may be used. */
  readonly allowPskWithoutKeyExchange: boolean
  /** What we announce, bytes; `undefined`: the extension is not sent. */
  readonly recordSizeLimit: number | undefined
  /** Bytes. */
  readonly maxCertificateListSize: number
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly observer: HandshakeObserver | undefined
  /** Keeps verify_data of both Finished, and what the client can verify. */
  readonly details: KeepDetails | undefined
}

export interface ClientParameters extends CommonParameters {
  /** SNI; `undefined`: not sent. */
  readonly serverName: string | undefined
  /** What the certificate must be valid for. */
  readonly verifyName: string | undefined
  readonly session: Session | undefined
  readonly externalPsks: readonly ExternalPsk[]
  readonly selectExternalPsk: ExternalPskSelector | undefined
  /** A share is sent for each; all are in `groups`. */
  readonly keyShares: readonly KeyExchange[]
  readonly grease: ClientGrease | undefined
  readonly fallback: boolean
  readonly allowUnofferedApplicationProtocol: boolean
  readonly middleboxCompatibility: boolean
  readonly postHandshakeAuthentication: boolean
  /** `undefined`: none are offered, and neither are tickets asked for, nor what they need kept. */
  readonly psks: ClientPsks | undefined
  /** TLS 1.2: makes what to resume with; `undefined`: nothing is kept, and tickets are not asked for. */
  readonly sessionOf: ((state: SessionState) => Session) | undefined
  /** What a CertificateRequest is answered with; `undefined`: the empty Certificate. */
  readonly answerCertificateRequest: CertificateAnswer | undefined
  readonly requestStatus: boolean
  readonly requestTimestamps: boolean
  /** TLS 1.2, if it is offered beside TLS 1.3. */
  readonly older: OlderClient | undefined
}

export interface ServerParameters extends CommonParameters {
  readonly clientAuthentication: 'none' | 'request' | 'require'
  readonly certificateAuthorities: readonly Uint8Array[]
  readonly onClientHello: ClientHelloHook | undefined
  readonly selectApplicationProtocol:
    ((offered: readonly string[], serverName: string | undefined) => string | undefined) | undefined
  readonly tickets: TicketProtector | undefined
  readonly ticketCount: number
  /** Also after a resumption. */
  readonly renewTickets: boolean
  /** Seconds. */
  readonly ticketLifetime: number
  readonly resumptionAcrossNames: boolean
  readonly externalPsk: ExternalPskLookup | undefined
  readonly cookies: TicketProtector | undefined
  readonly requireCookie: boolean
  /** `cipherSuites` again, those together that are wanted equally. */
  readonly equalSuites: readonly (readonly CipherSuite[])[]
  readonly cipherPreference: 'server' | 'client'
  readonly selectGroup: ((offered: readonly OfferedGroup[]) => string | undefined) | undefined
  readonly resumeWithOtherSuite: boolean
  readonly acknowledgeServerName: boolean
  readonly alwaysChangeCipherSpec: boolean
  readonly grease: boolean
  /** TLS 1.2, if it is accepted beside TLS 1.3. */
  readonly older: OlderServer | undefined
}

/** Certificate and CertificateVerify, or the empty Certificate that says we have none. */
export type CertificateAnswer = (hs: Handshake, request: CertificateRequest) => Program<ChosenCredential | undefined>

/** A group that the client lists and we have. */
export interface OfferedGroup {
  /** IANA name. */
  readonly name: string
  /** Whether the client sent a key share for it. */
  readonly hasShare: boolean
}

/**
 * Sees each first ClientHello before anything is decided. Throwing a `TlsError` refuses with its alert, anything else
 * with `ERR_TLS_CLIENT_HELLO_REFUSED` (access_denied).
 */
export type ClientHelloHook = (clientHello: ClientHello, raw: Uint8Array) => void | PromiseLike<void>
