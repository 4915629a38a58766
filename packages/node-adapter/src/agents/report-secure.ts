import type { Http2Session } from 'node:http2'
import type { TlsSocket } from '../socket/tls-socket.ts'

/**
 * Tells a session of HTTP/2 what it does not see of our socket where that has no handle, as on Bun and Deno: that it is
 * secure, by which protocol, and who the peer is.
 */
export function reportSecure(session: Http2Session, socket: TlsSocket): void {
  Object.defineProperties(session, {
    encrypted: { value: true, configurable: true },
    alpnProtocol: { get: () => socket.alpnProtocol || undefined, configurable: true },
  })
  const report = (): void => {
    if (!session.destroyed) for (const name of verdicts) Object.assign(session.socket, { [name]: socket[name] })
  }
  if (socket.secureConnecting) socket.once('secureConnect', report)
  else report()
}

const verdicts = ['encrypted', 'authorized', 'authorizationError', 'servername'] as const
