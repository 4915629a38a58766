import type { AccessDescription } from './access-extensions.ts'
import { readAccessDescriptions, readIssuerAltName, readTlsFeature } from './access-extensions.ts'
import type { CertificateJson } from './certificate-json.ts'
import { certificateJson } from './certificate-json.ts'
import * as extensionIds from './extension-ids.ts'
import type { GeneralName } from './general-name.ts'
import { pemCertificates } from './pem-certificates.ts'
import { PathCertificate } from './path-certificate.ts'
import type { PolicyConstraints, PolicyInformation, PolicyMapping } from './policy-extensions.ts'
import {
  readCertificatePolicies,
  readInhibitAnyPolicy,
  readPolicyConstraints,
  readPolicyMappings,
} from './policy-extensions.ts'
import { TlsError } from '@typetls/wire'

/**
 * An X.509 certificate. `parse` checks the frame: every length, the fields, the order and uniqueness of extensions.
 * What is inside the key, the names and the extensions is read when it is first asked for, so that a handshake pays
 * for what it looks at; each of those getters throws `ERR_TLS_CERTIFICATE_PARSE` (decode_error) when it is malformed.
 *
 * Byte arrays are views of `der` and must not be written to.
 *
 * https://www.rfc-editor.org/rfc/rfc5280#section-4.1
 */
export class Certificate extends PathCertificate {
  /**
   * @param input DER, or PEM text with one certificate. Bytes are copied. At most 256 KiB
   * @throws TlsError `ERR_TLS_CERTIFICATE_PARSE` (decode_error) with the `path` of the field, such as
   *   `Certificate.tbsCertificate.extensions[2]`
   */
  static override parse(input: Uint8Array | string): Certificate {
    if (typeof input !== 'string') return new Certificate(input)
    const [first, ...more] = Certificate.parseAll(input)
    if (first === undefined || more.length > 0) {
      throw new TlsError('ERR_TLS_CERTIFICATE_PARSE', `the PEM text has ${more.length + 1} certificates, not one`)
    }
    return first
  }

  /**
   * All certificates of a PEM text, in its order; there is at least one.
   *
   * @throws TlsError `ERR_TLS_CERTIFICATE_PARSE` (decode_error)
   */
  static parseAll(pem: string): Certificate[] {
    return pemCertificates(pem).map((der) => Certificate.parse(der))
  }

  get issuerAltName(): readonly GeneralName[] | undefined {
    return this.extension(extensionIds.issuerAltName, readIssuerAltName)
  }

  get certificatePolicies(): readonly PolicyInformation[] | undefined {
    return this.extension(extensionIds.certificatePolicies, readCertificatePolicies)
  }

  get policyMappings(): readonly PolicyMapping[] | undefined {
    return this.extension(extensionIds.policyMappings, readPolicyMappings)
  }

  get policyConstraints(): PolicyConstraints | undefined {
    return this.extension(extensionIds.policyConstraints, readPolicyConstraints)
  }

  /** How many certificates that are not self-issued may follow before anyPolicy means nothing. */
  get inhibitAnyPolicy(): number | undefined {
    return this.extension(extensionIds.inhibitAnyPolicy, readInhibitAnyPolicy)
  }

  get authorityInfoAccess(): readonly AccessDescription[] | undefined {
    return this.extension(extensionIds.authorityInfoAccess, readAccessDescriptions)
  }

  get subjectInfoAccess(): readonly AccessDescription[] | undefined {
    return this.extension(extensionIds.subjectInfoAccess, readAccessDescriptions)
  }

  /** Numbers of TLS extensions that the server promises; 5, status_request, is "must-staple". RFC 7633 */
  get tlsFeature(): readonly number[] | undefined {
    return this.extension(extensionIds.tlsFeature, readTlsFeature)
  }

  /** All that it says, of plain values. What cannot be read is given in hex, with the reason. */
  override toJSON(): CertificateJson {
    return certificateJson(this)
  }

  /** Reads all that a path looks at, the policies too. */
  override readAll(): void {
    super.readAll()
    void [this.certificatePolicies, this.policyMappings, this.policyConstraints, this.inhibitAnyPolicy]
  }
}
