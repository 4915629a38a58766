import type { CryptoProvider, PublicKey, SignatureAlgorithm } from '@typetls/crypto-provider'
import type { TlsError } from '@typetls/wire'
import { equalBytes } from '@typetls/wire'
import type { Certificate } from './certificate.ts'
import type { CertificateFailure, PlacedCertificate } from './certificate-failure.ts'
import { certificateFailure, isCertificateFailure } from './certificate-failure.ts'
import type { DistinguishedName } from './distinguished-name.ts'
import { extensionIds } from './extensions.ts'
import { violatedNameConstraint } from './name-constraints.ts'
import type { Program } from './program.ts'
import { wait } from './program.ts'
import { fitsKey } from './signature-algorithm.ts'
import type { TrustAnchors } from './trust-anchors.ts'

/**
 * Finds a path from the leaf to a trust anchor in which every certificate may do what it does there: leaf first, anchor
 * last. Candidates with the wrong key or a broken rule are left and others tried, within the limits.
 *
 * A trust anchor is held to the same rules as an intermediate, its own validity, name constraints and purposes
 * included; only its signature, its serial number and (below version 3) its missing basicConstraints are not looked at.
 * A leaf that is itself an anchor, byte for byte, needs no issuer.
 *
 * Names chain if they are equal as RFC 5280 section 7.1 compares them. Key identifiers only rank candidates.
 *
 * https://www.rfc-editor.org/rfc/rfc5280#section-6.1
 *
 * @throws TlsError `ERR_TLS_CERTIFICATE_*` with a `CertificateFailure` as `details`: what was wrong with the most
 *   promising candidate
 */
export function* findPath(search: PathSearch): Program<readonly Certificate[]> {
  const state: SearchState = { ...search, failures: [], signatureChecks: 0, nameComparisons: 0 }
  const leaf: PlacedCertificate = { certificate: search.leaf, index: 0 }
  checkLeaf(leaf, state)
  if (search.anchors.has(search.leaf)) return [search.leaf]
  const path = yield* extend([leaf], state)
  if (path === undefined) throw mostTelling(state.failures)
  return path.map(({ certificate }) => certificate)
}

export interface PathSearch {
  readonly leaf: Certificate
  /** What the peer sent behind the leaf, in any order; not trusted. */
  readonly intermediates: readonly PlacedCertificate[]
  readonly anchors: TrustAnchors
  /** Milliseconds since 1970. */
  readonly now: number
  /** Whose leaf it is. */
  readonly peer: 'server' | 'client'
  readonly crypto: CryptoProvider
  readonly minRsaBits: number
  /** Certificates, leaf and anchor included. */
  readonly maxPathLength: number
  readonly maxSignatureChecks: number
  /** Signatures that were found good: certificate → key of the issuer. */
  readonly verified: WeakMap<Certificate, PublicKey>
}

interface SearchState extends PathSearch {
  readonly failures: Failure[]
  signatureChecks: number
  nameComparisons: number
}

interface Failure {
  readonly error: TlsError
  /** Length of the path it happened at. */
  readonly depth: number
}

/** Tries each issuer of the last certificate; `undefined`: none leads to an anchor, and `failures` says why. */
function* extend(
  path: readonly PlacedCertificate[],
  state: SearchState,
): Program<readonly PlacedCertificate[] | undefined> {
  const child = path.at(-1) as PlacedCertificate
  let issuerSeen = false
  for (const candidate of rankedIssuers(path, state)) {
    const failure = yield* triedWith(candidate, path, state)
    if (failure === 'other-key') continue
    issuerSeen = true
    if (failure !== undefined) {
      state.failures.push({ error: failure, depth: path.length })
      continue
    }
    const longer = [...path, candidate]
    if (candidate.index === undefined) return longer
    const whole = yield* extend(longer, state)
    if (whole !== undefined) return whole
  }
  if (!issuerSeen) {
    const selfSigned = path.length === 1 && child.certificate.isSelfIssued
    const problem = selfSigned
      ? 'is self-signed and not a trust anchor'
      : `was issued by ${child.certificate.issuer}: no trust anchor and no certificate sent has that name and key`
    state.failures.push({ error: certificateFailure('path.trust-anchor', child, problem), depth: path.length })
  }
  return undefined
}

