import type { PublicKey } from '@typetls/crypto-provider'
import { TlsError } from '@typetls/wire'
import { AnchorList } from './anchor-list.ts'
import type { Certificate } from './certificate.ts'
import type { PlacedCertificate } from './certificate-failure.ts'
import { certificateFailure } from './certificate-failure.ts'
import type { PolicyCheck } from './certificate-policies.ts'
import { policyRules } from './certificate-policies.ts'
import { inheritsParameters, withInheritedParameters } from './inherited-parameters.ts'
import type { NamedKey } from './named-key.ts'
import { findPath } from './path.ts'
import { PathCertificate } from './path-certificate.ts'
import { isBudgetSpent, refusalOf } from './path-rules.ts'
import { checkedAlgorithm, isSignedBy, wrongSignature } from './path-signature.ts'
import type { JudgedPath, PathJudge, SearchState } from './path-search.ts'
import { recordFailure, spendSignatureCheck } from './path-search.ts'
import { problemFailure } from './problem-failure.ts'
import type { Program } from './program.ts'
import { run, wait } from './program.ts'
import type { SubjectPublicKey } from './public-key.ts'
import type { RevocationChecker, RevocationQuery, RevocationStatus } from './revocation.ts'
import { fitsKey, readSignatureAlgorithm } from './signature-algorithm.ts'

/** What a path is asked when it has reached its anchor, beyond the signatures of keys that stand for themselves. */
export interface WholePathRules {
  readonly policies: PolicyCheck | undefined
  readonly revocation: RevocationChecker | undefined
  /** What a TLS server stapled. */
  readonly ocspResponse: Uint8Array | undefined
  /** Signers whose status depends on the search. */
  readonly pending: readonly Certificate[]
  /** Most intermediates that are not self-issued. Default: any number. */
  readonly maxIntermediates?: number | undefined
}

/**
 * Judges keys that take their parameters from above, the number of intermediates, certificate policies, and revocation.
 * All certificates of the search must have been read by `Certificate`.
 */
export function wholePathJudge(rules: WholePathRules): PathJudge {
  return { defers: inheritsParameters, whole: (path, anchor, state) => judgeWhole(path, anchor, state, rules) }
}

function* judgeWhole(
  path: readonly PlacedCertificate[],
  anchor: PathCertificate | NamedKey,
  state: SearchState,
  rules: WholePathRules,
): Program<JudgedPath | undefined> {
  const refuse = (error: TlsError, about: PlacedCertificate): undefined => {
    recordFailure(state, error, about, path.length + 1)
    return undefined
  }
  const certificates = path.map(({ certificate }) => certificate as Certificate)
  const below = anchor instanceof PathCertificate && certificates.length > 1 ? certificates.slice(0, -1) : certificates
  const { maxIntermediates = Infinity } = rules
  const counted = path.slice(1, below.length).filter(({ certificate }) => !certificate.isSelfIssued)
  const last = counted.at(-1)
  if (last !== undefined && counted.length > maxIntermediates) {
    const problem = `makes a path of more than ${maxIntermediates} intermediates`
    const code = 'ERR_TLS_CERTIFICATE_CONSTRAINT'
    return refuse(certificateFailure(last, problem, 'path.intermediates', code, 'option maxIntermediates'), last)
  }
  // Keys without parameters of their own take those of the key above: working_public_key_parameters, section 6.1.4
  const keys = new Map<PublicKey, SubjectPublicKey>()
  for (const placed of path.slice(0, below.length).reverse()) {
    const { certificate } = placed
    const issuer = below[below.indexOf(certificate as Certificate) + 1] ?? anchor
    const key = keys.get(issuer.publicKey) ?? issuer.publicKey
    if (issuer !== certificate && inheritsParameters(issuer.publicKey)) {
      const algorithm = refusalOf(() => checkedAlgorithm(placed, key, state))
      if (algorithm instanceof TlsError) return refuse(algorithm, placed)
      if (!(yield* isSignedBy(placed, key, algorithm, state))) return refuse(wrongSignature(placed, issuer), placed)
    }
    const working = withInheritedParameters(certificate.publicKey, key)
    if (working !== certificate.publicKey) keys.set(certificate.publicKey, working)
  }

  const outcome = rules.policies?.(below) ?? { policies: [] }
  if ('rule' in outcome) {
    const { rule, index, problem } = outcome
    const about = path[index] as PlacedCertificate
    const reference = policyRules[rule]
    return refuse(certificateFailure(about, problem, rule, 'ERR_TLS_CERTIFICATE_CONSTRAINT', reference), about)
  }
  const found = anchor as Certificate | NamedKey
  const revocation = yield* checkRevocation({ path, certificates, below, anchor: found, keys, state, rules, refuse })
  return revocation && { policies: outcome.policies, revocation }
}

