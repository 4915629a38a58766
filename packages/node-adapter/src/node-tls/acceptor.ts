import type { EventEmitter } from 'node:events'
import type { Duplex } from 'node:stream'
import type { ConnectionFacts, ServerOptions as ConnectionOptions } from '@typetls/connection'
import type { PeerVerifier } from '@typetls/handshake'
import { TlsError } from '@typetls/wire'
import { given } from '../given.ts'
import type { AskForName, NamedContext } from '../named-credentials.ts'
import { resetBeforeSecure } from '../socket/reset-error.ts'
import type { AcceptorListener } from '../tls-acceptor.ts'
import { TlsAcceptor } from '../tls-acceptor.ts'
import type { TlsSocket } from '../socket/tls-socket.ts'
import { checkFunction, checkNumber, checkString } from './argument-error.ts'
import { likeOpenssl } from './client-setup.ts'
import { nodeError, writeCancelled } from './node-error.ts'
import { NodeSocket } from './node-socket.ts'
import { withStaples } from './ocsp-event.ts'
import { cryptoError } from './openssl-error.ts'
import { isNothingSpoken, noProtocolsAvailable } from './protocol-versions.ts'
import type { Asks } from './renegotiation.ts'
import type { PskServerCallback } from './psk-callback.ts'
import { maxIdentity, serverPsks } from './psk-callback.ts'
import { SecureContext, ofSocketIn } from './secure-context.ts'
import type { AskForContext, NodeServerOptions } from './server.ts'
import { sessionEvents } from './session-events.ts'
import { alertOfOpenSsl, inNodeWords } from './tls-errors.ts'
import { alsoPrinted } from './trace-text.ts'

/** A server's side that does as node:tls, and speaks of failures as it does. */
export class NodeTlsAcceptor extends TlsAcceptor {
  readonly endsWithTransport = true
  readonly asksOfClients: Asks
  readonly #chooseProtocol: ChooseProtocol | undefined
  readonly #enableTrace: boolean | null | undefined
  readonly #server: ListeningServer | undefined
  /** Options with what the server's listeners answer, by those without. */
  readonly #stapling = new WeakMap<ConnectionOptions, ConnectionOptions>()
  readonly #SNICallback: AskForContext | undefined
  readonly #pskCallback: PskServerCallback | undefined
  readonly #hintFits: boolean
  readonly #verifier: PeerVerifier | undefined
  #context: SecureContext

