import net from 'node:net'

/**
 * `net.Socket` without a handle of its own: what programs test with `instanceof` and what has every member they call.
 * The members below are plain properties there; here they are redeclared so that a subclass may answer them itself.
 * On Bun `connecting` and `bytesRead` must not be assigned, so they have to be accessors.
 */
export interface SocketBase extends net.Socket {
  connecting: boolean
  pending: boolean
  readyState: net.SocketReadyState
  bytesRead: number
  bytesWritten: number
  bufferSize: number
  remoteAddress: string | undefined
  remotePort: number | undefined
  remoteFamily: string | undefined
  localAddress?: string
  localPort?: number
  localFamily?: string
}

export const SocketBase: new (options?: net.SocketConstructorOpts) => SocketBase = net.Socket
