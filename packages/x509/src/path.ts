import type { SignatureAlgorithm } from '@typetls/crypto-provider'
import { equalBytes, TlsError } from '@typetls/wire'
import { PathCertificate } from './path-certificate.ts'
import type { PlacedCertificate } from './certificate-failure.ts'
import { certificateFailure, failureOf } from './certificate-failure.ts'
import type { DistinguishedName } from './distinguished-name.ts'
import type { NameConstraints } from './extensions.ts'
import { violatedNameConstraint } from './name-constraints.ts'
import type { NamedKey } from './named-key.ts'
import type { Failure, FoundPath, JudgedPath, NoPath, PathSearch, SearchState, ToldFailure } from './path-search.ts'
import { spendSignatureCheck } from './path-search.ts'
import { brokenRules, isBudgetSpent, isValidAt, refusalOf } from './path-rules.ts'
import type { Program } from './program.ts'
import { wait } from './program.ts'
import type { SubjectPublicKey } from './public-key.ts'
import { fitsKey } from './signature-algorithm.ts'

/**
 * Finds a path from the leaf to a trust anchor in which every certificate may do what it does there: leaf first, anchor
 * last. Candidates with the wrong key or a broken rule are left and others tried, within the limits.
 *
 * A certificate that is a trust anchor is held to the same rules as an intermediate, its own validity, name constraints
 * and purposes included; only its signature and (below version 3) its missing basicConstraints are not looked at.
 * A leaf that is itself an anchor, byte for byte, needs no issuer.
 *
 * Names chain if they are equal as RFC 5280 section 7.1 compares them. Key identifiers only rank candidates.
 *
 * https://www.rfc-editor.org/rfc/rfc5280#section-6.1
 */
export function* findPath(search: PathSearch): Program<FoundPath | NoPath> {
  const state: SearchState = { ...search, failures: [], judged: new Map() }
  const leaf: PlacedCertificate = { certificate: search.leaf, index: 0 }
  const own = brokenRules(leaf, 'leaf', search)
  for (const error of own) state.failures.push({ error, about: leaf, depth: 0 })
  try {
    const found = search.anchors.has(search.leaf)
      ? yield* whole([leaf], search.leaf, state)
      : yield* extend([leaf], state)
    if (found !== undefined && own.length === 0) return found
  } catch (error) {
    if (!isBudgetSpent(error)) throw error
    state.failures.push({ error, about: leaf, depth: Infinity })
  }
  return { failures: told(state.failures) }
}

/** A certificate that may have issued the last one of a path, or an anchor without a certificate. */
interface Candidate {
  readonly authority: PathCertificate | NamedKey
  /** Position in the chain as it was sent; `undefined`: a trust anchor of ours. */
  readonly index: number | undefined
}

type Path = readonly PlacedCertificate[]

/** Tries each issuer of the last certificate; `undefined`: none leads to an anchor, and `failures` says why. */
function* extend(path: Path, state: SearchState): Program<FoundPath | undefined> {
  const child = path.at(-1) as PlacedCertificate
  let issuerSeen = false
  for (const candidate of rankedIssuers(path, state)) {
    const refusals = yield* triedWith(candidate, path, state)
    if (refusals === 'other-key') continue
    issuerSeen = true
    const { authority, index } = candidate
    if (refusals.length > 0) {
      const about = authority instanceof PathCertificate ? { certificate: authority, index } : child
      for (const error of refusals) state.failures.push({ error, about, depth: path.length })
      continue
    }
    const longer = authority instanceof PathCertificate ? [...path, { certificate: authority, index }] : path
    const found = yield* index === undefined ? whole(longer, authority, state) : extend(longer, state)
    if (found !== undefined) return found
  }
  if (!issuerSeen) {
    const selfSigned = path.length === 1 && child.certificate.isSelfIssued
    const problem = selfSigned
      ? 'is self-signed and not a trust anchor'
      : `was issued by ${child.certificate.issuer}: no trust anchor and no certificate sent has that name and key`
    const error = certificateFailure('path.trust-anchor', child, problem)
    state.failures.push({ error, about: child, depth: path.length })
  }
  return undefined
}

function* whole(path: Path, anchor: PathCertificate | NamedKey, state: SearchState): Program<FoundPath | undefined> {
  const judged = state.judgeWhole === undefined ? nothingToJudge : yield* state.judgeWhole(path, anchor, state)
  return judged && { path: path.map(({ certificate }) => certificate), anchor, ...judged }
}

const nothingToJudge: JudgedPath = { policies: [], revocation: [] }

