import { connect } from '../node-tls/connect.ts'
import type { NodeConnectOptions } from '../node-tls/connect.ts'
import type { TlsSocket } from '../socket/tls-socket.ts'
import type { GivenOptions, PlugOptions } from './plug-options.ts'

/** Both ways in which ldapts calls it: for `ldaps:`, and for StartTLS with the connection as `socket`. */
export interface LdapSecureConnection {
  (port: number, host?: string, tlsOptions?: GivenOptions): TlsSocket
  (tlsOptions: GivenOptions): TlsSocket
}

/** For the option `createSecureConnection` of ldapts. `startTLS()` verifies the host that the connection was dialled to. */
export function ldapSecureConnection<Connect = LdapSecureConnection>(options: PlugOptions = {}): Connect {
  const secure = (first: number | GivenOptions, host?: string, tlsOptions?: GivenOptions): TlsSocket => {
    const destination = typeof first === 'number' ? { ...tlsOptions, port: first, host } : first
    return connect({ ...destination, ...options } as NodeConnectOptions)
  }
  return secure as Connect
}
