import type { RevocationChecker } from '@typetls/x509'
import type { CrlInput } from '@typetls/x509/revocation'
import { createRevocationChecker } from '@typetls/x509/revocation'
import { TlsError } from '@typetls/wire'

/** CRLs, DER or PEM; a single one or a list. */
export type Crls = CrlInput | readonly CrlInput[]

export interface RevocationOptions {
  /**
   * As in `node:tls`: every certificate of the peer's path below the anchor must be known to be good by one of these, or by
   * what the server stapled.
   */
  readonly crl?: Crls | undefined
  /** In place of `crl`: what `createRevocationChecker` of `@typetls/x509/revocation` makes. Default: nothing is checked. */
  readonly revocation?: RevocationChecker | undefined
}

/**
 * The checker for these options; the same one for the same `crl`, as long as that is kept.
 *
 * @throws TlsError `ERR_TLS_OPTIONS` (internal_error) for both options, `ERR_TLS_CRL_PARSE` (internal_error)
 */
export function revocationChecker({ crl, revocation }: RevocationOptions): RevocationChecker | undefined {
  if (crl === undefined || crl === null) return revocation ?? undefined
  if (revocation !== undefined) throw new TlsError('ERR_TLS_OPTIONS', 'give crl or revocation, not both')
  const known = typeof crl === 'string' ? byText.get(crl) : byObject.get(crl)
  if (known !== undefined) return known
  const crls = Array.isArray(crl) ? (crl as readonly CrlInput[]) : [crl as CrlInput]
  // As OpenSSL does it: a staple is no duty, and a bad one is none; a CRL needs no number.
  const made = createRevocationChecker({ crls, badStaple: 'ignore', mustStaple: false, requireCrlNumber: false })
  if (typeof crl !== 'string') byObject.set(crl, made)
  else {
    byText.set(crl, made)
    if (byText.size > maxTexts) byText.delete(byText.keys().next().value as string)
  }
  return made
}

const byObject = /* @__PURE__ */ new WeakMap<object, RevocationChecker>()
const byText = /* @__PURE__ */ new Map<string, RevocationChecker>()

/** CRLs in use at the same time as text; each keeps what it is long. */
const maxTexts = 4
