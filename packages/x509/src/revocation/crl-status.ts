import { equalBytes } from '@typetls/wire'
import type { PublicKey } from '@typetls/crypto-provider'
import { Certificate } from '../certificate.ts'
import type { CertificateList } from './certificate-list.ts'
import { coveredReasons, crlIssuers, entryFor, impliedPoint, isDeltaTo, isInScope } from './crl-scope.ts'
import type { CrlStore } from './crl-store.ts'
import type { DistributionPoint } from './distribution-point.ts'
import { allReasons } from './distribution-point.ts'
import type { NamedKey } from '../named-key.ts'
import type { Program } from '../program.ts'
import { wait } from '../program.ts'
import type { RevocationQuery } from '../revocation.ts'
import type { Freshness, StatusFinding, StatusNote } from './finding.ts'
import { instant, isNote, isSignedBy, readOrNote } from './finding.ts'

/** What the algorithm needs beside the question. */
export interface CrlEvidence {
  readonly crls: CrlStore
  /** Certificates of the certificate's own distribution points. */
  readonly points: readonly DistributionPoint[]
  /** Not trusted, but may be the certificate of a CRL issuer. */
  readonly signers: readonly Certificate[]
  readonly freshness: Freshness
  readonly requiresNumber: boolean
  /** Signatures that were found good: CRL → the issuer's SubjectPublicKeyInfo. It follows from the bytes alone. */
  readonly verified: WeakMap<CertificateList, Uint8Array>
}

/**
 * The status of a certificate by CRLs. https://www.rfc-editor.org/rfc/rfc5280#section-6.3.3
 *
 * The certification path of a CRL issuer must end at the anchor of the certificate's own path. Of the CRLs for a
 * distribution point the newest counts.
 */
export function* crlStatus(query: RevocationQuery, evidence: CrlEvidence): Program<StatusFinding> {
  const notes: StatusNote[] = []
  let reasonsMask = 0
  // "If the revocation status has not been determined, repeat the process above with any available CRLs not specified in
  // a distribution point but issued by the certificate issuer."
  for (const point of [...evidence.points, impliedPoint(query.certificate)]) {
    const candidates = crlIssuers(query.certificate, point).flatMap((issuer) => evidence.crls.of(issuer))
    for (const complete of candidates) {
      if (complete.deltaBase !== undefined || !isInScope(complete, query.certificate, point)) continue
      const covered = coveredReasons(complete, point)
      // (e) "Verify that interim_reasons_mask includes one or more reasons that are not included in the reasons_mask."
      if ((covered & ~reasonsMask) === 0) continue
      const finding = yield* statusIn(complete, candidates, query, evidence)
      if (isNote(finding)) notes.push(finding)
      else if (finding.status === 'revoked') return finding
      else reasonsMask |= covered
      if (reasonsMask === allReasons) return { status: 'good' }
    }
  }
  if (reasonsMask !== 0) {
    const text = 'the CRLs at hand do not speak of all reasons for which it may be revoked'
    notes.unshift({ rule: 'crl.reasons', text })
  }
  return { status: 'unknown', notes }
}

/** What one complete CRL says, with the delta that is newer: steps (c) to (k). */
function* statusIn(
  complete: CertificateList,
  candidates: readonly CertificateList[],
  query: RevocationQuery,
  evidence: CrlEvidence,
): Program<Exclude<StatusFinding, { status: 'unknown' }> | StatusNote> {
  const unusable = usable(complete)
  if (unusable !== undefined) return unusable
  const key = yield* signerOf(complete, query, evidence)
  if (isNote(key)) return key

  const delta = yield* deltaFor(complete, candidates, key, query, evidence)
  // A delta brings a complete CRL up to date that is older than it promised to be.
  const stale = staleness(complete, query.time, evidence.freshness, delta !== undefined)
  if (stale !== undefined) return stale

  const entry = readOrNote('crl.malformed', String(complete), () => {
    const newer = delta === undefined ? undefined : entryFor(delta, query.certificate)
    return newer ?? entryFor(complete, query.certificate)
  })
  if (isNote(entry)) return entry
  if (entry === undefined || entry.reason === 'removeFromCRL')
    return unnumbered(complete, evidence) ?? { status: 'good' }
  return { status: 'revoked', at: entry.revocationDate, reason: entry.reason }
}

function* deltaFor(
  complete: CertificateList,
  candidates: readonly CertificateList[],
  key: PublicKey,
  query: RevocationQuery,
  evidence: CrlEvidence,
): Program<CertificateList | undefined> {
  for (const delta of candidates) {
    if (!isDeltaTo(delta, complete) || usable(delta) !== undefined) continue
    if (staleness(delta, query.time, evidence.freshness, false) !== undefined) continue
    // (h) "validate the signature on the delta CRL using the public key validated in step (f)."
    if (yield* isSigned(delta, key, query, evidence)) return delta
  }
  return undefined
}