/** Why the candidate is not the next step of the path; `'other-key'`: it only has the issuer's name. */
function* triedWith(
  candidate: PlacedCertificate,
  path: readonly PlacedCertificate[],
  state: SearchState,
): Program<TlsError | 'other-key' | undefined> {
  const child = path.at(-1) as PlacedCertificate
  const algorithm = refusalOf(() => {
    if (path.length >= state.maxPathLength) {
      throw certificateFailure(
        'path.length',
        candidate,
        `makes the path longer than ${state.maxPathLength} certificates`,
      )
    }
    checkAuthority(candidate, path, state)
    return checkedAlgorithm(child, candidate, state)
  })
  if (typeof algorithm !== 'string') return algorithm
  if (yield* isSignedBy(child, candidate, algorithm, state)) return undefined
  if (keyIdentifierMatch(child.certificate, candidate.certificate) === false) return 'other-key'
  const problem = `was not signed by the key of ${candidate.certificate.subject}`
  return certificateFailure('signature.value', child, problem)
}

/** Anchors before intermediates, matching key identifiers before unknown before others, valid before expired. */
function rankedIssuers(path: readonly PlacedCertificate[], state: SearchState): PlacedCertificate[] {
  const child = (path.at(-1) as PlacedCertificate).certificate
  const anchors = state.anchors.issuersOf(child).map((certificate) => ({ certificate, index: undefined }))
  const intermediates = state.intermediates.filter(
    ({ certificate }) => isSameName(certificate.subject, child.issuer) && !state.anchors.has(certificate),
  )
  const candidates = [...anchors, ...intermediates]
    .filter(({ certificate }) => !path.some((one) => isSameEntity(one.certificate, certificate)))
    .filter((candidate) => isReadable(candidate, path.length, state))
  if (candidates.length < 2) return candidates
  const ranks = new Map(candidates.map((candidate) => [candidate, rank(child, candidate, state.now)]))
  return candidates.sort((a, b) => (ranks.get(b) as number) - (ranks.get(a) as number))
}

function rank(child: Certificate, { certificate, index }: PlacedCertificate, now: number): number {
  const match = keyIdentifierMatch(child, certificate)
  const known = match === true ? 4 : match === undefined ? 2 : 0
  return (index === undefined ? 8 : 0) + known + (isValidAt(certificate, now) ? 1 : 0)
}

/** "A certificate MUST NOT appear more than once in a prospective certification path": nor may its name and key. */
function isSameEntity(one: Certificate, other: Certificate): boolean {
  return one === other || (isSameName(one.subject, other.subject) && equalBytes(one.spki, other.spki))
}

/** A name that cannot be read is equal to its own bytes only. */
function isSameName(one: DistinguishedName, other: DistinguishedName): boolean {
  return equalBytes(one.der, other.der) || refusalOf(() => one.equals(other)) === true
}

/** `undefined`: one of the identifiers is missing. */
function keyIdentifierMatch(child: Certificate, authority: Certificate): boolean | undefined {
  const wanted = child.authorityKeyIdentifier?.keyIdentifier
  const own = authority.subjectKeyIdentifier
  return wanted === undefined || own === undefined ? undefined : equalBytes(wanted, own)
}

/** Whether all that the rules look at can be read; otherwise the reason is kept and the candidate is none. */
function isReadable(candidate: PlacedCertificate, depth: number, state: SearchState): boolean {
  const error = refusalOf(() => readAll(candidate.certificate))
  if (error !== undefined) state.failures.push({ error, depth })
  return error === undefined
}

function readAll(certificate: Certificate): void {
  for (const field of lazyFields) void certificate[field]
}

/** What a function returns, or the certificate failure that it throws. */
function refusalOf<T>(check: () => T): T | TlsError {
  try {
    return check()
  } catch (error) {
    if (isCertificateFailure(error) && !isBudgetSpent(error)) return error
    throw error
  }
}

/** A spent budget ends the whole search, not only this candidate. */
function isBudgetSpent(error: TlsError): boolean {
  const { rule } = (error.details ?? {}) as Partial<CertificateFailure>
  return rule === 'path.signature-checks' || rule === 'path.name-comparisons'
}

function mostTelling(failures: readonly Failure[]): TlsError {
  const [first, ...others] = failures as [Failure, ...Failure[]]
  return others.reduce((best, one) => (weight(one) > weight(best) ? one : best), first).error
}

/** A broken rule says more than a certificate that cannot be read, and that says more than a missing issuer. */
function weight({ error, depth }: Failure): number {
  const kind = error.code === 'ERR_TLS_CERTIFICATE_UNKNOWN_CA' ? 0 : error.code === 'ERR_TLS_CERTIFICATE_PARSE' ? 1 : 2
  return 1000 * kind + depth
}

function checkLeaf(leaf: PlacedCertificate, state: SearchState): void {
  const { certificate } = leaf
  readAll(certificate)
  checkAny(leaf, state)
  // "the certificate MUST allow the key to be used for signing (i.e., the digitalSignature bit MUST be set if the
  // Key Usage extension is present)"
  if (certificate.keyUsage?.has('digitalSignature') === false) {
    throw certificateFailure('key-usage.digital-signature', leaf, 'has a key that is not for digital signatures')
  }
}