/** Why the candidate is not the next step of the path; `'other-key'`: it only has the issuer's name. */
function* triedWith(candidate: Candidate, path: Path, state: SearchState): Program<readonly TlsError[] | 'other-key'> {
  const child = path.at(-1) as PlacedCertificate
  const { authority } = candidate
  const { budget } = state
  if (++budget.candidates > maxCandidates) {
    throw certificateFailure('path.candidates', child, `takes over ${maxCandidates} candidates to find an issuer for`)
  }
  const refusals = authorityRefusals(candidate, path, state)
  const algorithm = refusalOf(() => checkedAlgorithm(child, authority.publicKey, state))
  if (algorithm instanceof TlsError) return [...refusals, algorithm]
  if (refusals.length > 0) return refusals
  // Its parameters are known when the path is whole: who judges that checks the signature.
  if (state.judgeWhole !== undefined && authority.publicKey.inheritsParameters === true) return []
  if (yield* isSignedBy(child, authority.publicKey, algorithm, state)) return []
  if (keyIdentifierMatch(child.certificate, authority) === false) return 'other-key'
  return [wrongSignature(child, authority)]
}

export function wrongSignature(child: PlacedCertificate, authority: PathCertificate | NamedKey): TlsError {
  return certificateFailure('signature.value', child, `was not signed by the key of ${authority.subject}`)
}

/** What keeps an authority from having issued the path below it. */
function authorityRefusals({ authority, index }: Candidate, path: Path, state: SearchState): TlsError[] {
  const child = path.at(-1) as PlacedCertificate
  const about = authority instanceof PathCertificate ? { certificate: authority, index } : child
  const refusals = authority instanceof PathCertificate ? [...judged(authority, index, state)] : []
  // Counted only where there is a limit: whether a certificate is self-issued takes reading two names.
  const below = (): number => path.filter((one, i) => i > 0 && !one.certificate.isSelfIssued).length
  const ask = (check: () => TlsError | undefined): void => {
    const refusal = refusalOf(check)
    if (refusal !== undefined) refusals.push(refusal)
  }

  if (path.length >= state.maxPathLength) {
    const problem = `makes the path longer than ${state.maxPathLength} certificates`
    refusals.push(certificateFailure('path.length', about, problem))
  }
  // The authority itself is an intermediate if it is not an anchor.
  const own = (): number => (index !== undefined && !(authority as PathCertificate).isSelfIssued ? 1 : 0)
  if (state.maxIntermediates < Infinity && below() + own() > state.maxIntermediates) {
    const problem = `makes a path of more than ${state.maxIntermediates} intermediates`
    refusals.push(certificateFailure('path.intermediates', about, problem))
  }
  // "the maximum number of non-self-issued intermediate certificates that may follow this certificate"
  ask(() => {
    const pathLength =
      authority instanceof PathCertificate ? authority.basicConstraints?.pathLength : authority.pathLength
    if (pathLength === undefined) return undefined
    const intermediates = below()
    if (intermediates <= pathLength) return undefined
    const problem = `allows ${pathLength} intermediates below it, has ${intermediates}`
    return certificateFailure('basic-constraints.path-length', about, problem)
  })
  ask(() => {
    const { nameConstraints } = authority
    return nameConstraints === undefined ? undefined : forbiddenName(nameConstraints, authority, path, state)
  })
  return refusals
}

function judged(certificate: PathCertificate, index: number | undefined, state: SearchState): readonly TlsError[] {
  const known = state.judged.get(certificate)
  if (known !== undefined) return known
  const role = index === undefined ? 'anchor' : 'intermediate'
  const failures = brokenRules({ certificate, index }, role, state)
  state.judged.set(certificate, failures)
  return failures
}

/** "Name constraints are not applied to self-issued certificates (unless the certificate is the final certificate)" */
function forbiddenName(
  constraints: NameConstraints,
  authority: PathCertificate | NamedKey,
  path: Path,
  { budget }: SearchState,
): TlsError | undefined {
  for (const [i, below] of path.entries()) {
    if (i > 0 && below.certificate.isSelfIssued) continue
    const violation = violatedNameConstraint(constraints, below.certificate, (comparisons) => {
      budget.nameComparisons += comparisons
      if (budget.nameComparisons > maxNameComparisons) {
        throw certificateFailure('path.name-comparisons', below, `needs over ${maxNameComparisons} name comparisons`)
      }
    })
    if (violation !== undefined) {
      const problem = `has the name ${violation.name}, which ${authority.subject} may not vouch for`
      return certificateFailure(violation.rule, below, problem)
    }
  }
  return undefined
}

