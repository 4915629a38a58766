import type { ChannelBindingType, Connection } from '@typetls/connection'
import { exportKeyingMaterial as exportOf, channelBinding as bindingOf } from '@typetls/connection'
import { TlsError } from '@typetls/wire'
import { signatureHash } from '@typetls/x509'
import type { SecureSocket } from './socket.ts'
import { TlsLink } from './tls-link.ts'

/**
 * TLS-Exporter (RFC 9846 section 7.5). Sockets of `WorkerTls` have a method for it.
 *
 * @param length bytes
 * @throws TlsError `ERR_TLS_STATE` before `opened`, after the end, and for a socket that is not of `fromStreams` or
 *   `TypeTls`, as a rejection
 */
export async function exportKeyingMaterial(
  socket: SecureSocket,
  label: string,
  context: Uint8Array,
  length: number,
): Promise<Uint8Array> {
  return exportOf(connectionOf(socket), label, context, length)
}

/**
 * What ties something said over this connection to it (`tls-exporter`, `tls-server-end-point`, `tls-unique`), for SCRAM and
 * the like; `undefined` where this connection has nothing of the kind: see `channelBinding` of `@typetls/connection`.
 * Sockets of `WorkerTls` have a method for it.
 *
 * @throws TlsError `ERR_TLS_STATE` before `opened`, and for a socket that is not of `fromStreams` or `TypeTls`, as a rejection
 */
export async function channelBinding(socket: SecureSocket, type: ChannelBindingType): Promise<Uint8Array | undefined> {
  return bindingOf(connectionOf(socket), type, signatureHash)
}

function connectionOf(socket: SecureSocket): Connection {
  const connection = socket instanceof TlsLink ? socket.connection : undefined
  if (connection === undefined) throw new TlsError('ERR_TLS_STATE', 'this socket has no connection, or not yet')
  return connection
}
