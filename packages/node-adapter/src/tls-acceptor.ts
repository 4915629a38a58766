import type { Duplex } from 'node:stream'
import type { Connection, ConnectionEvents, ServerOptions } from '@typetls/connection'
import { serverConnection } from '@typetls/connection'
import type { ServerTls12Options } from '@typetls/connection/tls12'
import { serverTls12, tls12ServerConnection } from '@typetls/connection/tls12'
import type { CryptoProvider } from '@typetls/crypto-provider'
import type { Credential, CredentialSelector } from '@typetls/handshake'
import { credentialSelector } from './credentials.ts'
import { defaultHandshakeTimeout } from './defaults.ts'
import { given } from './given.ts'
import type { Link } from './transport/link.ts'
import type { AskForName, NamedContext } from './named-credentials.ts'
import { NamedCredentials } from './named-credentials.ts'
import type { TlsServerOptions } from './server-options.ts'
import { serverOptions } from './server-options.ts'
import { shareInput } from './transport/shared-input.ts'
import { systemCrypto } from './system.ts'
import type { SocketSetup } from './socket/socket-setup.ts'
import { TlsSocket } from './socket/tls-socket.ts'
import { tls12Suites, versionsOf } from './versions.ts'

/** Who hears of the sockets of an acceptor. */
export interface AcceptorListener {
  secured?(socket: TlsSocket): void
  failed?(socket: TlsSocket, error: Error): void
  /** Whether anybody wants key log lines; asked for each socket. */
  wantsKeyLog?(): boolean
  keyLog?(socket: TlsSocket, line: string): void
}

/**
 * The server's side of any number of sockets: options resolved once, ticket keys shared. For accepting on transports
 * that are not a listening socket of ours.
 */
export class TlsAcceptor implements SocketSetup {
  readonly role = 'server'
  readonly handshakeTimeout: number
  readonly allowHalfOpen: boolean
  readonly #listener: AcceptorListener
  readonly #names: NamedCredentials
  readonly #crypto: CryptoProvider
  #options: TlsServerOptions
  #own: CredentialSelector | undefined
  #resolved: ServerOptions
  #open: (options: ServerOptions, events: ConnectionEvents) => Connection

  /** @throws TlsError as `serverOptions` */
  constructor(options: TlsServerOptions, listener: AcceptorListener = {}) {
    this.handshakeTimeout = options.handshakeTimeout ?? defaultHandshakeTimeout
    this.allowHalfOpen = options.allowHalfOpen === true
    this.#listener = listener
    this.#crypto = options.crypto ?? systemCrypto
    this.#names = new NamedCredentials(this.#crypto, options.rejectUnauthorized !== false)
    this.#options = options
    this.#own = credentialSelector(options, this.#crypto)
    this.#resolved = this.#resolve(options)
    this.#open = opener(options)
  }

  /** A server socket on a transport; it says `'secure'` when the handshake is done. */
  accept(transport: Duplex): TlsSocket {
    shareInput(transport)
    return this.make(transport)
  }

  protected make(transport: Duplex): TlsSocket {
    return new TlsSocket(transport, this)
  }

  /** Credentials for a name, `*.example.org` included, and whose certificates are taken there. @throws TlsError as `createServer` */
  addContext(serverName: string, context: NamedContext | Credential): void {
    this.#names.add(serverName, context)
  }

  /** Other options for handshakes from now on, credentials for instance; what is not given stays. Tickets stay valid. */
  setSecureContext(options: TlsServerOptions): void {
    const { cert, key, pfx, passphrase, credentials, ...rest } = this.#options
    const replaced = options.cert !== undefined || options.pfx !== undefined || options.credentials !== undefined
    const own = replaced ? {} : { cert, key, pfx, passphrase, credentials }
    this.#options = { ...rest, ...own, tickets: this.#resolved.tickets ?? false, ...options }
    this.#own = credentialSelector(this.#options, this.#crypto)
    this.#resolved = this.#resolve(this.#options)
    this.#open = opener(this.#options)
  }

