import net from 'node:net'
import type { ServerOpts } from 'node:net'
import type { Duplex } from 'node:stream'
import type { ConnectionFacts, ServerOptions as ConnectionOptions, TicketKeyRing } from '@typetls/connection'
import { ticketKeyLength, ticketKeyRing } from '@typetls/connection'
import { TlsError } from '@typetls/wire'
import { given } from '../given.ts'
import type { AskForName, NamedContext } from '../named-credentials.ts'
import { resetBeforeSecure } from '../reset-error.ts'
import { systemCrypto } from '../system.ts'
import type { AcceptorListener } from '../tls-acceptor.ts'
import { TlsAcceptor } from '../tls-acceptor.ts'
import type { TlsSocket } from '../tls-socket.ts'
import { cryptoError } from './openssl-error.ts'
import { convertALPNProtocols } from './alpn-protocols.ts'
import { checkBuffer, checkFunction, checkNumber, checkString, invalidArgumentType } from './argument-error.ts'
import type { PskServerCallback } from './psk-callback.ts'
import { maxIdentity, serverPsks } from './psk-callback.ts'
import { isNothingSpoken, noProtocolsAvailable } from './protocol-versions.ts'
import { SecureContext, contextOf, createSecureContext, ofSocketIn, ownContext } from './secure-context.ts'
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
  second?: SecureListener,
): Server {
  // What https.Server calls it on may have the prototype that tls.Server had when it was loaded.
  if (!(this instanceof net.Server)) return createServer(given, second)
  const server = this
  const listener = typeof given === 'function' ? given : second
  const options: NodeServerOptions = typeof given === 'function' ? {} : (given ?? {})
  if (typeof options !== 'object') throw invalidArgumentType('options', 'of type object', options)
  const context = contextFor(options)
  const base = net.Server as unknown as (this: net.Server, options: ServerOpts) => void
  base.call(server, { noDelay: true, ...options, allowHalfOpen: true, pauseOnConnect: false })
  server[optionsOf] = options
  server[acceptorOf] = new NodeTlsAcceptor(options, context, {
    secured: (socket) => void server.emit('secureConnection', socket),
    failed: (socket, error) => void server.emit('tlsClientError', error, socket),
    wantsKeyLog: () => server.listenerCount('keylog') > 0,
    keyLog: (socket, line) => void server.emit('keylog', Buffer.from(`${line}\n`), socket),
  })
  const { ticketKeys } = options
  if (ticketKeys !== undefined && ticketKeys !== null) server.setTicketKeys(ticketKeys)
  publish(server, options)
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
  this[acceptorOf].addContext(serverName, namedContext(contextOf(context)))
}

