import { X509Certificate } from 'node:crypto'
import type { PeerChain, PeerVerdict, PeerVerifier, VerifyContext } from '@typetls/handshake'
import { TlsError } from '@typetls/wire'
import type { CertificateFailure, RevocationChecker } from '@typetls/x509'
import { Certificate, createVerifier } from '@typetls/x509'
import type { CrlInput } from '@typetls/x509/revocation'
import { revocationChecker } from '../revocation.ts'
import { rememberingVerdicts } from '../remembered-verdicts.ts'
import { defaultRoots } from './ca-certificates.ts'
import { leastModulus } from './security-level.ts'

/** What a context trusts, and how it judges the chains of its peers. */
export class TrustStore {
  /** DER: they are trusted, sent along and named in requests for certificates. */
  readonly authorities: Uint8Array[] = []
  readonly #crls: CrlInput[] = []
  #withRoots = false
  #allowsPartialChains = false
  /** As long as nothing is added. */
  readonly #made = new Map<string, PeerVerifier>()

  /** Trusts Node's own list too, or what `setDefaultCACertificates` made of it. */
  addRoots(): void {
    this.#withRoots = true
    this.#made.clear()
  }

  addAuthority(der: Uint8Array): void {
    this.authorities.push(der)
    this.#made.clear()
  }

  /** @throws TlsError `ERR_TLS_CRL_PARSE` */
  addCrl(crl: CrlInput): void {
    revocationChecker({ crl: [crl] })
    this.#crls.push(crl)
    this.#made.clear()
  }

  /** A path may end at any authority. Otherwise, as in OpenSSL, it ends at one that is self-signed. */
  allowPartialChains(): void {
    this.#allowsPartialChains = true
    this.#made.clear()
  }

  /**
   * Judges everything but the name. What it remembers serves all contexts that trust the same.
   *
   * @throws TlsError `ERR_TLS_OPTIONS` for CRLs and another checker of revocation
   */
  verifier(judging: Judging): PeerVerifier {
    if (judging.revocation !== undefined) return this.#make(judging)
    const key = `${judging.level} ${judging.acceptAny}`
    const known = this.#made.get(key) ?? this.#make(judging)
    this.#made.set(key, known)
    return known
  }

  #make({ level, acceptAny, revocation: own }: Judging): PeerVerifier {
    const parsed = this.authorities.map((der) => Certificate.parse(der))
    const anchors = parsed.filter((one) => this.#allowsPartialChains || one.isSelfIssued)
    const others = parsed.filter((one) => !anchors.includes(one)).map(({ der }) => der)
    const revocation = revocationChecker({ crl: this.#crls.length === 0 ? undefined : this.#crls, revocation: own })
    const make = (roots: readonly Certificate[]): PeerVerifier => {
      const verifier = createVerifier({
        trustAnchors: [...roots, ...anchors],
        dangerouslyAcceptAnyCertificate: acceptAny,
        dangerouslySkipNameCheck: true,
        minRsaBits: leastModulus(level),
        ...(revocation === undefined ? {} : { revocation }),
      })
      return revocation === undefined ? rememberingVerdicts(verifier) : verifier
    }
    const key = [level, acceptAny, ...anchors.map(({ der }) => Buffer.from(der).toString('latin1'))].join()
    const withRoots = this.#withRoots
    let last: { readonly roots: readonly Certificate[]; readonly verifier: PeerVerifier } | undefined
    return {
      acceptsUnauthorized: acceptAny,
      verify(chain, context) {
        const roots = withRoots ? defaultRoots() : none
        if (last?.roots !== roots) {
          last = { roots, verifier: revocation === undefined ? shared(roots, key, make) : make(roots) }
        }
        const { verifier } = last
        return others.length === 0 ? verifier.verify(chain, context) : verified(verifier, chain, others, context)
      },
    }
  }

  /** The authorities above a certificate, DER, as far as they are here. */
  above(certificate: Uint8Array): Uint8Array[] {
    const above: Uint8Array[] = []
    const known = [...this.authorities, ...(this.#withRoots ? defaultRoots().map(({ der }) => der) : [])]
    let last = new X509Certificate(certificate)
    while (!last.checkIssued(last) && above.length < maxAbove) {
      const child = last
      const issuer = known.find((der) => child.checkIssued(new X509Certificate(der)))
      if (issuer === undefined) break
      above.push(issuer)
      last = new X509Certificate(issuer)
    }
    return above
  }
}

export interface Judging {
  /** OpenSSL's security level. */
  readonly level: number
  /** Goes on with a peer that could be anybody: the verdict says so. */
  readonly acceptAny: boolean
  readonly revocation: RevocationChecker | undefined
}

/** Others are trusted only as far as something above them is; a failure says of them that they are ours. */
async function verified(
  verifier: PeerVerifier,
  chain: PeerChain,
  others: readonly Uint8Array[],
  context: VerifyContext,
): Promise<PeerVerdict> {
  const certificates = [...chain.certificates, ...others]
  const isOurs = (index: number | undefined): boolean =>
    index !== undefined && others.some((der) => Buffer.compare(der, certificates[index] ?? der) === 0)
  const told = (failure: TlsError): TlsError => {
    const details = failure.details as CertificateFailure | undefined
    if (!isOurs(details?.index)) return failure
    return new TlsError(failure.code, failure.message, { cause: failure, details: { ...details, index: undefined } })
  }
  try {
    const verdict = await verifier.verify({ ...chain, certificates }, context)
    return verdict.failure === undefined ? verdict : { ...verdict, failure: told(verdict.failure) }
  } catch (error) {
    throw error instanceof TlsError ? told(error) : error
  }
}

function shared(
  roots: readonly Certificate[],
  key: string,
  make: (roots: readonly Certificate[]) => PeerVerifier,
): PeerVerifier {
  const all = verifiers.get(roots) ?? new Map<string, PeerVerifier>()
  verifiers.set(roots, all)
  const known = all.get(key)
  if (known !== undefined) return known
  const made = make(roots)
  all.set(key, made)
  if (all.size > maxVerifiers) all.delete(all.keys().next().value as string)
  return made
}

const none: readonly Certificate[] = []
const verifiers = /* @__PURE__ */ new WeakMap<readonly Certificate[], Map<string, PeerVerifier>>()

/** Different sets of authorities in use at the same time; each keeps at most a few hundred kilobytes. */
const maxVerifiers = 8

/** Certificates in a chain that OpenSSL builds, at most. */
const maxAbove = 100
