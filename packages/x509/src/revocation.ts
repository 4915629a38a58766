import type { CryptoProvider, PublicKey } from '@typetls/crypto-provider'
import type { Certificate } from './certificate.ts'
import type { RuleSource } from './certificate-failure.ts'
import type { NamedKey } from './named-key.ts'

/**
 * Says whether certificates were revoked. It is asked for every certificate of a path that holds otherwise, anchors
 * excepted, from the one below the anchor down to the leaf, before the path is taken. It decides itself whether
 * not knowing is good enough (soft-fail): an answer with a problem refuses the path.
 */
export interface RevocationChecker {
  check(query: RevocationQuery): RevocationAnswer | PromiseLike<RevocationAnswer>
}

/** One certificate of a path, with what is at hand to judge its status. */
export interface RevocationQuery {
  readonly certificate: Certificate
  /** What certificates and lists of its issuer are signed with: the next certificate of the path, or the anchor. */
  readonly issuer: Certificate | NamedKey
  /** The whole path, leaf first; the anchor is the last one if it is a certificate. */
  readonly path: readonly Certificate[]
  /** Position of `certificate` in `path`; 0 is the leaf. */
  readonly index: number
  readonly anchor: Certificate | NamedKey
  /** What came beside the path: not trusted, but may be the certificate of a CRL issuer or responder. */
  readonly others: readonly Certificate[]
  /** Milliseconds since 1970. */
  readonly time: number
  readonly crypto: CryptoProvider
  /** What a TLS server stapled, for the leaf only. */
  readonly ocspResponse: Uint8Array | undefined
  /**
   * Signers whose own path is being validated for this query: not empty in a query about the path of a CRL issuer.
   * A checker must not ask for the path of one of them again, since its status would depend on itself.
   */
  readonly pending: readonly Certificate[]
  /**
   * Whether the key made the signature, with the rules for algorithms and from the budget that the path itself has.
   *
   * @throws TlsError `ERR_TLS_CERTIFICATE_WORK_LIMIT` (bad_certificate) when the budget is spent: let it pass
   */
  isSignedBy(signed: SignedData, key: PublicKey): boolean | PromiseLike<boolean>
  /**
   * A path from the certificate of a signer to the anchor of this path, by the rules of this path and from its budget, but
   * for any purpose; `undefined`: there is none. Revocation is checked along it (with `pending` longer by the signer).
   *
   * @throws TlsError `ERR_TLS_CERTIFICATE_WORK_LIMIT` (bad_certificate) when the budget is spent: let it pass
   */
  signerPath(signer: Certificate): readonly Certificate[] | undefined | PromiseLike<readonly Certificate[] | undefined>
}

/** Something signed that is not a certificate of the path: a CRL, an OCSP response. */
export interface SignedData {
  /** AlgorithmIdentifier, DER. */
  readonly algorithm: Uint8Array
  /** How errors call the AlgorithmIdentifier, such as `CertificateList.signatureAlgorithm`. */
  readonly algorithmPath: string
  /** The bytes that were signed. */
  readonly data: Uint8Array
  readonly signature: Uint8Array
}

export type RevocationStatus = 'good' | 'revoked' | 'unknown'

export interface RevocationAnswer {
  readonly status: RevocationStatus
  /** Why the path is refused; none: it is not. */
  readonly problems: readonly RevocationProblem[]
}

/** The rules of certificates that checkers answer by. */
export type CheckerRule = 'revocation.revoked' | 'revocation.unknown' | 'transparency.policy'

export interface RevocationProblem {
  /** One of ours, or a rule of your own. */
  readonly rule: CheckerRule | RuleSource
  /** What follows the certificate's name: `was revoked on 2026-01-01T00:00:00.000Z (keyCompromise)`. */
  readonly problem: string
}
