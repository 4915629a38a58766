import type { Duplex } from 'node:stream'
import type { AddressInfo, Socket, SocketConstructorOpts } from 'node:net'
import type { EphemeralKeyInfo, PeerCertificate } from 'node:tls'
import { X509Certificate } from 'node:crypto'
import type { ChannelBindingType, Connection, ConnectionEvents, ConnectionFacts, Session } from '@typetls/connection'
import { ServerConnection, channelBinding, exportKeyingMaterial } from '@typetls/connection'
import type { RenegotiationPolicy } from '@typetls/connection/tls12'
import { isPromiseLike } from '@typetls/crypto-provider'
import { TlsError } from '@typetls/wire'
import { signatureHash } from '@typetls/x509'
import { ephemeralKeyInfo } from './ephemeral-key.ts'
import type { LinkHandlers, WriteCallback } from './link.ts'
import { Link } from './link.ts'
import { legacyCertificate, legacyChain } from './peer-certificate.ts'
import { resetBeforeSecure } from './reset-error.ts'
import { SocketBase } from './socket-base.ts'

/** How a socket gets its connection and who hears of its handshake: one object for all sockets of a server. */
export interface SocketSetup {
  readonly role: 'client' | 'server'
  /** Milliseconds from the moment the transport is there; 0: no limit. */
  readonly handshakeTimeout: number
  /** Default false: the end of the peer's data also ends ours. */
  readonly allowHalfOpen?: boolean
  /** More for the constructor of net.Socket. */
  readonly socketOptions?: (SocketConstructorOpts & { readonly highWaterMark?: number | undefined }) | undefined
  /** Whether nothing that happens after the handshake may take time: neither cryptography nor anybody asked. */
  readonly answersAtOnce: boolean
  /** Makes the connection, once, when the transport is there. */
  open(socket: TlsSocket, events: ConnectionEvents): Connection | PromiseLike<Connection>
  /** The handshake is done; the socket's own events follow. */
  secured?(socket: TlsSocket): void
  /** Whether the end of the transport is the end of the peer's data also without close_notify. Default false. */
  readonly endsWithTransport?: boolean
  /** What else speaks against what was agreed; asked before anybody hears of it. */
  refuses?(facts: ConnectionFacts, socket: TlsSocket): Error | undefined
  /** Authorities above the last certificate of the peer's chain, DER, nearest first, for `getPeerCertificate(true)`. */
  issuersAbove?(certificates: readonly Uint8Array[]): readonly Uint8Array[]
  /** An error in the words of whoever the socket is for. Default: as it is. */
  explain?(error: Error): Error
  /** What becomes of a write that waited for the handshake, which did not come about. Default: the socket's error. */
  cancelled?(): Error
  /** Client: where it was to go; members of the error for a transport that ends before the handshake. */
  readonly destination?: object
  /** The handshake failed; the socket's own `'error'` was before. */
  failed?(socket: TlsSocket, error: Error): void
}

/**
 * A TLS connection as a stream, with the members and events of node's `tls.TLSSocket`. It is made by `connect`,
 * `createServer` and the others.
 *
 * - Written data waits for the handshake, and a write is done when the transport has flushed it.
 * - `end()` sends close_notify; `'end'` is the peer's close_notify. A transport that ends without one is an `'error'`
 *   with code `ERR_TLS_TRUNCATED`.
 * - Every failure is one `'error'`, with a `code`, then one `'close'`. TlsErrors have `ERR_TLS_…`, those of the
 *   transport keep their own, and a transport that ends before the handshake gives `ECONNRESET` as node:tls does.
 *
 * Events beside those of `net.Socket`: `secureConnect` (client), `secure`, `session` (client, a Buffer for `setSession`
 * and the option `session`), `authenticated` (server, after `requestClientCertificate`), `renegotiated` (TLS 1.2), `keylog`.
 */
