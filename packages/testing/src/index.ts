export { createAuthority, createSelfSigned } from './certificates.ts'
export type {
  Authority,
  AuthorityOptions,
  CertificateFault,
  CertificateOptions,
  ExtendedKeyUsage,
  KeyUsage,
  NameForms,
  OwnExtension,
  RawExtension,
  Subject,
  TestCertificate,
} from './certificates.ts'
export { freshKey, testKey, testKeyCount, testKeyTypes } from './test-keys.ts'
export type { TestKeyType } from './test-keys.ts'
