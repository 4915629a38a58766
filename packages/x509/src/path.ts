import { TlsError } from '@typetls/wire'
import type { PlacedCertificate } from './certificate-failure.ts'
import { certificateFailure, failureOf, isCertificateFailure } from './certificate-failure.ts'
import type { Candidate } from './issuer-candidates.ts'
import { judged, keyIdentifierMatch, rankedIssuers } from './issuer-candidates.ts'
import { violatedNameConstraint } from './name-constraints.ts'
import type { NamedKey } from './named-key.ts'
import type { PathCertificate } from './path-certificate.ts'
import { brokenRules, refusalOf } from './path-rules.ts'
import type { Failure, FoundPath, NoPath, PathSearch, SearchState, ToldFailure } from './path-search.ts'
import { recordFailure, workFailure } from './path-search.ts'
import { checkedAlgorithm, isSignedBy, wrongSignature } from './path-signature.ts'
import type { Program } from './program.ts'

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
  const work = { signatureChecks: 0, candidates: 0, nameComparisons: 0 }
  const state: SearchState = { work, ...search, failures: [], judged: new Map() }
  const leaf: PlacedCertificate = { certificate: search.leaf, index: 0 }
  const own = brokenRules(leaf, 'leaf', search)
  for (const error of own) recordFailure(state, error, leaf, 0)
  try {
    const found = search.anchors.has(search.leaf)
      ? yield* whole([leaf], search.leaf, state)
      : yield* extend([leaf], state)
    if (found !== undefined && own.length === 0) return found
  } catch (error) {
    // A spent budget, or a field of the leaf that cannot be read.
    if (!isCertificateFailure(error)) throw error
    recordFailure(state, error, leaf, Infinity)
  }
  return { failures: told(state.failures) }
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
    const { authority, placed } = candidate
    for (const error of refusals) recordFailure(state, error, placed ?? child, path.length)
    if (refusals.length > 0) continue
    const longer = placed ? [...path, placed] : path
    const found = yield* placed?.index === undefined ? whole(longer, authority, state) : extend(longer, state)
    if (found !== undefined) return found
  }
  if (!issuerSeen) {
    const { isSelfIssued, issuer } = child.certificate
    const problem =
      path.length === 1 && isSelfIssued
        ? 'is self-signed and not a trust anchor'
        : `was issued by ${issuer}: no trust anchor and no certificate sent has that name and key`
    const reference = 'RFC 5280 section 6.1'
    const error = certificateFailure(child, problem, 'path.trust-anchor', 'ERR_TLS_CERTIFICATE_UNKNOWN_CA', reference)
    recordFailure(state, error, child, path.length)
  }
  return undefined
}

function* whole(path: Path, anchor: PathCertificate | NamedKey, state: SearchState): Program<FoundPath | undefined> {
  const judged = state.judge ? yield* state.judge.whole(path, anchor, state) : { policies: [], revocation: [] }
  return judged && { path: path.map(({ certificate }) => certificate), anchor, ...judged }
}

/** Why the candidate is not the next step of the path; `'other-key'`: it only has the issuer's name. */
function* triedWith(
  { authority, placed }: Candidate,
  path: Path,
  state: SearchState,
): Program<readonly TlsError[] | 'other-key'> {
  const child = path.at(-1) as PlacedCertificate
  const about = placed ?? child
  if (++state.work.candidates > maxCandidates) {
    throw workFailure(child, `takes over ${maxCandidates} candidates to find an issuer for`, 'path.candidates')
  }
  const refusals = placed ? [...judged(placed, state)] : []
  if (path.length >= state.maxPathLength) {
    const problem = `makes the path longer than ${state.maxPathLength} certificates`
    refusals.push(workFailure(about, problem, 'path.length', 'option maxPathLength'))
  }
  const { pathLength, publicKey } = authority
  // "the maximum number of non-self-issued intermediate certificates that may follow this certificate", counted only
  // where there is a limit: whether a certificate is self-issued takes reading two names.
  const below = pathLength === undefined ? [] : path.filter((one, i) => i > 0 && !one.certificate.isSelfIssued)
  if (below.length > (pathLength ?? 0)) {
    const problem = `allows ${pathLength} intermediates below it, has ${below.length}`
    const reference = 'RFC 5280 section 4.2.1.9'
    refusals.push(
      certificateFailure(about, problem, 'basic-constraints.path-length', 'ERR_TLS_CERTIFICATE_CONSTRAINT', reference),
    )
  }
  const forbidden = refusalOf(() => forbiddenName(authority, path, state))
  if (forbidden !== undefined) refusals.push(forbidden)
  const algorithm = refusalOf(() => checkedAlgorithm(child, publicKey, state))
  if (algorithm instanceof TlsError) return [...refusals, algorithm]
  if (refusals.length > 0 || state.judge?.defers(publicKey) === true) return refusals
  if (yield* isSignedBy(child, publicKey, algorithm, state)) return []
  return keyIdentifierMatch(child.certificate, authority) === false ? 'other-key' : [wrongSignature(child, authority)]
}

/** "Name constraints are not applied to self-issued certificates (unless the certificate is the final certificate)" */
function forbiddenName(
  { nameConstraints, subject }: PathCertificate | NamedKey,
  path: Path,
  { work }: SearchState,
): TlsError | undefined {
  if (nameConstraints === undefined) return undefined
  for (const [i, below] of path.entries()) {
    if (i > 0 && below.certificate.isSelfIssued) continue
    const violation = violatedNameConstraint(nameConstraints, below.certificate, (comparisons) => {
      work.nameComparisons += comparisons
      if (work.nameComparisons > maxNameComparisons) {
        throw workFailure(below, `needs over ${maxNameComparisons} name comparisons`, 'path.name-comparisons')
      }
    })
    if (violation !== undefined) {
      const problem = `has the name ${violation.name}, which ${subject} may not vouch for`
      const reference = 'RFC 5280 section 4.2.1.10'
      return certificateFailure(below, problem, violation.rule, 'ERR_TLS_CERTIFICATE_CONSTRAINT', reference)
    }
  }
  return undefined
}

/** Each failure once, the most telling first. Only then described: a hostile chain has thousands of the same. */
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
function weight({ error: { code }, depth }: Failure): number {
  if (depth === 0) return 3000
  const kind = code === 'ERR_TLS_CERTIFICATE_UNKNOWN_CA' ? 0 : code === 'ERR_TLS_CERTIFICATE_PARSE' ? 1000 : 2000
  return kind + depth
}

/** A quarter of a million, as in Go's crypto/x509. */
const maxNameComparisons = 250_000

/** Issuers looked at for one chain, whether or not their signature was then checked. */
const maxCandidates = 2000
