import net from 'node:net'
import { Duplex, addAbortSignal } from 'node:stream'
import type { SocketSetup } from '../socket/socket-setup.ts'
import { NodeTlsAcceptor } from './acceptor.ts'
import { invalidArgumentType } from './argument-error.ts'
import { NodeClientSetup } from './client-setup.ts'
import type { NodeConnectOptions } from './connect.ts'
import type { NodeSocketOptions } from './node-socket.ts'
import { NodeSocket } from './node-socket.ts'
import type { PskClientCallback, PskServerCallback } from './psk-callback.ts'
import { createSecureContext, ownContext } from './secure-context.ts'
import type { NodeServerOptions } from './server.ts'

/** What `new TLSSocket` takes beside the options of a context. */
export interface TLSSocketOptions
  extends
    Omit<NodeServerOptions, 'pskCallback' | 'highWaterMark'>,
    Pick<NodeConnectOptions, 'session' | 'requestOCSP' | 'highWaterMark' | 'signal' | 'onread'> {
  /** Default false: a client. */
  readonly isServer?: boolean | undefined
  /** The key to authenticate with, or for the identity of a client. */
  readonly pskCallback?: PskClientCallback | PskServerCallback | null | undefined
  /** Client: the name to verify and to send as SNI. Default: none is sent, and any is good enough. */
  readonly servername?: string | undefined
  /** The `tls.Server` it belongs to: what is `socket.server`. */
  readonly server?: unknown
}

/** The socket of the drop-in: everything of `TlsSocket`, and what node:tls has beside it. */
export type TLSSocket = NodeSocket

export interface TLSSocketConstructor {
  new (transport?: Duplex | null, options?: TLSSocketOptions): TLSSocket
  (transport?: Duplex | null, options?: TLSSocketOptions): TLSSocket
  readonly prototype: TLSSocket
}

/**
 * As `tls.TLSSocket`: TLS on a stream that is there, in either role; with no stream, on a new `net.Socket` that
 * `connect()` is for. It may be called without `new`. As in node:tls a client that is made like this goes on with a server
 * that could be anybody, unless `rejectUnauthorized` is true: look at `authorized` when it says `'secure'`.
 */
export const TLSSocket: TLSSocketConstructor = new Proxy(NodeSocket, {
  construct: (target, [transport, options]: Arguments, newTarget) =>
    withSignal(Reflect.construct(target, setUp(transport, options), newTarget) as NodeSocket, options),
  apply: (target, _this, [transport, options]: Arguments) =>
    withSignal(new target(...setUp(transport, options)), options),
}) as unknown as TLSSocketConstructor

type Arguments = [Duplex | null | undefined, TLSSocketOptions | undefined]

function setUp(
  transport: Duplex | null | undefined,
  options: TLSSocketOptions = {},
): [Duplex, SocketSetup, NodeSocketOptions] {
  if (transport != null && !isStream(transport))
    throw invalidArgumentType('socket', 'an instance of stream.Duplex', transport)
  const { isServer, server, onread, enableTrace, ...rest } = options
  const { secureContext } = options
  const context = secureContext ? ownContext(secureContext) : createSecureContext(options)
  // What is underneath counts, as in node:tls.
  const allowHalfOpen = transport == null ? rest.allowHalfOpen === true : transport.allowHalfOpen
  const stream = transport ?? new net.Socket()
  const own = { server, quiet: true, enableTrace, ...(transport == null && { onread, dials: true }) }
  if (isServer === true)
    return [stream, new NodeTlsAcceptor({ ...rest, allowHalfOpen } as NodeServerOptions, context), own]
  const name = rest.servername === undefined ? { checkServerIdentity: acceptsAnyName } : {}
  const judged = { ...rest, ...name, allowHalfOpen, rejectUnauthorized: rest.rejectUnauthorized === true }
  return [stream, new NodeClientSetup(judged as NodeConnectOptions, context), own]
}

function isStream(transport: unknown): transport is Duplex {
  return transport instanceof Duplex || typeof (transport as Partial<Duplex>).pipe === 'function'
}

function acceptsAnyName(): undefined {
  return undefined
}

function withSignal(socket: NodeSocket, options: TLSSocketOptions | undefined): NodeSocket {
  if (options?.signal !== undefined) addAbortSignal(options.signal, socket)
  return socket
}
