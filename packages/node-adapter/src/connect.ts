import { addAbortSignal } from 'node:stream'
import { ClientSetup } from './client-setup.ts'
import type { ConnectOptions } from './connect-options.ts'
import { dial } from './dial.ts'
import { secured } from './socket/secured.ts'
import { TlsSocket } from './socket/tls-socket.ts'

/**
 * A TLS client socket, as `tls.connect` of Node; `listener` is for `'secureConnect'`.
 *
 * @throws TlsError `ERR_TLS_OPTIONS`, `ERR_TLS_UNSUPPORTED`, `ERR_TLS_KEY_PARSE`, `ERR_TLS_CERTIFICATE_PARSE`,
 *   `ERR_TLS_SESSION_INVALID`; everything later is an `'error'` of the socket
 */
export function connect(options: ConnectOptions, listener?: () => void): TlsSocket
export function connect(port: number, host?: string, options?: ConnectOptions, listener?: () => void): TlsSocket
export function connect(port: number, options?: ConnectOptions, listener?: () => void): TlsSocket
export function connect(path: string, options?: ConnectOptions, listener?: () => void): TlsSocket
export function connect(port: number | string | ConnectOptions, listener?: () => void): TlsSocket
export function connect(...args: unknown[]): TlsSocket {
  const options = connectOptions(args)
  const listener = args.findLast((argument) => typeof argument === 'function') as (() => void) | undefined
  const { signal, timeout } = options
  signal?.throwIfAborted()
  const setup = new ClientSetup(options)
  const socket = new TlsSocket(options.socket ?? dial(options), setup)
  if (listener !== undefined) socket.once('secureConnect', listener)
  if (timeout !== undefined && timeout > 0) socket.setTimeout(timeout)
  if (signal !== undefined) addAbortSignal(signal, socket)
  return socket
}

/**
 * As `connect`, done when the handshake is: the peer is who it claims to be, as far as the options asked.
 *
 * @throws the socket's first error, as a rejection; an AbortError when `signal` is aborted before
 */
export async function connectTls(options: ConnectOptions): Promise<TlsSocket> {
  return secured(connect(options), 'secureConnect')
}

function connectOptions(args: readonly unknown[]): ConnectOptions {
  const [first, second] = args
  const given = args.find((argument) => typeof argument === 'object' && argument !== null) as ConnectOptions | undefined
  if (typeof first === 'object') return given === undefined ? {} : sameShape(given)
  if (typeof first === 'string' && !/^\d+$/.test(first)) return { ...given, path: first }
  const host = typeof second === 'string' ? { host: second } : {}
  return sameShape({ ...given, ...host, port: first as number | string })
}

/**
 * Programs make new options for each call, mostly by spreads. In the V8 of Node 20 each object made by a spread has a hidden
 * class of its own, which makes reading it slow; a copy made like this has one with all others.
 */
function sameShape(options: ConnectOptions): ConnectOptions {
  return Object.getPrototypeOf(options) === Object.prototype ? Object.assign({}, options) : options
}
