import type { CryptoProvider, PublicKey } from '@typetls/crypto-provider'
import { TlsError } from '@typetls/wire'
import type { AnchorList } from './anchor-list.ts'
import type { PathCertificate } from './path-certificate.ts'
import type { CertificateFailure, PlacedCertificate } from './certificate-failure.ts'
import { certificateFailure } from './certificate-failure.ts'
import type { NamedKey } from './named-key.ts'
import type { CertificateRules } from './path-rules.ts'
import type { Program } from './program.ts'
import type { RevocationStatus } from './revocation.ts'

/** The question that a search for a path answers. */
export interface PathSearch extends CertificateRules {
  readonly leaf: PathCertificate
  /** What the peer sent behind the leaf, in any order; not trusted. */
  readonly intermediates: readonly PlacedCertificate[]
  readonly anchors: AnchorList
  readonly crypto: CryptoProvider
  /** What can only be judged of a path that has reached its anchor. `undefined`: nothing. */
  readonly judgeWhole: JudgeWhole | undefined
  /** Certificates, leaf and anchor included. */
  readonly maxPathLength: number
  /** Intermediates that are not self-issued. */
  readonly maxIntermediates: number
  readonly budget: Budget
  /** Signatures that were found good: certificate → key of the issuer. */
  readonly verified: WeakMap<PathCertificate, PublicKey>
}

/**
 * Asked of a path that has reached its anchor; `undefined`: the path is refused, and `failures` of the state says why.
 *
 * @param path leaf first; the anchor is the last if it is a certificate
 */
export type JudgeWhole = (
  path: readonly PlacedCertificate[],
  anchor: PathCertificate | NamedKey,
  state: SearchState,
) => Program<JudgedPath | undefined>

export interface JudgedPath {
  readonly policies: readonly string[]
  /** Of the certificates of the path, the anchor not included; empty without a checker. */
  readonly revocation: readonly RevocationStatus[]
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

export interface FoundPath<T extends PathCertificate = PathCertificate> extends JudgedPath {
  /** Leaf first; the anchor is the last if it is a certificate. */
  readonly path: readonly T[]
  readonly anchor: T | NamedKey
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
  readonly judged: Map<PathCertificate, readonly TlsError[]>
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
