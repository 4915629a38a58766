import net from 'node:net'
import type { Duplex } from 'node:stream'
import { connect } from '../node-tls/connect.ts'
import type { GivenOptions, PlugOptions } from './plug-options.ts'
import { connectOptions } from './plug-options.ts'

/** Where imapflow asks to be connected. */
export interface ImapDestination {
  readonly host: string
  readonly port: number
  readonly servername?: string | undefined
  readonly tls?: GivenOptions | undefined
}

/** imapflow's transport. */
export interface ImapTransport {
  connect(destination: ImapDestination & { readonly secure: boolean }, onConnect: () => void): net.Socket
  upgrade(socket: Duplex, destination: ImapDestination, onSecure: () => void): net.Socket
}

/** For the option `transport` of imapflow: TLS from the first byte, and STARTTLS. */
export function imapTransport(options: PlugOptions = {}): ImapTransport {
  const secure = (destination: ImapDestination, socket: Duplex | undefined, onSecure: () => void): net.Socket => {
    const { host, port, servername, tls } = destination
    return connect(connectOptions({ servername, ...tls }, options, { host, port, socket }), onSecure)
  }
  return {
    connect: (destination, onConnect) =>
      destination.secure
        ? secure(destination, undefined, onConnect)
        : net.connect({ host: destination.host, port: destination.port }, onConnect),
    upgrade: (socket, destination, onSecure) => secure(destination, socket, onSecure),
  }
}
