export { signatureContent, VerifiedFinished, VerifiedPeer } from './authenticate.ts'
export type { HandshakeCarrier, RecordProtection } from './carrier.ts'
export { ClientPostHandshake } from './client-post-handshake.ts'
export { ResumingClientPostHandshake } from './resuming-client.ts'
export { clientHandshake } from './client.ts'
export { answerCertificateRequest } from './client-certificate.ts'
export { clientPsks } from './client-psks.ts'
export type { ClientPsks } from './client-psks.ts'
export { clientGrease } from './grease.ts'
export type { ClientGrease } from './grease.ts'
export type { Agreed, AuthenticatedBy, AuthenticatedPeer, Connected, HandshakeDetails } from './connected.ts'
export type { Credential, CredentialRequest, CredentialSelector, Decrypter, KeyUse, Signer } from './credential.ts'
export { HandshakeDriver, nextExpected } from './driver.ts'
export { exportOf } from './exporter.ts'
export { Handshake } from './handshake.ts'
export { handshakeDetails } from './handshake-details.ts'
export type { KeepDetails } from './handshake-details.ts'
export { expandLabel, hkdfLabel } from './hkdf-label.ts'
export {
  EarlySecret,
  HandshakeSecret,
  MainSecret,
  exportKeyingMaterial,
  finishedVerifyData,
  nextTrafficSecret,
  resumptionPsk,
} from './key-schedule.ts'
export type { PskKind, TrafficSecrets } from './key-schedule.ts'
export { Certificate, CertificateRequest, CertificateVerify, Finished } from './messages/authentication.ts'
export type { CertificateEntry } from './messages/authentication.ts'
export { ClientHello } from './messages/client-hello.ts'
export type { ClientHelloExtensions } from './messages/client-hello.ts'
export { EncryptedExtensions } from './messages/encrypted-extensions.ts'
export { ExtensionType, isGrease } from './messages/extension-type.ts'
export { HandshakeType, decodeMessage, encodeMessage, messageType } from './messages/handshake-message.ts'
export type { HandshakeMessage, HandshakeMessages, HandshakeMessageType } from './messages/handshake-message.ts'
export { MessageAssembler } from './messages/message-assembler.ts'
export { KeyUpdate, NewSessionTicket } from './messages/post-handshake.ts'
export { HelloRetryRequest, ServerHello, helloRetryRequestRandom } from './messages/server-hello.ts'
export type {
  CertificateAnswer,
  ClientHelloHook,
  ClientParameters,
  CommonParameters,
  OfferedGroup,
  ServerParameters,
} from './parameters.ts'
export type { PeerChain, PeerVerdict, PeerVerifier, VerifyContext } from './peer-verifier.ts'
export type { OlderClient, OlderOffer, OlderServer, SentHello } from './older-version.ts'
export { PostHandshake } from './post-handshake.ts'
export type { AfterHandshake, PostHandshakeResult } from './post-handshake.ts'
export { ProgramRun, ask, askNow, receive, run, wait, waitAll } from './program.ts'
export type { AwaitedType, CallbackCode, Effect, Program, Step } from './program.ts'
export { maxPskIdentity } from './psk.ts'
export type { ExternalPsk, ExternalPskLookup, ExternalPskSelector, TicketProtector } from './psk.ts'
export { ServerPostHandshake } from './server-post-handshake.ts'
export { serverHandshake } from './server.ts'
export { Session, sessionOf } from './session.ts'
export type { SessionState, StoredPeer } from './session.ts'
export type { Direction, Epoch, HandshakeObserver, KeyLogLabel, Trace, TraceEvent } from './trace.ts'
export { Transcript } from './transcript.ts'
