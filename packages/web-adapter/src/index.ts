export { tracing } from '@typetls/connection'
export { createPathVerifier, pemCertificates } from '@typetls/x509'
export { bunSockets } from './bun-sockets.ts'
export type { BunConnect, BunSocket, BunSocketEvents } from './bun-sockets.ts'
export { fromStreams, resumingClient, serverRole } from './from-streams.ts'
export type { StreamRole } from './from-streams.ts'
export { ownCertificate } from './own-certificate.ts'
export type { OwnCertificate } from './own-certificate.ts'
export { pinned } from './pinning.ts'
export { relay } from './relay-transport.ts'
export type { RelayOptions } from './relay-transport.ts'
export type { AcceptOptions, SecureOptions, SharedOptions } from './secure-options.ts'
export { SocketError } from './socket-error.ts'
export type { SecureSocket, SecureSocketInfo, SecureTransport, Socket, SocketInfo, StartTlsOptions } from './socket.ts'
export { systemClientCrypto, systemClock, systemCrypto } from './system.ts'
export type { Dialer, DialOptions, SocketAddress, Transport } from './transport.ts'
export { TypeTls } from './type-tls.ts'
export type { ConnectOptions, TypeTlsOptions } from './type-tls.ts'
export { webSocketDialer, websockify, webSocketTransport, wsproxy } from './web-socket-transport.ts'
export type { RawWebSocketOptions } from './web-socket-transport.ts'
export type { WebSocketConstructor, WebSocketLike, WebSocketOptions } from './web-socket.ts'
export { channelBinding, exportKeyingMaterial } from './keying-material.ts'
export { messagePortTransport } from './message-port.ts'
export type { PortLike, PortMessage } from './message-port.ts'
export type { PortFailure } from './port-failure.ts'
export { cloudflareSockets, denoSockets, denoTransport, directSockets } from './platform-sockets.ts'
export type {
  CloudflareConnect,
  CloudflareSocket,
  DenoConnect,
  DenoConnection,
  TcpSocket,
  TcpSocketConstructor,
} from './platform-sockets.ts'
export { wisp } from './wisp.ts'
export type { WispOptions } from './wisp.ts'
