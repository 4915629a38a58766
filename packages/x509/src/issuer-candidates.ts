import type { TlsError } from '@typetls/wire'
import { equalBytes } from '@typetls/wire'
import type { PlacedCertificate } from './certificate-failure.ts'
import type { DistinguishedName } from './distinguished-name.ts'
import type { NamedKey } from './named-key.ts'
import { PathCertificate } from './path-certificate.ts'
import { brokenRules, isValidAt, refusalOf } from './path-rules.ts'
import type { SearchState } from './path-search.ts'
import { recordFailure } from './path-search.ts'

/** A certificate that may have issued the last one of a path, or an anchor without a certificate. */
export interface Candidate {
  readonly authority: PathCertificate | NamedKey
  /** The certificate with its place: without an index it is a trust anchor of ours. */
  readonly placed: PlacedCertificate | undefined
}

/** Anchors before intermediates, matching key identifiers before unknown before others, valid before expired. */
export function rankedIssuers(path: readonly PlacedCertificate[], state: SearchState): Candidate[] {
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
export function keyIdentifierMatch(child: PathCertificate, authority: PathCertificate | NamedKey): boolean | undefined {
  const wanted = child.authorityKeyIdentifier?.keyIdentifier
  const own = authority.subjectKeyIdentifier
  return wanted === undefined || own === undefined ? undefined : equalBytes(wanted, own)
}

/** Whether what ranking looks at can be read; otherwise the reason is kept and the candidate is none. */
function isReadable({ placed }: Candidate, path: readonly PlacedCertificate[], state: SearchState): boolean {
  const [first] = placed ? judged(placed, state) : []
  if (placed === undefined || first?.code !== 'ERR_TLS_CERTIFICATE_PARSE') return true
  recordFailure(state, first, placed, path.length)
  return false
}

/** What the rules say of an authority, asked once for each search. */
export function judged(placed: PlacedCertificate, state: SearchState): readonly TlsError[] {
  const known = state.judged.get(placed.certificate)
  if (known !== undefined) return known
  const failures = brokenRules(placed, placed.index === undefined ? 'anchor' : 'intermediate', state)
  state.judged.set(placed.certificate, failures)
  return failures
}
