import type { Codec, Empty, ExtensionBlock, ExtensionTable } from '@typetls/wire'
import { empty, extensionBlock, opaqueVector, rest, struct, uint16, vector } from '@typetls/wire'
import { CertificateStatus, DistinguishedNames, SchemeList, SignedCertificateTimestampList } from './extensions.ts'

/** https://www.rfc-editor.org/rfc/rfc9846#section-4.4.2 */
export interface CertificateRequest {
  readonly certificateRequestContext: Uint8Array
  readonly extensions: CertificateRequestExtensions
}

export type CertificateRequestExtensions = ExtensionBlock<CertificateRequestExtensionValues>

export interface CertificateRequestExtensionValues {
  /** Not the body it has in a ClientHello: https://www.rfc-editor.org/rfc/rfc9846#section-4.5.2.1 says that it is empty. */
  readonly status_request: Empty
  readonly signature_algorithms: readonly number[]
  readonly signed_certificate_timestamp: Empty
  readonly certificate_authorities: readonly Uint8Array[]
  readonly oid_filters: Uint8Array
  readonly signature_algorithms_cert: readonly number[]
}

const certificateRequestExtensions: ExtensionTable<CertificateRequestExtensionValues> = {
  status_request: { id: 5, body: empty },
  signature_algorithms: { id: 13, body: SchemeList },
  signed_certificate_timestamp: { id: 18, body: empty },
  certificate_authorities: { id: 47, body: DistinguishedNames },
  oid_filters: { id: 48, body: rest },
  signature_algorithms_cert: { id: 50, body: SchemeList },
}

export const CertificateRequest: Codec<CertificateRequest> = /* @__PURE__ */ struct('CertificateRequest', {
  certificateRequestContext: opaqueVector(0, 255),
  extensions: extensionBlock(certificateRequestExtensions, { min: 2 }),
})

/** https://www.rfc-editor.org/rfc/rfc9846#section-4.5.2 */
export interface Certificate {
  readonly certificateRequestContext: Uint8Array
  readonly certificateList: readonly CertificateEntry[]
}

export interface CertificateEntry {
  /** DER. */
  readonly certData: Uint8Array
  readonly extensions: CertificateEntryExtensions
}

export type CertificateEntryExtensions = ExtensionBlock<CertificateEntryExtensionValues>

export interface CertificateEntryExtensionValues {
  /** OCSPResponse, DER. */
  readonly status_request: Uint8Array
  /** SignedCertificateTimestampList. */
  readonly signed_certificate_timestamp: Uint8Array
}

const certificateEntryExtensions: ExtensionTable<CertificateEntryExtensionValues> = {
  status_request: { id: 5, body: CertificateStatus },
  signed_certificate_timestamp: { id: 18, body: SignedCertificateTimestampList },
}

export const Certificate: Codec<Certificate> = /* @__PURE__ */ struct('Certificate', {
  certificateRequestContext: opaqueVector(0, 255),
  certificateList: vector<CertificateEntry>(
    struct('CertificateEntry', {
      certData: opaqueVector(1, 0xffffff),
      extensions: extensionBlock(certificateEntryExtensions),
    }),
    0,
    0xffffff,
  ),
})

/** https://www.rfc-editor.org/rfc/rfc9846#section-4.5.3 */
export interface CertificateVerify {
  readonly algorithm: number
  readonly signature: Uint8Array
}

export const CertificateVerify: Codec<CertificateVerify> = /* @__PURE__ */ struct('CertificateVerify', {
  algorithm: uint16,
  signature: opaqueVector(0, 0xffff),
})

/** https://www.rfc-editor.org/rfc/rfc9846#section-4.5.4 */
export interface Finished {
  /** As long as the hash of the cipher suite. */
  readonly verifyData: Uint8Array
}

export const Finished: Codec<Finished> = /* @__PURE__ */ struct('Finished', { verifyData: rest })
