import type { Asn1Value } from './asn1.ts'
import { integer, sequence } from '@typetls/wire/der'
import type { GeneralName } from './general-name.ts'
import { readGeneralName } from './general-name.ts'

/** https://www.rfc-editor.org/rfc/rfc5280#section-4.2.2.1 */
export interface AccessDescription {
  /** Object identifier: `1.3.6.1.5.5.7.48.1` is OCSP, `1.3.6.1.5.5.7.48.2` the issuer's certificate. */
  readonly method: string
  readonly location: GeneralName
}

export function readAccessDescriptions(value: Asn1Value): readonly AccessDescription[] {
  return value.someChildren(sequence).map((description) => {
    const [method, location, ...more] = description.children(sequence)
    if (method === undefined || location === undefined || more.length > 0) {
      return description.fail('is not an AccessDescription')
    }
    return { method: method.objectIdentifier(), location: readGeneralName(location, [4, 16]) }
  })
}

/** Issuers' alternative names have the form of the subject's. https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.7 */
export function readIssuerAltName(value: Asn1Value): readonly GeneralName[] {
  return value.someChildren(sequence).map((name) => readGeneralName(name, [4, 16]))
}

/** Numbers of TLS extensions that the server promises; 5 is status_request ("must-staple"). RFC 7633 section 4 */
export function readTlsFeature(value: Asn1Value): readonly number[] {
  return value.children(sequence).map((feature) => {
    feature.expect(integer)
    return feature.count()
  })
}
