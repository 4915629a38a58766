import type { Connected, ServerParameters } from '@typetls/handshake'
import { ServerPostHandshake, serverHandshake } from '@typetls/handshake'
import { DeclinedEarlyData, httpRequest } from '@typetls/record'
import { TlsError } from '@typetls/wire'
import { Connection } from './connection.ts'
import { serverParameters } from './defaults.ts'
import type { ConnectionEvents } from './events.ts'
import { peerFactsOf } from './facts.ts'
import type { ConnectionFacts } from './facts.ts'
import type { ServerOptions } from './options.ts'
import type { RoleOfConnection } from './role.ts'
import { traceOf } from './tracing.ts'
import { trafficKey } from './traffic-key.ts'

/**
 * A connection in the server role. Options are resolved once for the same object: make one per server, not per
 * connection.
 *
 * @throws TlsError `ERR_TLS_OPTIONS` (internal_error) naming the option that is wrong
 */
export function serverConnection(options: ServerOptions, events: ConnectionEvents): ServerConnection {
  return new ServerConnection(serverParameters(options), options, events)
}

/** A connection that can also ask its client to authenticate after the handshake. */
export class ServerConnection extends Connection {
  /** @internal use `serverConnection` */
  constructor(parameters: ServerParameters, options: ServerOptions, events: ConnectionEvents) {
    super(options.tls12?.beside(server, events) ?? server, parameters, options, events, traceOf(options))
  }

  /**
   * Asks the client for a certificate; `authenticated` tells its answer. Data goes on meanwhile.
   * https://www.rfc-editor.org/rfc/rfc9846#section-4.7.2
   *
   * @throws TlsError `ERR_TLS_STATE` (internal_error) when not connected both ways, the client did not offer it, there
   *   is no verifier, or a request is under way
   */
  requestClientCertificate(): void {
    const post = this.postHandshake
    if (this.writeEnded || this.readEnded || !(post instanceof ServerPostHandshake)) {
      throw new TlsError('ERR_TLS_STATE', 'a client certificate can be asked for while connected')
    }
    const send = post.prepareCertificateRequest()
    this.calls.do(() => {
      send()
      this.records.writer.flush()
    })
  }
}

const server: RoleOfConnection = {
  name: 'server',
  notTls: httpRequest,
  declinedEarlyData: () => new DeclinedEarlyData(),
  stateless: (parameters) => (parameters as ServerParameters).cookies !== undefined,
  program: (handshake) => serverHandshake(handshake, handshake.parameters as ServerParameters),
  postHandshake: (handshake, agreed) => new ServerPostHandshake(handshake, agreed as Connected),
  trafficKey,
  report(connection, result) {
    if (result.type !== 'authenticated') return
    const peer = result.peer && peerFactsOf(result.peer)
    const facts = {
      ...(connection.facts as ConnectionFacts),
      peer,
      clientSignatureScheme: result.peer?.scheme?.name,
    }
    connection.setFacts(facts)
    connection.emit('authenticated', facts)
  },
}
