import tls from 'node:tls'
import { convertALPNProtocols } from './alpn-protocols.ts'
import { getCACertificates, setDefaultCACertificates } from './ca-certificates.ts'
import { connect } from './connect.ts'
import { getCiphers } from './cipher-string.ts'
import type { ModuleDefaults } from './module-defaults.ts'
import { moduleDefaults } from './module-defaults.ts'
import { SecureContext, createSecureContext } from './secure-context.ts'
import { Server, createServer } from './server.ts'
import { TLSSocket } from './tls-socket.ts'

export { convertALPNProtocols } from './alpn-protocols.ts'
export { getCACertificates, setDefaultCACertificates } from './ca-certificates.ts'
export type { CaCertificatesType } from './ca-certificates.ts'
export { connect } from './connect.ts'
export type { NodeConnectOptions } from './connect.ts'
export type { OnRead } from './lent-input.ts'
export type { StreamHandle } from './stream-handle.ts'
export { getCiphers } from './cipher-string.ts'
export type { PskClientCallback, PskServerCallback } from './psk-callback.ts'
export { SecureContext, createSecureContext } from './secure-context.ts'
export { Server, createServer } from './server.ts'
export type { AskForContext, NodeServerOptions, SecureListener } from './server.ts'
export type { NodeTlsError } from './tls-errors.ts'
export type { NodeTlsOptions } from './tls-options.ts'
export { TLSSocket } from './tls-socket.ts'
export type { TLSSocketOptions } from './tls-socket.ts'

/** What `import tls from` gives. */
export interface NodeTls extends ModuleDefaults {
  checkServerIdentity: typeof tls.checkServerIdentity
  connect: typeof connect
  convertALPNProtocols: typeof convertALPNProtocols
  createSecureContext: typeof createSecureContext
  createServer: typeof createServer
  getCACertificates: typeof getCACertificates
  getCiphers: typeof getCiphers
  readonly rootCertificates: readonly string[]
  setDefaultCACertificates: typeof setDefaultCACertificates
  SecureContext: typeof SecureContext
  Server: typeof Server
  TLSSocket: typeof TLSSocket
}

/** One object whose members programs may assign, as that of node:tls. */
const members: Omit<NodeTls, keyof ModuleDefaults> = {
  checkServerIdentity: tls.checkServerIdentity,
  connect,
  convertALPNProtocols,
  createSecureContext,
  createServer,
  getCACertificates,
  getCiphers,
  get rootCertificates(): readonly string[] {
    return tls.rootCertificates
  },
  setDefaultCACertificates,
  SecureContext,
  Server,
  TLSSocket,
}

const nodeTls: NodeTls = Object.defineProperties(moduleDefaults, Object.getOwnPropertyDescriptors(members)) as NodeTls

export default nodeTls
