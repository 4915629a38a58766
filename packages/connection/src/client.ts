import type { ClientParameters, Connected } from '@typetls/handshake'
import {
  answerCertificateRequest,
  ClientPostHandshake,
  clientGrease,
  clientHandshake,
  clientPsks,
  ResumingClientPostHandshake,
} from '@typetls/handshake'
import type { RoleOfConnection } from './connection.ts'
import { Connection } from './connection.ts'
import type { ClientCredentials } from './credential-selector.ts'
import { selectorOf } from './credential-selector.ts'
import { clientParameters, wrong } from './defaults.ts'
import type { ConnectionEvents } from './events.ts'
import type { ClientOptions } from './options.ts'
import { trafficKey } from './traffic-key.ts'

/**
 * A connection in the client role. Call `start()` when the transport is ready.
 *
 * @throws TlsError `ERR_TLS_OPTIONS` (internal_error) naming the option that is wrong
 */
export function clientConnection(options: ClientOptions, events: ConnectionEvents): Connection {
  const { credentials } = options
  const abilities = {
    psks: clientPsks,
    grease: clientGrease,
    select: selectorOf(credentials),
    answer: answerCertificateRequest,
  }
  return connectionOf(resumingClient, clientParameters(options, abilities), options, events)
}

/**
 * The same for a client that keeps no sessions, and so carries nothing for them: it asks for no tickets. Neither does it have
 * GREASE.
 *
 * @throws TlsError as `clientConnection`
 */
export function sessionlessClientConnection(options: SessionlessClientOptions, events: ConnectionEvents): Connection {
  const { credentials, externalPsks, grease } = options as ClientOptions
  if (credentials !== undefined && !('answer' in credentials)) {
    throw wrong('credentials', 'without sessions it takes clientCredentials()')
  }
  if (externalPsks !== undefined) throw wrong('externalPsks', 'they take a client with sessions')
  if (grease === true) throw wrong('grease', 'it takes a client with sessions')
  const abilities = { psks: undefined, grease: undefined, select: credentials?.select, answer: credentials?.answer }
  return connectionOf(sessionlessClient, clientParameters(options, abilities), options, events)
}

/** Sessions, PSKs and certificates after the handshake come from a client that keeps sessions. */
export interface SessionlessClientOptions extends Omit<
  ClientOptions,
  'session' | 'postHandshakeAuthentication' | 'credentials' | 'externalPsks' | 'grease'
> {
  /** For servers that ask for a certificate. Default: none, an empty Certificate is sent. */
  readonly credentials?: ClientCredentials
}

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
