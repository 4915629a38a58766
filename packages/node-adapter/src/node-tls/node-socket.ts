import type { RenegotiationOptions, RenegotiationPolicy } from '@typetls/connection/tls12'
import { renegotiate } from '@typetls/connection/tls12'
import type { CredentialSelector } from '@typetls/handshake'
import type { PeerCertificate } from 'node:tls'
import tls from 'node:tls'
import type { X509Certificate } from 'node:crypto'
import type { Duplex } from 'node:stream'
import { legacyChain, linkedCertificate } from '../socket/peer-certificate.ts'
import { systemCrypto } from '../system.ts'
import type { SocketSetup } from '../socket/socket-setup.ts'
import { TlsSocket } from '../socket/tls-socket.ts'
import {
  checkBoolean,
  checkBuffer,
  checkFunction,
  checkInt32,
  checkObject,
  checkPositiveUint32,
  checkString,
} from './argument-error.ts'
import { openSslSchemeName } from './algorithm-names.ts'
import { openSslName } from './cipher-string.ts'
import { NodeClientSetup, readSession, sessionBytes } from './client-setup.ts'
import type { OnRead } from './lent-input.ts'
import { LentInput } from './lent-input.ts'
import { nodeError } from './node-error.ts'
import type { AskingSetup, Asks } from './renegotiation.ts'
import {
  RenegotiationLimit,
  cannotRenegotiate,
  changesFor,
  renegotiationDisabled,
  sessionAttack,
} from './renegotiation.ts'
import type { SecureContext } from './secure-context.ts'
import { contextOf } from './secure-context.ts'
import type { StreamHandle } from './stream-handle.ts'
import { streamHandle } from './stream-handle.ts'
import { inNodeWords } from './tls-errors.ts'
import type { NodeTlsOptions } from './tls-options.ts'

/** What a socket of the drop-in is made with beside its setup. */
export interface NodeSocketOptions {
  readonly onread?: OnRead | null | undefined
  /** The transport is one of our own. */
  readonly dials?: boolean | undefined
  /** Made by `new TLSSocket`: nobody has to listen to `'error'`, and before the handshake is done `'_tlsError'` tells. */
  readonly quiet?: boolean | undefined
  readonly server?: unknown
  readonly enableTrace?: boolean | null | undefined
}

/** The socket of the drop-in: a `TlsSocket` with the members and the manners of node:tls's. */
export class NodeSocket extends TlsSocket {
  static {
    // What `inspect` shows and programs look at.
    Object.defineProperty(this, 'name', { value: 'TLSSocket' })
    // Programs that wrap methods find them by `for…in`, where Node's own are found.
    for (const name of Object.keys(tls.TLSSocket.prototype)) {
      if (Object.hasOwn(this.prototype, name)) Object.defineProperty(this.prototype, name, { enumerable: true })
    }
  }

  /** The `tls.Server` it is from. */
  server: unknown
  #handle: StreamHandle | null | undefined
  #input: LentInput | undefined
  #traced = false
  /** What there is to tell when the transport is connected. */
  readonly #tells: readonly string[]
  #credentials: CredentialSelector | undefined
  /** Told by `getSession` while there is nothing to resume. */
  #noSession: Buffer | undefined
  /** Server: what was changed by `renegotiate`. */
  #asks: Asks | undefined
  #limit: RenegotiationLimit | undefined
  readonly #born = performance.now()

  constructor(
    transport: Duplex & { readonly connecting?: boolean },
    setup: SocketSetup,
    { onread, dials, quiet, server, enableTrace }: NodeSocketOptions = {},
  ) {
    // What is wrong is said before anything listens to the transport.
    if (enableTrace !== undefined && enableTrace !== null) checkBoolean('options.enableTrace', enableTrace)
    const input = onread === undefined || onread === null ? undefined : new LentInput(onread)
    super(transport, setup)
    this.server = server
    this.#tells = dials === true ? ['connect', 'ready'] : transport.connecting === true ? ['connect'] : []
    this.#traced = enableTrace === true
    if (input !== undefined) this.#lendTo(input)
    if (quiet === true) this.on('error', tellQuietly)
  }

