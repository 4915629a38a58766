import type { Codec, Empty, ExtensionBlock } from '@typetls/wire'
import { empty, extensionBlock, opaqueVector, rest, struct, uint16, vector } from '@typetls/wire'
import { ExtensionType } from './extension-type.ts'
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

export const CertificateRequest: Codec<CertificateRequest> = /* @__PURE__ */ struct('CertificateRequest', {
  certificateRequestContext: opaqueVector(0, 255),
  extensions: extensionBlock<CertificateRequestExtensionValues>(
    ExtensionType,
    {
      status_request: empty,
      signature_algorithms: SchemeList,
      signed_certificate_timestamp: empty,
      certificate_authorities: DistinguishedNames,
      oid_filters: rest,
      signature_algorithms_cert: SchemeList,
    },
    { min: 2 },
  ),
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

export const Certificate: Codec<Certificate> = /* @__PURE__ */ struct('Certificate', {
  certificateRequestContext: opaqueVector(0, 255),
  certificateList: vector<CertificateEntry>(
    struct('CertificateEntry', {
      certData: opaqueVector(1, 0xffffff),
      extensions: extensionBlock<CertificateEntryExtensionValues>(ExtensionType, {
        status_request: CertificateStatus,
        signed_certificate_timestamp: SignedCertificateTimestampList,
      }),
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
