export { CertificateList } from './certificate-list.ts'
export { createRevocationChecker } from './checker.ts'
export type { RevocationOptions } from './checker.ts'
export type { RevocationReason, RevokedCertificate, RevokedCertificates } from './crl-entries.ts'
export type { CrlInput } from './crl-store.ts'
export type { DistributionPoint, DistributionPointName, IssuingDistributionPoint } from './distribution-point.ts'
export { createOcspRequest } from './ocsp-request.ts'
export type { OcspRequest, OcspRequestOptions } from './ocsp-request.ts'
export { parseOcspResponse } from './ocsp-response.ts'
export type {
  BasicOcspResponse,
  OcspCertId,
  OcspResponderId,
  OcspResponse,
  OcspResponseStatus,
  OcspSingleResponse,
} from './ocsp-response.ts'
export type { FetchedOcspResponse, RevocationSource, SourceAnswer, SourceRequest } from './source.ts'
