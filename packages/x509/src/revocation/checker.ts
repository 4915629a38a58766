import { TlsError } from '@typetls/wire'
import { Certificate } from '../certificate.ts'
import { crlDistributionPoints } from '../certificate-extensions.ts'
import type { CertificateList } from './certificate-list.ts'
import type { CrlInput } from './crl-store.ts'
import { CrlStore } from './crl-store.ts'
import { crlStatus } from './crl-status.ts'
import { ruleNamed } from './evidence-rules.ts'
import { isUncheckableResponder, ocspStatus } from './ocsp-status.ts'
import type { Program } from '../program.ts'
import { run, wait } from '../program.ts'
import type { RevocationAnswer, RevocationChecker, RevocationProblem, RevocationQuery } from '../revocation.ts'
import type { FetchedOcspResponse, RevocationSource } from './source.ts'
import type { Freshness, StatusFinding, StatusNote } from './finding.ts'
import { instant } from './finding.ts'

/**
 * Checks revocation by OCSP and CRLs: for `createVerifier({ revocation })`.
 *
 * For each certificate it asks, in this order: what the server stapled (the leaf only), the OCSP responses and the CRLs
 * given here, the source. The first that says `good` decides, except that all that is at hand is looked at before a
 * source is asked: `revoked` from any of it refuses the certificate.
 *
 * @throws TlsError `ERR_TLS_CRL_PARSE`, `ERR_TLS_OPTIONS` (internal_error), `ERR_TLS_CERTIFICATE_PARSE` (decode_error)
 */
export function createRevocationChecker(options: RevocationOptions = {}): RevocationChecker {
  return new StatusChecker(options)
}

export interface RevocationOptions {
  /** CRLs, complete and delta. Default: none. */
  readonly crls?: readonly CrlInput[]
  /** OCSPResponse, DER. Default: none beside what servers staple. */
  readonly ocspResponses?: readonly Uint8Array[]
  /**
   * What to do about a certificate whose status nobody tells. `hard-fail`, the default: refuse it with
   * `ERR_TLS_CERTIFICATE_STATUS_UNKNOWN`, since whoever stole a key can also keep the news of it away. `soft-fail`: go on.
   */
  readonly mode?: 'hard-fail' | 'soft-fail'
  /**
   * `path`, the default: all certificates below the anchor. `leaf`: only the peer's own; a server cannot staple for more
   * in practice, so this goes with stapling alone.
   */
  readonly scope?: 'path' | 'leaf'
  /**
   * What to do about a staple that does not count: expired, of a stranger, about another certificate, not `good`.
   * `refuse`, the default: `ERR_TLS_CERTIFICATE_STATUS`, since RFC 6066 section 8 says so. `ignore`: as if there were none.
   */
  readonly badStaple?: 'refuse' | 'ignore'
  /**
   * Whether a leaf that says so (RFC 7633) is refused without a staple that counts. Default `true`. Set it to `false` on
   * connections that do not ask for a staple.
   */
  readonly mustStaple?: boolean
  /** Asked when nothing at hand decides. Default: none. */
  readonly source?: RevocationSource
  /** Certificates that may be those of CRL issuers. They are not trusted. */
  readonly crlIssuers?: readonly (Certificate | Uint8Array | string)[]
  /** Responders whose word counts for every certificate. */
  readonly trustedResponders?: readonly (Certificate | Uint8Array | string)[]
  /** Refuse OCSP responses from the source that do not repeat the nonce. Default `false`: most do not. */
  readonly requireNonce?: boolean
  /**
   * Whether no certificate is good by a CRL without a cRLNumber, which RFC 5280 section 5.2.3 demands of its issuer; what it
   * revokes is revoked anyway. Default `true`. Set it to `false` for authorities that go on making CRLs of version 1, which
   * cannot have one.
   */
  readonly requireCrlNumber?: boolean
  /** Milliseconds that the clocks of issuers and ours may differ. Default 300,000: 5 minutes. */
  readonly clockSkew?: number
  /** How long OCSP responses without nextUpdate count after thisUpdate, milliseconds. Default 86,400,000: a day. */
  readonly maxAgeWithoutNextUpdate?: number
}

class StatusChecker implements RevocationChecker {
  readonly #crls: CrlStore
  readonly #ocspResponses: readonly FetchedOcspResponse[]
  readonly #crlIssuers: readonly Certificate[]
  readonly #responders: readonly Certificate[]
  readonly #freshness: Freshness
  readonly #options: RevocationOptions
  readonly #verified = new WeakMap<CertificateList, Uint8Array>()