  /**
   * @param server hears `'OCSPRequest'`, `'newSession'` and `'resumeSession'`
   * @throws TlsError as `createServer`
   */
  constructor(
    options: NodeServerOptions,
    context: SecureContext,
    listener: AcceptorListener = {},
    server?: ListeningServer,
  ) {
    checkCallbacks(options)
    super(acceptorOptions(options, context, server), listener)
    this.#chooseProtocol = options.ALPNCallback ?? undefined
    this.#enableTrace = options.enableTrace
    this.#server = server
    this.asksOfClients = {
      requestCert: options.requestCert === true,
      rejectUnauthorized: options.rejectUnauthorized !== false,
    }
    this.#context = context
    this.#verifier = options.verifier
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

  override accept(transport: Duplex): NodeSocket {
    return super.accept(transport) as NodeSocket
  }

  protected override make(transport: Duplex): NodeSocket {
    return new NodeSocket(transport, this, { enableTrace: this.#enableTrace, server: this.#server })
  }

  protected override prepared(options: ConnectionOptions, socket: TlsSocket): ConnectionOptions {
    const callback = this.#pskCallback
    const own = socket as NodeSocket
    const untraced = this.#forOne(this.#stapled(options), own)
    const prepared = own.traced ? { ...untraced, trace: alsoPrinted(untraced.trace) } : untraced
    if (callback === undefined) return prepared
    if (!this.#hintFits) throw cryptoError('ERR_TLS_PSK_SET_IDENTITY_HINT_FAILED', 'Failed to set PSK identity hint')
    return { ...prepared, ...serverPsks(callback, socket) }
  }

  replaceContext(options: NodeServerOptions, context: SecureContext): void {
    this.#context = context
    this.setSecureContext(acceptorOptions(options, context, this.#server))
  }

  /** As Node does it: the handshake is done, and the connection ends without a word. */
  refuses({ peer, externalPskIdentity }: ConnectionFacts, socket: TlsSocket): Error | undefined {
    const { requestCert, rejectUnauthorized } = (socket as NodeSocket).asks
    const fits = !requestCert || !rejectUnauthorized || (peer?.authorized ?? externalPskIdentity !== undefined)
    if (fits) return undefined
    if (socket.secureConnecting) return resetBeforeSecure({ role: 'server' }, peer?.failure)
    return inNodeWords(peer?.failure ?? new TlsError('ERR_TLS_CERTIFICATE_REQUIRED', 'the client has no certificate'))
  }

  get judge(): PeerVerifier {
    return this.#verifier ?? this.#context.context.verifier(true)
  }

  issuersAbove(certificates: readonly Uint8Array[]): readonly Uint8Array[] {
    return this.#context.context.issuersAbove(certificates)
  }

  cancelled(): Error {
    return writeCancelled()
  }

  explain(error: Error): Error {
    if (error === nothingSpoken) return noProtocolsAvailable()
    return inNodeWords(error)
  }

  #stapled(options: ConnectionOptions): ConnectionOptions {
    const server = this.#server
    if (server === undefined || server.listenerCount('OCSPRequest') === 0) return options
    const known = this.#stapling.get(options)
    if (known !== undefined) return known
    const stapled = withStaples(options, server, (certificates) => this.issuersAbove(certificates))
    this.#stapling.set(options, stapled)
    return stapled
  }

  /** What the callbacks and members of one socket have to say. */
  #forOne(options: ConnectionOptions, socket: NodeSocket): ConnectionOptions {
    const choose = this.#chooseProtocol
    if (choose === undefined && socket.ownCredentials === undefined) return options
    const { credentials } = options
    return {
      ...options,
      credentials: (request) =>
        socket.ownCredentials?.(request) ?? (typeof credentials === 'function' ? credentials(request) : undefined),
      ...(choose !== undefined && {
        selectApplicationProtocol: (offered, name) => chosen(choose, socket, [...offered], name),
      }),
    }
  }
}

type ListeningServer = Pick<EventEmitter, 'emit' | 'listenerCount'>

type ChooseProtocol = NonNullable<NodeServerOptions['ALPNCallback']>

function acceptorOptions(
  options: NodeServerOptions,
  context: SecureContext,
  server: ListeningServer | undefined,
): AcceptorOptions {
  const { SNICallback: _callback, ticketKeys: _keys, pskCallback, pskIdentityHint, ...rest } = options
  const own12 = server === undefined ? likeOpenssl : { ...likeOpenssl, sessions: sessionEvents(server) }
  const inContext = { ...ofSocketIn(rest, context), ...context.context.serverOptions }
  const ours = withHint(
    // As OpenSSL has it: a client that resumes keeps the ticket it has.
    {
      keepDetails: true,
      alertFor: alertOfOpenSsl,
      renewTickets: false,
      ...inContext,
      tls12: { ...own12, ...inContext.tls12 },
    },
    pskCallback,
    pskIdentityHint,
  )
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
export function namedContext({ context }: SecureContext): NamedContext {
  const { credentials, ca } = context.options
  return given<NamedContext>({ credentials, ca, verifier: context.verifier(true) })
}

function checkCallbacks(options: NodeServerOptions): void {
  const { SNICallback, pskCallback, pskIdentityHint, handshakeTimeout, ALPNCallback, ALPNProtocols } = options
  if (ALPNCallback && ALPNProtocols) {
    const message = 'The ALPNCallback and ALPNProtocols TLS options are mutually exclusive'
    throw nodeError('ERR_TLS_ALPN_CALLBACK_WITH_PROTOCOLS', message, TypeError)
  }
  if (handshakeTimeout) checkNumber('options.handshakeTimeout', handshakeTimeout)
  if (SNICallback) checkFunction('options.SNICallback', SNICallback)
  if (pskCallback) checkFunction('options.pskCallback', pskCallback)
  if (pskIdentityHint) checkString('options.pskIdentityHint', pskIdentityHint)
}

function chosen(
  choose: ChooseProtocol,
  socket: NodeSocket,
  protocols: string[],
  servername: string | undefined,
): string | undefined {
  // As in node:tls, which has false where no name was sent.
  const protocol = choose.call(socket, { servername: servername ?? (false as unknown as string), protocols })
  if (protocol === undefined || protocols.includes(protocol)) return protocol
  const message = `ALPN callback returned a value (${protocol}) that did not match any of the client's offered protocols (${protocols.join(', ')})`
  const cause = nodeError('ERR_TLS_ALPN_CALLBACK_INVALID_RESULT', message, TypeError)
  throw new TlsError('ERR_TLS_NO_APPLICATION_PROTOCOL', message, { cause })
}

const nothingSpoken: TlsError = /* @__PURE__ */ new TlsError('ERR_TLS_VERSION', 'this server speaks no version of TLS')
