import type { ClientParameters, Connected } from '@typetls/handshake'
import {
  answerCertificateRequest,
  ClientPostHandshake,
  clientGrease,
  clientHandshake,
  clientPsks,
  handshakeDetails,
  ResumingClientPostHandshake,
  sessionOf,
} from '@typetls/handshake'
import { Connection } from './connection.ts'
import type { ClientCredentials } from './credential-selector.ts'
import { selectorOf } from './credential-selector.ts'
import { checkExternalPsks, clientParameters, wrong } from './defaults.ts'
import type { ConnectionEvents } from './events.ts'
import type { ClientOptions } from './options.ts'
import type { RoleOfConnection } from './role.ts'
import { traceOf } from './tracing.ts'
import type { ConnectionTrace } from './tracing.ts'
import { trafficKey } from './traffic-key.ts'

/**
 * A connection in the client role. Call `start()` when the transport is ready.
 *
 * @throws TlsError `ERR_TLS_OPTIONS` (internal_error) naming the option that is wrong
 */
export function clientConnection(options: ClientOptions, events: ConnectionEvents): Connection {
  const { credentials } = options
  checkExternalPsks(options)
  const abilities = {
    psks: clientPsks,
    grease: clientGrease,
    select: selectorOf(credentials),
    answer: answerCertificateRequest,
    details: handshakeDetails,
    sessionOf,
  }
  const parameters = clientParameters(options, abilities)
  return new Connection(roleOf(options, resumingClient), parameters, options, events, traceOf(options))
}

/**
 * The same for a client that keeps no sessions, and so carries nothing for them: it asks for no tickets. Neither does it have
 * GREASE.
 *
 * @throws TlsError as `clientConnection`
 */
export function sessionlessClientConnection(options: SessionlessClientOptions, events: ConnectionEvents): Connection {
  const given: ClientOptions = options
  for (const option of sessionOptions) {
    if (given[option]) throw wrong(option, 'it takes a client with sessions')
  }
  const { credentials, keyLog, trace } = options
  // Not everybody has types.
  if (credentials !== undefined && !('answer' in credentials)) {
    throw wrong('credentials', 'without sessions it takes clientCredentials()')
  }
  if (typeof trace === 'function') throw wrong('trace', 'without sessions it takes tracing()')
  if (keyLog !== undefined && trace === undefined) throw wrong('keyLog', 'without sessions it takes `trace: tracing()`')
  const parameters = clientParameters(options, credentials ?? {})
  return new Connection(roleOf(options, sessionlessClient), parameters, options, events, trace)
}

/** What comes from a client that keeps sessions. */
const sessionOptions = ['session', 'postHandshakeAuthentication', 'externalPsks', 'grease', 'keepDetails'] as const

/** Sessions, PSKs and certificates after the handshake come from a client that keeps sessions. */
export interface SessionlessClientOptions extends Omit<
  ClientOptions,
  (typeof sessionOptions)[number] | 'credentials' | 'trace'
> {
  /** For servers that ask for a certificate. Default: none, an empty Certificate is sent. */
  readonly credentials?: ClientCredentials
  /** Default: none. */
  readonly trace?: ConnectionTrace
}

function roleOf(options: ClientOptions, role: RoleOfConnection): RoleOfConnection {
  return options.tls12?.beside(role) ?? role
}

function clientWith(rest: Pick<RoleOfConnection, 'postHandshake' | 'report'>): RoleOfConnection {
  return {
    name: 'client',
    program: (handshake) => clientHandshake(handshake, handshake.parameters as ClientParameters),
    trafficKey,
    ...rest,
  }
}

const resumingClient: RoleOfConnection = /* @__PURE__ */ clientWith({
  postHandshake: (handshake, agreed) => new ResumingClientPostHandshake(handshake, agreed as Connected),
  report(connection, result) {
    if (result.type === 'session') connection.emit('session', result.session)
    else if (result.type === 'answer') connection.calls.do(() => connection.runWriting(result.send))
  },
})

const sessionlessClient: RoleOfConnection = /* @__PURE__ */ clientWith({
  postHandshake: (handshake, agreed) => new ClientPostHandshake(handshake, agreed as Connected),
})
