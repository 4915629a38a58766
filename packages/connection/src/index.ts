export { clientConnection, sessionlessClientConnection } from './client.ts'
export type { SessionlessClientOptions } from './client.ts'
export { clientCredentials } from './client-credentials.ts'
export type { ClientCredentials } from './credential-selector.ts'
export { channelBinding } from './channel-binding.ts'
export type { ChannelBinding, ChannelBindingType, SignatureHash } from './channel-binding.ts'
export { Connection } from './connection.ts'
export type { ConnectionEvents } from './events.ts'
export { tracing } from './tracing.ts'
export type { ConnectionTrace } from './tracing.ts'
export type { ConnectionFacts, PeerFacts } from './facts.ts'
export type { ClientOptions, ClientTls12, Clock, CommonOptions, ServerOptions, ServerTls12 } from './options.ts'
export { exportKeyingMaterial } from './exporter.ts'
export { ServerConnection, serverConnection } from './server.ts'
export { storedTickets } from './stored-tickets.ts'
export type { StoredTicketOptions, TicketStore } from './stored-tickets.ts'
export { rotatingTicketKeys, ticketKeyLength, ticketKeyRing } from './ticket-keys.ts'
export type { TicketKeyOptions, TicketKeyRing, TicketKeyRingOptions } from './ticket-keys.ts'
export { Session } from '@typetls/handshake'
export type {
  Credential,
  CredentialRequest,
  CredentialSelector,
  ExternalPsk,
  ExternalPskLookup,
  ExternalPskSelector,
  OfferedGroup,
  PeerChain,
  PeerVerdict,
  PeerVerifier,
  Decrypter,
  KeyUse,
  Signer,
  TicketProtector,
  Trace,
  TraceEvent,
  VerifyContext,
} from '@typetls/handshake'
