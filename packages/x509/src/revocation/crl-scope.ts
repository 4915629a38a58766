import { equalBytes } from '@typetls/wire'
import type { Certificate } from '../certificate.ts'
import type { CertificateList } from './certificate-list.ts'
import type { RevokedCertificate } from './crl-entries.ts'
import type { DistinguishedName } from '../distinguished-name.ts'
import type { DistributionPoint } from './distribution-point.ts'
import { allReasons, fullNames } from './distribution-point.ts'
import type { GeneralName } from '../general-name.ts'

/**
 * Whether a CRL speaks of a certificate, for this of its distribution points.
 *
 * https://www.rfc-editor.org/rfc/rfc5280#section-6.3.3 (b)
 */
export function isInScope(crl: CertificateList, certificate: Certificate, point: DistributionPoint): boolean {
  const scope = crl.issuingDistributionPoint
  // (1) "If the DP includes cRLIssuer, then verify that the issuer field in the complete CRL matches cRLIssuer in the DP
  // and that the complete CRL contains an issuing distribution point extension with the indirectCRL boolean asserted.
  // Otherwise, verify that the CRL issuer matches the certificate issuer."
  const issuers = crlIssuers(certificate, point)
  if (!issuers.some((issuer) => issuer.equals(crl.issuer))) return false
  if (scope === undefined) return point.crlIssuer === undefined
  if (point.crlIssuer !== undefined && !scope.indirect) return false

  // (2) (i) "If the distribution point name is present in the IDP CRL extension and the distribution field is present in
  // the DP, then verify that one of the names in the IDP matches one of the names in the DP. If the distribution point
  // name is present in the IDP CRL extension and the distribution field is omitted from the DP, then verify that one of
  // the names in the IDP matches one of the names in the cRLIssuer field of the DP."
  if (scope.name !== undefined) {
    const theirs = fullNames(scope.name, [crl.issuer])
    const ours = point.name === undefined ? (point.crlIssuer ?? []) : fullNames(point.name, issuers)
    if (!ours.some((one) => theirs.some((other) => isSameGeneralName(one, other)))) return false
  }
  // (2) (ii) to (iv)
  const isAuthority = certificate.basicConstraints?.ca === true
  return (
    scope.onlyContains === undefined || scope.onlyContains === (isAuthority ? 'ca-certificates' : 'user-certificates')
  )
}

/** Where the CRLs of a distribution point come from. */
export function crlIssuers(certificate: Certificate, point: DistributionPoint): readonly DistinguishedName[] {
  if (point.crlIssuer === undefined) return [certificate.issuer]
  return point.crlIssuer.flatMap((name) => (name.type === 'directory' ? [name.value] : []))
}

/** "a DP with both the reasons and the cRLIssuer fields omitted and a distribution point name of the certificate issuer" */
export function impliedPoint(certificate: Certificate): DistributionPoint {
  const name = { type: 'full', names: [{ type: 'directory', value: certificate.issuer }] } as const
  return { name, reasons: undefined, crlIssuer: undefined }
}

/** interim_reasons_mask: what a CRL says of a distribution point's reasons. Section 6.3.3 (d) */
export function coveredReasons(crl: CertificateList, point: DistributionPoint): number {
  return allReasons & (point.reasons ?? allReasons) & (crl.issuingDistributionPoint?.onlySomeReasons ?? allReasons)
}

/** Whether a delta belongs to a complete CRL. Section 6.3.3 (c) and 5.2.4 */
export function isDeltaTo(delta: CertificateList, complete: CertificateList): boolean {
  if (delta.deltaBase === undefined || delta.number === undefined || complete.number === undefined) return false
  return (
    delta.issuer.equals(complete.issuer) &&
    sameExtension(delta, complete, issuingDistributionPoint) &&
    sameExtension(delta, complete, authorityKeyIdentifier) &&
    complete.number >= delta.deltaBase &&
    complete.number < delta.number
  )
}

/** What a CRL says of a certificate. One that is also released stays revoked. */
export function entryFor(crl: CertificateList, certificate: Certificate): RevokedCertificate | undefined {
  const entries = crl.revokedCertificates.find(certificate.serialNumber).filter(({ certificateIssuer }) => {
    if (certificateIssuer === undefined) return crl.issuer.equals(certificate.issuer)
    return certificateIssuer.some((name) => name.type === 'directory' && name.value.equals(certificate.issuer))
  })
  return entries.find(({ reason }) => reason !== 'removeFromCRL') ?? entries[0]
}

function isSameGeneralName(one: GeneralName, other: GeneralName): boolean {
  if (one.type === 'directory') return other.type === 'directory' && one.value.equals(other.value)
  if (one.type !== other.type) return false
  if (typeof one.value === 'string') return one.value === other.value
  return equalBytes(one.value, other.value as Uint8Array)
}

function sameExtension(one: CertificateList, other: CertificateList, oid: string): boolean {
  const ours = one.extensions.get(oid)
  const theirs = other.extensions.get(oid)
  if (ours === undefined || theirs === undefined) return ours === theirs
  return equalBytes(ours.value, theirs.value)
}

const issuingDistributionPoint = '2.5.29.28'
const authorityKeyIdentifier = '2.5.29.35'
