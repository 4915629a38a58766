import type { CryptoProvider } from '@typetls/crypto-provider'
import type { Certificate } from './certificate.ts'
import type { RevocationProblem } from './revocation.ts'
import type { NamedKey } from './named-key.ts'

/**
 * Says whether a server's certificate has been made public enough. It is asked once, about the leaf of the path that was
 * taken: an answer refuses the certificate.
 *
 * https://www.rfc-editor.org/rfc/rfc6962#section-5.2
 */
export interface TransparencyChecker {
  check(query: TransparencyQuery): TransparencyAnswer | PromiseLike<TransparencyAnswer>
}

/** A problem, or none. */
export type TransparencyAnswer = RevocationProblem | undefined

export interface TransparencyQuery {
  readonly certificate: Certificate
  /** The next certificate of the path, or the anchor. */
  readonly issuer: Certificate | NamedKey
  /** Milliseconds since 1970. */
  readonly time: number
  readonly crypto: CryptoProvider
  /** SignedCertificateTimestampList of the TLS extension. */
  readonly signedCertificateTimestamps: Uint8Array | undefined
  /** What the server stapled: it may carry a list too. */
  readonly ocspResponse: Uint8Array | undefined
}
