import net from 'node:net'
import type { ServerOpts } from 'node:net'
import type { Duplex } from 'node:stream'
import type tls from 'node:tls'
import type { TicketKeyRing } from '@typetls/connection'
import { ticketKeyLength, ticketKeyRing } from '@typetls/connection'
import { systemCrypto } from '../system.ts'
import type { TlsSocket } from '../socket/tls-socket.ts'
import { NodeTlsAcceptor, namedContext } from './acceptor.ts'
import { convertALPNProtocols } from './alpn-protocols.ts'
import { checkBuffer, invalidArgumentType } from './argument-error.ts'
import type { PskServerCallback } from './psk-callback.ts'
import type { SecureContext } from './secure-context.ts'
import { contextOf, createSecureContext, ownContext } from './secure-context.ts'
import type { NodeTlsOptions } from './tls-options.ts'

/** Options of `createServer`: those of `tls.createServer`, and ours. */
export interface NodeServerOptions extends NodeTlsOptions, Omit<ServerOpts, keyof NodeTlsOptions | 'allowHalfOpen'> {
  /** 48 bytes that protect tickets: servers that share them resume each other's sessions. Default: own keys that rotate. */
  readonly ticketKeys?: Uint8Array | null | undefined
  /** Answers with a context for the name, later if it likes; nothing: the server's own. */
  readonly SNICallback?: AskForContext | null | undefined
  /** Gives the key for an identity; TLS 1.2 needs suites for PSKs in `ciphers` as well. */
  readonly pskCallback?: PskServerCallback | null | undefined
  /** TLS 1.2: tells clients which of their keys to take. */
  readonly pskIdentityHint?: string | null | undefined
  /** Prints each handshake, and every record after it, on standard error. Default false. */
  readonly enableTrace?: boolean | null | undefined
}

/** node:tls's SNICallback. */
export type AskForContext = (
  serverName: string,
  callback: (error: Error | null, context?: SecureContext | null) => void,
) => void

/** A listener for `'secureConnection'`. */
export type SecureListener = (socket: TlsSocket) => void

/** The server of the drop-in, with the events and members of `tls.Server`. */
export interface Server extends net.Server {
  /** A context for a name, `*.example.org` included; the newest that fits is taken. */
  addContext(serverName: string, context: SecureContext | NodeTlsOptions): void
  /** Another context for handshakes from now on: what is not given is the default. Tickets stay valid. */
  setSecureContext(options: NodeTlsOptions): void
  /** The 48 bytes that protect tickets, for `setTicketKeys` of a server elsewhere: secret. From now on they do not rotate. */
  getTicketKeys(): ReturnType<tls.Server['getTicketKeys']>
  /**
   * Tickets are protected by these 48 bytes from now on, and those of the keys before are void.
   *
   * @throws TypeError `ERR_INVALID_ARG_TYPE` for what is no buffer; Error for one of another length
   */
  setTicketKeys(keys: Uint8Array): void
}

export interface ServerConstructor {
  new (options?: NodeServerOptions | SecureListener | null, listener?: SecureListener | null): Server
  (options?: NodeServerOptions | SecureListener | null, listener?: SecureListener | null): Server
  readonly prototype: Server
}

interface Accepting extends Server {
  pauseOnConnect: boolean
  [acceptorOf]: NodeTlsAcceptor
  [ticketKeysOf]: GivenTicketKeys | undefined
  [optionsOf]: NodeServerOptions
}

/** Ticket keys that somebody gave or asked for; without, they rotate by themselves. */
interface GivenTicketKeys {
  readonly ring: TicketKeyRing
  bytes: Buffer
}

const acceptorOf: unique symbol = /* @__PURE__ */ Symbol('typetls.acceptor')
const optionsOf: unique symbol = /* @__PURE__ */ Symbol('typetls.options')
const ticketKeysOf: unique symbol = /* @__PURE__ */ Symbol('typetls.ticketKeys')

/** A function and no class: Node's `https.Server` calls it on an object of its own. */
export const Server: ServerConstructor = function Server(
  this: Accepting | undefined,
  given?: NodeServerOptions | SecureListener | null,
  second?: SecureListener | null,
): Server {
  // What https.Server calls it on may have the prototype that tls.Server had when it was loaded.
  if (!(this instanceof net.Server)) return createServer(given, second)
  const server = this
  const listener = typeof given === 'function' ? given : second
  const options: NodeServerOptions = typeof given === 'function' ? {} : (given ?? {})
  if (typeof options !== 'object') throw invalidArgumentType('options', 'of type object', options)
  const context = contextFor(options)
  const base = net.Server as unknown as (this: net.Server, options: ServerOpts) => void
  base.call(server, { noDelay: true, ...options })
  server[optionsOf] = options
  const heard = {
    secured: (socket: TlsSocket) => void server.emit('secureConnection', socket),
    failed: (socket: TlsSocket, error: Error) => void server.emit('tlsClientError', error, socket),
    wantsKeyLog: () => server.listenerCount('keylog') > 0,
    keyLog: (socket: TlsSocket, line: string) => void server.emit('keylog', Buffer.from(`${line}\n`), socket),
  }
  server[acceptorOf] = new NodeTlsAcceptor(options, context, heard, server)
  const { ticketKeys } = options
  if (ticketKeys !== undefined && ticketKeys !== null) server.setTicketKeys(ticketKeys)
  publish(server, options)
  server.on('connection', accept)
  if (listener) server.on('secureConnection', listener)
  return server
} as unknown as ServerConstructor

