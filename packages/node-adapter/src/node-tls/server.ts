import net from 'node:net'
import type { ServerOpts } from 'node:net'
import type { Duplex } from 'node:stream'
import type { ServerOptions as ConnectionOptions, TicketKeyRing } from '@typetls/connection'
import { ticketKeyLength, ticketKeyRing } from '@typetls/connection'
import { systemCrypto } from '../system.ts'
import type { TlsServerOptions } from '../server-options.ts'
import type { AcceptorListener } from '../tls-acceptor.ts'
import { TlsAcceptor } from '../tls-acceptor.ts'
import type { TlsSocket } from '../tls-socket.ts'
import { checkBuffer, checkFunction, invalidArgumentType } from './argument-error.ts'
import type { PskServerCallback } from './psk-callback.ts'
import { maxIdentity, serverPsks } from './psk-callback.ts'
import type { SecureContext } from './secure-context.ts'
import { contextOf, withSecureContext } from './secure-context.ts'
import { inNodeWords } from './tls-errors.ts'
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
}

/** node:tls's SNICallback. */
export type AskForContext = (
  serverName: string,
  callback: (error: Error | null, context?: SecureContext | NodeTlsOptions) => void,
) => void

/** A listener for `'secureConnection'`. */
export type SecureListener = (socket: TlsSocket) => void

/** The server of the drop-in, with the events and members of `tls.Server`. */
export interface Server extends net.Server {
  /** A context for a name, `*.example.org` included; the newest that fits is taken. */
  addContext(serverName: string, context: SecureContext | NodeTlsOptions): void
  /** Other options for handshakes from now on, credentials for instance; what is not given stays. */
  setSecureContext(options: NodeTlsOptions): void
  /** The 48 bytes that protect tickets, for `setTicketKeys` of a server elsewhere: secret. From now on they do not rotate. */
  getTicketKeys(): Buffer
  /**
   * Tickets are protected by these 48 bytes from now on, and those of the keys before are void.
   *
   * @throws TypeError `ERR_INVALID_ARG_TYPE` for what is no buffer; Error for one of another length
   */
  setTicketKeys(keys: Uint8Array): void
}

export interface ServerConstructor {
  new (options?: NodeServerOptions | SecureListener | null, listener?: SecureListener): Server
  (options?: NodeServerOptions | SecureListener | null, listener?: SecureListener): Server
  readonly prototype: Server
}

interface Accepting extends Server {
  [acceptorOf]: TlsAcceptor
  [ticketKeysOf]: GivenTicketKeys | undefined
}

/** Ticket keys that somebody gave or asked for; without, they rotate by themselves. */
interface GivenTicketKeys {
  readonly ring: TicketKeyRing
  bytes: Buffer
}

const acceptorOf: unique symbol = /* @__PURE__ */ Symbol('typetls.acceptor')
const ticketKeysOf: unique symbol = /* @__PURE__ */ Symbol('typetls.ticketKeys')

/** A function and no class: Node's `https.Server` calls it on an object of its own. */
export const Server: ServerConstructor = function Server(
  this: Accepting | undefined,
  given?: NodeServerOptions | SecureListener | null,
  second?: SecureListener,
): Server {
  // What https.Server calls it on may have the prototype that tls.Server had when it was loaded.
  if (!(this instanceof net.Server)) return createServer(given, second)
  const server = this
  const listener = typeof given === 'function' ? given : second
  const options: NodeServerOptions = typeof given === 'function' ? {} : (given ?? {})
  if (typeof options !== 'object') throw invalidArgumentType('options', 'of type object', options)
  const base = net.Server as unknown as (this: net.Server, options: ServerOpts) => void
  base.call(server, { noDelay: true, ...options, allowHalfOpen: true, pauseOnConnect: false })
  server[acceptorOf] = new NodeTlsAcceptor(serverOptions(options), {
    secured: (socket) => void server.emit('secureConnection', socket),
    failed: (socket, error) => void server.emit('tlsClientError', error, socket),
    wantsKeyLog: () => server.listenerCount('keylog') > 0,
    keyLog: (socket, line) => void server.emit('keylog', Buffer.from(`${line}\n`), socket),
  })
  const { ticketKeys } = options
  if (ticketKeys !== undefined && ticketKeys !== null) server.setTicketKeys(ticketKeys)
  server.on('connection', accept)
  if (listener !== undefined) server.on('secureConnection', listener)
  return server
} as unknown as ServerConstructor

