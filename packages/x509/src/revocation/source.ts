import type { CryptoProvider } from '@typetls/crypto-provider'
import type { Certificate } from '../certificate.ts'
import type { CertificateList } from './certificate-list.ts'
import type { NamedKey } from '../named-key.ts'

/**
 * Where CRLs and OCSP responses come from when those at hand do not decide: a fetcher, a cache, a database. What it
 * gives is judged like everything else; it need not be trusted.
 *
 * What fails is thrown as `ERR_TLS_REVOCATION_FETCH` (internal_error): the status is then unknown, and the message part
 * of the reason. Any other error ends the verification.
 */
export interface RevocationSource {
  /** An OCSP response about the certificate; `undefined`: there is none to be had. */
  ocspResponse?(request: SourceRequest): SourceAnswer<FetchedOcspResponse | undefined>
  /** CRLs that may speak of the certificate, deltas included. */
  crls?(request: SourceRequest): SourceAnswer<readonly CertificateList[]>
  /** What was given for this certificate did not decide: a cache had better not keep it. */
  reject?(request: SourceRequest): SourceAnswer<void>
}

export interface SourceRequest {
  readonly certificate: Certificate
  readonly issuer: Certificate | NamedKey
  readonly crypto: CryptoProvider
  /** Milliseconds since 1970. */
  readonly time: number
}

export interface FetchedOcspResponse {
  /** OCSPResponse, DER. */
  readonly response: Uint8Array
  /** The nonce of the request; `undefined`: none was sent, or the response was kept from an earlier request. */
  readonly nonce: Uint8Array | undefined
}

export type SourceAnswer<T> = T | PromiseLike<T>
