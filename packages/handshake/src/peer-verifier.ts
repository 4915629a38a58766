import type { CryptoProvider, PublicKey, SignatureScheme } from '@typetls/crypto-provider'
import type { TlsError } from '@typetls/wire'
import type { KeyUse } from './credential.ts'

/**
 * Decides whether a certificate chain speaks for the peer. `x509` has one; pinning, raw-key or platform verifiers are
 * others. It may answer later.
 */
export interface PeerVerifier {
  /**
   * Whether it goes on with peers it did not authorize. Sessions with such peers are only resumed where this is true.
   * Default false.
   */
  readonly acceptsUnauthorized?: boolean | undefined
  /**
   * @throws TlsError one of `ERR_TLS_CERTIFICATE_*`, whose alert the peer is told; any other exception ends the
   *   connection as `ERR_TLS_CALLBACK` (internal_error)
   */
  verify(chain: PeerChain, context: VerifyContext): PeerVerdict | PromiseLike<PeerVerdict>
}

/** What the peer sent, leaf first, as DER. There is at least one certificate. */
export interface PeerChain {
  readonly certificates: readonly Uint8Array[]
  /** OCSPResponse, DER, as stapled to the leaf. RFC 6066 section 8 */
  readonly ocspResponse: Uint8Array | undefined
  /** SignedCertificateTimestampList of the leaf. RFC 6962 section 3.3 */
  readonly signedCertificateTimestamps: Uint8Array | undefined
}

export interface VerifyContext {
  /** Whose chain it is. */
  readonly peer: 'server' | 'client'
  /** DNS name or IP address the chain must be valid for; `undefined` for clients and for nameless dials. */
  readonly name: string | undefined
  /** Milliseconds since 1970, from the connection's clock. */
  readonly now: number
  readonly crypto: CryptoProvider
  /** The schemes we said that we accept in certificates. */
  readonly signatureSchemes: readonly SignatureScheme[]
  /** What the leaf's key will do: its keyUsage must allow it. Default `signing`. */
  readonly keyUse?: KeyUse | undefined
}

export interface PeerVerdict {
  /** The leaf's key: CertificateVerify is checked with it. */
  readonly publicKey: PublicKey
  /** `false` only if the user asked to go on although the chain did not verify. */
  readonly authorized: boolean
  /** Why it is not authorized. */
  readonly failure: TlsError | undefined
  /** What else the verifier found, for the application: the path, the matched name. */
  readonly facts: unknown
}
