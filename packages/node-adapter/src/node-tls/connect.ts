import net from 'node:net'
import { addAbortSignal } from 'node:stream'
import type { Duplex } from 'node:stream'
import tls from 'node:tls'
import type { ClientOptions, Connection, ConnectionEvents, ConnectionFacts } from '@typetls/connection'
import { ClientSetup } from '../client-setup.ts'
import type { ConnectOptions } from '../connect-options.ts'
import { netOptions } from '../connect-options.ts'
import { ephemeralKeyInfo } from '../ephemeral-key.ts'
import type { CheckServerIdentity } from '../identity-check.ts'
import { TlsSocket } from '../tls-socket.ts'
import { checkFunction, checkNumber, outOfRange } from './argument-error.ts'
import type { SecureContextContent } from './context-content.ts'
import { moduleDefaults } from './module-defaults.ts'
import { cryptoError } from './openssl-error.ts'
import type { PskClientCallback } from './psk-callback.ts'
import { clientPsks } from './psk-callback.ts'
import { isNothingSpoken, noProtocolsAvailable } from './protocol-versions.ts'
import type { SecureContext } from './secure-context.ts'
import { createSecureContext, ofSocketIn, ownContext } from './secure-context.ts'
import type { NodeTlsOptions } from './tls-options.ts'
import { inNodeWords } from './tls-errors.ts'

/** Options of `connect`: those of `tls.connect`, and ours. */
export interface NodeConnectOptions extends NodeTlsOptions, Omit<ConnectOptions, keyof NodeTlsOptions> {
  /** Least bits of a server's own Diffie-Hellman parameters in TLS 1.2; `ERR_TLS_DH_PARAM_SIZE`. Default 1024. */
  readonly minDHSize?: number | undefined
  /** Gives the key to authenticate with; TLS 1.2 needs suites for PSKs in `ciphers` as well. */
  readonly pskCallback?: PskClientCallback | null | undefined
}

/**
 * As `tls.connect`: every signature, its options and their checks, its events, its error codes.
 *
 * @throws TlsError as `createSecureContext`; everything later is an `'error'` of the socket
 */
export function connect(options: NodeConnectOptions, listener?: () => void): TlsSocket
export function connect(port: number, host?: string, options?: NodeConnectOptions, listener?: () => void): TlsSocket
export function connect(port: number, options?: NodeConnectOptions, listener?: () => void): TlsSocket
export function connect(path: string, options?: NodeConnectOptions, listener?: () => void): TlsSocket
export function connect(port: number | string | NodeConnectOptions, listener?: () => void): TlsSocket
export function connect(...args: unknown[]): TlsSocket {
  const options = connectArguments(args)
  const setup = clientSetupFor(options)
  const listener = args.findLast((argument) => typeof argument === 'function') as (() => void) | undefined
  const { signal, timeout, socket: transport } = options
  const socket = new TlsSocket(transport ?? net.connect(netOptions(options as ConnectOptions)), setup)
  if (listener !== undefined) socket.once('secureConnect', listener)
  if (timeout !== undefined && timeout > 0) socket.setTimeout(timeout)
  if (signal !== undefined) addAbortSignal(signal, socket)
  return socket
}

/**
 * A client's side for options of `connect`, with the defaults of node:tls and checked as it checks them.
 *
 * @throws as `connect`
 */
export function clientSetupFor(given: NodeConnectOptions): NodeClientSetup {
  const options: NodeConnectOptions = {
    rejectUnauthorized: !environmentAcceptsAny(),
    ciphers: moduleDefaults.DEFAULT_CIPHERS,
    checkServerIdentity: assigned.checkServerIdentity ?? tls.checkServerIdentity,
    minDHSize: 1024,
    ...given,
    ...(given.socket !== undefined && given.host === undefined ? { host: dialledHost(given.socket) } : {}),
  }
  const { checkServerIdentity, minDHSize } = options
  checkFunction('options.checkServerIdentity', checkServerIdentity)
  checkNumber('options.minDHSize', minDHSize)
  if (!((minDHSize as number) >= 1)) throw outOfRange('options.minDHSize', '>= 1', minDHSize)
  const create = assigned.createSecureContext ?? createSecureContext
  const { secureContext } = options
  return new NodeClientSetup(options, secureContext ? ownContext(secureContext) : create(options))
}

