import type { CryptoProvider, PublicKey, SignatureScheme } from '@typetls/crypto-provider'
import { TlsError } from '@typetls/wire'
import type { Certificate } from './certificate.ts'
import { CertificateCache } from './certificate-cache.ts'
import type { PlacedCertificate } from './certificate-failure.ts'
import { certificateFailure, isCertificateFailure } from './certificate-failure.ts'
import type { PolicyCheck } from './certificate-policies.ts'
import { matchesHost, referenceIdentity } from './name-match.ts'
import type { MatchOptions } from './name-match.ts'
import type { NamedKey } from './named-key.ts'
import { findPath } from './path.ts'
import { tlsPurposes } from './path-rules.ts'
import type { FoundPath, ToldFailure } from './path-search.ts'
import { newBudget, wholeNumber } from './path-search.ts'
import type { Profile, ProfileRule } from './profile.ts'
import { activeRules, digitalSignature, keyEncipherment, tls } from './profile.ts'
import type { Program } from './program.ts'
import { run, wait } from './program.ts'
import type { RevocationChecker } from './revocation.ts'
import type { TransparencyChecker } from './transparency.ts'
import type { TrustAnchor } from './trust-anchors.ts'
import { TrustAnchors } from './trust-anchors.ts'
import { wrongName } from './wrong-name.ts'

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
  return new CertificateVerifier(options)
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

/** The chain as the peer sent it, DER, leaf first. */
export interface PeerChain {
  readonly certificates: readonly Uint8Array[]
  readonly ocspResponse: Uint8Array | undefined
  readonly signedCertificateTimestamps: Uint8Array | undefined
}

export interface VerifyContext {
  /** Whose chain it is. */
  readonly peer: 'server' | 'client'
  /** DNS name or IP address that a server was dialled by. */
  readonly name: string | undefined
  /** Milliseconds since 1970. */
  readonly now: number
  readonly crypto: CryptoProvider
  /** What we said that we accept in certificates. Not enforced: the rules here are stricter where it matters. */
  readonly signatureSchemes: readonly SignatureScheme[]
  /** What the leaf's key will do: its keyUsage must allow it. Default `signing`. */
  readonly keyUse?: KeyUse | undefined
}

type KeyUse = 'signing' | 'decrypting'

export interface PeerVerdict {
  /** The leaf's key. */
  readonly publicKey: PublicKey
  /** `false` only with `dangerouslyAcceptAnyCertificate`. */
  readonly authorized: boolean
  /** Why it is not authorized; its `details` are a `CertificateFailure`. */
  readonly failure: TlsError | undefined
  readonly facts: CertificateFacts
}

/** What was found out about a chain. */
export interface CertificateFacts {
  /** Leaf first, trust anchor last; only the leaf if it is not authorized. */
  readonly path: readonly Certificate[]
  /** The entry of subjectAltName that is for the dialled name, as it stands there; `undefined` if none was looked for. */
  readonly matchedName: string | undefined
}

export class CertificateVerifier {
  /** Whether it goes on with peers it did not authorize, so that sessions with such peers may be resumed. */
  readonly acceptsUnauthorized: boolean
  readonly #anchors: TrustAnchors
  readonly #skipName: boolean
  readonly #options: VerifierOptions
  readonly #rules: Readonly<Record<KeyUse, readonly (readonly [name: string, rule: ProfileRule])[]>>
  readonly #minRsaBits: number
  readonly #maxPathLength: number
  readonly #maxSignatureChecks: number
  readonly #cache = new CertificateCache()
  readonly #verified = new WeakMap<Certificate, PublicKey>()

