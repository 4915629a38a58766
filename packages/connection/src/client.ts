import type { ClientParameters, Connected } from '@typetls/handshake'
import { ClientPostHandshake, clientHandshake } from '@typetls/handshake'
import type { RoleOfConnection } from './connection.ts'
import { Connection } from './connection.ts'
import { clientParameters } from './defaults.ts'
import type { ConnectionEvents } from './events.ts'
import type { ClientOptions } from './options.ts'
import { trafficKey } from './traffic-key.ts'

/**
 * A connection in the client role. Call `start()` when the transport is ready.
 *
 * @throws TlsError `ERR_TLS_OPTIONS` (internal_error) naming the option that is wrong
 */
export function clientConnection(options: ClientOptions, events: ConnectionEvents): Connection {
  const { tls12 } = options
  const role: RoleOfConnection =
    tls12 === undefined
      ? client
      : {
          ...client,
          postHandshake: (handshake, agreed) =>
            agreed.version === 'TLSv1.2'
              ? tls12.postHandshake(handshake, agreed)
              : client.postHandshake(handshake, agreed),
        }
  return new Connection(role, clientParameters(options), options, events)
}

const client: RoleOfConnection = {
  name: 'client',
  stateless: () => false,
  program: (handshake) => clientHandshake(handshake, handshake.parameters as ClientParameters),
  postHandshake: (handshake, agreed) => new ClientPostHandshake(handshake, agreed as Connected),
  trafficKey,
}
