import { ClientPostHandshake, clientHandshake } from '@typetls/handshake'
import { Connection } from './connection.ts'
import { clientParameters } from './defaults.ts'
import type { ConnectionEvents } from './events.ts'
import type { ClientOptions } from './options.ts'

/**
 * A connection in the client role. Call `start()` when the transport is ready.
 *
 * @throws TlsError `ERR_TLS_OPTIONS` (internal_error) naming the option that is wrong
 */
export function clientConnection(options: ClientOptions, events: ConnectionEvents): Connection {
  const parameters = clientParameters(options)
  return new Connection(
    {
      name: 'client',
      stateless: false,
      program: (handshake) => clientHandshake(handshake, parameters),
      postHandshake: (handshake, connected) => new ClientPostHandshake(handshake, connected),
    },
    parameters,
    options,
    events,
  )
}