/** "If a CRL contains a critical extension that the application cannot process, then the application MUST NOT use that CRL" */
function usable(crl: CertificateList): StatusNote | undefined {
  const unknown = readOrNote('crl.malformed', String(crl), () => ({ oid: crl.unknownCriticalExtension }))
  if (isNote(unknown)) return unknown
  if (unknown.oid === undefined) return undefined
  return { rule: 'crl.unknown-critical', text: `${crl} has the critical extension ${unknown.oid}, which is not known` }
}

/** "CRL issuers conforming to this profile MUST include this extension in all CRLs". What it revokes is revoked anyway. */
function unnumbered(crl: CertificateList, { requiresNumber }: CrlEvidence): StatusNote | undefined {
  return requiresNumber && crl.number === undefined ? { rule: 'crl.number', text: `${crl} has no number` } : undefined
}

function staleness(
  crl: CertificateList,
  time: number,
  { clockSkew }: Freshness,
  broughtUpToDate: boolean,
): StatusNote | undefined {
  if (crl.thisUpdate > time + clockSkew) return { rule: 'crl.not-yet-valid', text: `${crl} is of the future` }
  if (broughtUpToDate) return undefined
  if (crl.nextUpdate === undefined) {
    return { rule: 'crl.expired', text: `${crl} does not say until when it holds` }
  }
  if (crl.nextUpdate + 1000 + clockSkew > time) return undefined
  return { rule: 'crl.expired', text: `${crl} expired on ${instant(crl.nextUpdate)}` }
}

/** (f) and (g): the key that signed the CRL, of an issuer who may do so and whose own path holds. */
function* signerOf(
  crl: CertificateList,
  query: RevocationQuery,
  evidence: CrlEvidence,
): Program<PublicKey | StatusNote> {
  let note: StatusNote = { rule: 'crl.signature', text: `${crl} was not signed by the key of its issuer` }
  for (const { signer, trusted } of signersOf(crl, query, evidence)) {
    const { publicKey } = signer
    // "If a key usage extension is present in the CRL issuer's certificate, verify that the cRLSign bit is set."
    if (signer instanceof Certificate && signer.keyUsage?.has('cRLSign') === false) {
      note = { rule: 'crl.issuer', text: `the issuer of ${crl} has a key that is not for signing CRLs` }
      continue
    }
    if (!(yield* isSigned(crl, publicKey, query, evidence))) continue
    if (trusted) return publicKey
    const certificate = signer as Certificate
    if (query.pending.some((one) => one.equals(certificate))) {
      // Its path is being validated for this very question. It may speak of itself; of others only once it is trusted.
      if (certificate.equals(query.certificate)) return publicKey
    } else if ((yield* wait(query.signerPath(certificate))) !== undefined) return publicKey
    note = { rule: 'crl.issuer', text: `there is no path to the issuer of ${crl}` }
  }
  return note
}

interface Signer {
  readonly signer: Certificate | NamedKey
  /** It stands above the certificate in its path, or is the anchor. */
  readonly trusted: boolean
}

function signersOf(crl: CertificateList, query: RevocationQuery, evidence: CrlEvidence): readonly Signer[] {
  const above = [query.issuer, ...query.path.slice(query.index + 1), query.anchor]
  const others = [...evidence.signers, ...query.others, ...query.pending, ...query.path.slice(0, query.index)]
  const isDirect = crl.issuer.equals(query.certificate.issuer)
  const found: Signer[] = []
  for (const [i, signer] of [...above, ...others].entries()) {
    const trusted = i < above.length
    if (!named(signer, crl) || found.some((one) => isSame(one.signer, signer))) continue
    // Another certificate of the issuer comes from where its first one came from, or from itself: no stranger who got
    // hold of its name elsewhere may speak for it.
    if (!trusted && isDirect && !isSibling(signer as Certificate, query.issuer)) continue
    found.push({ signer, trusted })
  }
  return found.slice(0, maxSigners)
}

function named(signer: Certificate | NamedKey, crl: CertificateList): boolean {
  return signer.subject.equals(crl.issuer)
}

function isSibling(signer: Certificate, issuer: Certificate | NamedKey): boolean {
  if (signer.issuer.equals(issuer.subject)) return true
  return issuer instanceof Certificate && signer.issuer.equals(issuer.issuer)
}

function isSame(one: Certificate | NamedKey, other: Certificate | NamedKey): boolean {
  return one === other || (one instanceof Certificate && other instanceof Certificate && one.equals(other))
}

function* isSigned(
  crl: CertificateList,
  key: PublicKey,
  query: RevocationQuery,
  { verified }: CrlEvidence,
): Program<boolean> {
  const known = verified.get(crl)
  if (known !== undefined && equalBytes(known, key.spki)) return true
  const algorithmPath = 'CertificateList.signatureAlgorithm'
  const signed = { algorithm: crl.algorithm, algorithmPath, data: crl.tbs, signature: crl.signature }
  const good = yield* isSignedBy(query, signed, key)
  if (good) verified.set(crl, key.spki)
  return good
}

/** Keys with the name of a CRL's issuer; somebody who has two during a rollover is usual. */
const maxSigners = 8
