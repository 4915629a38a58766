import type { Duplex } from 'node:stream'
import type { Socket } from 'node:net'
import type { Connection, ConnectionFacts, Session } from '@typetls/connection'
import type { RenegotiationPolicy } from '@typetls/connection/tls12'
import { isPromiseLike } from '@typetls/crypto-provider'
import { TlsError } from '@typetls/wire'
import type { LinkHandlers, WriteCallback } from '../transport/link.ts'
import { Link } from '../transport/link.ts'
import { bufferOf } from './buffer-view.ts'
import { resetBeforeSecure } from './reset-error.ts'
import { SecuredSocket } from './secured-socket.ts'
import type { SocketSetup } from './socket-setup.ts'
import type { Transport } from './transport-socket.ts'
import { isConnectingLater } from './transport-socket.ts'

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
export class TlsSocket extends SecuredSocket {
  static readonly #handlers: LinkHandlers<TlsSocket> = {
    data: (socket, bytes) => socket.#received(bytes),
    connected: (socket, facts) => socket.#connected(facts),
    session: (socket, session) => socket.#sessionReceived(session),
    authenticated: (socket, facts) => socket.#authenticated(facts),
    renegotiated: (socket, facts) => socket.#renegotiated(facts),
    end: (socket) => socket.#ended(),
    failed: (socket, error) => socket.#failed(error),
    closed: (socket) => socket.#transportClosed(),
    progress: (socket) => socket._unrefTimer(),
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
  /** What was written or ended before the handshake was done. */
  #whenConnected: (() => void) | undefined
  #waitingCallback: WriteCallback | undefined
  /** A truncation that is told when what came before has been read. */
  #deferredError: Error | undefined
  #bytesRead = 0
  #bytesWritten = 0

  /** On a transport that is, or is about to be, connected. It belongs to this socket from now on. */
  constructor(transport: Duplex, setup: SocketSetup) {
    super(transport, setup.socketOptions)
    if (setup.allowHalfOpen === true) this.allowHalfOpen = true
    this.#setup = setup
    this.#link = new Link(transport, this, TlsSocket.#handlers)
    if (isConnectingLater(transport)) transport.once('connect', () => this.#start())
    else process.nextTick(() => this.#start())
  }

  get facts(): ConnectionFacts | undefined {
    return this.#facts
  }

  protected get setup(): SocketSetup {
    return this.#setup
  }

  protected get connection(): Connection | undefined {
    return this.#link.connection
  }

  protected get newestSession(): Session | undefined {
    return this.#session
  }

  /** @internal whether the peer may have another handshake, by the policy it was given; asked in turn with what came before */
  grantsRenegotiation(policy: RenegotiationPolicy): boolean | PromiseLike<boolean> {
    return this.#link.afterNews(() => this.decideRenegotiation(policy))
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
    this._unrefTimer()
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
    this._unrefTimer()
    this.#link.writeParts(parts, length, callback)
  }

  override _final(callback: WriteCallback): void {
    if (this.#facts === undefined) this.#wait(() => this.#link.finish(callback), callback)
    else this.#link.finish(callback)
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    clearTimeout(this.#handshakeTimer)
    const waiting = this.#waitingCallback
    this.#whenConnected = undefined
    this.#waitingCallback = undefined
    this.#link.release(error, this.writableLength === 0)
    waiting?.(
      this.#setup.cancelled?.() ??
        error ??
        new TlsError('ERR_TLS_CLOSED', 'the socket was destroyed before this was written'),
    )
    super._destroy(error, callback)
    process.nextTick(() => this.#closed(error))
  }

  get #transport(): Transport {
    return this.#link.stream
  }

  #start(): void {
    if (this.destroyed) return
    if (this.#transport.destroyed) return this.#transportClosed()
    this._unrefTimer()
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
    this._unrefTimer()
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
    this._unrefTimer()
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
}

const nothing = /* @__PURE__ */ Buffer.alloc(0)
