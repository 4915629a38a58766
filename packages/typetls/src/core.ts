export {
  Connection,
  ServerConnection,
  Session,
  clientConnection,
  rotatingTicketKeys,
  serverConnection,
} from '@typetls/connection'
export type {
  ClientOptions,
  Clock,
  CommonOptions,
  ConnectionEvents,
  ConnectionFacts,
  Credential,
  CredentialRequest,
  CredentialSelector,
  ExternalPsk,
  ExternalPskLookup,
  PeerFacts,
  PeerVerdict,
  PeerVerifier,
  ServerOptions,
  Signer,
  TicketKeyOptions,
  TicketProtector,
  Trace,
  TraceEvent,
  VerifyContext,
} from '@typetls/connection'
export {
  Secret,
  TLS_AES_128_CCM_8_SHA256,
  TLS_AES_128_CCM_SHA256,
  TLS_AES_128_GCM_SHA256,
  TLS_AES_256_GCM_SHA384,
  TLS_CHACHA20_POLY1305_SHA256,
  cipherSuites,
  defaultCipherSuites,
  defaultGroupNames,
  defaultSignatureSchemes,
} from '@typetls/crypto-provider'
export type { CipherSuite, CryptoProvider, SignatureScheme } from '@typetls/crypto-provider'
export { TlsError, tlsErrorCodes } from '@typetls/wire'
export type { AlertName, TlsErrorCode } from '@typetls/wire'
export { Certificate, createCredential, createVerifier, selectCredential } from '@typetls/x509'
export type { CertificateFacts, CredentialOptions, TrustAnchor, VerifierOptions } from '@typetls/x509'