Server.prototype.setSecureContext = function (this: Accepting, options): void {
  if (typeof options !== 'object' || options === null) throw invalidArgumentType('options', 'of type object', options)
  // As in Node, what is not given is the default again; what is not about the context stays.
  this[acceptorOf].replaceContext(this[optionsOf], contextFor(options))
  publish(this, options)
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

/** A server's side that does as node:tls, and speaks of failures as it does. */
export class NodeTlsAcceptor extends TlsAcceptor {
  readonly endsWithTransport = true
  readonly #refusesUnauthorized: boolean
  readonly #SNICallback: AskForContext | undefined
  readonly #pskCallback: PskServerCallback | undefined
  readonly #hintFits: boolean
  #context: SecureContext

  /** @throws TlsError as `createServer` */
  constructor(options: NodeServerOptions, context: SecureContext, listener: AcceptorListener = {}) {
    checkCallbacks(options)
    super(acceptorOptions(options, context), listener)
    this.#refusesUnauthorized = options.requestCert === true && options.rejectUnauthorized !== false
    this.#context = context
    this.#SNICallback = options.SNICallback ?? undefined
    this.#pskCallback = options.pskCallback ?? undefined
    this.#hintFits = Buffer.byteLength(options.pskIdentityHint ?? '') <= maxIdentity
  }

  /** As in Node, a callback that fails ends the connection, and the client is not told why. */
  protected override asks(socket: TlsSocket): AskForName | undefined {
    const ask = this.#SNICallback
    if (ask === undefined) return undefined
    return (name, callback) => {
      socket.servername = name
      ask(name, (error, context) => {
        if (error) socket.destroy(error)
        else if (context === null || context === undefined) callback(null)
        else if (context instanceof SecureContext) callback(null, namedContext(context))
        else socket.destroy(new TypeError('Invalid SNI context'))
      })
    }
  }

  protected override prepared(options: ConnectionOptions, socket: TlsSocket): ConnectionOptions {
    const callback = this.#pskCallback
    if (callback === undefined) return options
    if (!this.#hintFits) throw cryptoError('ERR_TLS_PSK_SET_IDENTITY_HINT_FAILED', 'Failed to set PSK identity hint')
    return { ...options, ...serverPsks(callback, socket) }
  }

  replaceContext(options: NodeServerOptions, context: SecureContext): void {
    this.#context = context
    this.setSecureContext(acceptorOptions(options, context))
  }

  /** As Node does it: the handshake is done, and the connection ends without a word. */
  refuses({ peer, externalPskIdentity }: ConnectionFacts): Error | undefined {
    const fits = !this.#refusesUnauthorized || (peer?.authorized ?? externalPskIdentity !== undefined)
    return fits ? undefined : resetBeforeSecure('server', peer?.failure)
  }

  issuersAbove(certificates: readonly Uint8Array[]): readonly Uint8Array[] {
    return this.#context.context.issuersAbove(certificates)
  }

  explain(error: Error): Error {
    if (error === nothingSpoken) return noProtocolsAvailable()
    return inNodeWords(error)
  }
}

/** Node's server takes no context, only options of one; ours takes both. */
function contextFor(options: NodeServerOptions): SecureContext {
  if (options.secureContext) return ownContext(options.secureContext)
  return createSecureContext({ ...options, honorCipherOrder: options.honorCipherOrder ?? true })
}

function acceptorOptions(options: NodeServerOptions, context: SecureContext): AcceptorOptions {
  const { SNICallback: _callback, ticketKeys: _keys, pskCallback, pskIdentityHint, ...rest } = options
  const inContext = { ...ofSocketIn(rest, context), ...context.context.serverOptions }
  const ours = withHint(inContext, pskCallback, pskIdentityHint)
  const asks = options.requestCert === true
  // Who is refused for want of a good certificate is refused by `refuses`.
  const own = asks || ours.ca !== undefined ? context.context.verifier(true) : undefined
  const verifier = options.verifier ?? own
  const judging = verifier === undefined ? ours : { ...ours, verifier }
  if (!isNothingSpoken(ours)) return judging
  const refuse = (): never => {
    throw nothingSpoken
  }
  return { ...judging, minVersion: 'TLSv1.2', maxVersion: 'TLSv1.3', onClientHello: refuse }
}

function withHint(
  options: AcceptorOptions,
  callback: PskServerCallback | null | undefined,
  text: string | null | undefined,
): AcceptorOptions {
  if (callback === undefined || callback === null) return options
  const hint = Buffer.from(text ?? '')
  // OpenSSL tells which identities there are not.
  const tls12 = { ...options.tls12, tellUnknownPskIdentity: true }
  return { ...options, tls12: hint.length > maxIdentity ? tls12 : { ...tls12, pskIdentityHint: hint } }
}

type AcceptorOptions = ConstructorParameters<typeof TlsAcceptor>[0]

/** What is another one for another name: OpenSSL changes nothing else. */
function namedContext({ context }: SecureContext): NamedContext {
  const { credentials, ca } = context.options
  return given<NamedContext>({ credentials, ca, verifier: context.verifier(true) })
}

function checkCallbacks({ SNICallback, pskCallback, pskIdentityHint, handshakeTimeout }: NodeServerOptions): void {
  if (handshakeTimeout) checkNumber('options.handshakeTimeout', handshakeTimeout)
  if (SNICallback) checkFunction('options.SNICallback', SNICallback)
  if (pskCallback) checkFunction('options.pskCallback', pskCallback)
  if (pskIdentityHint) checkString('options.pskIdentityHint', pskIdentityHint)
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
  Object.assign(socket, { server: this })
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
] as const satisfies readonly (keyof NodeServerOptions)[]

const nothingSpoken: TlsError = /* @__PURE__ */ new TlsError('ERR_TLS_VERSION', 'this server speaks no version of TLS')
