import type { CipherSuite, CryptoProvider, SignatureScheme } from '@typetls/crypto-provider'
import type { ClientCredentials } from './credential-selector.ts'
import type {
  Credential,
  CredentialSelector,
  ExternalPsk,
  ExternalPskLookup,
  ExternalPskSelector,
  OfferedGroup,
  OlderClient,
  OlderServer,
  PeerVerifier,
  Session,
  TicketProtector,
  ClientHelloHook,
  Trace,
} from '@typetls/handshake'
import type { PaddingPolicy } from '@typetls/record'
import type { AlertName, TlsError } from '@typetls/wire'
import type { ConnectionEvents } from './events.ts'
import type { RoleOfConnection } from './role.ts'
import type { ConnectionTrace } from './tracing.ts'

/** What both roles take. Everything is readonly and has a default, see `defaults.ts`, except `crypto` and `clock`. */
export interface CommonOptions {
  readonly crypto: CryptoProvider
  readonly clock: Clock
  /** IANA group names, most wanted first. Default: `defaultGroupNames`, as far as `crypto` has them. */
  readonly groups?: readonly string[]
  /**
   * Accepted in CertificateVerify and in certificates, most wanted first. Default: `defaultSignatureSchemes`, as far as
   * `crypto` has their algorithm.
   */
  readonly signatureSchemes?: readonly SignatureScheme[]
  /** What we sign with, of what a credential can. Default: `signatureSchemes`. */
  readonly signingSchemes?: readonly SignatureScheme[]
  /** ALPN, most wanted first. Default: none, the extension is not sent and not answered. */
  readonly applicationProtocols?: readonly string[]
  /** Judges the peer's certificates. Client: required unless only PSKs are used. Server: required to ask for any. */
  readonly verifier?: PeerVerifier
  /**
   * Ask the verifier again about the remembered certificates when a session is resumed: they may have expired or been
   * revoked since. A server asks `externalPsk` again whether it has the PSK of the first handshake. Default false.
   */
  readonly verifyOnResumption?: boolean
  /** One line in SSLKEYLOGFILE format (no newline at the end) per secret: hand it to nobody but a debugger. */
  readonly keyLog?: (line: string) => void
  readonly trace?: Trace
  /**
   * Largest record plaintext we accept, bytes, 64 to 16384 (RFC 8449). Default 16384: a client does not announce it, a
   * server does to a client that announced a limit of its own.
   */
  readonly recordSizeLimit?: number
  /** Largest record plaintext we send, bytes, 64 to 16384. Default 16384. */
  readonly maxFragment?: number
  /**
   * Refuse protected records of TLS 1.3 whose legacy_record_version is not 0x0303, which RFC 9846 section 5.1 says to
   * ignore. Default false.
   */
  readonly strictRecordVersion?: boolean
  /** Keep what few ask for, `details` of the facts: some 500 bytes a connection. Default false. */
  readonly keepDetails?: boolean
  /** `padToMultipleOf` or `padEach` of `@typetls/record`. Default: no padding. */
  readonly padding?: PaddingPolicy
  /** Largest handshake message a peer may send that can carry certificates, bytes. Default 102400. */
  readonly maxCertificateListSize?: number
  /** Makes output buffers. Default `new Uint8Array(length)`. */
  readonly allocate?: (length: number) => Uint8Array
  /** Also accept and offer psk_ke (no forward secrecy). Default false. */
  readonly dangerouslyAllowPskWithoutKeyExchange?: boolean
  /**
   * Alerts for some failures other than the RFC's, to be held against a stack that sends those. `undefined`: the RFC's.
   *
   * @internal
   */
  readonly alertFor?: (error: TlsError) => AlertName | undefined
}

export interface ClientOptions extends Omit<CommonOptions, 'trace'> {
  readonly trace?: Trace | ConnectionTrace
  /** TLS 1.2 beside TLS 1.3: `clientTls12()` of `@typetls/connection/tls12`. Default: TLS 1.3 alone. */
  readonly tls12?: ClientTls12
  /** Rows, most wanted first. Default: `defaultCipherSuites`, as far as `crypto` has their AEAD. */
  readonly cipherSuites?: readonly CipherSuite[]
  /** DNS name sent as SNI and verified. An IP address is verified but not sent (RFC 6066 forbids it). */
  readonly serverName?: string
  /** Verify this name instead of `serverName`. */
  readonly verifyName?: string
  /** For servers that ask for a certificate. Default: none, an empty Certificate is sent. */
  readonly credentials?: Credential | readonly Credential[] | CredentialSelector | ClientCredentials
  /**
   * Resume this. A session for another name, suite or that is too old is ignored. For another name it may be
   * `resumableAcrossNames`: then its certificate is verified again for that name.
   */
  readonly session?: Session
  /** Keys agreed outside TLS (RFC 9846 section 2.2). TLS 1.2 takes the first, where it has suites for PSKs. */
  readonly externalPsks?: readonly ExternalPsk[]
  /** TLS 1.2: chooses the key by the server's hint. Nothing is chosen: `ERR_TLS_NO_PSK` (handshake_failure). */
  readonly selectExternalPsk?: ExternalPskSelector
  /** Groups to send key shares for. Default: the first group, and the first classical one if the first is post-quantum. */
  readonly keyShares?: readonly string[]
  /** RFC 8701. Default true. */
  readonly grease?: boolean
  /**
   * Say that this is a second attempt with less than we have (TLS_FALLBACK_SCSV, RFC 7507): a server that has more refuses.
   * Default false.
   */
  readonly fallback?: boolean
  /** Go on when the server selects an application protocol that was not offered. Default false. */
  readonly allowUnofferedApplicationProtocol?: boolean
  /** RFC 9846 appendix E.4: fake session id and ChangeCipherSpec. Default true. */
  readonly middleboxCompatibility?: boolean
  /** Offer post_handshake_auth. Default false. */
  readonly postHandshakeAuthentication?: boolean
  /** Ask for an OCSP staple. Default true. */
  readonly requestStatus?: boolean
  /** Ask for timestamps of Certificate Transparency (SCTs). Default true. */
  readonly requestTimestamps?: boolean
}