Object.setPrototypeOf(Server.prototype, net.Server.prototype)
Object.setPrototypeOf(Server, net.Server)

Server.prototype.addContext = function (this: Accepting, serverName, context): void {
  if (!serverName)
    throw Object.assign(new Error('"servername" is required parameter for Server.addContext'), {
      code: 'ERR_TLS_REQUIRED_SERVER_NAME',
    })
  this[acceptorOf].addContext(serverName, contextOf(context).context.options)
}

Server.prototype.setSecureContext = function (this: Accepting, options): void {
  if (typeof options !== 'object' || options === null) throw invalidArgumentType('options', 'of type object', options)
  const { pskCallback: _callback, pskIdentityHint: _hint, ...ours } = serverOptions(options)
  this[acceptorOf].setSecureContext(ours)
}

Server.prototype.getTicketKeys = function (this: Accepting): Buffer {
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
export function createServer(options?: NodeServerOptions | SecureListener | null, listener?: SecureListener): Server {
  return new Server(options, listener)
}

/** A server's side with a callback for PSKs, that speaks of failures as node:tls does. */
export class NodeTlsAcceptor extends TlsAcceptor {
  readonly endsWithTransport = true
  readonly #pskCallback: PskServerCallback | undefined
  readonly #hintFits: boolean

  constructor({ pskCallback, pskIdentityHint, ...options }: WithPskCallback, listener?: AcceptorListener) {
    const hint = Buffer.from(pskIdentityHint ?? '')
    const hintFits = hint.length <= maxIdentity
    // OpenSSL tells which identities there are not.
    const tls12 = { ...options.tls12, tellUnknownPskIdentity: true, ...(hintFits && { pskIdentityHint: hint }) }
    super(pskCallback === undefined ? options : { ...options, tls12 }, listener)
    this.#pskCallback = pskCallback
    this.#hintFits = hintFits
  }

  protected override prepared(options: ConnectionOptions, socket: TlsSocket): ConnectionOptions {
    const callback = this.#pskCallback
    if (callback === undefined) return options
    if (!this.#hintFits) {
      const error = new Error('Failed to set PSK identity hint')
      throw Object.assign(error, { code: 'ERR_TLS_PSK_SET_IDENTITY_HINT_FAILED' })
    }
    return { ...options, ...serverPsks(callback, socket) }
  }

  explain(error: Error): Error {
    return inNodeWords(error)
  }
}

type WithPskCallback = TlsServerOptions & {
  readonly pskCallback?: PskServerCallback | undefined
  readonly pskIdentityHint?: string | undefined
}

function serverOptions({ SNICallback, ticketKeys: _, ...options }: NodeServerOptions): WithPskCallback {
  const ours = withSecureContext(options) as WithPskCallback
  if (SNICallback === undefined || SNICallback === null) return ours
  checkFunction('options.SNICallback', SNICallback)
  return {
    ...ours,
    SNICallback: (name, callback) =>
      SNICallback(name, (error, context) => {
        if (error != null || context == null) return callback(error)
        callback(null, contextOf(context).context.options)
      }),
  }
}

function accept(this: Accepting, transport: Duplex): void {
  const socket = this[acceptorOf].accept(transport)
  // As in node:tls: an error that nobody listens to is the end of a client's socket, not of the server.
  socket.on('error', ignore)
  Object.assign(socket, { server: this })
}

function ignore(): void {}