  constructor(options: VerifierOptions) {
    this.#anchors = new TrustAnchors(options.trustAnchors)
    this.#options = options
    const profile = options.profile ?? tls
    const rulesWith = (usage: Readonly<Record<string, ProfileRule>>) =>
      activeRules({ ...profile, rules: { ...profile.rules, ...usage } }, options.rules)
    this.#rules = {
      signing: rulesWith({ 'key-usage.digital-signature': digitalSignature }),
      decrypting: rulesWith({ 'key-usage.key-encipherment': keyEncipherment }),
    }
    this.acceptsUnauthorized = options.dangerouslyAcceptAnyCertificate === true
    this.#skipName = options.dangerouslySkipNameCheck === true
    this.#minRsaBits = wholeNumber('minRsaBits', options.minRsaBits ?? 2048)
    this.#maxPathLength = wholeNumber('maxPathLength', options.maxPathLength ?? 10)
    this.#maxSignatureChecks = wholeNumber('maxSignatureChecks', options.maxSignatureChecks ?? 100)
  }

  /**
   * @throws TlsError `ERR_TLS_CERTIFICATE_*`, its `details` a `CertificateFailure`; as a rejection where the provider
   *   answers later
   */
  verify(chain: PeerChain, context: VerifyContext): PeerVerdict | Promise<PeerVerdict> {
    return run(this.#verdict(chain, context))
  }

  *#verdict(chain: PeerChain, context: VerifyContext): Program<PeerVerdict> {
    const [first] = chain.certificates
    if (first === undefined) throw new TlsError('ERR_TLS_CERTIFICATE_EMPTY', 'the chain has no certificate')
    const leaf = this.#cache.parse(first)
    const { publicKey } = leaf
    try {
      const { path, anchor } = yield* this.#path(leaf, chain, context)
      const matchedName = this.#matchedName(leaf, context)
      yield* this.#checkTransparency(path[1] ?? anchor, leaf, chain, context)
      return { publicKey, authorized: true, failure: undefined, facts: { path, matchedName } }
    } catch (error) {
      if (!this.acceptsUnauthorized || !isCertificateFailure(error)) throw error
      return { publicKey, authorized: false, failure: error, facts: { path: [leaf], matchedName: undefined } }
    }
  }

  *#path(leaf: Certificate, chain: PeerChain, context: VerifyContext): Program<FoundPath> {
    const bytes = chain.certificates.reduce((sum, { length }) => sum + length, 0)
    if (chain.certificates.length > maxSent || bytes > maxSentBytes) {
      const problem = `came in a chain of over ${maxSent} certificates or ${maxSentBytes} bytes`
      throw certificateFailure('chain.size', { certificate: leaf, index: 0 }, problem)
    }
    const intermediates: PlacedCertificate[] = []
    const unreadable: TlsError[] = []
    for (const [i, der] of chain.certificates.entries()) {
      if (i === 0) continue
      try {
        intermediates.push({ certificate: this.#cache.parse(der), index: i })
      } catch (error) {
        // A peer may send what nobody needs: it only matters if there is no path without it.
        if (!isCertificateFailure(error)) throw error
        unreadable.push(error)
      }
    }
    const answer = yield* findPath({
      leaf,
      intermediates,
      anchors: this.#anchors,
      time: context.now,
      crypto: context.crypto,
      purpose: tlsPurposes[context.peer],
      minRsaBits: this.#minRsaBits,
      rules: this.#rules[context.keyUse ?? 'signing'],
      knowsPolicies: this.#options.policies !== undefined,
      policies: this.#options.policies,
      revocation: this.#options.revocation,
      ocspResponse: chain.ocspResponse,
      pending: [],
      maxPathLength: this.#maxPathLength,
      maxIntermediates: Infinity,
      budget: newBudget(this.#maxSignatureChecks),
      verified: this.#verified,
    })
    if ('path' in answer) return answer
    const [first, ...others] = answer.failures as [ToldFailure, ...ToldFailure[]]
    const [notRead] = unreadable
    if (notRead !== undefined && first.error.code === 'ERR_TLS_CERTIFICATE_UNKNOWN_CA') throw notRead
    if (others.length === 0) throw first.error
    throw new TlsError(first.error.code, first.error.message, {
      ...(first.failure.path === undefined ? {} : { path: first.failure.path }),
      details: { ...first.failure, others: others.map(({ failure }) => failure) },
    })
  }

  /** A leaf that is itself the anchor was not issued by anybody who had to log it. */
  *#checkTransparency(
    issuer: Certificate | NamedKey,
    leaf: Certificate,
    { signedCertificateTimestamps, ocspResponse }: PeerChain,
    { peer, now, crypto }: VerifyContext,
  ): Program<void> {
    const { transparency } = this.#options
    if (transparency === undefined || peer === 'client' || issuer === leaf) return
    const query = { certificate: leaf, issuer, time: now, crypto, signedCertificateTimestamps, ocspResponse }
    const answer = yield* wait(transparency.check(query))
    if (answer !== undefined) throw certificateFailure(answer.rule, { certificate: leaf, index: 0 }, answer.problem)
  }

  #matchedName(leaf: Certificate, { peer, name }: VerifyContext): string | undefined {
    if (peer === 'client' || this.#skipName) return undefined
    const placed = { certificate: leaf, index: 0 }
    if (name === undefined) {
      const problem = 'cannot be checked, since no name was dialled: give one, or set dangerouslySkipNameCheck'
      throw certificateFailure('host-name.unknown', placed, problem)
    }
    const matched = matchesHost(leaf, name, this.#options)
    if (matched !== undefined) return matched
    const odd =
      referenceIdentity(name) === undefined ? ', which is neither a DNS name in A-labels nor an IP address' : ''
    throw wrongName(leaf, name, odd)
  }
}

/** Certificates in a chain, the leaf included. */
const maxSent = 64

/** Reading is linear in the bytes; OpenSSL stops at 100 KiB, and three post-quantum certificates may need more. */
const maxSentBytes = 256 * 1024
