import { X509Certificate } from 'node:crypto'
import type { EphemeralKeyInfo, PeerCertificate } from 'node:tls'
import type { ChannelBindingType, Connection, ConnectionFacts, Session } from '@typetls/connection'
import { ServerConnection, channelBinding, exportKeyingMaterial } from '@typetls/connection'
import type { RenegotiationPolicy } from '@typetls/connection/tls12'
import { isPromiseLike } from '@typetls/crypto-provider'
import { TlsError } from '@typetls/wire'
import { signatureHash } from '@typetls/x509'
import { bufferOf } from './buffer-view.ts'
import { ephemeralKeyInfo } from './ephemeral-key.ts'
import { legacyCertificate, legacyChain } from './peer-certificate.ts'
import type { SocketSetup } from './socket-setup.ts'
import { TransportSocket } from './transport-socket.ts'

/** What a socket has of `tls.TLSSocket` beside the stream: what was agreed, and what can be asked for once it was. */
export abstract class SecuredSocket extends TransportSocket {
  #renegotiationDisabled = false
  #renegotiations = 0

  /** What was negotiated; `undefined` before `secureConnect`. */
  abstract get facts(): ConnectionFacts | undefined
  protected abstract get setup(): SocketSetup
  protected abstract get connection(): Connection | undefined
  /** Client. */
  protected abstract get newestSession(): Session | undefined

  getProtocol(): string | null {
    return this.facts?.version ?? null
  }

  getCipher(): { name: string; standardName: string; version: string } | undefined {
    if (this.facts === undefined) return undefined
    const { cipherSuite, version } = this.facts
    return { name: cipherSuite, standardName: cipherSuite, version }
  }

  /** Of the key exchange; `null` on the server, `{}` without one. */
  getEphemeralKeyInfo(): EphemeralKeyInfo | object | null {
    if (this.setup.role === 'server') return null
    const group = this.facts?.group
    return group === undefined ? {} : ephemeralKeyInfo(group)
  }

  /** The peer's leaf, with `detailed` linked to its issuers; `{}` when there is none. */
  getPeerCertificate(detailed?: boolean): PeerCertificate {
    const certificates = this.facts?.peer?.certificates
    const leaf = certificates?.[0]
    if (certificates === undefined || leaf === undefined) return {} as PeerCertificate
    if (detailed !== true) return legacyCertificate(leaf)
    return legacyChain([...certificates, ...(this.setup.issuersAbove?.(certificates) ?? [])])
  }

  getPeerX509Certificate(): X509Certificate | undefined {
    const leaf = this.facts?.peer?.certificates[0]
    return leaf === undefined ? undefined : new X509Certificate(leaf)
  }

  /** Client: the newest session, for the option `session` of a later connection. It holds a secret: see `Session`. */
  getSession(): Buffer | undefined {
    return this.newestSession === undefined ? undefined : bufferOf(this.newestSession.serialize())
  }

  /** Client: the newest ticket, not secret. */
  getTLSTicket(): Buffer | undefined {
    return this.newestSession === undefined ? undefined : bufferOf(this.newestSession.ticket)
  }

  isSessionReused(): boolean {
    return this.facts?.resumed === true
  }

  /**
   * Keying material of this connection for `label` and `context`; in TLS 1.2 no context is not an empty one.
   * https://www.rfc-editor.org/rfc/rfc9846#section-7.5
   *
   * @param length bytes
   * @throws TlsError `ERR_TLS_STATE` before the handshake is done; `ERR_TLS_UNSUPPORTED` when the provider answers
   *   later: use `exportKeyingMaterialAsync`
   */
  exportKeyingMaterial(length: number, label: string, context?: Uint8Array): Buffer {
    const exported = this.#export(length, label, context)
    if (!isPromiseLike(exported)) return bufferOf(exported)
    exported.then(undefined, () => {})
    throw new TlsError('ERR_TLS_UNSUPPORTED', 'this provider exports later: use exportKeyingMaterialAsync')
  }

  /** As `exportKeyingMaterial`, with any provider. */
  async exportKeyingMaterialAsync(length: number, label: string, context?: Uint8Array): Promise<Buffer> {
    return bufferOf(await this.#export(length, label, context))
  }

  /**
   * What ties something said over this connection to it (`tls-exporter`, `tls-server-end-point`, `tls-unique`), for SCRAM and
   * the like; `undefined` where this connection has nothing of the kind: see `channelBinding` of `@typetls/connection`.
   *
   * @throws TlsError `ERR_TLS_STATE` before the handshake is done, as a rejection
   */
  async channelBinding(type: ChannelBindingType): Promise<Buffer | undefined> {
    const binding = await channelBinding(this.#secured(), type, signatureHash)
    return binding && bufferOf(binding)
  }

  /** TLS 1.2: from now on another handshake that the peer wants is refused, and ends the connection. TLS 1.3 has none. */
  disableRenegotiation(): void {
    this.#renegotiationDisabled = true
  }

  protected decideRenegotiation(policy: RenegotiationPolicy): boolean | PromiseLike<boolean> {
    if (this.#renegotiationDisabled || this.destroyed) return false
    if (typeof policy === 'function') return policy()
    return policy === 'freely' || (policy === 'once' && this.#renegotiations++ === 0)
  }

  protected get renegotiationDisabled(): boolean {
    return this.#renegotiationDisabled
  }

  /** New keys for our direction, and for the peer's too if asked. https://www.rfc-editor.org/rfc/rfc9846#section-4.7.3 */
  updateKeys(requestPeer?: boolean): void {
    this.#secured().updateKeys(requestPeer)
  }

  /** Server: asks for a certificate now; `'authenticated'` follows. https://www.rfc-editor.org/rfc/rfc9846#section-4.7.2 */
  requestClientCertificate(): void {
    const connection = this.#secured()
    if (!(connection instanceof ServerConnection))
      throw new TlsError('ERR_TLS_STATE', 'a client cannot ask for a certificate')
    connection.requestClientCertificate()
  }

  #export(length: number, label: string, context: Uint8Array | undefined): Uint8Array | PromiseLike<Uint8Array> {
    return exportKeyingMaterial(this.#secured(), label, context, length)
  }

  #secured(): Connection {
    const { connection } = this
    if (this.facts === undefined || connection === undefined) {
      throw new TlsError('ERR_TLS_STATE', 'the handshake is not done yet')
    }
    return connection
  }
}
