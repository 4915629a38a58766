import type { ClientParameters, ServerParameters } from '@typetls/handshake'
import { clientGrease, handshakeDetails, sessionOf } from '@typetls/handshake'
import { httpRequest } from '@typetls/record'
import type { Tls12Connected } from '@typetls/handshake/tls12'
import { Tls12ClientPostHandshake, tls12ClientHandshake, tls12ServerHandshake } from '@typetls/handshake/tls12'
import { Connection } from '../connection.ts'
import { selectorOf } from '../credential-selector.ts'
import { checkExternalPsks, clientParameters, serverParameters } from '../defaults.ts'
import type { ConnectionEvents } from '../events.ts'
import type { ClientOptions, ServerOptions } from '../options.ts'
import type { RoleOfConnection } from '../role.ts'
import { traceOf } from '../tracing.ts'
import { renegotiable } from './renegotiable.ts'
import type { ClientTls12Options, ServerTls12Options } from './tls12-options.ts'
import { clientTls12Parameters, serverPostHandshake, serverTls12Parameters } from './tls12-options.ts'

/**
 * A connection in the client role that speaks TLS 1.2 alone; `clientConnection` with the option `tls12` speaks both.
 *
 * @throws TlsError `ERR_TLS_OPTIONS` (internal_error) naming the option that is wrong
 */
export function tls12ClientConnection(
  options: Omit<ClientOptions, 'tls12'>,
  events: ConnectionEvents,
  tls12: ClientTls12Options = {},
): Connection {
  const parameters12 = clientTls12Parameters(tls12, options.crypto)
  checkExternalPsks(options)
  const parameters = clientParameters(options, { ...abilities, select: selectorOf(options.credentials) })
  const role: RoleOfConnection = {
    ...renegotiable,
    name: 'client',
    program: (handshake) => tls12ClientHandshake(handshake, handshake.parameters as ClientParameters, parameters12),
    postHandshake: (handshake, agreed) =>
      new Tls12ClientPostHandshake(handshake, agreed as Tls12Connected, parameters12),
  }
  return new Connection(role, parameters, options, events, traceOf(options))
}

/**
 * A connection in the server role that speaks TLS 1.2 alone; `serverConnection` with the option `tls12` speaks both.
 *
 * @throws TlsError `ERR_TLS_OPTIONS` (internal_error) naming the option that is wrong
 */
export function tls12ServerConnection(
  options: Omit<ServerOptions, 'tls12'>,
  events: ConnectionEvents,
  tls12: ServerTls12Options = {},
): Connection {
  const parameters12 = serverTls12Parameters(tls12, options.crypto)
  const role: RoleOfConnection = {
    ...renegotiable,
    name: 'server',
    notTls: httpRequest,
    program: (handshake) => tls12ServerHandshake(handshake, handshake.parameters as ServerParameters, parameters12),
    postHandshake: (handshake, agreed) => serverPostHandshake(handshake, agreed, parameters12, tls12, events),
  }
  return new Connection(role, serverParameters(options), options, events, traceOf(options))
}

/** Without what only TLS 1.3 has. */
const abilities = { grease: clientGrease, details: handshakeDetails, sessionOf } as const