  constructor(options: RevocationOptions) {
    this.#options = options
    this.#crls = new CrlStore(options.crls ?? [])
    this.#ocspResponses = (options.ocspResponses ?? []).map((response) => ({ response, nonce: undefined }))
    this.#crlIssuers = (options.crlIssuers ?? []).map(certificateOf)
    this.#responders = (options.trustedResponders ?? []).map(certificateOf)
    this.#freshness = {
      clockSkew: duration('clockSkew', options.clockSkew ?? 300_000),
      maxAgeWithoutNextUpdate: duration('maxAgeWithoutNextUpdate', options.maxAgeWithoutNextUpdate ?? 86_400_000),
    }
  }

  check(query: RevocationQuery): RevocationAnswer | Promise<RevocationAnswer> {
    return run(this.#answer(query))
  }

  *#answer(query: RevocationQuery): Program<RevocationAnswer> {
    const { scope = 'path', mode = 'hard-fail', badStaple = 'refuse', mustStaple = true } = this.#options
    if (scope === 'leaf' && query.index > 0 && query.pending.length === 0) return { status: 'unknown', problems: [] }
    const notes: StatusNote[] = []
    let good = false

    if (query.ocspResponse !== undefined) {
      const staple = yield* this.#ocsp(query, { response: query.ocspResponse, nonce: undefined })
      if (staple.status === 'revoked') return revoked(staple)
      good = staple.status === 'good'
      if (staple.status === 'unknown') {
        if (badStaple === 'refuse') return refused(staple.notes)
        notes.push(...staple.notes)
      }
    }
    if (mustStaple && !good && demandsStaple(query)) {
      const text = notes[0] === undefined ? 'came without the OCSP response that it demands' : said(notes)
      return { status: 'unknown', problems: [{ rule: ruleNamed('ocsp.must-staple'), problem: text }] }
    }
    for (const response of this.#ocspResponses) {
      const finding = yield* this.#ocsp(query, response)
      if (finding.status === 'revoked') return revoked(finding)
      if (finding.status === 'good') good = true
      else notes.push(...finding.notes)
    }
    const listed = yield* this.#byCrls(query, this.#crls)
    if (listed.status === 'revoked') return revoked(listed)
    if (good || listed.status === 'good') return { status: 'good', problems: [] }
    notes.push(...listed.notes)

    const fetched = yield* this.#fromSource(query)
    if (fetched.status === 'revoked') return revoked(fetched)
    if (fetched.status === 'good') return { status: 'good', problems: [] }
    if (mode === 'soft-fail') return { status: 'unknown', problems: [] }
    // Only a signer of evidence is asked about while one is pending.
    if (query.pending.length > 0 && isUncheckableResponder(query.certificate))
      return { status: 'unknown', problems: [] }
    return unknown([...notes, ...fetched.notes])
  }

  *#fromSource(query: RevocationQuery): Program<StatusFinding> {
    const { source } = this.#options
    const notes: StatusNote[] = []
    const { certificate, issuer, crypto, time } = query
    const request = { certificate, issuer, crypto, time }
    const response = yield* fetched(notes, () => source?.ocspResponse?.(request))
    if (response !== undefined) {
      const finding = yield* this.#ocsp(query, response)
      if (finding.status !== 'unknown') return finding
      yield* wait(source?.reject?.(request))
      notes.push(...finding.notes)
    }
    const crls = yield* fetched(notes, () => source?.crls?.(request))
    if (crls !== undefined) {
      const finding = yield* this.#byCrls(query, new CrlStore(crls))
      if (finding.status !== 'unknown') return finding
      yield* wait(source?.reject?.(request))
      notes.push(...finding.notes)
    }
    return { status: 'unknown', notes }
  }

  #ocsp(query: RevocationQuery, { response, nonce }: FetchedOcspResponse): Program<StatusFinding> {
    const requireNonce = this.#options.requireNonce === true && nonce !== undefined
    return ocspStatus(query, {
      response,
      nonce,
      requireNonce,
      responders: this.#responders,
      freshness: this.#freshness,
    })
  }

  #byCrls(query: RevocationQuery, crls: CrlStore): Program<StatusFinding> {
    return crlStatus(query, {
      crls,
      points: crlDistributionPoints(query.certificate) ?? [],
      signers: this.#crlIssuers,
      freshness: this.#freshness,
      requiresNumber: this.#options.requireCrlNumber ?? true,
      verified: this.#verified,
    })
  }
}

/** A source that has no answer makes the status unknown, with its reason. */
function* fetched<T>(notes: StatusNote[], ask: () => T | PromiseLike<T>): Program<T | undefined> {
  try {
    return yield* wait(ask())
  } catch (error) {
    if (!(error instanceof TlsError) || error.code !== 'ERR_TLS_REVOCATION_FETCH') throw error
    notes.push({ rule: 'revocation.unknown', text: error.message })
    return undefined
  }
}

/** The leaf's TLS feature status_request. https://www.rfc-editor.org/rfc/rfc7633#section-4 */
function demandsStaple({ certificate, index, pending }: RevocationQuery): boolean {
  return index === 0 && pending.length === 0 && certificate.tlsFeature?.includes(statusRequest) === true
}

function revoked({ at, reason }: Extract<StatusFinding, { status: 'revoked' }>): RevocationAnswer {
  const why = reason === undefined ? '' : ` (${reason})`
  return {
    status: 'revoked',
    problems: [{ rule: 'revocation.revoked', problem: `was revoked on ${instant(at)}${why}` }],
  }
}

/** Of a staple. */
function refused(notes: readonly StatusNote[]): RevocationAnswer {
  const problem: RevocationProblem = {
    rule: ruleNamed(notes[0]?.rule ?? 'revocation.unknown'),
    problem: said(notes),
  }
  return { status: 'unknown', problems: [problem] }
}

/** Of evidence that the peer did not send: only CRLs have rules for this. */
function unknown(notes: readonly StatusNote[]): RevocationAnswer {
  const rule = notes.find((note) => note.rule.startsWith('crl.'))?.rule ?? 'revocation.unknown'
  return { status: 'unknown', problems: [{ rule: ruleNamed(rule), problem: said(notes) }] }
}

function said(notes: readonly StatusNote[]): string {
  const reasons = [...new Set(notes.map(({ text }) => text))].slice(0, maxReasonsShown)
  return `has no known revocation status: ${reasons.length === 0 ? 'nobody at hand tells of it' : reasons.join('; ')}`
}

function certificateOf(input: Certificate | Uint8Array | string): Certificate {
  return input instanceof Certificate ? input : Certificate.parse(input)
}

function duration(name: string, value: number): number {
  if (Number.isFinite(value) && value >= 0) return value
  throw new TlsError('ERR_TLS_OPTIONS', `${name} must be a number of milliseconds`, { received: value })
}

const maxReasonsShown = 5

const statusRequest = 5
