import type net from 'node:net'
import { TlsError } from '@typetls/wire'
import type { NodeConnectOptions } from '../node-tls/connect.ts'
import type { NodeClientSetup } from '../node-tls/client-setup.ts'
import { clientSetupFor } from '../node-tls/connect.ts'
import type { SocketSetup } from '../socket/socket-setup.ts'
import type { TlsSocket } from '../socket/tls-socket.ts'

/**
 * The client's side of a protocol that asks for TLS in the clear: the socket is there at once, and `negotiate` has its
 * transport to itself before the handshake. What fails there is an error of the socket, as everything else.
 *
 * @param optionsOf asked when the transport is connected: only then some know whom they dialled
 */
export function plainFirst(
  transport: net.Socket,
  options: NodeConnectOptions,
  optionsOf: () => NodeConnectOptions,
  negotiate: (socket: TlsSocket) => Promise<void>,
): SocketSetup {
  // What is wrong with the options is said at once.
  const setup = setupOf(transport, options)
  const { role, handshakeTimeout, answersAtOnce, endsWithTransport } = setup
  return {
    role,
    handshakeTimeout,
    answersAtOnce,
    endsWithTransport,
    explain: (error) => setup.explain(error),
    open: async (socket, events) => {
      await negotiate(socket)
      return setupOf(transport, optionsOf()).open(socket, events)
    },
  }
}

/** What comes next on a transport, which is left paused. */
export function nextChunk(transport: net.Socket): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      transport.off('data', received).off('end', closed).off('close', closed).pause()
    }
    const received = (chunk: Buffer): void => {
      settle()
      resolve(chunk)
    }
    const closed = (): void => {
      settle()
      reject(new TlsError('ERR_TLS_CLOSED', 'the transport was closed before TLS was agreed on'))
    }
    transport.on('data', received).on('end', closed).on('close', closed).resume()
  })
}

/** The server has no TLS for us. */
export function upgradeRefused(message: string, received: unknown): TlsError {
  return new TlsError('ERR_TLS_UPGRADE_REFUSED', message, { received })
}

/** What comes behind the answer was put there by somebody: it would pass for what the server said inside of TLS. */
export function unprotectedBytes(received: number): TlsError {
  return new TlsError('ERR_TLS_UPGRADE_TRAILING', `${received} bytes in the clear came behind the answer`, { received })
}

function setupOf(transport: net.Socket, options: NodeConnectOptions): NodeClientSetup {
  return clientSetupFor({ ...options, socket: transport })
}
