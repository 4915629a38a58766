import net from 'node:net'
import type { Duplex } from 'node:stream'
import { connect } from '../node-tls/connect.ts'
import type { PlugOptions } from './plug-options.ts'
import { connectOptions } from './plug-options.ts'
import { SessionCache } from './session-cache.ts'

/** TLS options, and those of undici's own connector. */
export interface UndiciConnectorOptions extends PlugOptions {
  /** Milliseconds until there is a secure connection; 0: no limit. Default 10000. */
  readonly timeout?: number | undefined
  /** Offer `h2` too; the client wants `allowH2` as well. Default false. */
  readonly allowH2?: boolean | undefined
  /** Servers whose sessions are remembered. Default 100. */
  readonly maxCachedSessions?: number | undefined
}

/** Where undici asks to be connected. */
export interface UndiciDestination {
  readonly hostname: string
  readonly protocol: string
  readonly port: string
  readonly servername?: string | null | undefined
  readonly localAddress?: string | null | undefined
  /** A tunnel that is there, of a ProxyAgent. */
  readonly httpSocket?: Duplex | undefined
}

/** undici's callback: an error, or a socket. */
export interface UndiciCallback<Socket = net.Socket> {
  (error: null, socket: Socket): void
  (error: Error, socket: null): void
}

/** For the option `connect` of undici's `Agent`, `Pool` and `Client`, and so for `fetch` with a `dispatcher`. */
export function undiciConnector(
  options: UndiciConnectorOptions = {},
): (destination: UndiciDestination, callback: UndiciCallback) => net.Socket {
  const { timeout = 10_000, allowH2 = false, maxCachedSessions, ...tls } = options
  const sessions = new SessionCache(maxCachedSessions)
  const ALPNProtocols = allowH2 ? ['http/1.1', 'h2'] : ['http/1.1']
  return ({ hostname, protocol, port, servername, localAddress, httpSocket }, callback) => {
    const secure = protocol === 'https:'
    const place = { host: hostname, localAddress: localAddress ?? undefined }
    let socket: net.Socket
    if (secure) {
      const server = `${servername ?? hostname}:${port}`
      const destination = {
        ...place,
        port: port === '' ? 443 : port,
        socket: httpSocket,
        session: sessions.take(server),
      }
      const ours = connect(connectOptions({ ALPNProtocols, servername: servername ?? undefined }, tls, destination))
      sessions.keepFrom(server, ours)
      socket = ours
    } else {
      socket = net.connect({ ...place, port: port === '' ? 80 : Number(port) } as net.NetConnectOpts)
    }
    const late = (): void => void socket.destroy(connectTimeout(hostname, timeout))
    const timer = timeout > 0 ? setTimeout(late, timeout) : undefined
    const failed = (error: Error): void => {
      clearTimeout(timer)
      callback(error, null)
    }
    socket.setNoDelay(true).setKeepAlive(true, 60_000)
    socket.once('error', failed)
    return socket.once(secure ? 'secureConnect' : 'connect', () => {
      clearTimeout(timer)
      socket.off('error', failed)
      callback(null, socket)
    })
  }
}

function connectTimeout(hostname: string, milliseconds: number): Error {
  const error = new Error(`no connection to ${hostname} within ${milliseconds} ms`)
  return Object.assign(error, { name: 'ConnectTimeoutError', code: 'UND_ERR_CONNECT_TIMEOUT' })
}
