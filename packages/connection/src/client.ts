import type { ClientParameters, Connected } from '@typetls/handshake'
import { ClientPostHandshake, clientHandshake, ResumingClientPostHandshake } from '@typetls/handshake'
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
  return connectionOf(resumingClient, clientParameters(options), options, events)
}

/**
 * The same for a client that keeps no sessions, and so carries nothing for them: it asks for no tickets.
 *
 * @throws TlsError as `clientConnection`
 */
export function sessionlessClientConnection(options: SessionlessClientOptions, events: ConnectionEvents): Connection {
  return connectionOf(sessionlessClient, clientParameters(options, false), options, events)
}

/** Sessions come from a client that keeps them, and so do certificates after the handshake. */
export type SessionlessClientOptions = Omit<ClientOptions, 'session' | 'postHandshakeAuthentication'>

function connectionOf(
  client: RoleOfConnection,
  parameters: ClientParameters,
  options: ClientOptions,
  events: ConnectionEvents,
): Connection {
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
  return new Connection(role, parameters, options, events)
}

function clientWith(postHandshake: RoleOfConnection['postHandshake']): RoleOfConnection {
  return {
    name: 'client',
    stateless: () => false,
    program: (handshake) => clientHandshake(handshake, handshake.parameters as ClientParameters),
    postHandshake,
    trafficKey,
  }
}

const resumingClient: RoleOfConnection = /* @__PURE__ */ clientWith(
  (handshake, agreed) => new ResumingClientPostHandshake(handshake, agreed as Connected),
)

const sessionlessClient: RoleOfConnection = /* @__PURE__ */ clientWith(
  (handshake, agreed) => new ClientPostHandshake(handshake, agreed as Connected),
)
