import net from 'node:net'
import { TlsError } from '@typetls/wire'

/**
 * Servers of Bun accept connections past `'connection'`. Here one that does not is lent to them: what is asked of their
 * listening it answers, and its connections they are given.
 *
 * @param serving the event by which the server takes a connection
 * @param endIdle ends what the server has open and does not use, when it is closed
 * @throws TlsError `ERR_TLS_UNSUPPORTED` where it takes none, as before Bun 1.4
 */
export function lendListening(server: net.Server, options: net.ServerOpts, serving: string, endIdle: () => void): void {
  if (server.listenerCount(serving) === 0) {
    throw new TlsError('ERR_TLS_UNSUPPORTED', "this runtime's servers take no connection but their own")
  }
  const listener = net.createServer({ allowHalfOpen: true, ...options }, (transport) => {
    server.emit('connection', transport)
  })
  for (const event of ['listening', 'close', 'error', 'drop']) {
    listener.on(event, (...args: unknown[]) => void server.emit(event, ...args))
  }
  const instead: Partial<net.Server> = {
    listen: (...args: unknown[]) => {
      Reflect.apply(listener.listen, listener, args)
      return server
    },
    close: (done) => {
      listener.close(done)
      endIdle()
      return server
    },
    address: () => listener.address(),
    getConnections: (answer) => {
      listener.getConnections(answer)
      return server
    },
    ref: () => {
      listener.ref()
      return server
    },
    unref: () => {
      listener.unref()
      return server
    },
  }
  Object.assign(server, instead)
  Object.defineProperty(server, 'listening', { configurable: true, get: () => listener.listening })
}
