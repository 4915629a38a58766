import net from 'node:net'
import type { Duplex } from 'node:stream'
import type { NodeConnectOptions } from './connect.ts'
import { NodeClientSetup } from './connect.ts'
import type { NodeServerOptions } from './server.ts'
import { NodeTlsAcceptor } from './server.ts'
import type { SocketSetup } from '../tls-socket.ts'
import { TlsSocket } from '../tls-socket.ts'
import type { PskClientCallback, PskServerCallback } from './psk-callback.ts'
import { createSecureContext, ownContext } from './secure-context.ts'
import type { NodeTlsOptions } from './tls-options.ts'

/** What `new TLSSocket` takes beside the options of a context. */
export interface TLSSocketOptions extends NodeTlsOptions {
  /** Default false: a client. */
  readonly isServer?: boolean | undefined
  /** The key to authenticate with, or for the identity of a client. */
  readonly pskCallback?: PskClientCallback | PskServerCallback | null | undefined
  /** Server with TLS 1.2: tells clients which of their keys to take. */
  readonly pskIdentityHint?: string | null | undefined
  /** Client: the name to verify and to send as SNI. */
  readonly servername?: string | undefined
}

/** The socket of the drop-in: everything of `TlsSocket`. */
export type TLSSocket = TlsSocket

export interface TLSSocketConstructor {
  new (transport?: Duplex | null, options?: TLSSocketOptions): TLSSocket
  (transport?: Duplex | null, options?: TLSSocketOptions): TLSSocket
  readonly prototype: TLSSocket
}

/**
 * As `tls.TLSSocket`: TLS on a stream that is there, in either role; with no stream, on a new `net.Socket` that
 * `connect()` is for. It may be called without `new`. Certificates are verified unless `rejectUnauthorized` is false,
 * by clients too: node:tls leaves that to whoever makes the socket.
 */
export const TLSSocket: TLSSocketConstructor = new Proxy(TlsSocket, {
  construct: (target, args: [Duplex | null | undefined, TLSSocketOptions | undefined], newTarget) =>
    Reflect.construct(target, setUp(...args), newTarget) as TlsSocket,
  apply: (target, _this, args: [Duplex | null | undefined, TLSSocketOptions | undefined]) =>
    new target(...setUp(...args)),
}) as unknown as TLSSocketConstructor

function setUp(transport: Duplex | null | undefined, options: TLSSocketOptions = {}): [Duplex, SocketSetup] {
  const stream = transport ?? new net.Socket()
  const { isServer, ...rest } = options
  const { secureContext } = options
  const context = secureContext ? ownContext(secureContext) : createSecureContext(options)
  if (isServer === true) return [stream, new NodeTlsAcceptor(rest as NodeServerOptions, context)]
  return [stream, new NodeClientSetup(rest as NodeConnectOptions, context)]
}
