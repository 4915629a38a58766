export { VerifiedPeer } from './authenticate.ts'
export type { TrustedChain } from './authenticate.ts'
export type { ProtectionMaker, RecordCipherRow, Tls12CipherSuite } from './cipher-suite.ts'
export { Tls12ClientPostHandshake } from './client-post-handshake.ts'
export { olderClient, tls12ClientHandshake } from './client.ts'
export type { Tls12Connected } from './connected.ts'
export { dhePsk } from './dhe-psk.ts'
export { dhe } from './dhe.ts'
export { ecdhe } from './key-exchange.ts'
export type { AgreedKeys, ClientKeys, KeyExchangeMethod, ServerKeys } from './key-exchange.ts'
export { tls12Messages } from './messages.ts'
export type {
  DhParameters,
  SessionIdStore,
  Tls12ClientParameters,
  Tls12Parameters,
  Tls12ServerParameters,
} from './parameters.ts'
export { Tls12ServerPostHandshake } from './server-post-handshake.ts'
export type { RenegotiationChanges } from './server-post-handshake.ts'
export { exportTls12, extendedMainSecret, mainSecret, prf, verifyData } from './prf.ts'
export type { Renegotiating, RenegotiationPolicy, ServerRenegotiationPolicy } from './renegotiation.ts'
export { ecdhePsk, psk, withPsk } from './psk.ts'
export { rsa } from './rsa.ts'
export { olderServer, tls12ServerHandshake } from './server.ts'
