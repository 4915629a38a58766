import type { Connection, ConnectionEvents, SessionlessClientOptions } from '@typetls/connection'
import { clientConnection, serverConnection, sessionlessClientConnection } from '@typetls/connection'
import { TlsError } from '@typetls/wire'
import type { AcceptOptions, SecureOptions } from './secure-options.ts'
import { clientOptions, serverOptions } from './secure-options.ts'
import type { SecureSocket } from './socket.ts'
import { TlsLink } from './tls-link.ts'
import type { Transport } from './transport.ts'

/**
 * Speaks TLS on a transport: as a client, or in the role of `options.role`, see `serverRole`. Never throws; what is wrong
 * is told by `opened` and `closed`, also about the options.
 *
 * Reading and writing go as fast as the slower of both ends: a reader that stops stops the transport, and a write is done
 * when the transport has taken it but for 64 KiB.
 *
 * @param transport may still be on its way
 */
export function fromStreams(transport: Transport | PromiseLike<Transport>, options: SecureOptions): SecureSocket
export function fromStreams<Options extends object>(
  transport: Transport | PromiseLike<Transport>,
  options: Options & { readonly role: StreamRole<Options> },
): SecureSocket
export function fromStreams(transport: Transport | PromiseLike<Transport>, options: SecureOptions): SecureSocket {
  const { role = clientRole } = options
  return new TlsLink(transport, (events) => role.open(options, events), options)
}

/** What makes a socket a client's or a server's. A value, so that a client need not carry a server. */
export interface StreamRole<in Options> {
  open(options: Options, events: ConnectionEvents): Promise<Connection>
}

const clientRole: StreamRole<SecureOptions> = {
  async open(options, events) {
    if (options.onSession !== undefined) {
      throw new TlsError('ERR_TLS_OPTIONS', 'sessions take `role: resumingClient`')
    }
    return sessionlessClientConnection((await clientOptions(options)) as SessionlessClientOptions, events)
  },
}

/** A client that keeps sessions and resumes them, takes `externalPsks`, and shows its certificate also after the handshake. */
export const resumingClient: StreamRole<SecureOptions> = {
  open: async (options, events) => clientConnection(await clientOptions(options), events),
}

/** For `fromStreams`: the server's side, in a page too. */
export const serverRole: StreamRole<AcceptOptions> = {
  open: async (options, events) => serverConnection(await serverOptions(options), events),
}
