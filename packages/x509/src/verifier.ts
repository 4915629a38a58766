import { Certificate } from './certificate.ts'
import type { PolicyCheck } from './certificate-policies.ts'
import { policyExtensions } from './certificate-policies.ts'
import type { CertificateVerifier, VerifierSetup } from './chain-verifier.ts'
import { chainVerifier } from './chain-verifier.ts'
import type { MatchOptions } from './name-match.ts'
import type { NamedKey } from './named-key.ts'
import { limitsOf } from './path-limits.ts'
import type { Profile } from './profile.ts'
import { activeRules, rulesOfUse, tls } from './profile.ts'
import { wait } from './program.ts'
import { problemFailure } from './problem-failure.ts'
import type { RevocationChecker } from './revocation.ts'
import type { TransparencyChecker } from './transparency.ts'
import type { TrustAnchor } from './trust-anchors.ts'
import { TrustAnchors } from './trust-anchors.ts'
import { wholePathJudge } from './whole-path.ts'

/**
 * A verifier for `Connection`: the peer's chain must lead to one of the trust anchors, be for this purpose, and (for a
 * server) be for the name that was dialled. With a synchronous provider it answers at once, otherwise with a promise.
 *
 * It remembers up to 64 certificates of up to 8 KiB that it parsed, and for each of them the issuer's key that its
 * signature was checked with: both follow from the bytes alone. Validity, purpose, names and limits are checked each
 * time.
 *
 * @throws TlsError `ERR_TLS_CERTIFICATE_PARSE` (decode_error) when a trust anchor cannot be read, `ERR_TLS_OPTIONS`
 *   (internal_error) for limits that are not whole numbers
 */
export function createVerifier(options: VerifierOptions): CertificateVerifier {
  const { profile = tls, policies, revocation } = options
  return chainVerifier({
    anchors: new TrustAnchors(options.trustAnchors),
    parse: Certificate.parse,
    rules: rulesOfUse(activeRules(profile, options.rules), options.rules),
    acceptsUnauthorized: options.dangerouslyAcceptAnyCertificate === true,
    skipsName: options.dangerouslySkipNameCheck === true,
    ...(options.isPublicSuffix && { isPublicSuffix: options.isPublicSuffix }),
    ...limitsOf(options),
    alsoUnderstood: policies && policyExtensions,
    judgeOf: ({ ocspResponse }) => wholePathJudge({ policies, revocation, ocspResponse, pending: [] }),
    ...(options.transparency && { judgeLeaf: transparencyJudge(options.transparency) }),
  })
}

export interface VerifierOptions {
  /**
   * Where a path may end: certificates, their DER, PEM with any number of them, or names with keys. None: every chain is refused with
   * `ERR_TLS_CERTIFICATE_UNKNOWN_CA`.
   */
  readonly trustAnchors: readonly (TrustAnchor | NamedKey)[]
  /**
   * Goes on with a peer that could be anybody: the verdict is `authorized: false` and has the failure. Only what a
   * handshake cannot do without is still required: a leaf whose key can be read. Default `false`.
   */
  readonly dangerouslyAcceptAnyCertificate?: boolean
  /**
   * Accepts a server whose certificate is for another name, or a dial without a name. Whoever has any certificate
   * under the trust anchors can then be the server. Default `false`.
   */
  readonly dangerouslySkipNameCheck?: boolean
  /** Rules beyond the path itself. Default `tls`; `webpki` adds those of the CA/Browser Forum. */
  readonly profile?: Profile
  /**
   * Rules of the profile, by name, that are on or off otherwise than it says. `key-usage.digital-signature`, that a leaf's
   * key may sign, is on whatever the profile; with static RSA it is `key-usage.key-encipherment` instead.
   */
  readonly rules?: Readonly<Record<string, boolean>>
  /**
   * Judges certificate policies, such as `certificatePolicies()`. Default: they are not looked at, and a chain whose
   * policyConstraints or policyMappings are critical is refused.
   */
  readonly policies?: PolicyCheck
  /** Such as `createRevocationChecker()` of `@typetls/x509/revocation`. Default: revocation is not checked. */
  readonly revocation?: RevocationChecker
  /**
   * Such as `createTransparencyChecker()` of `@typetls/x509/transparency`; asked about servers only. Default: nobody asks
   * whether a certificate was logged.
   */
  readonly transparency?: TransparencyChecker
  /** Whether a domain is a public suffix, for which no wildcard may speak. Default: only the top-level domains are. */
  readonly isPublicSuffix?: MatchOptions['isPublicSuffix'] & {}
  /** Smallest RSA modulus, in bits, anywhere in the path. Default 2048, as the CA/Browser Forum and NIST ask. */
  readonly minRsaBits?: number
  /** Most certificates in a path, leaf and anchor included. Default 10; the Web PKI needs 4 or 5. */
  readonly maxPathLength?: number
  /** Most signature checks for one chain. Default 100, as in Go's crypto/x509. */
  readonly maxSignatureChecks?: number
}

/** A leaf that is itself the anchor was not issued by anybody who had to log it. */
function transparencyJudge(transparency: TransparencyChecker): VerifierSetup<Certificate>['judgeLeaf'] & {} {
  return function* (leaf, issuer, { signedCertificateTimestamps, ocspResponse }, { peer, now, crypto }) {
    if (peer === 'client' || issuer === leaf) return
    const query = { certificate: leaf, issuer, time: now, crypto, signedCertificateTimestamps, ocspResponse }
    const answer = yield* wait(transparency.check(query))
    if (answer !== undefined) throw problemFailure({ certificate: leaf, index: 0 }, answer)
  }
}
