import type { CryptoProvider, PublicKey } from '@typetls/crypto-provider'
import { TlsError } from '@typetls/wire'
import { Certificate } from './certificate.ts'
import type { CertificateFailure, PlacedCertificate } from './certificate-failure.ts'
import { failureOf, isCertificateFailure } from './certificate-failure.ts'
import type { PolicyOptions } from './certificate-policies.ts'
import { certificatePolicies, policyExtensions } from './certificate-policies.ts'
import type { Identity, MatchOptions } from './identity.ts'
import { identityText, matchIdentity } from './identity.ts'
import type { NamedKey } from './named-key.ts'
import { findPath } from './path.ts'
import { pathRules, tlsPurposes } from './path-rules.ts'
import type { FoundPath, ToldFailure } from './path-search.ts'
import { limitsOf } from './path-limits.ts'
import type { PathCertificate } from './path-certificate.ts'
import type { Profile } from './profile.ts'
import { activeRules, rfc5280 } from './profile.ts'
import type { Program } from './program.ts'
import { run } from './program.ts'
import type { RevocationChecker, RevocationStatus } from './revocation.ts'
import type { TrustAnchor } from './trust-anchors.ts'
import { TrustAnchors } from './trust-anchors.ts'
import { wholePathJudge } from './whole-path.ts'
import { wrongName } from './wrong-name.ts'

/**
 * Whether there is a path from a certificate to a trust anchor that holds: RFC 5280 section 6.1 with certificate policies, the
 * rules of a profile, the name that it is expected to be for, and revocation if there is a checker. With a synchronous
 * provider and checker the verdict is there at once, otherwise it is a promise.
 *
 * A certificate that fails is no exception: the verdict has all that was found wrong, the most telling first.
 *
 * @throws TlsError `ERR_TLS_CERTIFICATE_PARSE` (decode_error) when a trust anchor cannot be read, `ERR_TLS_OPTIONS`
 *   (internal_error) for limits that are not whole numbers
 */
export function verifyPath(question: PathQuestion): PathVerdict | Promise<PathVerdict> {
  return run(verdictOn(question))
}

export interface PathQuestion {
  /** The certificate in question: parsed, DER, or PEM with one. */
  readonly certificate: Certificate | Uint8Array | string
  /** What may lie between it and an anchor, in any order; not trusted. One that cannot be read is passed over. */
  readonly intermediates?: readonly (Certificate | Uint8Array)[]
  /** Where a path may end. Make a `TrustAnchors` of them to use them often. */
  readonly anchors: TrustAnchors | readonly (TrustAnchor | NamedKey)[]
  /** Milliseconds since 1970. */
  readonly time: number
  readonly crypto: CryptoProvider
  /** What the certificate is used as: a TLS server or client, or the object identifier of a purpose. Default: anything. */
  readonly purpose?: 'server' | 'client' | (string & {})
  /** Whom the certificate must be for: a host name or address, or another kind of name. Default: anybody. */
  readonly identity?: Identity
  /** Whether a domain is a public suffix, for which no wildcard may speak. Default: only the top-level domains are. */
  readonly isPublicSuffix?: MatchOptions['isPublicSuffix']
  /** Rules beyond the path itself. Default `rfc5280`. */
  readonly profile?: Profile
  /** Rules of the profile, by name, that are on or off otherwise than it says. */
  readonly rules?: Readonly<Record<string, boolean>>
  /** Certificate policies that are asked for. Default: none, and any will do. */
  readonly policies?: PolicyOptions
  /** Default: revocation is not checked. */
  readonly revocation?: RevocationChecker
  /** What a TLS server stapled, for the checker. */
  readonly ocspResponse?: Uint8Array
  /** Bits. Default 2048. */
  readonly minRsaBits?: number
  /** Most certificates in a path, leaf and anchor included. Default 10. */
  readonly maxPathLength?: number
  /** Most intermediates in a path, those that are self-issued not counted. Default: as `maxPathLength` allows. */
  readonly maxIntermediates?: number
  /** Most signature checks. Default 100. */
  readonly maxSignatureChecks?: number
}

export type PathVerdict = ValidPath | InvalidPath

export interface ValidPath {
  readonly valid: true
  /** Leaf first; the anchor is the last if it is a certificate. */
  readonly path: readonly Certificate[]
  readonly anchor: Certificate | NamedKey
  /** The name in the certificate that is for `identity`, as it stands there; `undefined`: none was asked for. */
  readonly matchedName: string | undefined
  /** The acceptable policies that the path is valid for. */
  readonly policies: readonly string[]
  /** Of the certificates of `path`, the anchor not included; empty if revocation was not checked. */
  readonly revocation: readonly RevocationStatus[]
}

export interface InvalidPath {
  readonly valid: false
  /** All that was found wrong, the most telling first; at least one. Plain data. */
  readonly failures: readonly CertificateFailure[]
  /** The first failure as an error. */
  readonly error: TlsError
}

function* verdictOn(question: PathQuestion): Program<PathVerdict> {
  const { certificate: given, anchors, purpose, profile = rfc5280 } = question
  const certificate = given instanceof Certificate ? given : Certificate.parse(given)
  const answer = yield* findPath({
    leaf: certificate,
    intermediates: readable(question.intermediates ?? []),
    anchors: anchors instanceof TrustAnchors ? anchors : new TrustAnchors(anchors),
    time: question.time,
    crypto: question.crypto,
    purpose: purposeId(purpose),
    ...limitsOf(question),
    rules: [...pathRules, ...activeRules(profile, question.rules)],
    alsoUnderstood: policyExtensions,
    judge: wholePathJudge({
      policies: certificatePolicies(question.policies),
      revocation: question.revocation,
      ocspResponse: question.ocspResponse,
      pending: [],
      maxIntermediates: question.maxIntermediates,
    }),
    verified: new WeakMap<PathCertificate, PublicKey>(),
  })
  const name = nameOf(certificate, question)
  const told: ToldFailure[] = 'failures' in answer ? [...answer.failures] : []
  if (name instanceof TlsError) told.push({ error: name, failure: failureOf(name, { certificate, index: 0 }) })
  const [first] = told
  if (first !== undefined) {
    return { valid: false, failures: told.map(({ failure }) => failure), error: first.error }
  }
  const { path, anchor, policies, revocation } = answer as FoundPath<Certificate>
  return { valid: true, path, anchor, matchedName: name as string | undefined, policies, revocation }
}

function nameOf(certificate: Certificate, { identity, isPublicSuffix }: PathQuestion): string | TlsError | undefined {
  if (identity === undefined) return undefined
  try {
    const matched = matchIdentity(certificate, identity, isPublicSuffix === undefined ? {} : { isPublicSuffix })
    return matched ?? wrongName(certificate, identityText(identity))
  } catch (error) {
    // A name that cannot be read is told of by the path's rules already.
    if (isCertificateFailure(error)) return error
    throw error
  }
}

function purposeId(purpose: PathQuestion['purpose']): string | undefined {
  return purpose === 'server' ? tlsPurposes.server : purpose === 'client' ? tlsPurposes.client : purpose
}

function readable(intermediates: readonly (Certificate | Uint8Array)[]): PlacedCertificate[] {
  return intermediates.flatMap((one, i) => {
    try {
      return [{ certificate: one instanceof Certificate ? one : Certificate.parse(one), index: i + 1 }]
    } catch (error) {
      if (isCertificateFailure(error)) return []
      throw error
    }
  })
}
