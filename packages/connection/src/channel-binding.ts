import { TlsError } from '@typetls/wire'
import type { Connection } from './connection.ts'
import { exportKeyingMaterial } from './exporter.ts'

/**
 * What both sides of this very connection have and nobody else can make both have, to tie something said inside of it to
 * it, such as a password by SCRAM: `undefined` where this connection has nothing of the kind.
 * https://www.iana.org/assignments/channel-binding-types
 *
 * - `tls-exporter` (RFC 9266), 32 bytes: any connection of TLS 1.3; of TLS 1.2 with extended_main_secret and not
 *   renegotiated.
 * - `tls-server-end-point` (RFC 5929): the hash of the server's certificate, if its signature has a hash. On resumption
 *   only a client has it, of the certificate it remembers.
 * - `tls-unique` (RFC 5929), 12 bytes: TLS 1.2, but not for a session resumed without extended_main_secret.
 *
 * @param signatureHash for `tls-server-end-point`: that of `@typetls/x509`
 * @throws TlsError `ERR_TLS_STATE` (internal_error) before `connected`, and after the end for `tls-exporter`
 */
export function channelBinding(connection: Connection, type: 'tls-exporter' | 'tls-unique'): ChannelBinding
export function channelBinding(
  connection: Connection,
  type: ChannelBindingType,
  signatureHash: SignatureHash,
): ChannelBinding
export function channelBinding(
  connection: Connection,
  type: ChannelBindingType,
  signatureHash?: SignatureHash,
): ChannelBinding {
  const { facts, role } = connection
  if (facts === undefined) throw new TlsError('ERR_TLS_STATE', 'a connection has channel bindings when it is connected')
  if (type === 'tls-unique') return facts.tlsUnique
  if (type === 'tls-server-end-point') {
    const certificates = role === 'client' ? facts.peer?.certificates : facts.ownCertificates
    return serverEndPoint(connection, certificates?.[0], signatureHash)
  }
  if (!facts.extendedMainSecret || facts.renegotiated === true) return undefined
  // https://www.rfc-editor.org/rfc/rfc9266#section-2
  return exportKeyingMaterial(connection, 'EXPORTER-Channel-Binding', new Uint8Array(), 32)
}

export type ChannelBindingType = 'tls-exporter' | 'tls-server-end-point' | 'tls-unique'

/** May answer later, as the provider does. */
export type ChannelBinding = Uint8Array | PromiseLike<Uint8Array> | undefined

/**
 * The hash of a certificate's signature algorithm, by the name it has in `CryptoProvider.hash`; `undefined` if there is not
 * just one. `signatureHash` of `@typetls/x509` is such a function.
 */
export type SignatureHash = (certificate: Uint8Array) => string | undefined

/** https://www.rfc-editor.org/rfc/rfc5929#section-4 */
function serverEndPoint(
  { parameters }: Connection,
  certificate: Uint8Array | undefined,
  signatureHash: SignatureHash | undefined,
): ChannelBinding {
  const name = certificate && signatureHash?.(certificate)
  if (name === undefined) return undefined
  // "If the certificate's signatureAlgorithm uses a single hash function, and that hash function is either MD5 or SHA-1,
  // then use SHA-256"
  const hash = parameters.crypto.hash[name === 'md5' || name === 'sha1' ? 'sha256' : name]
  return hash?.digest(certificate as Uint8Array)
}