Object.setPrototypeOf(Server.prototype, net.Server.prototype)
Object.setPrototypeOf(Server, net.Server)

// What a listener for 'secureConnection' rejects with is the end of that connection alone.
Object.defineProperty(Server.prototype, Symbol.for('nodejs.rejection'), {
  value(this: Accepting, error: Error, event: string, socket: Duplex): void {
    if (event === 'secureConnection') socket.destroy(error)
    else this.emit('error', error)
  },
})

// With these the workers of a cluster share what they must: Node calls them when a worker listens.
Object.assign(Server.prototype, {
  _getServerData(this: Accepting): { ticketKeys: string } {
    return { ticketKeys: this.getTicketKeys().toString('hex') }
  },
  _setServerData(this: Accepting, { ticketKeys }: { readonly ticketKeys: string }): void {
    this.setTicketKeys(Buffer.from(ticketKeys, 'hex'))
  },
})

Server.prototype.addContext = function (this: Accepting, serverName, context): void {
  if (!serverName)
    throw Object.assign(new Error('"servername" is required parameter for Server.addContext'), {
      code: 'ERR_TLS_REQUIRED_SERVER_NAME',
    })
  this[acceptorOf].addContext(serverName, namedContext(contextOf(context)))
}

Server.prototype.setSecureContext = function (this: Accepting, options): void {
  if (typeof options !== 'object' || options === null) throw invalidArgumentType('options', 'of type object', options)
  // As in Node, what is not given is the default again; what is not about the context stays.
  this[acceptorOf].replaceContext(this[optionsOf], contextFor(options))
  publish(this, options)
}

Server.prototype.getTicketKeys = function (this: Accepting) {
  return Buffer.from(givenTicketKeys(this).bytes)
}

Server.prototype.setTicketKeys = function (this: Accepting, keys): void {
  checkBuffer('buffer', keys)
  if (keys.byteLength !== ticketKeyLength) throw new Error('Session ticket keys must be a 48-byte buffer')
  const bytes = Buffer.from(new Uint8Array(keys.buffer, keys.byteOffset, keys.byteLength))
  const given = givenTicketKeys(this)
  given.ring.replace([bytes])
  given.bytes = bytes
}

function givenTicketKeys(server: Accepting): GivenTicketKeys {
  const known = server[ticketKeysOf]
  if (known !== undefined) return known
  const bytes = Buffer.from(systemCrypto.random(ticketKeyLength))
  const made = { ring: ticketKeyRing({ crypto: systemCrypto, keys: [bytes] }), bytes }
  server[ticketKeysOf] = made
  server[acceptorOf].setSecureContext({ tickets: made.ring })
  return made
}

/** As `tls.createServer`. @throws as `createSecureContext` */
export function createServer(
  options?: NodeServerOptions | SecureListener | null,
  listener?: SecureListener | null,
): Server {
  return new Server(options, listener)
}

/** Node's server takes no context, only options of one; ours takes both. */
function contextFor(options: NodeServerOptions): SecureContext {
  if (options.secureContext) return ownContext(options.secureContext)
  return createSecureContext({ ...options, honorCipherOrder: options.honorCipherOrder ?? true })
}

/** What Node's servers show of their options. */
function publish(server: Server, options: NodeServerOptions): void {
  const { ALPNCallback, ALPNProtocols } = options
  const shown = Object.fromEntries(shownOptions.map((name) => [name, options[name] || undefined]))
  Object.assign(server, shown, {
    requestCert: options.requestCert === true,
    rejectUnauthorized: options.rejectUnauthorized !== false,
    ALPNCallback,
    honorCipherOrder: options.honorCipherOrder !== false,
  })
  if (ALPNProtocols !== undefined && ALPNProtocols !== null) convertALPNProtocols(ALPNProtocols, server)
}

function accept(this: Accepting, transport: Duplex): void {
  const socket = this[acceptorOf].accept(transport)
  // As in node:tls: an error that nobody listens to is the end of a client's socket, not of the server.
  socket.on('error', ignore)
  if (this.pauseOnConnect) socket.pause()
}

function ignore(): void {}

const shownOptions = [
  'pfx',
  'key',
  'passphrase',
  'cert',
  'ca',
  'minVersion',
  'maxVersion',
  'secureProtocol',
  'crl',
  'sigalgs',
  'ciphers',
  'ecdhCurve',
  'secureOptions',
  'sessionTimeout',
  'clientCertEngine',
  'dhparam',
  'privateKeyEngine',
  'privateKeyIdentifier',
] as const satisfies readonly (keyof NodeServerOptions)[]
