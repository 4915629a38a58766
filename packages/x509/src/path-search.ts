import type { CryptoProvider, PublicKey } from '@typetls/crypto-provider'
import type { TlsError } from '@typetls/wire'
import type { AnchorList } from './anchor-list.ts'
import type { PathCertificate } from './path-certificate.ts'
import type { CertificateFailure, CertificateRule, PlacedCertificate } from './certificate-failure.ts'
import { certificateFailure } from './certificate-failure.ts'
import type { NamedKey } from './named-key.ts'
import type { PathLimits } from './path-limits.ts'
import type { CertificateRules } from './path-rules.ts'
import type { Program } from './program.ts'
import type { SubjectPublicKey } from './public-key.ts'
import type { RevocationStatus } from './revocation.ts'

/** The question that a search for a path answers. */
export interface PathSearch extends CertificateRules, PathLimits {
  readonly leaf: PathCertificate
  /** What the peer sent behind the leaf, in any order; not trusted. */
  readonly intermediates: readonly PlacedCertificate[]
  readonly anchors: AnchorList
  readonly crypto: CryptoProvider
  /** Who judges what can only be judged of a path that has reached its anchor. `undefined`: there is nothing. */
  readonly judge: PathJudge | undefined
  /** Signatures that were found good: certificate → key of the issuer. */
  readonly verified: WeakMap<PathCertificate, PublicKey>
}

export interface PathJudge {
  /** Whether a signature of this key can only be checked when the path is whole: `whole` checks it. */
  defers(key: SubjectPublicKey): boolean
  /**
   * Asked of a path that has reached its anchor; `undefined`: the path is refused, and `failures` of the state says why.
   *
   * @param path leaf first; the anchor is the last if it is a certificate
   */
  whole(
    path: readonly PlacedCertificate[],
    anchor: PathCertificate | NamedKey,
    state: SearchState,
  ): Program<JudgedPath | undefined>
}

export interface JudgedPath {
  readonly policies: readonly string[]
  /** Of the certificates of the path, the anchor not included; empty without a checker. */
  readonly revocation: readonly RevocationStatus[]
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
  readonly work: Work
}

/** What a search has cost so far. */
export interface Work {
  signatureChecks: number
  candidates: number
  nameComparisons: number
}

export interface Failure {
  readonly error: TlsError
  readonly about: PlacedCertificate
  /** Length of the path it happened at. */
  readonly depth: number
}

export function recordFailure(state: SearchState, error: TlsError, about: PlacedCertificate, depth: number): void {
  state.failures.push({ error, about, depth })
}

/** Remembered ones count too: a search that goes in circles among them ends as well. */
export function spendSignatureCheck(about: PlacedCertificate, { work, maxSignatureChecks }: SearchState): void {
  if (++work.signatureChecks > maxSignatureChecks) {
    const problem = `takes more than ${maxSignatureChecks} signature checks to find an issuer for`
    throw workFailure(about, problem, 'path.signature-checks', 'option maxSignatureChecks')
  }
}

/** The failure of a chain that takes more work than we do for one. */
export function workFailure(
  about: PlacedCertificate,
  problem: string,
  rule: CertificateRule,
  reference = 'RFC 5280 section 8',
): TlsError {
  return certificateFailure(about, problem, rule, 'ERR_TLS_CERTIFICATE_WORK_LIMIT', reference)
}