/** Anchors before intermediates, matching key identifiers before unknown before others, valid before expired. */
function rankedIssuers(path: Path, state: SearchState): Candidate[] {
  const child = (path.at(-1) as PlacedCertificate).certificate
  const anchors = state.anchors.issuersOf(child).map((authority) => ({ authority, index: undefined }))
  const intermediates = state.intermediates
    .filter(
      ({ certificate }) =>
        // Cheap first: names that differ in their bytes must be read to be compared.
        !path.some((one) => one.certificate === certificate) &&
        isSameName(certificate.subject, child.issuer) &&
        !state.anchors.has(certificate),
    )
    .map(({ certificate, index }) => ({ authority: certificate, index }))
  const candidates: Candidate[] = [...anchors, ...intermediates]
    .filter(({ authority }) => !path.some((one) => isSameEntity(one.certificate, authority)))
    .filter((candidate) => isReadable(candidate, path, state))
  if (candidates.length < 2) return candidates
  const ranks = new Map(candidates.map((candidate) => [candidate, rank(child, candidate, state.time)]))
  return candidates.sort((a, b) => (ranks.get(b) as number) - (ranks.get(a) as number))
}

function rank(child: PathCertificate, { authority, index }: Candidate, time: number): number {
  const match = keyIdentifierMatch(child, authority)
  const known = match === true ? 4 : match === undefined ? 2 : 0
  const valid = !(authority instanceof PathCertificate) || isValidAt(authority, time)
  return (index === undefined ? 8 : 0) + known + (valid ? 1 : 0)
}

/** "A certificate MUST NOT appear more than once in a prospective certification path": nor may its name and key. */
function isSameEntity(one: PathCertificate, other: PathCertificate | NamedKey): boolean {
  return one === other || (equalBytes(one.spki, other.publicKey.spki) && isSameName(one.subject, other.subject))
}

/** A name that cannot be read is equal to its own bytes only. */
function isSameName(one: DistinguishedName, other: DistinguishedName): boolean {
  return equalBytes(one.der, other.der) || refusalOf(() => one.equals(other)) === true
}

/** `undefined`: one of the identifiers is missing. */
function keyIdentifierMatch(child: PathCertificate, authority: PathCertificate | NamedKey): boolean | undefined {
  const wanted = child.authorityKeyIdentifier?.keyIdentifier
  const own = authority.subjectKeyIdentifier
  return wanted === undefined || own === undefined ? undefined : equalBytes(wanted, own)
}

/** Whether what ranking looks at can be read; otherwise the reason is kept and the candidate is none. */
function isReadable({ authority, index }: Candidate, path: Path, state: SearchState): boolean {
  if (!(authority instanceof PathCertificate)) return true
  const [first] = judged(authority, index, state)
  if (first?.code !== 'ERR_TLS_CERTIFICATE_PARSE') return true
  state.failures.push({ error: first, about: { certificate: authority, index }, depth: path.length })
  return false
}

/** The name of the child's signature algorithm, if the key can have made such a signature. */
export function checkedAlgorithm(child: PlacedCertificate, key: SubjectPublicKey, { crypto }: SearchState): string {
  const { oid, name } = child.certificate.signatureAlgorithm
  if (name === undefined || crypto.signature[name] === undefined) {
    throw certificateFailure('signature.algorithm', child, `is signed with ${name ?? oid}, which is not supported`)
  }
  if (!fitsKey(name, key.keyType) || (key.onlyAlgorithm !== undefined && key.onlyAlgorithm !== name)) {
    const problem = `is signed with ${name}, which is not for its issuer's ${key.keyType} key`
    throw certificateFailure('signature.value', child, problem)
  }
  return name
}

export function* isSignedBy(
  child: PlacedCertificate,
  key: SubjectPublicKey,
  algorithm: string,
  state: SearchState,
): Program<boolean> {
  const { certificate } = child
  spendSignatureCheck(child, state.budget)
  if (state.verified.get(certificate) === key) return true
  const { verify } = state.crypto.signature[algorithm] as SignatureAlgorithm
  const good = yield* wait(verify(key, certificate.tbs, certificate.signature))
  if (good) state.verified.set(certificate, key)
  return good
}

/** Each failure once, the most telling first. */
function told(failures: readonly Failure[]): ToldFailure[] {
  const seen = new Set<string>()
  return failures
    .toSorted((a, b) => weight(b) - weight(a))
    .filter(({ error }) => !seen.has(error.message) && seen.add(error.message))
    .map(({ error, about }) => ({ error, failure: failureOf(error, about) }))
}

/**
 * What is wrong with the leaf itself comes first. A broken rule says more than a certificate that cannot be read, and that
 * says more than a missing issuer.
 */
function weight({ error, depth }: Failure): number {
  if (depth === 0) return 3000
  if (error.code === 'ERR_TLS_CERTIFICATE_UNKNOWN_CA') return depth
  if (error.code === 'ERR_TLS_CERTIFICATE_PARSE') return 1000 + depth
  return 2000 + depth
}

/** A quarter of a million, as in Go's crypto/x509. */
const maxNameComparisons = 250_000

/** Issuers looked at for one chain, whether or not their signature was then checked. */
const maxCandidates = 2000