/** Whom to verify on a transport that is there, as node:tls has it: the name that net.Socket was told to dial. */
function dialledHost(transport: Duplex & { readonly _host?: string | null }): string {
  return transport._host ?? 'localhost'
}

/** A client's side with a callback for PSKs, that speaks of failures as node:tls does. */
export class NodeClientSetup extends ClientSetup {
  readonly endsWithTransport = true
  readonly #context: SecureContextContent
  readonly #minDHSize: number
  readonly #hasVersion: boolean
  readonly #pskCallback: PskClientCallback | undefined

  /** @throws TlsError as `clientOptions` */
  constructor(options: NodeConnectOptions, { context }: SecureContext) {
    const verifier = options.verifier ?? context.verifier(options.rejectUnauthorized === false)
    const ours = { ...(ofSocketIn(options, { context }) as ConnectOptions), verifier, pskCallback: undefined }
    const hasVersion = !isNothingSpoken(ours)
    super(hasVersion ? ours : { ...ours, minVersion: undefined, maxVersion: undefined })
    this.#context = context
    this.#minDHSize = options.minDHSize ?? 0
    this.#hasVersion = hasVersion
    this.#pskCallback = options.pskCallback ?? undefined
  }

  override open(socket: TlsSocket, events: ConnectionEvents): Connection {
    if (!this.#hasVersion) throw noProtocolsAvailable()
    return super.open(socket, events)
  }

  protected override prepared(options: ClientOptions): ClientOptions {
    const callback = this.#pskCallback
    return callback === undefined ? options : { ...options, ...clientPsks(callback, this.versions.tls13) }
  }

  refuses({ group }: ConnectionFacts): Error | undefined {
    const { type, size } = group === undefined ? {} : (ephemeralKeyInfo(group) as { type?: string; size?: number })
    if (type !== 'DH' || size === undefined || size >= this.#minDHSize) return undefined
    return cryptoError('ERR_TLS_DH_PARAM_SIZE', `DH parameter size ${size} is less than ${this.#minDHSize}`)
  }

  issuersAbove(certificates: readonly Uint8Array[]): readonly Uint8Array[] {
    return this.#context.issuersAbove(certificates)
  }

  explain(error: Error): Error {
    return inNodeWords(error)
  }
}

/** The switch that node:tls heeds where nothing is said, and warns of as it does. */
function environmentAcceptsAny(): boolean {
  if (process.env['NODE_TLS_REJECT_UNAUTHORIZED'] !== '0') return false
  if (!hasWarned) process.emitWarning(insecure)
  hasWarned = true
  return true
}

let hasWarned = false
const insecure =
  "Setting the NODE_TLS_REJECT_UNAUTHORIZED environment variable to '0' makes TLS connections and HTTPS requests insecure by disabling certificate verification."

/** As node:tls reads them: what comes later counts more. */
export function connectArguments(args: readonly unknown[]): NodeConnectOptions {
  const [first, second, third] = args
  const isObject = (value: unknown): value is NodeConnectOptions => typeof value === 'object' && value !== null
  const own = [first, second, third].filter(isObject)
  const merged: NodeConnectOptions = Object.assign({}, ...own) as NodeConnectOptions
  if (isObject(first) || first === undefined || first === null) return merged
  if (typeof first === 'string' && !/^\d+$/.test(first)) return { ...merged, path: first }
  return { ...merged, ...(typeof second === 'string' ? { host: second } : {}), port: first as number }
}

/** What programs may put others in place of, once `index.ts` has put them into the module's object. */
interface Assignable {
  createSecureContext?: typeof createSecureContext
  checkServerIdentity?: CheckServerIdentity
}

const assigned: Assignable = moduleDefaults as Assignable
