export type { AccessDescription } from './access-extensions.ts'
export { Certificate } from './certificate.ts'
export type { CertificateSummary } from './certificate.ts'
export type { CertificateJson, ExtensionJson, JsonValue } from './certificate-json.ts'
export type { CertificateErrorCode, CertificateFailure, CertificateRule, RuleSource } from './certificate-failure.ts'
export { anyPolicy, certificatePolicies } from './certificate-policies.ts'
export type { PolicyCheck, PolicyOptions, PolicyOutcome } from './certificate-policies.ts'
export { createCredential } from './credential.ts'
export type { Credential, CredentialAnswer, CredentialOptions, Decrypter, Signer } from './credential.ts'
export { DistinguishedName } from './distinguished-name.ts'
export type { NameAttribute, RelativeName } from './distinguished-name.ts'
export type { AuthorityKeyIdentifier, BasicConstraints, Extension, KeyUsage, NameConstraints } from './extensions.ts'
export type { GeneralName } from './general-name.ts'
export { matchIdentity } from './identity.ts'
export type { Identity } from './identity.ts'
export { formatIpAddress, parseIpAddress } from './ip-address.ts'
export type { NamedKey } from './named-key.ts'
export { hostNames, matchesHost } from './name-match.ts'
export type { MatchOptions } from './name-match.ts'
export { pemBlocks, toPem } from './pem.ts'
export type { PemBlock, PemErrorCode } from './pem.ts'
export type { PolicyConstraints, PolicyInformation, PolicyMapping, PolicyQualifier } from './policy-extensions.ts'
export { readPrivateKey } from './private-key.ts'
export { rfc5280, tls } from './profile.ts'
export type { Profile, ProfileRule, RuleContext } from './profile.ts'
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
export { isUsableFor, selectCredential } from './select-credential.ts'
export type { SelectionRequest, Selector } from './select-credential.ts'
export { signatureHash } from './signature-hash.ts'
export type { CertificateSignatureAlgorithm } from './signature-algorithm.ts'
export { TrustAnchors } from './trust-anchors.ts'
export type { TransparencyAnswer, TransparencyChecker, TransparencyQuery } from './transparency.ts'
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
export { webpki } from './webpki.ts'
export { verifyPath } from './verify-path.ts'
export type { InvalidPath, PathQuestion, PathVerdict, ValidPath } from './verify-path.ts'
