import type { SignatureAlgorithm } from '@typetls/crypto-provider'
import { equalBytes, TlsError } from '@typetls/wire'
import { PathCertificate } from './path-certificate.ts'
import type { PlacedCertificate } from './certificate-failure.ts'
import { certificateFailure, isCertificateFailure } from './certificate-failure.ts'
import type { DistinguishedName } from './distinguished-name.ts'
import { violatedNameConstraint } from './name-constraints.ts'
import type { NamedKey } from './named-key.ts'
import type { Failure, FoundPath, NoPath, PathSearch, SearchState } from './path-search.ts'
import { recordFailure, spendSignatureCheck, workFailure } from './path-search.ts'
import { brokenRules, isValidAt, refusalOf } from './path-rules.ts'
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

/** A certificate that may have issued the last one of a path, or an anchor without a certificate. */
interface Candidate {
  readonly authority: PathCertificate | NamedKey
  /** The certificate with its place: without an index it is a trust anchor of ours. */
  readonly placed: PlacedCertificate | undefined
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

export function wrongSignature(child: PlacedCertificate, { subject }: PathCertificate | NamedKey): TlsError {
  return signatureFailure(child, `was not signed by the key of ${subject}`)
}

function signatureFailure(child: PlacedCertificate, problem: string): TlsError {
  const reference = 'RFC 5280 section 6.1.3'
  return certificateFailure(child, problem, 'signature.value', 'ERR_TLS_CERTIFICATE_SIGNATURE', reference)
}

function judged(placed: PlacedCertificate, state: SearchState): readonly TlsError[] {
  const known = state.judged.get(placed.certificate)
  if (known !== undefined) return known
  const failures = brokenRules(placed, placed.index === undefined ? 'anchor' : 'intermediate', state)
  state.judged.set(placed.certificate, failures)
  return failures
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

/** Anchors before intermediates, matching key identifiers before unknown before others, valid before expired. */
function rankedIssuers(path: Path, state: SearchState): Candidate[] {
  const child = (path.at(-1) as PlacedCertificate).certificate
  const anchors = state.anchors.issuersOf(child).map((authority) => ({
    authority,
    placed: authority instanceof PathCertificate ? { certificate: authority, index: undefined } : undefined,
  }))
  const intermediates = state.intermediates
    .filter(
      ({ certificate }) =>
        // Cheap first: names that differ in their bytes must be read to be compared.
        !path.some((one) => one.certificate === certificate) &&
        isSameName(certificate.subject, child.issuer) &&
        !state.anchors.has(certificate),
    )
    .map((placed) => ({ authority: placed.certificate, placed }))
  return [...anchors, ...intermediates]
    .filter(({ authority }) => !path.some((one) => isSameEntity(one.certificate, authority)))
    .filter((candidate) => isReadable(candidate, path, state))
    .map((candidate) => ({ ...candidate, rank: rank(child, candidate, state.time) }))
    .sort((a, b) => b.rank - a.rank)
}

function rank(child: PathCertificate, { authority, placed }: Candidate, time: number): number {
  const match = keyIdentifierMatch(child, authority)
  const known = match === undefined ? 2 : match ? 4 : 0
  const valid = placed === undefined || isValidAt(placed.certificate, time)
  return (placed?.index === undefined ? 8 : 0) + known + (valid ? 1 : 0)
}

/** "A certificate MUST NOT appear more than once in a prospective certification path": nor may its name and key. */
function isSameEntity(one: PathCertificate, other: PathCertificate | NamedKey): boolean {
  // Whether the key can be read is asked later.
  const { spki } = other instanceof PathCertificate ? other : other.publicKey
  return one === other || (equalBytes(one.spki, spki) && isSameName(one.subject, other.subject))
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
function isReadable({ placed }: Candidate, path: Path, state: SearchState): boolean {
  const [first] = placed ? judged(placed, state) : []
  if (placed === undefined || first?.code !== 'ERR_TLS_CERTIFICATE_PARSE') return true
  recordFailure(state, first, placed, path.length)
  return false
}

/** The name of the child's signature algorithm, if the key can have made such a signature. */
export function checkedAlgorithm(child: PlacedCertificate, key: SubjectPublicKey, { crypto }: SearchState): string {
  const { oid, name } = child.certificate.signatureAlgorithm
  if (name === undefined || crypto.signature[name] === undefined) {
    const problem = `is signed with ${name ?? oid}, which is not supported`
    const reference = 'RFC 5280 section 4.1.1.2'
    throw certificateFailure(child, problem, 'signature.algorithm', 'ERR_TLS_CERTIFICATE_UNSUPPORTED', reference)
  }
  if (!fitsKey(name, key)) {
    throw signatureFailure(child, `is signed with ${name}, which is not for its issuer's ${key.keyType} key`)
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
  spendSignatureCheck(child, state)
  if (state.verified.get(certificate) === key) return true
  const { verify } = state.crypto.signature[algorithm] as SignatureAlgorithm
  const good = yield* wait(verify(key, certificate.tbs, certificate.signature))
  if (good) state.verified.set(certificate, key)
  return good
}

/** Each failure once, the most telling first. */
function told(failures: readonly Failure[]): Failure[] {
  const seen = new Set<string>()
  return failures
    .toSorted((a, b) => weight(b) - weight(a))
    .filter(({ error }) => !seen.has(error.message) && seen.add(error.message))
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
