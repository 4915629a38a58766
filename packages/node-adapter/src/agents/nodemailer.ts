import { connect } from '../node-tls/connect.ts'
import type { TlsSocket } from '../tls-socket.ts'
import type { GivenOptions, PlugOptions } from './plug-options.ts'
import { connectOptions } from './plug-options.ts'

/** What we need of a transport's options. */
export interface MailDestination {
  readonly host?: string | undefined
  readonly port?: number | string | undefined
  readonly localAddress?: string | undefined
  readonly tls?: GivenOptions | undefined
  /** Milliseconds. */
  readonly connectionTimeout?: number | undefined
}

/** nodemailer's callback. */
export type MailSocketCallback = (error: Error | null, socket?: { connection: TlsSocket; secured: true }) => void

/** For the option `getSocket` of nodemailer's SMTP transports, beside `secure: true`: TLS from the first byte. */
export function nodemailerSocket(
  options: PlugOptions = {},
): (destination: MailDestination, callback: MailSocketCallback) => void {
  return ({ host, port, localAddress, tls, connectionTimeout = 120_000 }, callback) => {
    const socket = connect(connectOptions(tls, options, { host: host ?? 'localhost', port: port ?? 465, localAddress }))
    const late = (): void => void socket.destroy(connectionTimedOut())
    const failed = (error: Error): void => callback(error)
    socket.setTimeout(connectionTimeout, late)
    socket.once('error', failed)
    socket.once('secureConnect', () => {
      // Nobody listens for data yet, so the greeting waits for the transport.
      socket.setTimeout(0).off('timeout', late).off('error', failed)
      callback(null, { connection: socket, secured: true })
    })
  }
}

function connectionTimedOut(): Error {
  return Object.assign(new Error('Connection timeout'), { code: 'ETIMEDOUT' })
}