/** What makes a certificate an issuer of the path below it. */
function checkAuthority(authority: PlacedCertificate, path: readonly PlacedCertificate[], state: SearchState): void {
  const { certificate, index } = authority
  const constraints = certificate.basicConstraints
  // Before version 3 there is no way to say it; then trusting it says it.
  const unsaid = constraints === undefined && index === undefined && certificate.version < 3
  if (!unsaid && constraints?.ca !== true) {
    throw certificateFailure('basic-constraints.ca', authority, 'is not a certificate authority, but issued another')
  }
  checkAny(authority, state)
  if (certificate.subject.isEmpty) throw certificateFailure('subject.empty', authority, 'has no subject')
  if (certificate.keyUsage?.has('keyCertSign') === false) {
    throw certificateFailure('key-usage.cert-sign', authority, 'has a key that is not for signing certificates')
  }
  // "the maximum number of non-self-issued intermediate certificates that may follow this certificate"
  const below = path.filter((one, i) => i > 0 && !one.certificate.isSelfIssued).length
  if (constraints?.pathLength !== undefined && below > constraints.pathLength) {
    const problem = `allows ${constraints.pathLength} intermediates below it, has ${below}`
    throw certificateFailure('basic-constraints.path-length', authority, problem)
  }
  checkNameConstraints(authority, path, state)
}

/** What every certificate of a path must satisfy. */
function checkAny(placed: PlacedCertificate, state: SearchState): void {
  const { certificate, index } = placed
  checkExtensions(placed)
  checkValidity(placed, state.now)
  checkPurpose(placed, state.peer)
  checkKey(placed, state.minRsaBits)
  if (certificate.issuer.isEmpty) throw certificateFailure('issuer.empty', placed, 'has no issuer name')
  if (index !== undefined && !state.anchors.has(certificate)) checkSerialNumber(placed)
}

/** "A certificate-using system MUST reject the certificate if it encounters a critical extension it does not recognize" */
function checkExtensions(placed: PlacedCertificate): void {
  for (const { oid, critical } of placed.certificate.extensions.values()) {
    if (critical && !understood.has(oid)) {
      const problem = `has the critical extension ${oid}, which is not supported`
      throw certificateFailure('extensions.unknown-critical', placed, problem)
    }
    if (critical && neverCritical.has(oid)) {
      throw certificateFailure('extensions.criticality', placed, `marks the extension ${oid} critical`)
    }
  }
}

function checkValidity(placed: PlacedCertificate, now: number): void {
  const { certificate } = placed
  if (isValidAt(certificate, now)) return
  if (now < certificate.notBefore) {
    const problem = `is not valid before ${new Date(certificate.notBefore).toISOString()}`
    throw certificateFailure('validity.not-before', placed, problem)
  }
  throw certificateFailure('validity.not-after', placed, `expired on ${new Date(certificate.notAfter).toISOString()}`)
}

/** "from the date on which … notBefore through the date … notAfter, inclusive", and times here have whole seconds. */
function isValidAt({ notBefore, notAfter }: Certificate, now: number): boolean {
  return notBefore <= now && now < notAfter + 1000
}

/** A purpose that an authority lacks, nobody below it has: what browsers do, and RFC 5280 leaves open. */
function checkPurpose(placed: PlacedCertificate, peer: 'server' | 'client'): void {
  const purposes = placed.certificate.extendedKeyUsage
  if (purposes === undefined || purposes.has(anyExtendedKeyUsage) || purposes.has(tlsPurposes[peer])) return
  throw certificateFailure('extended-key-usage', placed, `is not for TLS ${peer}s`)
}

function checkKey(placed: PlacedCertificate, minRsaBits: number): void {
  const { keyType, rsa } = placed.certificate.publicKey
  if (!keyTypes.has(keyType)) {
    throw certificateFailure('key.type', placed, `has a key of the kind ${keyType}, which is not supported`)
  }
  if (rsa === undefined) return
  if (rsa.modulusBits < minRsaBits) {
    throw certificateFailure(
      'key.rsa-size',
      placed,
      `has an RSA key of ${rsa.modulusBits} bits, less than ${minRsaBits}`,
    )
  }
  if (rsa.modulusBits > maxRsaBits || rsa.exponentBits > maxRsaExponentBits) {
    throw certificateFailure('key.rsa-size', placed, 'has an RSA key that would take too long to use')
  }
}

/** "The serial number MUST be a positive integer", at most 20 octets. Some old roots have 0: anchors are not asked. */
function checkSerialNumber(placed: PlacedCertificate): void {
  const { serialNumber } = placed.certificate
  const positive = (serialNumber[0] as number) < 0x80 && serialNumber.some((byte) => byte !== 0)
  if (!positive || serialNumber.length > 20) {
    throw certificateFailure('serial-number', placed, 'has a serial number that is not positive or over 20 octets')
  }
}

