import { readObjectIdentifier, someChildrenOf } from './asn1.ts'
import type { DerReader } from '@typetls/wire/der'
import type { AccessDescription } from './access-extensions.ts'
import type { Certificate } from './certificate.ts'
import { octetString, sequence, set } from '@typetls/wire/der'
import { readExtension } from './extension-list.ts'
import type { AuthorityKeyIdentifier, BasicConstraints, Extension, KeyUsage, NameConstraints } from './extensions.ts'
import * as extensionIds from './extension-ids.ts'
import type { GeneralName } from './general-name.ts'
import type { PolicyConstraints, PolicyInformation, PolicyMapping } from './policy-extensions.ts'
import type { DistributionPoint } from './revocation/distribution-point.ts'
import { readDistributionPoints } from './revocation/distribution-point.ts'
import type { SignedCertificateTimestamp } from './transparency/signed-certificate-timestamp.ts'
import { parseTimestampList } from './transparency/signed-certificate-timestamp.ts'

// What certificates say that verifying a path does not ask: beside `Certificate`, so that a client without it carries none
// of it.

/**
 * All extensions of a certificate, in the order they are encoded. The `value` of each is read when it is asked for, and
 * throws `ERR_TLS_CERTIFICATE_PARSE` (decode_error) with the `path` of the field, such as
 * `Certificate.tbsCertificate.extensions[2].extnValue[0]`, when it is malformed; a list of timestamps `ERR_TLS_SCT_PARSE`.
 */
export function certificateExtensions(certificate: Certificate): readonly CertificateExtension[] {
  return [...certificate.extensions.values()].map((extension) => {
    const name = namesOf[extension.oid]
    if (name === undefined) {
      const { oid, critical, value, path } = extension
      return { name, oid, critical, value: undefined, der: value, path }
    }
    return new KnownExtension(certificate, extension, name) as CertificateExtension
  })
}

/** CRLDistributionPoints. https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.13 */
export function crlDistributionPoints(certificate: Certificate): readonly DistributionPoint[] | undefined {
  return readExtension(certificate.extensions, extensionIds.crlDistributionPoints, readDistributionPoints)
}

/** FreshestCRL: where deltas are. https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.15 */
export function freshestCrl(certificate: Certificate): readonly DistributionPoint[] | undefined {
  return readExtension(certificate.extensions, extensionIds.freshestCrl, readDistributionPoints)
}

/** https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.8 */
export function subjectDirectoryAttributes(certificate: Certificate): readonly DirectoryAttribute[] | undefined {
  return readExtension(certificate.extensions, extensionIds.subjectDirectoryAttributes, (value) =>
    someChildrenOf(value, sequence).map(readAttribute),
  )
}

/** Attribute. https://www.rfc-editor.org/rfc/rfc5280#appendix-A.1 */
export interface DirectoryAttribute {
  /** Object identifier, such as `1.3.6.1.5.5.7.9.1`, dateOfBirth. */
  readonly type: string
  /** DER of each; at least one. */
  readonly values: readonly Uint8Array[]
}

/**
 * The timestamps of logs in the certificate, of version 1; what else stands in the list is left out.
 *
 * https://www.rfc-editor.org/rfc/rfc6962#section-3.3
 *
 * @throws TlsError `ERR_TLS_CERTIFICATE_PARSE`, `ERR_TLS_SCT_PARSE` (decode_error)
 */
export function signedCertificateTimestamps(
  certificate: Certificate,
): readonly SignedCertificateTimestamp[] | undefined {
  return readExtension(certificate.extensions, extensionIds.signedCertificateTimestamps, (value) =>
    parseTimestampList(value.content(octetString), value.path),
  )
}

/** An extension that has a name here, or one that has not: then `name` and `value` are `undefined`. */
export type CertificateExtension =
  | { readonly [Name in ExtensionName]: EncodedExtension<Name, ExtensionValues[Name]> }[ExtensionName]
  | EncodedExtension<undefined, undefined>

