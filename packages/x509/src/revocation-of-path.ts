import type { PublicKey } from '@typetls/crypto-provider'
import type { TlsError } from '@typetls/wire'
import type { Certificate } from './certificate.ts'
import type { PlacedCertificate } from './certificate-failure.ts'
import { certificateFailure } from './certificate-failure.ts'
import type { NamedKey } from './named-key.ts'
import { isBudgetSpent } from './path-rules.ts'
import type { FoundPath, NoPath, PathSearch, SearchState } from './path-search.ts'
import { spendSignatureCheck } from './path-search.ts'
import type { Program } from './program.ts'
import { run, wait } from './program.ts'
import type { SubjectPublicKey } from './public-key.ts'
import type { RevocationQuery, RevocationStatus } from './revocation.ts'
import { fitsKey, readSignatureAlgorithm } from './signature-algorithm.ts'
import { TrustAnchors } from './trust-anchors.ts'

/** Asks the checker about each certificate below the anchor, from the anchor down; `undefined`: one was refused. */
export function* checkRevocation(question: PathToCheck): Program<readonly RevocationStatus[] | undefined> {
  const { path, below, anchor, keys, state } = question
  const { revocation } = state
  if (revocation === undefined || path[0]?.certificate === anchor) return []
  const certificates = path.map(({ certificate }) => certificate)
  const statuses: RevocationStatus[] = []
  for (let index = below.length - 1; index >= 0; index--) {
    const placed = path[index] as PlacedCertificate
    const query: RevocationQuery = {
      certificate: placed.certificate,
      issuer: below[index + 1] ?? anchor,
      path: certificates,
      index,
      anchor,
      others: state.intermediates.map(({ certificate }) => certificate).filter((one) => !certificates.includes(one)),
      time: state.time,
      crypto: state.crypto,
      ocspResponse: index === 0 ? state.ocspResponse : undefined,
      pending: state.pending,
      isSignedBy(signed, key) {
        const working = keys.get(key) ?? (key as SubjectPublicKey)
        const { name, isWeak } = readSignatureAlgorithm(signed.algorithm, signed.algorithmPath)
        const algorithm = name === undefined ? undefined : state.crypto.signature[name]
        const refused = isWeak && state.rules.some(([rule]) => rule === 'signature.weak')
        if (name === undefined || algorithm === undefined || refused || !fitsKey(name, working.keyType)) return false
        if (working.onlyAlgorithm !== undefined && working.onlyAlgorithm !== name) return false
        spendSignatureCheck(placed, state.budget)
        return algorithm.verify(working, signed.data, signed.signature)
      },
      signerPath: (signer) => run(pathOfSigner(signer, question)),
    }
    const { status, problems } = yield* wait(revocation.check(query))
    statuses.unshift(status)
    for (const { rule, problem } of problems) question.refuse(certificateFailure(rule, placed, problem), placed)
    if (problems.length > 0) return undefined
  }
  return statuses
}

interface PathToCheck {
  /** Leaf first; the anchor is the last if it is a certificate. */
  readonly path: readonly PlacedCertificate[]
  /** The path without the anchor's certificate. */
  readonly below: readonly Certificate[]
  readonly anchor: Certificate | NamedKey
  /** The keys that took their parameters from above, by those without. */
  readonly keys: ReadonlyMap<PublicKey, SubjectPublicKey>
  readonly state: SearchState
  refuse(error: TlsError, about: PlacedCertificate): void
  findPath(search: PathSearch): Program<FoundPath | NoPath>
}

function* pathOfSigner(
  signer: Certificate,
  { path, anchor, state, findPath }: PathToCheck,
): Program<readonly Certificate[] | undefined> {
  if (state.pending.includes(signer) || state.pending.length >= maxPending) return undefined
  const known = new Set([...path, ...state.intermediates].map(({ certificate }) => certificate))
  const found = yield* findPath({
    ...state,
    leaf: signer,
    intermediates: [...known].filter((one) => one !== signer).map((certificate, i) => ({ certificate, index: i + 1 })),
    // "the trust anchor … MUST be the same as the trust anchor used to validate the target certificate." 6.3.3 (f)
    anchors: new TrustAnchors([anchor]),
    purpose: undefined,
    rules: state.rules.filter(([name]) => name !== 'key-usage.digital-signature'),
    policies: undefined,
    ocspResponse: undefined,
    pending: [...state.pending, signer],
  })
  if ('path' in found) return found.path
  const spent = found.failures.find(({ error }) => isBudgetSpent(error))
  if (spent !== undefined) throw spent.error
  return undefined
}

/** A signer of lists, the signer of the list that has it, and so on. */
const maxPending = 4
