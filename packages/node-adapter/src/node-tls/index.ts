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

// As they are when this module is loaded: programs that assign others do so to the default export.
export const CLIENT_RENEG_LIMIT: number = moduleDefaults.CLIENT_RENEG_LIMIT
export const CLIENT_RENEG_WINDOW: number = moduleDefaults.CLIENT_RENEG_WINDOW
export const DEFAULT_CIPHERS: string = moduleDefaults.DEFAULT_CIPHERS
export const DEFAULT_ECDH_CURVE: string = moduleDefaults.DEFAULT_ECDH_CURVE
export const DEFAULT_MAX_VERSION: string = moduleDefaults.DEFAULT_MAX_VERSION
export const DEFAULT_MIN_VERSION: string = moduleDefaults.DEFAULT_MIN_VERSION

export const checkServerIdentity: typeof tls.checkServerIdentity = tls.checkServerIdentity
export const rootCertificates: readonly string[] = tls.rootCertificates

/** How certificates may be compressed (RFC 8879): not at all, and the option `certificateCompression` changes nothing. */
export function getCertificateCompressionAlgorithms(): string[] {
  return []
}

/** What `import tls from` gives. */
export interface NodeTls extends ModuleDefaults {
  checkServerIdentity: typeof tls.checkServerIdentity
  connect: typeof connect
  convertALPNProtocols: typeof convertALPNProtocols
  createSecureContext: typeof createSecureContext
  createServer: typeof createServer
  getCACertificates: typeof getCACertificates
  getCertificateCompressionAlgorithms: typeof getCertificateCompressionAlgorithms
  getCiphers: typeof getCiphers
  readonly rootCertificates: readonly string[]
  setDefaultCACertificates: typeof setDefaultCACertificates
  SecureContext: typeof SecureContext
  Server: typeof Server
  TLSSocket: typeof TLSSocket
}

/** One object whose members programs may assign, as that of node:tls. */
const members: Omit<NodeTls, keyof ModuleDefaults> = {
  checkServerIdentity,
  connect,
  convertALPNProtocols,
  createSecureContext,
  createServer,
  getCACertificates,
  getCertificateCompressionAlgorithms,
  getCiphers,
  get rootCertificates(): readonly string[] {
    return tls.rootCertificates
  },
  setDefaultCACertificates,
  SecureContext,
  Server,
  TLSSocket,
}

const { rootCertificates: roots, ...assignable } = Object.getOwnPropertyDescriptors(members)
const nodeTls: NodeTls = Object.defineProperties(moduleDefaults, {
  ...assignable,
  rootCertificates: { ...roots, configurable: false },
}) as NodeTls

export default nodeTls
