import type { Asn1Value } from '../asn1.ts'
import { parseAsn1 } from '../asn1.ts'
import type { Certificate } from '../certificate.ts'
import { sequence } from '../der.ts'
import { readGeneralName } from '../general-name.ts'
import type { DistributionPoint } from './distribution-point.ts'
import { readDistributionPoints } from './distribution-point.ts'

// What certificates say about their own revocation. Each throws `ERR_TLS_CERTIFICATE_PARSE` (decode_error) if it cannot
// be read.

/** CRLDistributionPoints; none if it has none. */
export function distributionPointsOf(certificate: Certificate): readonly DistributionPoint[] {
  return extensionOf(certificate, '2.5.29.31', readDistributionPoints) ?? []
}

/** FreshestCRL: where deltas are. */
export function freshestPointsOf(certificate: Certificate): readonly DistributionPoint[] {
  return extensionOf(certificate, '2.5.29.46', readDistributionPoints) ?? []
}

/** The TLS feature status_request. https://www.rfc-editor.org/rfc/rfc7633#section-4 */
export function mustBeStapled(certificate: Certificate): boolean {
  const features = extensionOf(certificate, '1.3.6.1.5.5.7.1.24', (value) =>
    value.children(sequence).map((feature) => feature.count()),
  )
  return features?.includes(5) === true
}

/** URIs of OCSP responders in authorityInfoAccess. https://www.rfc-editor.org/rfc/rfc5280#section-4.2.2.1 */
export function responderUris(certificate: Certificate): readonly string[] {
  const uris = extensionOf(certificate, '1.3.6.1.5.5.7.1.1', (value) =>
    value.someChildren(sequence).flatMap((description) => {
      const [method, location, ...more] = description.children(sequence)
      if (method === undefined || location === undefined || more.length > 0) {
        return description.fail('is not an AccessDescription')
      }
      const name = readGeneralName(location, [4, 16])
      return method.objectIdentifier() === ocsp && name.type === 'uri' ? [name.value] : []
    }),
  )
  return uris ?? []
}

function extensionOf<T>(certificate: Certificate, oid: string, read: (value: Asn1Value) => T): T | undefined {
  const extension = certificate.extensions.get(oid)
  return extension === undefined ? undefined : read(parseAsn1(extension.value, `${extension.path}.extnValue`))
}

/** id-ad-ocsp */
const ocsp = '1.3.6.1.5.5.7.48.1'
