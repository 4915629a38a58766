import type { Agreed, AuthenticatedPeer, HandshakeDetails, PeerChain, PeerVerdict } from '@typetls/handshake'

/** What was negotiated. */
export interface ConnectionFacts {
  readonly version: 'TLSv1.2' | 'TLSv1.3'
  /** IANA name, such as `TLS_AES_128_GCM_SHA256`. */
  readonly cipherSuite: string
  /** IANA group name; `undefined` for psk_ke. */
  readonly group: string | undefined
  /** IANA name of the scheme the server signed with; `undefined` when a PSK authenticated it. */
  readonly signatureScheme: string | undefined
  /** IANA name of the scheme the client signed with, when it authenticated by certificate. */
  readonly clientSignatureScheme: string | undefined
  /** DER, our leaf first, as we sent them; `undefined` when we sent none, which is so on resumption. */
  readonly ownCertificates: readonly Uint8Array[] | undefined
  /** With the option `keepDetails`. */
  readonly details: HandshakeDetails | undefined
  /** ALPN; `undefined` when none was negotiated. */
  readonly applicationProtocol: string | undefined
  /** SNI as the client sent it. */
  readonly serverName: string | undefined
  /** Whether a ticket of an earlier connection was used. */
  readonly resumed: boolean
  /**
   * Server of TLS 1.3, resuming: how much older the client takes its ticket for than the server does, milliseconds. Far
   * from 0, clocks differ or a ClientHello comes late or again.
   */
  readonly ticketAgeSkew: number | undefined
  /** Identity of the external PSK that was used; on resumption as remembered from the first handshake. */
  readonly externalPskIdentity: Uint8Array | undefined
  /** Whether a HelloRetryRequest was needed. */
  readonly helloRetryRequest: boolean
  readonly peer: PeerFacts | undefined
  /** TLS 1.2: whether the main secret is bound to the handshake (RFC 7627); always true in TLS 1.3. */
  readonly extendedMainSecret: boolean
  /** TLS 1.2 with a block cipher: whether the MAC covers the ciphertext (RFC 7366). */
  readonly encryptThenMac: boolean
  /** Whether the peer has renegotiation_info (RFC 5746); always true in TLS 1.3, which has no renegotiation. */
  readonly secureRenegotiation: boolean
  /** TLS 1.2: whether these are the facts of another handshake than the first. */
  readonly renegotiated?: boolean
  /**
   * TLS 1.2: the channel binding `tls-unique` (RFC 5929), but for a session that is resumed without
   * `extendedMainSecret`: it may be two peers' at once (RFC 7627). TLS 1.3 has `tls-exporter` instead,
   * see `channelBinding`.
   */
  readonly tlsUnique: Uint8Array | undefined
}

/** The authenticated peer; on resumption as remembered from the first handshake. */
export interface PeerFacts {
  /** DER, leaf first, as sent. */
  readonly certificates: readonly Uint8Array[]
  readonly authorized: boolean
  readonly failure: PeerVerdict['failure']
  /** The verifier's own findings; `undefined` on resumption. */
  readonly facts: unknown
  readonly ocspResponse: Uint8Array | undefined
  readonly signedCertificateTimestamps: Uint8Array | undefined
}

export function factsOf(role: 'client' | 'server', connected: Agreed): ConnectionFacts {
  const { peer } = connected
  const theirs = peer.by === 'certificate' ? peer.peer.scheme?.name : undefined
  const ours = connected.ownSignatureScheme
  return {
    version: connected.version,
    cipherSuite: connected.suite.name,
    group: connected.group,
    signatureScheme: role === 'client' ? theirs : ours,
    clientSignatureScheme: role === 'client' ? ours : theirs,
    ownCertificates: connected.ownCertificates,
    details: connected.details,
    applicationProtocol: connected.applicationProtocol,
    serverName: connected.serverName,
    resumed: connected.resumed,
    ticketAgeSkew: connected.ticketAgeSkew,
    externalPskIdentity: connected.externalPskIdentity,
    helloRetryRequest: connected.helloRetryRequest,
    peer: peerOf(connected),
    extendedMainSecret: connected.extendedMainSecret ?? true,
    encryptThenMac: connected.encryptThenMac ?? false,
    secureRenegotiation: connected.secureRenegotiation ?? true,
    tlsUnique: connected.extendedMainSecret === true || !connected.resumed ? connected.tlsUnique : undefined,
  }
}

export function peerFactsOf({ chain, verdict }: AuthenticatedPeer): PeerFacts {
  return peerFacts(chain, verdict)
}

function peerOf({ peer }: Agreed): PeerFacts | undefined {
  if (peer.by === 'certificate') return peerFactsOf(peer.peer)
  return peer.by === 'resumption' && peer.peer !== undefined ? peerFacts(peer.peer, peer.peer) : undefined
}

function peerFacts(
  { certificates, ocspResponse, signedCertificateTimestamps }: Partial<PeerChain> & Pick<PeerChain, 'certificates'>,
  { authorized, failure, facts }: Pick<PeerVerdict, 'authorized'> & Partial<PeerVerdict>,
): PeerFacts {
  return { certificates, authorized, failure, facts, ocspResponse, signedCertificateTimestamps }
}
