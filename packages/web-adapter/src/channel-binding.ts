import type { ChannelBindingType } from '@typetls/connection'
import { channelBinding as bindingOf } from '@typetls/connection'
import { TlsError } from '@typetls/wire'
import { signatureHash } from '@typetls/x509'
import type { SecureSocket } from './socket.ts'
import { TlsLink } from './tls-link.ts'

/**
 * What ties something said over this connection to it (`tls-exporter`, `tls-server-end-point`, `tls-unique`), for SCRAM and
 * the like; `undefined` where this connection has nothing of the kind: see `channelBinding` of `@typetls/connection`.
 * Sockets of `WorkerTls` have a method for it.
 *
 * @throws TlsError `ERR_TLS_STATE` before `opened`, and for a socket that is not of `fromStreams` or `TypeTls`, as a rejection
 */
export async function channelBinding(socket: SecureSocket, type: ChannelBindingType): Promise<Uint8Array | undefined> {
  if (socket instanceof TlsLink) return bindingOf(socket.connection, type, signatureHash)
  throw new TlsError('ERR_TLS_STATE', 'this socket does not know its connection')
}
