import tls from 'node:tls'
import { connect } from './connect.ts'
import { getCiphers } from './cipher-string.ts'
import { SecureContext, createSecureContext } from './secure-context.ts'
import { Server, createServer } from './server.ts'
import { TLSSocket } from './tls-socket.ts'

export { connect } from './connect.ts'
export type { NodeConnectOptions } from './connect.ts'
export { getCiphers } from './cipher-string.ts'
export { SecureContext, createSecureContext } from './secure-context.ts'
export { Server, createServer } from './server.ts'
export type { AskForContext, NodeServerOptions, SecureListener } from './server.ts'
export type { NodeTlsError } from './tls-errors.ts'
export type { NodeTlsOptions } from './tls-options.ts'
export { TLSSocket } from './tls-socket.ts'
export type { TLSSocketOptions } from './tls-socket.ts'

/** What `import tls from` gives. */
export interface NodeTls {
  CLIENT_RENEG_LIMIT: number
  CLIENT_RENEG_WINDOW: number
  DEFAULT_CIPHERS: string
  DEFAULT_ECDH_CURVE: string
  DEFAULT_MAX_VERSION: string
  DEFAULT_MIN_VERSION: string
  checkServerIdentity: typeof tls.checkServerIdentity
  connect: typeof connect
  createSecureContext: typeof createSecureContext
  createServer: typeof createServer
  getCiphers: typeof getCiphers
  readonly rootCertificates: readonly string[]
  SecureContext: typeof SecureContext
  Server: typeof Server
  TLSSocket: typeof TLSSocket
}

/** One object whose members programs may assign, as that of node:tls. */
const nodeTls: NodeTls = {
  CLIENT_RENEG_LIMIT: tls.CLIENT_RENEG_LIMIT,
  CLIENT_RENEG_WINDOW: tls.CLIENT_RENEG_WINDOW,
  DEFAULT_CIPHERS: tls.DEFAULT_CIPHERS,
  DEFAULT_ECDH_CURVE: 'auto',
  DEFAULT_MAX_VERSION: tls.DEFAULT_MAX_VERSION,
  DEFAULT_MIN_VERSION: tls.DEFAULT_MIN_VERSION,
  checkServerIdentity: tls.checkServerIdentity,
  connect,
  createSecureContext,
  createServer,
  getCiphers,
  get rootCertificates(): readonly string[] {
    return tls.rootCertificates
  },
  SecureContext,
  Server,
  TLSSocket,
}

export default nodeTls
