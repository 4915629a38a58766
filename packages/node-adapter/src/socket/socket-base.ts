import net from 'node:net'
import tls from 'node:tls'
import { isNode } from '../system.ts'

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

/** A class of its own, so that it can have the prototype below. */
const OwnSocket = class Socket extends net.Socket {}

// Programs, and Node's HTTP/2, ask for `instanceof tls.TLSSocket`. Nothing of the constructor there is run.
if (isNode && Object.getPrototypeOf(tls.TLSSocket.prototype) === net.Socket.prototype)
  Object.setPrototypeOf(OwnSocket.prototype, tls.TLSSocket.prototype)

export const SocketBase: new (options?: net.SocketConstructorOpts) => SocketBase = OwnSocket
