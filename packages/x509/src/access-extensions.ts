import { childrenOf, readCount, readObjectIdentifier, someChildrenOf } from './asn1.ts'
import type { DerReader } from '@typetls/wire/der'
import { sequence } from '@typetls/wire/der'
import type { GeneralName } from './general-name.ts'
import { readGeneralName, readGeneralNames } from './general-name.ts'

/** https://www.rfc-editor.org/rfc/rfc5280#section-4.2.2.1 */
export interface AccessDescription {
  /** Object identifier: `1.3.6.1.5.5.7.48.1` is OCSP, `1.3.6.1.5.5.7.48.2` the issuer's certificate. */
  readonly method: string
  readonly location: GeneralName
}

export function readAccessDescriptions(value: DerReader): readonly AccessDescription[] {
  return someChildrenOf(value, sequence).map((description) => {
    const fields = description.enter(sequence)
    const method = readObjectIdentifier(fields, 'accessMethod')
    const location = readGeneralName(fields.next('accessLocation'), [4, 16])
    fields.finish()
    return { method, location }
  })
}

/** Issuers' alternative names have the form of the subject's. https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.7 */
export function readIssuerAltName(value: DerReader): readonly GeneralName[] {
  return readGeneralNames(value, sequence)
}

/** Numbers of TLS extensions that the server promises; 5 is status_request ("must-staple"). RFC 7633 section 4 */
export function readTlsFeature(value: DerReader): readonly number[] {
  return childrenOf(value, sequence).map(readCount)
}
