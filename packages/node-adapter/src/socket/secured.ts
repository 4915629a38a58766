import { TlsError } from '@typetls/wire'
import type { TlsSocket } from './tls-socket.ts'

/** The socket when it has said `event`. */
export function secured(socket: TlsSocket, event: 'secure' | 'secureConnect'): Promise<TlsSocket> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      socket.off(event, done)
      socket.off('close', closed)
      // Whoever awaits gets to add a listener only now: until then an error must not be nobody's.
      setImmediate(() => socket.off('error', failed))
    }
    const done = (): void => {
      settle()
      resolve(socket)
    }
    const failed = (error: Error): void => {
      settle()
      reject(error)
    }
    const closed = (): void => failed(new TlsError('ERR_TLS_CLOSED', 'the socket was destroyed before the handshake'))
    socket.once(event, done)
    socket.on('error', failed)
    socket.once('close', closed)
  })
}
