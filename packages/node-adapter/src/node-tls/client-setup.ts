import type { ClientOptions, Connection, ConnectionEvents, ConnectionFacts } from '@typetls/connection'
import { Session } from '@typetls/connection'
import type { CredentialSelector, PeerVerifier, Trace } from '@typetls/handshake'
import { TlsError } from '@typetls/wire'
import { ClientSetup } from '../client-setup.ts'
import type { ConnectOptions } from '../connect-options.ts'
import { ephemeralKeyInfo } from '../socket/ephemeral-key.ts'
import type { SocketSetup } from '../socket/socket-setup.ts'
import type { TlsSocket } from '../socket/tls-socket.ts'
import type { NodeConnectOptions } from './connect.ts'
import type { SecureContextContent } from './context-content.ts'
import { writeCancelled } from './node-error.ts'
import type { NodeSocket } from './node-socket.ts'
import { cryptoError } from './openssl-error.ts'
import { isNothingSpoken, noCiphersAvailable, noProtocolsAvailable } from './protocol-versions.ts'
import type { PskClientCallback } from './psk-callback.ts'
import { clientPsks } from './psk-callback.ts'
import type { SecureContext } from './secure-context.ts'
import { ofSocketIn } from './secure-context.ts'
import { alertOfOpenSsl, inNodeWords } from './tls-errors.ts'
import { alsoPrinted } from './trace-text.ts'

/** A client's side with the callbacks and events of node:tls, that speaks of failures as node:tls does. */
export class NodeClientSetup extends ClientSetup {
  readonly endsWithTransport = true
  readonly destination: object
  readonly socketOptions: SocketSetup['socketOptions']
  /** What is offered to be resumed, as it was given. */
  offered: Uint8Array | undefined
  readonly #context: SecureContextContent
  readonly #minDHSize: number
  readonly #hasVersion: boolean
  readonly #pskCallback: PskClientCallback | undefined
  readonly #requestOcsp: boolean

  /**
   * @param destination tells where a connection was to go that is reset
   * @throws TlsError as `clientOptions`
   */
  constructor(options: NodeConnectOptions, { context }: SecureContext, destination: NodeConnectOptions = options) {
    const { session: given, requestOCSP, pskCallback } = options
    const bytes = sessionBytes(given)
    const session = bytes === undefined ? (given instanceof Session ? given : undefined) : readSession(bytes)
    const verifier = options.verifier ?? context.verifier(options.rejectUnauthorized === false)
    const inContext = ofSocketIn(options, { context }) as ConnectOptions
    const noTickets = context.options.tickets === false ? { tickets: false } : {}
    // Not spread, and neither are options elsewhere on the way here: `connect` of ours says why.
    const ours: ConnectOptions = Object.assign({ keepDetails: true, alertFor: alertOfOpenSsl }, inContext, {
      verifier,
      session,
      pskCallback: undefined,
      // Somebody may want it for `revocation`.
      requestStatus: options.requestStatus ?? (requestOCSP === true || options.revocation !== undefined),
      tls12: Object.assign({}, likeOpenssl, noTickets, inContext.tls12),
    })
    const hasVersion = !isNothingSpoken(ours)
    super(hasVersion ? ours : { ...ours, minVersion: undefined, maxVersion: undefined })
    const { path, host, port, localAddress } = destination
    const { highWaterMark, noDelay, keepAlive, keepAliveInitialDelay } = options
    this.destination = { path, host, port, localAddress }
    // Without any, a socket costs less: `dial` says why.
    this.socketOptions =
      (highWaterMark ?? noDelay ?? keepAlive ?? keepAliveInitialDelay) === undefined
        ? undefined
        : ({ highWaterMark, noDelay, keepAlive, keepAliveInitialDelay } as SocketSetup['socketOptions'])
    this.offered = bytes
    this.#context = context
    this.#minDHSize = options.minDHSize ?? 0
    this.#hasVersion = hasVersion
    this.#pskCallback = pskCallback ?? undefined
    this.#requestOcsp = requestOCSP === true
  }

  override open(socket: TlsSocket, events: ConnectionEvents): Connection {
    if (!this.#hasVersion) throw noProtocolsAvailable()
    if (!this.#context.offersAny(this.#pskCallback !== undefined)) throw noCiphersAvailable()
    return super.open(socket, events)
  }

  protected override prepared(given: ClientOptions, socket: TlsSocket): ClientOptions {
    const { verifier } = given
    const told = this.#requestOcsp && verifier ? { ...given, verifier: tellingStaple(verifier, socket) } : given
    // That of sockets is a function.
    const trace = told.trace as Trace | undefined
    const options = (socket as NodeSocket).traced ? { ...told, trace: alsoPrinted(trace) } : told
    const callback = this.#pskCallback
    return callback === undefined ? options : { ...options, ...clientPsks(callback, this.versions.tls13) }
  }

  /** Resumes this, if it can be and the handshake has not begun. */
  offer(bytes: Uint8Array): void {
    this.offered = bytes
    const session = readSession(bytes)
    if (session !== undefined) this.amend(() => ({ session }))
  }

  /** Shows what this selects to servers that ask, if the handshake has not begun. */
  identify(credentials: CredentialSelector): void {
    this.amend(() => ({ credentials }))
  }

  /** Asks for this name by SNI, if the handshake has not begun. What is verified stays. */
  nameServer(name: string): void {
    this.amend(({ serverName, verifyName = serverName }) => ({ serverName: name, ...(verifyName && { verifyName }) }))
  }

  refuses({ group }: ConnectionFacts): Error | undefined {
    const { type, size } = group === undefined ? {} : (ephemeralKeyInfo(group) as { type?: string; size?: number })
    if (type !== 'DH' || size === undefined || size >= this.#minDHSize) return undefined
    return cryptoError('ERR_TLS_DH_PARAM_SIZE', `DH parameter size ${size} is less than ${this.#minDHSize}`)
  }

  issuersAbove(certificates: readonly Uint8Array[]): readonly Uint8Array[] {
    return this.#context.issuersAbove(certificates)
  }

  cancelled(): Error {
    return writeCancelled()
  }

  explain(error: Error): Error {
    return inNodeWords(error)
  }
}

/** Tells the staple, or that there is none, before the certificates are judged. */
function tellingStaple(verifier: PeerVerifier, socket: TlsSocket): PeerVerifier {
  return {
    acceptsUnauthorized: verifier.acceptsUnauthorized,
    verify(chain, context) {
      socket.emit('OCSPResponse', chain.ocspResponse === undefined ? null : Buffer.from(chain.ocspResponse))
      return verifier.verify(chain, context)
    },
  }
}

/** Peers without extended_main_secret are taken, and servers may ask for another handshake, if they do so securely. */
export const likeOpenssl = { requireExtendedMainSecret: false, renegotiation: 'freely' } as const

/** What node:tls takes as a session: bytes, or text of one byte each; nothing else is one. */
export function sessionBytes(session: unknown): Uint8Array | undefined {
  if (session instanceof Uint8Array) return session
  return typeof session === 'string' ? Buffer.from(session, 'latin1') : undefined
}

/** What is no session of ours, or none that resumes anything, is not used: node:tls says nothing of it either. */
export function readSession(bytes: Uint8Array): Session | undefined {
  try {
    return Session.parse(bytes)
  } catch (error) {
    if (error instanceof TlsError && error.code === 'ERR_TLS_SESSION_INVALID') return undefined
    throw error
  }
}