export interface EncodedExtension<Name, Value> {
  /** As in RFC 5280, 6962 and 7633. */
  readonly name: Name
  /** Object identifier, such as `2.5.29.19`. */
  readonly oid: string
  readonly critical: boolean
  readonly value: Value
  /** The content of extnValue. */
  readonly der: Uint8Array
  /** Where it stands, such as `Certificate.tbsCertificate.extensions[2]`. */
  readonly path: string
}

export type ExtensionName = keyof ExtensionValues

/** What each is read as. */
export interface ExtensionValues {
  readonly subjectDirectoryAttributes: readonly DirectoryAttribute[]
  readonly subjectKeyIdentifier: Uint8Array
  readonly keyUsage: ReadonlySet<KeyUsage>
  readonly subjectAltName: readonly GeneralName[]
  readonly issuerAltName: readonly GeneralName[]
  readonly basicConstraints: BasicConstraints
  readonly nameConstraints: NameConstraints
  readonly crlDistributionPoints: readonly DistributionPoint[]
  readonly certificatePolicies: readonly PolicyInformation[]
  readonly policyMappings: readonly PolicyMapping[]
  readonly authorityKeyIdentifier: AuthorityKeyIdentifier
  readonly policyConstraints: PolicyConstraints
  /** Object identifiers of purposes. */
  readonly extendedKeyUsage: ReadonlySet<string>
  readonly freshestCrl: readonly DistributionPoint[]
  readonly inhibitAnyPolicy: number
  readonly authorityInfoAccess: readonly AccessDescription[]
  readonly subjectInfoAccess: readonly AccessDescription[]
  /** Numbers of TLS extensions. */
  readonly tlsFeature: readonly number[]
  readonly signedCertificateTimestamps: readonly SignedCertificateTimestamp[]
}

class KnownExtension<Name extends ExtensionName> implements EncodedExtension<Name, ExtensionValues[Name]> {
  readonly name: Name
  readonly oid: string
  readonly critical: boolean
  readonly der: Uint8Array
  readonly path: string
  readonly #certificate: Certificate

  constructor(certificate: Certificate, extension: Extension, name: Name) {
    this.name = name
    this.oid = extension.oid
    this.critical = extension.critical
    this.der = extension.value
    this.path = extension.path
    this.#certificate = certificate
  }

  get value(): ExtensionValues[Name] {
    // The certificate has it, so there is a value.
    return readers[this.name](this.#certificate) as ExtensionValues[Name]
  }
}

function readAttribute(attribute: DerReader): DirectoryAttribute {
  const fields = attribute.enter(sequence)
  const type = readObjectIdentifier(fields, 'type')
  const values = someChildrenOf(fields, set).map(({ der }) => der)
  fields.finish()
  return { type, values }
}

const readers: { readonly [Name in ExtensionName]: (certificate: Certificate) => ExtensionValues[Name] | undefined } = {
  subjectDirectoryAttributes,
  subjectKeyIdentifier: (certificate) => certificate.subjectKeyIdentifier,
  keyUsage: (certificate) => certificate.keyUsage,
  subjectAltName: (certificate) => certificate.subjectAltName,
  issuerAltName: (certificate) => certificate.issuerAltName,
  basicConstraints: (certificate) => certificate.basicConstraints,
  nameConstraints: (certificate) => certificate.nameConstraints,
  crlDistributionPoints,
  certificatePolicies: (certificate) => certificate.certificatePolicies,
  policyMappings: (certificate) => certificate.policyMappings,
  authorityKeyIdentifier: (certificate) => certificate.authorityKeyIdentifier,
  policyConstraints: (certificate) => certificate.policyConstraints,
  extendedKeyUsage: (certificate) => certificate.extendedKeyUsage,
  freshestCrl,
  inhibitAnyPolicy: (certificate) => certificate.inhibitAnyPolicy,
  authorityInfoAccess: (certificate) => certificate.authorityInfoAccess,
  subjectInfoAccess: (certificate) => certificate.subjectInfoAccess,
  tlsFeature: (certificate) => certificate.tlsFeature,
  signedCertificateTimestamps,
}

const namesOf: Readonly<Record<string, ExtensionName>> = /* @__PURE__ */ Object.fromEntries(
  /* @__PURE__ */ Object.entries(extensionIds).map(([name, oid]) => [oid, name as ExtensionName]),
)
