import type { EventEmitter } from 'node:events'
import type { SessionIdStore } from '@typetls/connection/tls12'

/**
 * Sessions of TLS 1.2 that the listeners of a server keep: `'newSession'` (id, data, callback) and `'resumeSession'`
 * (id, callback), as node:tls has them for clients that take no tickets. The data is in clear and secret.
 */
export function sessionEvents(server: Pick<EventEmitter, 'emit' | 'listenerCount'>): SessionIdStore {
  return {
    put(id, state) {
      if (server.listenerCount('newSession') === 0) return undefined
      return new Promise<void>((resolve) => {
        // Copies: what is given here is the handshake's own.
        server.emit('newSession', Buffer.from(id), Buffer.from(state), resolve)
      })
    },
    get(id) {
      if (server.listenerCount('resumeSession') === 0) return undefined
      return new Promise<Uint8Array | undefined>((resolve, reject) => {
        server.emit('resumeSession', Buffer.from(id), (error?: Error | null, data?: Uint8Array | null) => {
          if (error != null) reject(error)
          else resolve(data == null ? undefined : Uint8Array.from(data))
        })
      })
    },
  }
}