export interface ServerOptions extends CommonOptions {
  /** TLS 1.2 beside TLS 1.3: `serverTls12()` of `@typetls/connection/tls12`. Default: TLS 1.3 alone. */
  readonly tls12?: ServerTls12
  /**
   * Rows, most wanted first; of those in an array of their own, the one that the client wants most. Default:
   * `defaultCipherSuites`, as far as `crypto` has their AEAD.
   */
  readonly cipherSuites?: readonly (CipherSuite | readonly CipherSuite[])[]
  /** Chosen per handshake; may answer later. Required unless only PSKs are used. */
  readonly credentials?: Credential | readonly Credential[] | CredentialSelector
  /** Default `'none'`. */
  readonly clientAuthentication?: 'none' | 'request' | 'require'
  /** DER DistinguishedNames to name in CertificateRequest. */
  readonly certificateAuthorities?: readonly Uint8Array[]
  /** Called with each ClientHello before anything is decided; may throw to refuse, and may answer later. */
  readonly onClientHello?: ClientHelloHook
  /** Chooses the ALPN protocol; `undefined` refuses with no_application_protocol. Default: ours first, in our order. */
  readonly selectApplicationProtocol?: (
    offered: readonly string[],
    serverName: string | undefined,
  ) => string | undefined
  /** Protects tickets. Default: none, no tickets are sent and no resumption happens. */
  readonly tickets?: TicketProtector
  /** NewSessionTickets sent after each handshake. Default 2. */
  readonly ticketCount?: number
  /**
   * Also after one that resumed a session, in TLS 1.3: a client that uses each ticket once, as it should, then never runs
   * out of them. Default true.
   */
  readonly renewTickets?: boolean
  /** Seconds a ticket may be used, at most 604800 (7 days). Default 7200. */
  readonly ticketLifetime?: number
  /**
   * Resume tickets of TLS 1.3 also under other names than their own, and say so in them (draft-ietf-tls-cross-sni-resumption):
   * only where one server stands behind all names of its certificates. Default false.
   */
  readonly resumptionAcrossNames?: boolean
  /** Finds the key that a client names; in TLS 1.2 where it has suites for PSKs. May answer later. */
  readonly externalPsk?: ExternalPskLookup
  /**
   * Protects the cookie of a stateless HelloRetryRequest. With it the server keeps nothing between the two
   * ClientHellos that is not in the cookie. Default: none, cookies are not sent.
   */
  readonly cookies?: TicketProtector
  /** Answer every first ClientHello with a HelloRetryRequest and a cookie (needs `cookies`). Default false. */
  readonly requireCookie?: boolean
  /** Cipher preference: `'server'` (default) or `'client'` order. */
  readonly cipherPreference?: 'server' | 'client'
  /**
   * Chooses among the groups of both sides, in the client's order; may be called again for a second ClientHello. One
   * without a share costs a HelloRetryRequest. Default: our most wanted one with a share, else our most wanted one.
   */
  readonly selectGroup?: (offered: readonly OfferedGroup[]) => string | undefined
  /** Resume a session also when we would now choose another cipher suite than its own. Default true. */
  readonly resumeWithOtherSuite?: boolean
  /** Acknowledge the client's server_name. Default true. */
  readonly acknowledgeServerName?: boolean
  /** Send the ChangeCipherSpec of RFC 9846 appendix E.4 also to clients that do not ask for it. Default false. */
  readonly alwaysChangeCipherSpec?: boolean
  /** RFC 8701, in tickets. Default true. */
  readonly grease?: boolean
}

/** TLS 1.2 for clients, as a value: who does not import it does not carry it. */
export interface ClientTls12 {
  /** @throws TlsError `ERR_TLS_OPTIONS` (internal_error) when `crypto` lacks what was asked for */
  older(crypto: CryptoProvider): OlderClient
  /** @internal the role that speaks both versions */
  beside(role: RoleOfConnection): RoleOfConnection
}

/** TLS 1.2 for servers, as a value. */
export interface ServerTls12 {
  /** @throws TlsError `ERR_TLS_OPTIONS` (internal_error) when `crypto` lacks what was asked for */
  older(crypto: CryptoProvider): OlderServer
  /** @internal the role that speaks both versions */
  beside(role: RoleOfConnection, events: ConnectionEvents): RoleOfConnection
}

/** The time. Adapters hand in the platform's; tests a manual one. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number
}
