import { equalBytes } from '@typetls/wire'
import { Certificate } from '../certificate.ts'
import type { NamedKey } from '../named-key.ts'
import { isCertIdOf } from './ocsp-request.ts'
import type { BasicOcspResponse, OcspResponderId, OcspResponse, OcspSingleResponse } from './ocsp-response.ts'
import { parseOcspResponse } from './ocsp-response.ts'
import type { Program } from '../program.ts'
import { wait } from '../program.ts'
import type { RevocationQuery } from '../revocation.ts'
import type { Freshness, StatusFinding, StatusNote } from './finding.ts'
import { instant, isNote, isSignedBy, readOrNote } from './finding.ts'

/** An OCSP response and what it must be. */
export interface OcspEvidence {
  readonly response: Uint8Array
  /** The nonce of the request. A response with another one does not count; one without any does. */
  readonly nonce: Uint8Array | undefined
  /** Whether a response that does not repeat the nonce is refused. */
  readonly requireNonce: boolean
  /** Responders that are trusted for everything. */
  readonly responders: readonly Certificate[]
  readonly freshness: Freshness
}

/** The status of a certificate by an OCSP response. https://www.rfc-editor.org/rfc/rfc6960#section-3.2 */
export function* ocspStatus(query: RevocationQuery, evidence: OcspEvidence): Program<StatusFinding> {
  const response = readOrNote('ocsp.malformed', 'the OCSP response', () => parseOcspResponse(evidence.response))
  if (isNote(response)) return unknown(response)
  const { basic } = response
  if (basic === undefined) return unknown(notSuccessful(response))
  const critical = [basic, ...basic.responses].flatMap(({ extensions }) => [...extensions.values()])
  const unknownCritical = critical.find((extension) => extension.critical && !understood.has(extension.oid))
  if (unknownCritical !== undefined) {
    const text = `the OCSP response has the critical extension ${unknownCritical.oid}, which is not known`
    return unknown({ rule: 'ocsp.unknown-critical', text })
  }
  const nonce = nonceProblem(basic, evidence)
  if (nonce !== undefined) return unknown(nonce)

  const about: OcspSingleResponse[] = []
  for (const single of basic.responses) {
    if (yield* isCertIdOf(single.certId, query.certificate, query.issuer, query.crypto)) about.push(single)
  }
  if (about.length === 0) {
    return unknown({ rule: 'ocsp.certificate', text: 'the OCSP response is about other certificates' })
  }
  const signer = yield* signerProblem(basic, query, evidence)
  if (signer !== undefined) return unknown(signer)

  // One that has been revoked and released is told of twice: revoked counts, as long as it is fresh.
  let note: StatusNote | undefined
  let good = false
  for (const single of about) {
    const stale = staleness(single, query.time, evidence.freshness)
    if (stale !== undefined) note ??= stale
    else if (single.status === 'revoked') {
      return { status: 'revoked', at: single.revocationTime as number, reason: single.revocationReason }
    } else if (single.status === 'good') good = true
    else note ??= { rule: 'ocsp.unknown', text: 'the OCSP responder does not know it' }
  }
  return good ? { status: 'good' } : unknown(note as StatusNote)
}

function unknown(note: StatusNote): StatusFinding {
  return { status: 'unknown', notes: [note] }
}

function notSuccessful({ responseStatus }: OcspResponse): StatusNote {
  return { rule: 'ocsp.response-status', text: `the OCSP responder answered ${responseStatus}` }
}

function nonceProblem(basic: BasicOcspResponse, { nonce, requireNonce }: OcspEvidence): StatusNote | undefined {
  if (nonce === undefined) return undefined
  if (basic.nonce === undefined) {
    return requireNonce ? { rule: 'ocsp.nonce', text: 'the OCSP response does not repeat the nonce' } : undefined
  }
  if (equalBytes(basic.nonce, nonce)) return undefined
  return { rule: 'ocsp.nonce', text: 'the OCSP response has another nonce than the request' }
}

/** (5) and (6): "the time at which the status … is known to be correct (thisUpdate) is sufficiently recent" */
function staleness(single: OcspSingleResponse, time: number, freshness: Freshness): StatusNote | undefined {
  const { thisUpdate, nextUpdate } = single
  const { clockSkew, maxAgeWithoutNextUpdate } = freshness
  if (thisUpdate > time + clockSkew) {
    return { rule: 'ocsp.not-yet-valid', text: `the OCSP response is of the future (${instant(thisUpdate)})` }
  }
  const until = nextUpdate === undefined ? thisUpdate + maxAgeWithoutNextUpdate : nextUpdate + 1000
  if (until + clockSkew > time) return undefined
  return { rule: 'ocsp.expired', text: `the OCSP response held until ${instant(nextUpdate ?? until)}` }
}

/**
 * (2) to (4): why the signature does not count. A responder is the issuer itself, a certificate that the issuer made for
 * this, or one that the caller trusts.
 */
