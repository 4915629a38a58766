import type { CryptoProvider, PublicKey } from '@typetls/crypto-provider'
import { TlsError } from '@typetls/wire'
import type { Certificate } from './certificate.ts'
import type { CertificateFailure, PlacedCertificate } from './certificate-failure.ts'
import { certificateFailure } from './certificate-failure.ts'
import type { PolicyCheck } from './certificate-policies.ts'
import type { NamedKey } from './named-key.ts'
import type { CertificateRules } from './path-rules.ts'
import type { RevocationChecker, RevocationStatus } from './revocation.ts'
import type { TrustAnchors } from './trust-anchors.ts'

/** The question that a search for a path answers. */
export interface PathSearch extends CertificateRules {
  readonly leaf: Certificate
  /** What the peer sent behind the leaf, in any order; not trusted. */
  readonly intermediates: readonly PlacedCertificate[]
  readonly anchors: TrustAnchors
  readonly crypto: CryptoProvider
  readonly policies: PolicyCheck | undefined
  readonly revocation: RevocationChecker | undefined
  readonly ocspResponse: Uint8Array | undefined
  /** Signers whose status depends on this search. */
  readonly pending: readonly Certificate[]
  /** Certificates, leaf and anchor included. */
  readonly maxPathLength: number
  /** Intermediates that are not self-issued. */
  readonly maxIntermediates: number
  readonly budget: Budget
  /** Signatures that were found good: certificate → key of the issuer. */
  readonly verified: WeakMap<Certificate, PublicKey>
}

/** What is left of the work that a chain may cause. */
export interface Budget {
  signatureChecks: number
  readonly maxSignatureChecks: number
  candidates: number
  nameComparisons: number
}

export function newBudget(maxSignatureChecks: number): Budget {
  return { signatureChecks: 0, maxSignatureChecks, candidates: 0, nameComparisons: 0 }
}

export interface FoundPath {
  /** Leaf first; the anchor is the last if it is a certificate. */
  readonly path: readonly Certificate[]
  readonly anchor: Certificate | NamedKey
  readonly policies: readonly string[]
  /** Of the certificates of `path`, the anchor not included; empty without a checker. */
  readonly revocation: readonly RevocationStatus[]
}

export interface NoPath {
  /** At least one; the most telling first. */
  readonly failures: readonly ToldFailure[]
}

export interface ToldFailure {
  readonly error: TlsError
  readonly failure: CertificateFailure
}

export interface SearchState extends PathSearch {
  readonly failures: Failure[]
  /** What the rules say of each certificate, as an authority. */
  readonly judged: Map<Certificate, readonly TlsError[]>
}

export interface Failure {
  readonly error: TlsError
  readonly about: PlacedCertificate
  /** Length of the path it happened at. */
  readonly depth: number
}

/** Remembered ones count too: a search that goes in circles among them ends as well. */
export function spendSignatureCheck(about: PlacedCertificate, budget: Budget): void {
  if (++budget.signatureChecks <= budget.maxSignatureChecks) return
  const problem = `takes more than ${budget.maxSignatureChecks} signature checks to find an issuer for`
  throw certificateFailure('path.signature-checks', about, problem)
}

/** @throws TlsError `ERR_TLS_OPTIONS` (internal_error) */
export function wholeNumber(name: string, value: number): number {
  if (Number.isInteger(value) && value > 0) return value
  throw new TlsError('ERR_TLS_OPTIONS', `${name} must be a whole number above 0`, { received: value })
}