/** "Name constraints are not applied to self-issued certificates (unless the certificate is the final certificate)" */
function checkNameConstraints(
  authority: PlacedCertificate,
  path: readonly PlacedCertificate[],
  state: SearchState,
): void {
  if (authority.certificate.nameConstraints === undefined) return
  for (const [i, below] of path.entries()) {
    if (i > 0 && below.certificate.isSelfIssued) continue
    const violation = violatedNameConstraint(authority.certificate, below.certificate, (comparisons) => {
      state.nameComparisons += comparisons
      if (state.nameComparisons > maxNameComparisons) {
        throw certificateFailure(
          'path.name-comparisons',
          authority,
          `needs over ${maxNameComparisons} name comparisons`,
        )
      }
    })
    if (violation !== undefined) {
      const problem = `has the name ${violation.name}, which ${authority.certificate.subject} may not vouch for`
      throw certificateFailure(violation.rule, below, problem)
    }
  }
}

/** The name of the child's signature algorithm, if the authority's key can have made such a signature. */
function checkedAlgorithm(child: PlacedCertificate, authority: PlacedCertificate, state: SearchState): string {
  const { oid, name, refusal } = child.certificate.signatureAlgorithm
  if (refusal === 'weak') {
    throw certificateFailure('signature.weak', child, `is signed with a broken algorithm (${oid})`)
  }
  if (name === undefined || state.crypto.signature[name] === undefined) {
    throw certificateFailure('signature.algorithm', child, `is signed with ${name ?? oid}, which is not supported`)
  }
  const { keyType, onlyAlgorithm } = authority.certificate.publicKey
  if (!fitsKey(name, keyType) || (onlyAlgorithm !== undefined && onlyAlgorithm !== name)) {
    throw certificateFailure(
      'signature.value',
      child,
      `is signed with ${name}, which is not for its issuer's ${keyType} key`,
    )
  }
  return name
}

function* isSignedBy(
  child: PlacedCertificate,
  authority: PlacedCertificate,
  algorithm: string,
  state: SearchState,
): Program<boolean> {
  const { certificate } = child
  const key = authority.certificate.publicKey
  // Remembered ones count too: a search that goes in circles among them ends as well.
  if (++state.signatureChecks > state.maxSignatureChecks) {
    const problem = `takes more than ${state.maxSignatureChecks} signature checks to find an issuer for`
    throw certificateFailure('path.signature-checks', child, problem)
  }
  if (state.verified.get(certificate) === key) return true
  const { signature } = state.crypto
  const answer = (signature[algorithm] as SignatureAlgorithm).verify(key, certificate.tbs, certificate.signature)
  const good = yield* wait(answer)
  if (good) state.verified.set(certificate, key)
  return good
}

/** All that is read on demand and that a rule looks at. */
const lazyFields = [
  'publicKey',
  'signatureAlgorithm',
  'basicConstraints',
  'keyUsage',
  'extendedKeyUsage',
  'subjectAltName',
  'nameConstraints',
  'subjectKeyIdentifier',
  'authorityKeyIdentifier',
] as const satisfies readonly (keyof Certificate)[]

/**
 * What may be critical: what is enforced here, and certificatePolicies and inhibitAnyPolicy, which can only fail a path
 * if a policy is required. Nobody requires one: policyConstraints, the only extension that does, is not in the list.
 */
const understood: ReadonlySet<string> = /* @__PURE__ */ new Set([
  ...Object.values(extensionIds),
  '2.5.29.32',
  '2.5.29.54',
])

/** "Conforming CAs MUST mark this extension as non-critical." sections 4.2.1.1 and 4.2.1.2 */
const neverCritical: ReadonlySet<string> = /* @__PURE__ */ new Set([
  extensionIds.authorityKeyIdentifier,
  extensionIds.subjectKeyIdentifier,
])

const tlsPurposes = { server: '1.3.6.1.5.5.7.3.1', client: '1.3.6.1.5.5.7.3.2' } as const
const anyExtendedKeyUsage = '2.5.29.37.0'

/** The kinds of keys that TLS has signature schemes for. */
const keyTypes: ReadonlySet<string> = /* @__PURE__ */ new Set([
  'rsa',
  'rsa-pss',
  'ec-secp256r1',
  'ec-secp384r1',
  'ec-secp521r1',
  'ed25519',
  'ed448',
])

/** OpenSSL's limits, so that a key cannot be a weapon. */
const maxRsaBits = 16_384
const maxRsaExponentBits = 64

/** A quarter of a million, as in Go's crypto/x509. */
const maxNameComparisons = 250_000
