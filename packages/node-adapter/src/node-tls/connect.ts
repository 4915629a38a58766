import net from 'node:net'
import { addAbortSignal } from 'node:stream'
import type { Duplex } from 'node:stream'
import tls from 'node:tls'
import type { Session } from '@typetls/connection'
import type { ConnectOptions } from '../connect-options.ts'
import { dial } from '../dial.ts'
import type { CheckServerIdentity } from '../identity-check.ts'
import { checkFunction, checkNumber, outOfRange } from './argument-error.ts'
import { NodeClientSetup } from './client-setup.ts'
import type { OnRead } from './lent-input.ts'
import { inForce, moduleDefaults } from './module-defaults.ts'
import { nodeError } from './node-error.ts'
import { NodeSocket } from './node-socket.ts'
import type { PskClientCallback } from './psk-callback.ts'
import { createSecureContext, ownContext } from './secure-context.ts'
import type { NodeTlsOptions } from './tls-options.ts'

/** Options of `connect`: those of `tls.connect`, and ours. */
export interface NodeConnectOptions extends NodeTlsOptions, Omit<ConnectOptions, keyof NodeTlsOptions | 'session'> {
  /** Resume this: what `'session'` gave. What is no session, or does not fit, is not used. */
  readonly session?: Session | Uint8Array | string | boolean | null | undefined
  /** Bytes that wait to be read or written before the stream says so. Default: that of Node's streams. */
  readonly highWaterMark?: number | undefined
  /** Without `socket`: reads into a buffer of the program's, in place of `'data'`. */
  readonly onread?: OnRead | undefined
  /** Least bits of a server's own Diffie-Hellman parameters in TLS 1.2; `ERR_TLS_DH_PARAM_SIZE`. Default 1024. */
  readonly minDHSize?: number | undefined
  /** Gives the key to authenticate with; TLS 1.2 needs suites for PSKs in `ciphers` as well. */
  readonly pskCallback?: PskClientCallback | null | undefined
  /** Asks for an OCSP staple: `'OCSPResponse'` follows. Default false. */
  readonly requestOCSP?: boolean | undefined
  /** Prints the handshake, and every record after it, on standard error. Default false. */
  readonly enableTrace?: boolean | null | undefined
}

/**
 * As `tls.connect`: every signature, its options and their checks, its events, its error codes.
 *
 * @throws TlsError as `createSecureContext`; everything later is an `'error'` of the socket
 */
export function connect(options: NodeConnectOptions, listener?: () => void): NodeSocket
export function connect(port: number, host?: string, options?: NodeConnectOptions, listener?: () => void): NodeSocket
export function connect(port: number, options?: NodeConnectOptions, listener?: () => void): NodeSocket
export function connect(path: string, options?: NodeConnectOptions, listener?: () => void): NodeSocket
export function connect(port: number | string | NodeConnectOptions, listener?: () => void): NodeSocket
export function connect(...args: unknown[]): NodeSocket {
  const options = connectArguments(args)
  const setup = clientSetupFor(options)
  const listener = args.findLast((argument) => typeof argument === 'function') as (() => void) | undefined
  const { signal, timeout, socket: transport, onread, enableTrace } = options
  const stream = transport ?? dial(options as ConnectOptions)
  const socket = new NodeSocket(stream, setup, { enableTrace, ...(!transport && { onread, dials: true }) })
  if (!transport) tellAttempts(stream, socket)
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
  const defaults: NodeConnectOptions = {
    rejectUnauthorized: !environmentAcceptsAny(),
    ciphers: inForce('DEFAULT_CIPHERS'),
    checkServerIdentity: assigned.checkServerIdentity ?? tls.checkServerIdentity,
    minDHSize: 1024,
  }
  const dialled = given.socket !== undefined && given.host === undefined ? { host: dialledHost(given.socket) } : {}
  const options: NodeConnectOptions = Object.assign(defaults, given, dialled)
  const { checkServerIdentity, minDHSize } = options
  checkFunction('options.checkServerIdentity', checkServerIdentity)
  checkNumber('options.minDHSize', minDHSize)
  if (!((minDHSize as number) >= 1)) throw outOfRange('options.minDHSize', '>= 1', minDHSize)
  checkServername(given.servername)
  const create = assigned.createSecureContext ?? createSecureContext
  const { secureContext } = options
  // What is underneath counts, as in node:tls.
  const own = given.socket === undefined ? options : { ...options, allowHalfOpen: given.socket.allowHalfOpen }
  return new NodeClientSetup(own, secureContext ? ownContext(secureContext) : create(options), given)
}

/** What net.Socket tells of its way there, as far as this Node does. */
function tellAttempts(from: Duplex, socket: NodeSocket): void {
  for (const event of ['lookup', 'connectionAttempt', 'connectionAttemptFailed', 'connectionAttemptTimeout']) {
    from.on(event, (...args: unknown[]) => void socket.emit(event, ...args))
  }
}

/** Whom to verify on a transport that is there, as node:tls has it: the name that net.Socket was told to dial. */
function dialledHost(transport: Duplex & { readonly _host?: string | null }): string {
  return transport._host ?? 'localhost'
}

/** The switch that node:tls heeds where nothing is said. It warns when it does so first. */
function environmentAcceptsAny(): boolean {
  const acceptsAny = process.env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0'
  if (acceptsAny && !warned.acceptsAny) {
    warned.acceptsAny = true
    process.emitWarning(
      "Setting the NODE_TLS_REJECT_UNAUTHORIZED environment variable to '0' makes TLS connections and HTTPS requests insecure by disabling certificate verification.",
    )
  }
  return acceptsAny
}

/** https://www.rfc-editor.org/rfc/rfc6066#section-3 allows no address. Node 25 refuses what it warned of before. */
function checkServername(servername: string | undefined): void {
  if (servername === undefined || net.isIP(servername) === 0) return
  const [major = ''] = process.versions.node.split('.')
  if (Number(major) >= 25) {
    const message = `The property 'options.servername' is invalid. Received '${servername}'. Setting the TLS ServerName to an IP address is not permitted.`
    throw nodeError('ERR_INVALID_ARG_VALUE', message, TypeError)
  }
  if (warned.addressAsName) return
  warned.addressAsName = true
  const message =
    'Setting the TLS ServerName to an IP address is not permitted by RFC 6066. This will be ignored in a future version.'
  process.emitWarning(message, 'DeprecationWarning', 'DEP0123')
}

const warned = { acceptsAny: false, addressAsName: false }

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