export class TlsSocket extends SocketBase {
  static readonly #handlers: LinkHandlers<TlsSocket> = {
    data: (socket, bytes) => socket.#received(bytes),
    connected: (socket, facts) => socket.#connected(facts),
    session: (socket, session) => socket.#sessionReceived(session),
    authenticated: (socket, facts) => socket.#authenticated(facts),
    renegotiated: (socket, facts) => socket.#renegotiated(facts),
    end: (socket) => socket.#ended(),
    failed: (socket, error) => socket.#failed(error),
    closed: (socket) => socket.#transportClosed(),
    progress: (socket) => void socket.#idleTimer?.refresh(),
  }

  readonly encrypted = true
  /** Whether the peer's certificates verified, or it has our PSK. False for a server that asked for neither. */
  authorized = false
  /** Code of the reason why not. */
  authorizationError: string | null = null
  /** `false`: none was negotiated. `null`: not yet. */
  alpnProtocol: string | false | null = null
  /** SNI; `false`: none was sent. `null`: not yet. */
  servername: string | false | null = null
  secureConnecting = true

  readonly #setup: SocketSetup
  readonly #link: Link<TlsSocket>
  #facts: ConnectionFacts | undefined
  #session: Session | undefined
  #handshakeTimer: NodeJS.Timeout | undefined
  #idleTimer: NodeJS.Timeout | undefined
  /** What was written or ended before the handshake was done. */
  #whenConnected: (() => void) | undefined
  #waitingCallback: WriteCallback | undefined
  /** A truncation that is told when what came before has been read. */
  #deferredError: Error | undefined
  #renegotiationDisabled = false
  #renegotiations = 0
  #bytesRead = 0
  #bytesWritten = 0

  /** On a transport that is, or is about to be, connected. It belongs to this socket from now on. */
  constructor(transport: Duplex, setup: SocketSetup) {
    // Without options where there are none: `dial` says why.
    super(setup.socketOptions)
    if (setup.allowHalfOpen === true) this.allowHalfOpen = true
    this.#setup = setup
    this.#link = new Link(transport, this, TlsSocket.#handlers)
    if (isConnectingLater(transport)) transport.once('connect', () => this.#start())
    else process.nextTick(() => this.#start())
  }

  /** What was negotiated; `undefined` before `secureConnect`. */
  get facts(): ConnectionFacts | undefined {
    return this.#facts
  }

  protected get setup(): SocketSetup {
    return this.#setup
  }

  protected get connection(): Connection | undefined {
    return this.#link.connection
  }

  // Members of net.Socket

  override get connecting(): boolean {
    // Asked before there is a transport, by the constructor of net.Socket.
    return #link in this && this.#transport.connecting === true
  }

  override set connecting(_value: boolean) {
    // net.Socket's constructor assigns it.
  }

  override get pending(): boolean {
    return this.connecting
  }

  override get bytesRead(): number {
    return this.#bytesRead
  }

  override set bytesRead(_value: number) {
    // Bun's constructor of net.Socket assigns it too.
  }

  override get bytesWritten(): number {
    return this.#bytesWritten
  }

  override get bufferSize(): number {
    return this.writableLength
  }

  override get remoteAddress(): string | undefined {
    return this.#transport.remoteAddress
  }

  override get remotePort(): number | undefined {
    return this.#transport.remotePort
  }

  override get remoteFamily(): string | undefined {
    return this.#transport.remoteFamily
  }

  override get localAddress(): string {
    return this.#transport.localAddress as string
  }

  override get localPort(): number {
    return this.#transport.localPort as number
  }

  override get localFamily(): string {
    return this.#transport.localFamily as string
  }

  override address(): AddressInfo | Record<string, never> {
    return this.#transport.address?.() ?? {}
  }

  /** The transport is already on its way. Some clients call this on any socket and wait for `'connect'`. */
  override connect(...args: unknown[]): this {
    const transport = this.#transport as Partial<Socket>
    if (transport.pending === true && transport.connecting === false) {
      transport.connect?.(...(args as Parameters<Socket['connect']>))
      return this
    }
    const listener = args.at(-1)
    if (typeof listener === 'function') this.once('connect', listener as () => void)
    if (!this.connecting) process.nextTick(emitConnect, this)
    return this
  }

  override setNoDelay(noDelay?: boolean): this {
    this.#transport.setNoDelay?.(noDelay)
    return this
  }

  override setKeepAlive(enable?: boolean, initialDelay?: number): this {
    this.#transport.setKeepAlive?.(enable, initialDelay)
    return this
  }

  override ref(): this {
    this.#transport.ref?.()
    return this
  }

  override unref(): this {
    this.#transport.unref?.()
    return this
  }

  /** @throws RangeError `ERR_OUT_OF_RANGE`, TypeError `ERR_INVALID_ARG_TYPE` as net.Socket does */
  override setTimeout(timeout: number, listener?: () => void): this {
    if (this.destroyed) return this
    checkDuration(timeout)
    const self = this as { timeout?: number }
    self.timeout = timeout
    clearTimeout(this.#idleTimer)
    this.#idleTimer = undefined
    if (timeout > 0) {
      this.#idleTimer = setTimeout(emitTimeout, Math.min(timeout, longestTimeout), this)
      this.#idleTimer.unref()
    }
    if (listener !== undefined) {
      if (timeout > 0) this.once('timeout', listener)
      else this.off('timeout', listener)
    }
    return this
  }

  /** Node's own name for "there was activity": its HTTP server calls it. */
  _unrefTimer(): void {
    this.#idleTimer?.refresh()
  }

  override resetAndDestroy(): this {
    this.#transport.resetAndDestroy?.()
    return this.destroy()
  }

  // Members of tls.TLSSocket

  getProtocol(): string | null {
    return this.#facts?.version ?? null
  }

  getCipher(): { name: string; standardName: string; version: string } | undefined {
    if (this.#facts === undefined) return undefined
    const { cipherSuite, version } = this.#facts
    return { name: cipherSuite, standardName: cipherSuite, version }
  }

  /** Of the key exchange; `null` on the server, `{}` without one. */
  getEphemeralKeyInfo(): EphemeralKeyInfo | object | null {
    if (this.#setup.role === 'server') return null
    const group = this.#facts?.group
    return group === undefined ? {} : ephemeralKeyInfo(group)
  }

  /** The peer's leaf, with `detailed` linked to its issuers; `{}` when there is none. */
  getPeerCertificate(detailed?: boolean): PeerCertificate {
    const certificates = this.#facts?.peer?.certificates
    const leaf = certificates?.[0]
    if (certificates === undefined || leaf === undefined) return {} as PeerCertificate
    if (detailed !== true) return legacyCertificate(leaf)
    return legacyChain([...certificates, ...(this.#setup.issuersAbove?.(certificates) ?? [])])
  }

  getPeerX509Certificate(): X509Certificate | undefined {
    const leaf = this.#facts?.peer?.certificates[0]
    return leaf === undefined ? undefined : new X509Certificate(leaf)
  }

  /** Client: the newest session, for the option `session` of a later connection. It holds a secret: see `Session`. */
  getSession(): Buffer | undefined {
    return this.#session === undefined ? undefined : bufferOf(this.#session.serialize())
  }

  /** Client: the newest ticket, not secret. */
  getTLSTicket(): Buffer | undefined {
    return this.#session === undefined ? undefined : bufferOf(this.#session.ticket)
  }

  isSessionReused(): boolean {
    return this.#facts?.resumed === true
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

  /** @internal whether the peer may have another handshake, by the policy it was given; asked in turn with what came before */
  grantsRenegotiation(policy: RenegotiationPolicy): boolean | PromiseLike<boolean> {
    return this.#link.afterNews(() => this.decideRenegotiation(policy))
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

  // The stream

  /**
   * Without a size, all that is there. From Node 26 on a stream gives a chunk, and whoever reads once for each
   * `'readable'`, as a socket of Node lets them, would wait forever: we decrypt several records at a time.
   */
  override read(size?: number): ReturnType<Socket['read']> {
    const wantsAll = this.readableFlowing === false && !Number.isInteger(size) && this.readableLength > 0
    return super.read(wantsAll ? this.readableLength : size)
  }

  override _read(): void {
    const error = this.#deferredError
    if (error === undefined) {
      this.#link.resume()
    } else if (this.readableLength === 0) {
      this.destroy(error)
    } else {
      // Nothing more comes, but without a push the stream would not ask again.
      this.push(nothing)
    }
  }

  override _write(chunk: Uint8Array | string, encoding: BufferEncoding, callback: WriteCallback): void {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk
    this.#bytesWritten += bytes.length
    if (this.#facts === undefined) {
      this.#wait(() => this.#link.write(bytes, callback), callback)
      return
    }
    this.#idleTimer?.refresh()
    this.#link.write(bytes, callback)
  }

  override _writev(chunks: { chunk: Uint8Array | string; encoding: BufferEncoding }[], callback: WriteCallback): void {
    const parts: Uint8Array[] = []
    let length = 0
    for (const { chunk, encoding } of chunks) {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk
      parts.push(bytes)
      length += bytes.length
    }
    this.#bytesWritten += length
    if (this.#facts === undefined) {
      this.#wait(() => this.#link.writeParts(parts, length, callback), callback)
      return
    }
    this.#idleTimer?.refresh()
    this.#link.writeParts(parts, length, callback)
  }

  override _final(callback: WriteCallback): void {
    if (this.#facts === undefined) this.#wait(() => this.#link.finish(callback), callback)
    else this.#link.finish(callback)
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    clearTimeout(this.#handshakeTimer)
    clearTimeout(this.#idleTimer)
    const waiting = this.#waitingCallback
    this.#whenConnected = undefined
    this.#waitingCallback = undefined
    this.#link.release(error, this.writableLength === 0)
    waiting?.(
      this.#setup.cancelled?.() ??
        error ??
        new TlsError('ERR_TLS_CLOSED', 'the socket was destroyed before this was written'),
    )
    callback(error)
    process.nextTick(() => this.#closed(error))
  }

  get #transport(): Transport {
    return this.#link.stream
  }

  #start(): void {
    if (this.destroyed) return
    if (this.#transport.destroyed) return this.#transportClosed()
    this.#idleTimer?.refresh()
    const { handshakeTimeout } = this.#setup
    if (handshakeTimeout > 0) {
      this.#handshakeTimer = setTimeout(() => this.#tooSlow(handshakeTimeout), handshakeTimeout)
      this.#handshakeTimer.unref()
    }
    if (this.#setup.role === 'client') {
      this.tellConnected()
      if (this.destroyed) return
    }
    try {
      const connection = this.#setup.open(this, this.#link)
      if (isPromiseLike(connection)) {
        connection.then(
          (later) => this.#carry(later),
          (error: Error) => this.destroy(error),
        )
      } else {
        this.#carry(connection)
      }
    } catch (error) {
      this.destroy(error as Error)
    }
  }

  #carry(connection: Connection): void {
    if (!this.destroyed) this.#link.start(connection, this.#setup.answersAtOnce)
  }

  #connected(facts: ConnectionFacts): void {
    clearTimeout(this.#handshakeTimer)
    this.#handshakeTimer = undefined
    this.#idleTimer?.refresh()
    this.#facts = facts
    const refusal = this.#setup.refuses?.(facts, this)
    if (refusal !== undefined) {
      this.#judged(facts)
      // What would complete the handshake is not sent.
      this.#transport.destroy()
      this.destroy(refusal)
      return
    }
    this.secureConnecting = false
    this.#session = this.#link.nextSession
    this.alpnProtocol = facts.applicationProtocol ?? false
    this.servername = facts.serverName ?? false
    this.#judged(facts)
    const go = this.#whenConnected
    this.#whenConnected = undefined
    this.#waitingCallback = undefined
    go?.()
    this.emit('secure')
    if (this.#setup.role === 'client') this.emit('secureConnect')
    this.#setup.secured?.(this)
  }

  #renegotiated(facts: ConnectionFacts): void {
    this.#facts = facts
    this.#judged(facts)
    const refusal = this.#setup.refuses?.(facts, this)
    if (refusal === undefined) this.tellRenegotiated()
    else this.destroy(refusal)
  }

  protected tellConnected(): void {
    this.emit('connect')
    this.emit('ready')
  }

  protected tellRenegotiated(): void {
    this.emit('renegotiated')
  }

  #authenticated(facts: ConnectionFacts): void {
    this.#facts = facts
    this.#judged(facts)
    this.emit('authenticated')
  }

  #judged({ peer, externalPskIdentity }: ConnectionFacts): void {
    this.authorized = peer?.authorized ?? externalPskIdentity !== undefined
    const failure = peer?.failure
    const told = failure && (this.#explained(failure) as { code?: string })
    this.authorizationError = told?.code ?? null
  }

  #sessionReceived(session: Session): void {
    this.#session = session
    if (this.listenerCount('session') > 0) this.emit('session', bufferOf(session.serialize()))
  }

  #received(bytes: Uint8Array): boolean {
    this.#bytesRead += bytes.length
    this.#idleTimer?.refresh()
    return this.push(Buffer.isBuffer(bytes) ? bytes : bufferOf(bytes))
  }

  #ended(): void {
    this.push(null)
    // So that a socket that nobody reads sees its end, as net.Socket has it.
    if (this.readableLength === 0) this.read(0)
  }

  #tooSlow(milliseconds: number): void {
    const message = `the handshake was not done within ${milliseconds} ms`
    this.destroy(this.#explained(new TlsError('ERR_TLS_HANDSHAKE_TIMEOUT', message)))
  }

  #explained(error: Error): Error {
    return this.#setup.explain?.(error) ?? error
  }

  #failed(failure: Error): void {
    if (this.destroyed) return
    const { code } = failure as { code?: unknown }
    if (code === 'ERR_TLS_TRUNCATED' && this.#setup.endsWithTransport === true) return this.#ended()
    const error = this.#explained(failure)
    if (code === 'ERR_TLS_HANDSHAKE_CLOSED') this.destroy(resetBeforeSecure(this.#setup, failure))
    else if (code === 'ERR_TLS_TRUNCATED' && this.readableLength > 0) this.#defer(error)
    else this.destroy(error)
  }

  #transportClosed(): void {
    if (this.#deferredError !== undefined) return
    this.destroy(this.#facts === undefined ? resetBeforeSecure(this.#setup, undefined) : undefined)
  }

  #defer(error: Error): void {
    this.#deferredError = error
    // The stream waits for a push before it asks again.
    this.push(nothing)
  }

  /** Follows the stream's own `'error'`; net.Socket has no `'close'` of the stream's. */
  #closed(error: Error | null): void {
    if (this.secureConnecting) {
      this.secureConnecting = false
      this.#setup.failed?.(this, error ?? resetBeforeSecure(this.#setup, undefined))
    }
    this.emit('close', error !== null)
  }

  #wait(go: () => void, callback: WriteCallback): void {
    this.#whenConnected = go
    this.#waitingCallback = callback
  }

  #export(length: number, label: string, context: Uint8Array | undefined): Uint8Array | PromiseLike<Uint8Array> {
    return exportKeyingMaterial(this.#secured(), label, context, length)
  }

  #secured(): Connection {
    const { connection } = this.#link
    if (this.#facts === undefined || connection === undefined) {
      throw new TlsError('ERR_TLS_STATE', 'the handshake is not done yet')
    }
    return connection
  }
}

/** A Duplex that may have more: `net.Socket`, `tls.TLSSocket`, another `TlsSocket`. */
type Transport = Duplex & Partial<Pick<Socket, TransportMember>>

type TransportMember =
  | 'connecting'
  | 'pending'
  | 'remoteAddress'
  | 'remotePort'
  | 'remoteFamily'
  | 'localAddress'
  | 'localPort'
  | 'localFamily'
  | 'address'
  | 'setNoDelay'
  | 'setKeepAlive'
  | 'ref'
  | 'unref'
  | 'resetAndDestroy'

/** A `net.Socket` that is not connected, or not yet. */
function isConnectingLater({ connecting, pending }: Transport): boolean {
  return connecting === true || pending === true
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}

function emitConnect(socket: TlsSocket): void {
  socket.emit('connect')
}

function emitTimeout(socket: TlsSocket): void {
  socket.emit('timeout')
}

function checkDuration(milliseconds: number): void {
  if (typeof milliseconds !== 'number') {
    throw Object.assign(new TypeError(`The "msecs" argument must be of type number`), { code: 'ERR_INVALID_ARG_TYPE' })
  }
  if (milliseconds >= 0 && milliseconds < Infinity) return
  const message = `The value of "msecs" is out of range. It must be a non-negative finite number. Received ${milliseconds}`
  throw Object.assign(new RangeError(message), { code: 'ERR_OUT_OF_RANGE' })
}

const nothing = /* @__PURE__ */ Buffer.alloc(0)

/** What a timer can hold. */
const longestTimeout = 0x7fffffff
