import { httpsProtocols } from '../defaults.ts'
import { connect } from '../node-tls/connect.ts'
import type { TlsSocket } from '../socket/tls-socket.ts'
import type { PlugOptions } from './plug-options.ts'
import { connectOptions } from './plug-options.ts'

/** Where a request goes. */
export interface RequestDestination {
  readonly host?: string | null | undefined
  readonly port?: number | string | null | undefined
  readonly socketPath?: string | null | undefined
  readonly servername?: string | null | undefined
  readonly timeout?: number | undefined
}

/**
 * For the option `createConnection` of requests without an agent, by `node:https` or `node:http`, and of the clients of
 * `ws`. ALPN is `http/1.1` unless the options say otherwise.
 */
export function httpsConnection<Connect = (destination: RequestDestination) => TlsSocket>(
  options: PlugOptions = {},
): Connect {
  const dial = ({ host, port, socketPath, servername, timeout }: RequestDestination): TlsSocket =>
    connect(
      connectOptions({ ALPNProtocols: httpsProtocols, servername }, options, {
        host: host ?? 'localhost',
        port: port ?? 443,
        path: socketPath ?? undefined,
        timeout,
      }),
    )
  return dial as Connect
}
