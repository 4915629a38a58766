export { Certificate } from './certificate.ts'
export type { CertificateSummary } from './certificate.ts'
export type { CertificateFailure, CertificateRule } from './certificate-failure.ts'
export { createCredential } from './credential.ts'
export type { Credential, CredentialAnswer, CredentialOptions, Signer } from './credential.ts'
export { DistinguishedName } from './distinguished-name.ts'
export type { NameAttribute, RelativeName } from './distinguished-name.ts'
export type { AuthorityKeyIdentifier, BasicConstraints, Extension, KeyUsage, NameConstraints } from './extensions.ts'
export type { GeneralName } from './general-name.ts'
export { formatIpAddress, parseIpAddress } from './ip-address.ts'
export type { NamedKey } from './named-key.ts'
export { hostNames, matchesHost } from './name-match.ts'
export { pemBlocks, toPem } from './pem.ts'
export type { PemBlock, PemErrorCode } from './pem.ts'
export { readPrivateKey } from './private-key.ts'
export { readPublicKey } from './public-key.ts'
export type { RsaKeySize, SubjectPublicKey } from './public-key.ts'
export type {
  RevocationAnswer,
  RevocationChecker,
  RevocationProblem,
  RevocationQuery,
  RevocationStatus,
  SignedData,
} from './revocation.ts'
export { selectCredential } from './select-credential.ts'
export type { SelectionRequest, Selector } from './select-credential.ts'
export type { CertificateSignatureAlgorithm } from './signature-algorithm.ts'
export type { TrustAnchor } from './trust-anchors.ts'
export { createVerifier } from './verifier.ts'
export type {
  CertificateFacts,
  CertificateVerifier,
  PeerChain,
  PeerVerdict,
  VerifierOptions,
  VerifyContext,
} from './verifier.ts'