  get answersAtOnce(): boolean {
    // With a verifier, a client may be asked for its certificate at any time.
    return this.#resolved.crypto.mode === 'sync' && this.#resolved.verifier === undefined
  }

  open(socket: TlsSocket, events: ConnectionEvents): Connection {
    const options = this.prepared(this.#ofConnection(socket), socket)
    if (this.#listener.wantsKeyLog?.() !== true) return this.#open(options, events)
    const keyLog = (line: string): void => {
      options.keyLog?.(line)
      this.#listener.keyLog?.(socket, line)
    }
    return this.#open({ ...options, keyLog }, events)
  }

  /** The options for one socket. */
  protected prepared(options: ServerOptions, _socket: TlsSocket): ServerOptions {
    return options
  }

  #resolve(options: TlsServerOptions): ServerOptions {
    return serverOptions(options, this.#names.selector(this.#own, undefined))
  }

  /** What is asked for the context of a name, for one socket. Default: the option `SNICallback`. */
  protected asks(_socket: TlsSocket): AskForName | undefined {
    return this.#options.SNICallback
  }

  /** The same for all connections, unless names differ in more than their credentials, or somebody is asked about them. */
  #ofConnection(socket: TlsSocket): ServerOptions {
    const options = this.#resolved
    const ask = this.asks(socket)
    if (ask === undefined && this.#names.isEmpty) return options
    const { verifier: own, clientAuthentication, certificateAuthorities = [] } = options
    if (own === undefined || clientAuthentication === 'none') {
      return ask === undefined ? options : { ...options, credentials: this.#names.selector(this.#own, ask) }
    }
    let verifier = own
    const authorities = [...certificateAuthorities]
    return {
      ...options,
      verifier: {
        acceptsUnauthorized: own.acceptsUnauthorized,
        verify: (chain, context) => verifier.verify(chain, context),
      },
      // Read when the certificate is asked for, which is after ours was chosen.
      certificateAuthorities: authorities,
      credentials: this.#names.selector(this.#own, ask, (trust) => {
        verifier = trust.verifier
        authorities.splice(0, Infinity, ...trust.authorities)
      }),
    }
  }

  secured(socket: TlsSocket): void {
    this.#listener.secured?.(socket)
  }

  failed(socket: TlsSocket, error: Error): void {
    this.#listener.failed?.(socket, error)
  }
}

/** Makes connections of the versions that the options allow. */
function opener(options: TlsServerOptions): (options: ServerOptions, events: ConnectionEvents) => Connection {
  const versions = versionsOf(options)
  const ofTls12: ServerTls12Options = {
    ...renegotiatingByOwner(options.tls12 ?? {}),
    ...given({ cipherSuites: tls12Suites(options.cipherSuites) }),
  }
  if (!versions.tls13) return (resolved, events) => tls12ServerConnection(resolved, events, ofTls12)
  if (!versions.tls12) return serverConnection
  const tls12 = serverTls12(ofTls12)
  // Options are resolved once for the same object.
  const both = new WeakMap<ServerOptions, ServerOptions>()
  return (resolved, events) => {
    const known = both.get(resolved) ?? { ...resolved, tls12 }
    both.set(resolved, known)
    return serverConnection(known, events)
  }
}

/** With a policy that heeds `disableRenegotiation` of the socket that it is about. */
function renegotiatingByOwner(tls12: ServerTls12Options): ServerTls12Options {
  const { renegotiation: policy = 'never' } = tls12
  if (policy === 'never') return tls12
  const renegotiation = (events: ConnectionEvents): boolean | PromiseLike<boolean> => {
    const { owner } = events as Link<TlsSocket>
    return owner.grantsRenegotiation(typeof policy === 'function' ? () => policy(events) : policy)
  }
  return { ...tls12, renegotiation }
}