  // Node's own names for what is inside, which programs look at all the same.

  get _handle(): StreamHandle | null {
    // The constructor of net.Socket asks before there is anything.
    if (!(#handle in this) || this.destroyed) return null
    return (this.#handle ??= streamHandle(this))
  }

  set _handle(_value: unknown) {
    // That constructor assigns it.
  }

  get ssl(): StreamHandle | null {
    return this._handle
  }

  get _secureEstablished(): boolean {
    return this.facts !== undefined
  }

  /** Nothing of this is OpenSSL's. The connection's secrets are wiped when it ends. */
  _destroySSL(): void {}

  /** The handshake starts by itself when the transport is there. */
  _start(): void {}

  /** Server: how many followed the first within `CLIENT_RENEG_WINDOW`. */
  get handshakes(): number {
    return this.#limit?.handshakes ?? 0
  }

  get verifyError(): Error | null {
    const failure = this.facts?.peer?.failure
    return failure === undefined ? null : inNodeWords(failure)
  }

  // Members of net.Socket

  override get bufferSize(): number {
    return this.destroyed ? (undefined as unknown as number) : super.bufferSize
  }

  override pause(): this {
    this.#input?.stop()
    return super.pause()
  }

  override resume(): this {
    super.resume()
    if (this.#input !== undefined && !this.destroyed) {
      if (this.#input.go()) super.push(null)
      this._read()
      // Nothing is in the stream: its end is not found by reading.
      this.read(0)
    }
    return this
  }

  // Members of tls.TLSSocket. Where node:tls has `null` after the end, so has this.

  override getProtocol(): string | null {
    return this.destroyed ? null : super.getProtocol()
  }

  override getCipher(): { name: string; standardName: string; version: string } | undefined {
    if (this.destroyed) return null as unknown as undefined
    const cipher = super.getCipher()
    return cipher && { ...cipher, name: openSslName(cipher.standardName) }
  }

  override getEphemeralKeyInfo(): ReturnType<TlsSocket['getEphemeralKeyInfo']> {
    return this.destroyed ? null : super.getEphemeralKeyInfo()
  }

  override getPeerCertificate(detailed?: boolean): PeerCertificate {
    return this.destroyed ? (null as unknown as PeerCertificate) : super.getPeerCertificate(detailed)
  }

  override getPeerX509Certificate(_detailed?: boolean): X509Certificate | undefined {
    return this.destroyed ? undefined : linkedCertificate(this.facts?.peer?.certificates)
  }

  /** Our own leaf, as `getPeerCertificate` gives the peer's; `{}` without one. */
  getCertificate(): PeerCertificate | object | null {
    if (this.destroyed) return null
    const own = this.facts?.ownCertificates
    return own === undefined ? {} : legacyChain(own.slice(0, 1))
  }

  getX509Certificate(): X509Certificate | undefined {
    return this.destroyed ? undefined : linkedCertificate(this.facts?.ownCertificates)
  }

  /**
   * Server: signature algorithms that both sides have, in the client's order and OpenSSL's words; in TLS 1.2 and 1.3.
   */
  getSharedSigalgs(): string[] {
    if (this.destroyed) return null as unknown as string[]
    return (this.facts?.details?.sharedSignatureSchemes ?? []).map(openSslSchemeName)
  }

  /** verify_data of our Finished; `undefined` before it was sent. */
  getFinished(): Buffer | undefined {
    if (this.destroyed) return null as unknown as undefined
    return copyOf(this.facts?.details?.ownFinished)
  }

  /** verify_data of the peer's Finished; `undefined` before it came. */
  getPeerFinished(): Buffer | undefined {
    if (this.destroyed) return null as unknown as undefined
    return copyOf(this.facts?.details?.peerFinished)
  }

  /**
   * Client: the newest session. Once connected there always is one; before the server has sent a ticket it resumes
   * nothing, and is not used. A server has one that never resumes anything.
   */
  override getSession(): Buffer | undefined {
    if (this.destroyed) return null as unknown as undefined
    const session = super.getSession()
    if (session !== undefined) return session
    const { offered } = this.setup as Partial<NodeClientSetup>
    if (offered !== undefined && (this.facts === undefined || this.isSessionReused())) return Buffer.from(offered)
    if (this.facts === undefined) return undefined
    return (this.#noSession ??= Buffer.from([0, ...systemCrypto.random(32)]))
  }

  override getTLSTicket(): Buffer | undefined {
    if (this.destroyed) return null as unknown as undefined
    const ticket = super.getTLSTicket()
    if (ticket !== undefined || this.setup.role === 'server') return ticket
    const { offered } = this.setup as NodeClientSetup
    const session = offered === undefined || !this.isSessionReused() ? undefined : readSession(offered)
    return session === undefined ? undefined : Buffer.from(session.ticket)
  }

  override isSessionReused(): boolean {
    return this.destroyed ? (null as unknown as boolean) : super.isSessionReused()
  }

  /** Client, before the handshake: resumes this; what does not fit is not used. */
  setSession(session: Uint8Array | string): void {
    const bytes = sessionBytes(session)
    if (bytes === undefined) checkBuffer('session', session)
    else if (this.setup instanceof NodeClientSetup) this.setup.offer(bytes)
  }

  /**
   * Client, before the handshake: sends this name as SNI.
   *
   * @throws TypeError `ERR_INVALID_ARG_TYPE`; Error `ERR_TLS_SNI_FROM_SERVER`
   */
  setServername(name: string): void {
    checkString('name', name)
    if (!(this.setup instanceof NodeClientSetup))
      throw nodeError('ERR_TLS_SNI_FROM_SERVER', 'Cannot issue SNI from a TLS server-side socket')
    this.setup.nameServer(name)
  }

  /**
   * Sends records of at most so many bytes of data, 512 to 16384, from now on. False: any other number.
   *
   * @throws TypeError `ERR_INVALID_ARG_TYPE`, RangeError `ERR_OUT_OF_RANGE`
   */
  setMaxSendFragment(size: number): boolean {
    checkInt32('size', size)
    if (size < 512 || size > 16384) return false
    const limit = (): void => this.connection?.limitFragments(size)
    if (this.connection !== undefined) limit()
    else this.prependOnceListener('secure', limit)
    return true
  }

  /**
   * As that of `TlsSocket`.
   *
   * @throws Error `ERR_TLS_INVALID_STATE` before the handshake is done and after the end
   */
  override exportKeyingMaterial(length: number, label: string, context?: Uint8Array): Buffer {
    this.#checkExport(length, label, context)
    return super.exportKeyingMaterial(length, label, context)
  }

  override async exportKeyingMaterialAsync(length: number, label: string, context?: Uint8Array): Promise<Buffer> {
    this.#checkExport(length, label, context)
    return super.exportKeyingMaterialAsync(length, label, context)
  }

  /**
   * Before our certificate is sent: shows this one. A server decides at the latest in its `ALPNCallback`, where `this` is
   * the socket.
   *
   * @throws as `createSecureContext`
   */
  setKeyCert(context: SecureContext | NodeTlsOptions): void {
    checkObject('context', context)
    if (this.destroyed) return
    const { credentials } = contextOf(context).context.options
    if (typeof credentials !== 'function') throw nodeError('ERR_INVALID_ARG_VALUE', 'The context has no key', TypeError)
    this.#credentials = credentials
    if (this.setup instanceof NodeClientSetup) this.setup.identify(credentials)
  }

  /** Before the handshake: prints it, and every record after it, on standard error. */
  enableTrace(): void {
    this.#traced = true
  }

  /** @internal `enableTrace` was called */
  get traced(): boolean {
    return this.#traced
  }

  /** @internal what `setKeyCert` was given */
  get ownCredentials(): CredentialSelector | undefined {
    return this.#credentials
  }

  /**
   * TLS 1.2: makes another handshake, or asks the client for one; `'secure'` tells when it is done. TLS 1.3 has none.
   *
   * @param options server: what to ask of the client from now on; default as before
   * @param callback is told `null` then, or why there cannot be one; not called when it fails, which is an `'error'`
   * @returns whether it began; `undefined` when the socket is destroyed
   * @throws TypeError `ERR_INVALID_ARG_TYPE`
   */
  renegotiate(options: Partial<Asks>, callback?: (error: Error | null) => void): boolean | undefined {
    checkObject('options', options)
    if (callback !== undefined) checkFunction('callback', callback)
    if (this.destroyed) return undefined
    const failure = this.#renegotiate(options)
    if (callback !== undefined) {
      if (failure === undefined) this.once('secure', () => callback(null))
      else process.nextTick(callback, failure)
    }
    return failure === undefined
  }

  #renegotiate(options: Partial<Asks>): Error | undefined {
    const { connection } = this
    if (connection === undefined || super.getProtocol() !== 'TLSv1.2') return cannotRenegotiate(super.getProtocol())
    try {
      renegotiate(connection, this.#changes(options))
      return undefined
    } catch {
      return cannotRenegotiate('TLSv1.2')
    }
  }

  #changes(options: Partial<Asks>): RenegotiationOptions {
    if (this.setup.role === 'client') return {}
    const { requestCert = this.asks.requestCert, rejectUnauthorized = this.asks.rejectUnauthorized } = options
    this.#asks = { requestCert: Boolean(requestCert), rejectUnauthorized: Boolean(rejectUnauthorized) }
    return changesFor(this.#asks, this.setup as AskingSetup)
  }

  /** @internal what a server asks of the client of this socket */
  get asks(): Asks {
    return this.#asks ?? (this.setup as AskingSetup).asksOfClients
  }

  /** As in node:tls, what comes too often or is not allowed is the socket's `'error'`. The peer is not told why. */
  protected override decideRenegotiation(policy: RenegotiationPolicy): boolean | PromiseLike<boolean> {
    const attack = this.setup.role === 'server' && !(this.#limit ??= new RenegotiationLimit(this.#born)).allows()
    if (!attack && !this.renegotiationDisabled) return super.decideRenegotiation(policy)
    this.destroy(attack ? sessionAttack() : renegotiationDisabled())
    return false
  }

  /** As in node:tls, what was connected before says nothing of it. */
  protected override tellConnected(): void {
    for (const event of this.#tells) this.emit(event)
  }

  protected override tellRenegotiated(): void {
    this.emit('secure')
    if (this.setup.role === 'client') this.emit('secureConnect')
  }

  #checkExport(length: number, label: string, context: Uint8Array | undefined): void {
    checkPositiveUint32('length', length)
    checkString('label', label)
    if (context !== undefined) checkBuffer('context', context)
    if (this.facts === undefined || this.destroyed)
      throw nodeError('ERR_TLS_INVALID_STATE', 'TLS socket connection must be securely established')
  }

  #lendTo(input: LentInput): void {
    this.#input = input
    this.push = (chunk: Uint8Array | null): boolean => {
      if (chunk !== null) return chunk.length === 0 || input.take(chunk)
      return input.end() && super.push(null)
    }
  }
}

/** `'error'` of a socket that nobody listens to yet. */
function tellQuietly(this: NodeSocket, error: Error): void {
  if (this.secureConnecting) this.emit('_tlsError', error)
}

function copyOf(bytes: Uint8Array | undefined): Buffer | undefined {
  return bytes === undefined ? undefined : Buffer.from(bytes)
}