function* signerProblem(
  basic: BasicOcspResponse,
  query: RevocationQuery,
  evidence: OcspEvidence,
): Program<StatusNote | undefined> {
  let problem: StatusNote = { rule: 'ocsp.responder', text: 'the OCSP response is not of a responder for it' }
  for (const responder of [query.issuer, ...evidence.responders]) {
    if (!(yield* isResponder(basic.responderId, responder, query))) continue
    if (yield* isSigned(basic, responder, query)) return undefined
    problem = { rule: 'ocsp.signature', text: 'the OCSP response was not signed by its responder' }
  }
  for (const der of basic.certificates.slice(0, maxCertificates)) {
    const responder = readOrNote('ocsp.responder', 'a certificate in the OCSP response', () => Certificate.parse(der))
    if (isNote(responder)) {
      problem = responder
      continue
    }
    const matches = yield* isResponder(basic.responderId, responder, query)
    if (!matches) continue
    if (!(yield* isSigned(basic, responder, query))) {
      problem = { rule: 'ocsp.signature', text: 'the OCSP response was not signed by its responder' }
      continue
    }
    const refused = yield* delegationProblem(responder, query)
    if (refused === undefined) return undefined
    problem = { rule: 'ocsp.responder', text: `the OCSP responder ${responder.subject} ${refused}` }
  }
  return problem
}

function* isResponder(
  id: OcspResponderId,
  responder: Certificate | NamedKey,
  { crypto }: RevocationQuery,
): Program<boolean> {
  if (id.type === 'name') return responder.subject.equals(id.name)
  const sha1 = crypto.hash['sha1']
  // Which key is only a hint: the signature tells.
  if (sha1 === undefined) return true
  return equalBytes(yield* wait(sha1.digest(responder.publicKey.keyBytes)), id.hash)
}

function* isSigned(
  { algorithm, tbs, signature }: BasicOcspResponse,
  { publicKey }: Certificate | NamedKey,
  query: RevocationQuery,
): Program<boolean> {
  const algorithmPath = 'BasicOCSPResponse.signatureAlgorithm'
  return yield* isSignedBy(query, { algorithm, algorithmPath, data: tbs, signature }, publicKey)
}

/**
 * Why a certificate is not that of a responder. "OCSP signing delegation SHALL be designated by the inclusion of
 * id-kp-OCSPSigning in an extended key usage certificate extension … This certificate MUST be issued directly by the CA
 * that is identified in the request."
 */
function* delegationProblem(responder: Certificate, query: RevocationQuery): Program<string | undefined> {
  if (responder.extendedKeyUsage?.has(ocspSigning) !== true) return 'is not for signing OCSP responses'
  const usage = responder.keyUsage
  if (usage !== undefined && !usage.has('digitalSignature') && !usage.has('nonRepudiation')) {
    return 'has a key that is not for signatures'
  }
  if (query.time < responder.notBefore || query.time >= responder.notAfter + 1000) return 'is not valid now'
  const signed = {
    algorithm: responder.algorithm,
    algorithmPath: 'Certificate.tbsCertificate.signature',
    data: responder.tbs,
    signature: responder.signature,
  }
  const direct =
    responder.issuer.equals(query.issuer.subject) && (yield* isSignedBy(query, signed, query.issuer.publicKey))
  if (!direct) return 'was not made by the issuer of the certificate'
  // "the client MAY trust a responder for the lifetime of the responder's certificate": id-pkix-ocsp-nocheck
  if (responder.extensions.has(noCheck)) return undefined
  if (query.pending.some((one) => one.equals(responder))) return 'would vouch for itself'
  if ((yield* wait(query.signerPath(responder))) === undefined) return 'has no path that holds'
  return undefined
}

/** Whether a certificate is a responder's about whose own status nothing is published. */
export function isUncheckableResponder(certificate: Certificate): boolean {
  // "A CA may choose not to specify any method of revocation checking for the responder's certificate": then "it would be
  // up to the OCSP client's local security policy to decide whether that certificate should be checked".
  const { extensions, extendedKeyUsage } = certificate
  const published = extensions.has(crlDistributionPoints) || extensions.has(authorityInfoAccess)
  return extendedKeyUsage?.has(ocspSigning) === true && !published
}

const ocspSigning = '1.3.6.1.5.5.7.3.9'
const noCheck = '1.3.6.1.5.5.7.48.1.5'
const crlDistributionPoints = '2.5.29.31'
const authorityInfoAccess = '1.3.6.1.5.5.7.1.1'

/** Nonce, CRL references, archive cutoff: nothing that changes what a response says of a certificate now. */
const understood: ReadonlySet<string> = /* @__PURE__ */ new Set([
  '1.3.6.1.5.5.7.48.1.2',
  '1.3.6.1.5.5.7.48.1.3',
  '1.3.6.1.5.5.7.48.1.6',
])

/** A response has one or two. */
const maxCertificates = 8
