import net from 'node:net'
import { addAbortSignal } from 'node:stream'
import type { Duplex } from 'node:stream'
import tls from 'node:tls'
import type { ClientOptions } from '@typetls/connection'
import { ClientSetup } from '../client-setup.ts'
import type { ConnectOptions } from '../connect-options.ts'
import { netOptions } from '../connect-options.ts'
import { TlsSocket } from '../tls-socket.ts'
import type { PskClientCallback } from './psk-callback.ts'
import { clientPsks } from './psk-callback.ts'
import { withSecureContext } from './secure-context.ts'
import type { NodeTlsOptions } from './tls-options.ts'
import { inNodeWords } from './tls-errors.ts'

/** Options of `connect`: those of `tls.connect`, and ours. */
export interface NodeConnectOptions extends NodeTlsOptions, Omit<ConnectOptions, keyof NodeTlsOptions> {
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
  const options = clientOptionsOf(connectArguments(args))
  const listener = args.findLast((argument) => typeof argument === 'function') as (() => void) | undefined
  const { signal, timeout, socket: transport } = options
  const socket = new TlsSocket(transport ?? net.connect(netOptions(options)), new NodeClientSetup(options))
  if (listener !== undefined) socket.once('secureConnect', listener)
  if (timeout !== undefined && timeout > 0) socket.setTimeout(timeout)
  if (signal !== undefined) addAbortSignal(signal, socket)
  return socket
}

/**
 * Options of `connect` in our words, with node:tls's defaults.
 *
 * @throws as `connect`
 */
export function clientOptionsOf(given: NodeConnectOptions): ConnectOptions {
  const { checkServerIdentity = tls.checkServerIdentity, ...rest } = given
  const rejectUnauthorized = 'rejectUnauthorized' in given ? given.rejectUnauthorized : !environmentAcceptsAny()
  return withSecureContext({
    ...rest,
    ...(given.socket !== undefined && given.host === undefined ? { host: dialledHost(given.socket) } : {}),
    checkServerIdentity,
    rejectUnauthorized: rejectUnauthorized !== false,
  })
}

/** Whom to verify on a transport that is there, as node:tls has it: the name that net.Socket was told to dial. */
function dialledHost(transport: Duplex & { readonly _host?: string | null }): string {
  return transport._host ?? 'localhost'
}

/** A client's side with a callback for PSKs, that speaks of failures as node:tls does. */
export class NodeClientSetup extends ClientSetup {
  readonly endsWithTransport = true
  readonly #pskCallback: PskClientCallback | undefined

  constructor({ pskCallback, ...options }: ConnectOptions & { readonly pskCallback?: PskClientCallback | undefined }) {
    super(options)
    this.#pskCallback = pskCallback
  }

  protected override prepared(options: ClientOptions): ClientOptions {
    const callback = this.#pskCallback
    return callback === undefined ? options : { ...options, ...clientPsks(callback, this.versions.tls13) }
  }

  explain(error: Error): Error {
    return inNodeWords(error)
  }
}

/** The switch that node:tls heeds where nothing is said. */
function environmentAcceptsAny(): boolean {
  return process.env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0'
}

/** As node:tls reads them: what comes later counts more. */
function connectArguments(args: readonly unknown[]): NodeConnectOptions {
  const [first, second, third] = args
  const isObject = (value: unknown): value is NodeConnectOptions => typeof value === 'object' && value !== null
  const own = [first, second, third].filter(isObject)
  const merged: NodeConnectOptions = Object.assign({}, ...own) as NodeConnectOptions
  if (isObject(first) || first === undefined || first === null) return merged
  if (typeof first === 'string' && !/^\d+$/.test(first)) return { ...merged, path: first }
  return { ...merged, ...(typeof second === 'string' ? { host: second } : {}), port: first as number }
}