/** Asks the checker about each certificate below the anchor, from the anchor down; `undefined`: one was refused. */
function* checkRevocation(question: PathToCheck): Program<readonly RevocationStatus[] | undefined> {
  const { path, certificates, below, anchor, keys, state, rules } = question
  const { revocation } = rules
  if (revocation === undefined || path[0]?.certificate === anchor) return []
  const statuses: RevocationStatus[] = []
  for (let index = below.length - 1; index >= 0; index--) {
    const placed = path[index] as PlacedCertificate
    const query: RevocationQuery = {
      certificate: placed.certificate as Certificate,
      issuer: below[index + 1] ?? anchor,
      path: certificates,
      index,
      anchor,
      others: sentBeside(certificates, state),
      time: state.time,
      crypto: state.crypto,
      ocspResponse: index === 0 ? rules.ocspResponse : undefined,
      pending: rules.pending,
      isSignedBy(signed, key) {
        const working = keys.get(key) ?? (key as SubjectPublicKey)
        const { name, isWeak } = readSignatureAlgorithm(signed.algorithm, signed.algorithmPath)
        const algorithm = name === undefined ? undefined : state.crypto.signature[name]
        const refused = isWeak && state.rules.some(([rule]) => rule === 'signature.weak')
        if (name === undefined || algorithm === undefined || refused || !fitsKey(name, working)) return false
        spendSignatureCheck(placed, state)
        return algorithm.verify(working, signed.data, signed.signature)
      },
      signerPath: (signer) => run(pathOfSigner(signer, question)),
    }
    const { status, problems } = yield* wait(revocation.check(query))
    statuses.unshift(status)
    for (const problem of problems) question.refuse(problemFailure(placed, problem), placed)
    if (problems.length > 0) return undefined
  }
  return statuses
}

function sentBeside(path: readonly Certificate[], { intermediates }: SearchState): readonly Certificate[] {
  return intermediates.map(({ certificate }) => certificate as Certificate).filter((one) => !path.includes(one))
}

interface PathToCheck {
  /** Leaf first; the anchor is the last if it is a certificate. */
  readonly path: readonly PlacedCertificate[]
  readonly certificates: readonly Certificate[]
  /** The path without the anchor's certificate. */
  readonly below: readonly Certificate[]
  readonly anchor: Certificate | NamedKey
  /** The keys that took their parameters from above, by those without. */
  readonly keys: ReadonlyMap<PublicKey, SubjectPublicKey>
  readonly state: SearchState
  readonly rules: WholePathRules
  refuse(error: TlsError, about: PlacedCertificate): void
}

function* pathOfSigner(
  signer: Certificate,
  { path, anchor, state, rules }: PathToCheck,
): Program<readonly Certificate[] | undefined> {
  if (rules.pending.includes(signer) || rules.pending.length >= maxPending) return undefined
  const known = new Set([...path, ...state.intermediates].map(({ certificate }) => certificate))
  const found = yield* findPath({
    ...state,
    leaf: signer,
    intermediates: [...known].filter((one) => one !== signer).map((certificate, i) => ({ certificate, index: i + 1 })),
    // "the trust anchor … MUST be the same as the trust anchor used to validate the target certificate." 6.3.3 (f)
    anchors: new AnchorList([anchor]),
    purpose: undefined,
    rules: state.rules.filter(([name]) => name !== 'key-usage.digital-signature'),
    judge: wholePathJudge({
      policies: undefined,
      revocation: rules.revocation,
      ocspResponse: undefined,
      pending: [...rules.pending, signer],
      maxIntermediates: rules.maxIntermediates,
    }),
  })
  if ('path' in found) return found.path as readonly Certificate[]
  // A path that is too long is the fault of one candidate.
  const spent = found.failures.find(({ error, failure }) => isBudgetSpent(error) && failure.rule !== 'path.length')
  if (spent !== undefined) throw spent.error
  return undefined
}

/** A signer of lists, the signer of the list that has it, and so on. */
const maxPending = 4
