import type { CipherSuite, CryptoProvider, Secret } from '@typetls/crypto-provider'
import { isPromiseLike } from '@typetls/crypto-provider'
import type {
  AfterHandshake,
  Agreed,
  CommonParameters,
  Direction,
  Epoch,
  HandshakeCarrier,
  PostHandshakeResult,
  Program,
  RecordProtection,
  Session,
  Step,
  Trace,
} from '@typetls/handshake'
import { Handshake, HandshakeDriver, askNow, nextExpected, run } from '@typetls/handshake'
import type {
  OpenedRecord,
  Protection,
  RecordKey,
  RecordReaderOptions,
  RecordTraceInfo,
  RecordWriterOptions,
} from '@typetls/record'
import {
  RecordReader,
  RecordWriter,
  maxFragmentLength,
  typeAlert,
  typeApplicationData,
  typeChangeCipherSpec,
  typeHandshake,
} from '@typetls/record'
import { Alert, AlertDescription, TlsError, decode } from '@typetls/wire'
import type { ChannelBindingType, SignatureHash } from './channel-binding.ts'
import { exporterBinding, serverEndPoint } from './channel-binding.ts'
import type { ConnectionEvents } from './events.ts'
import type { ConnectionFacts } from './facts.ts'
import { factsOf, peerFactsOf } from './facts.ts'
import type { CommonOptions } from './options.ts'

/**
 * One TLS connection without IO: bytes in, bytes and events out. `clientConnection` and `serverConnection` make them.
 *
 * With a synchronous provider, signer and verifier `receive` returns with everything it caused. Otherwise it returns a
 * promise while something pends; bytes given meanwhile are kept, so stop giving until it resolves.
 *
 * The first failure is final: the alert goes out, `closed` tells the error, and nothing happens after.
 */
export class Connection {
  readonly role: 'client' | 'server'
  protected readonly parameters: CommonParameters
  readonly #events: ConnectionEvents
  readonly #reader: RecordReader
  readonly #writer: RecordWriter
  readonly #role: RoleOfConnection
  readonly #alertFor: CommonOptions['alertFor']
  #handshake: Handshake | undefined
  #driver: HandshakeDriver<Agreed> | undefined
  #answering: HandshakeDriver<PostHandshakeResult> | undefined
  #post: AfterHandshake | undefined
  #facts: ConnectionFacts | undefined
  #wasRenegotiated = false
  #failure: TlsError | undefined
  #started = false
  #closed = false
  #readEnded = false
  /** `closeWrite` was called. */
  #writeEnded = false
  /** Our close_notify went. */
  #saidClose = false
  #failing = false
  /** The transport ended while something pended. */
  #transportEnded = false
  /** Records are being taken: what is given from within a callback waits for its turn. */
  #pumping = false
  #pending: PromiseLike<void> | undefined
  /** Settles what `receive` answered while something pends. */
  #release: (() => void) | undefined
  /** The first ClientHello was sent, or came, perhaps to another connection. */
  #helloSeen: boolean
  #warnings = 0
  /** Bytes of data the peer takes in a record. */
  #peerLimit = maxFragmentLength
  #readEpoch: Epoch = 'plaintext'
  #writeEpoch: Epoch = 'plaintext'
  /** Our write keys are in use or being changed by an asynchronous provider: what is written meanwhile waits here. */
  #held: (() => void)[] | undefined
  /** Bytes of data that wait. */
  #heldLength = 0
  /** A trace is told something, perhaps in the middle of a record: what it writes waits in `#deferred`. */
  #tracing = false
  #deferred: (() => void)[] | undefined
  #guards = 0

  /** @internal use `clientConnection` or `serverConnection` */
  constructor(role: RoleOfConnection, parameters: CommonParameters, options: CommonOptions, events: ConnectionEvents) {
    this.role = role.name
    this.parameters =
      parameters.trace === undefined ? parameters : { ...parameters, trace: this.#guarded(parameters.trace) }
    this.#role = role
    this.#events = events
    this.#alertFor = options.alertFor
    this.#helloSeen = role.stateless(parameters)
    const traced = parameters.trace !== undefined
    this.#reader = new RecordReader({
      notTls: role.notTls,
      strictVersion: options.strictRecordVersion ?? false,
      onRecord: traced ? (info) => this.#traceRecord('received', info) : undefined,
    })
    const inside = new Connection.#Inside(this, options)
    this.#writer = new RecordWriter(inside)
    if (options.maxFragment !== undefined) this.#writer.fragmentLimit = options.maxFragment
    this.#handshake = new Handshake(role.name, this.parameters, inside)
    this.#driver = new HandshakeDriver(this.#handshake, role.program(this.#handshake))
  }

  get state(): 'handshaking' | 'connected' | 'closed' {
    if (this.#closed) return 'closed'
    return this.#facts === undefined ? 'handshaking' : 'connected'
  }

  /** What was negotiated, from `connected` on. */
  get facts(): ConnectionFacts | undefined {
    return this.#facts
  }

  /** Why the connection is closed; `undefined` while it is open and after an orderly end. */
  get failure(): TlsError | undefined {
    return this.#failure
  }

  /** The peer said close_notify: no more data comes. */
  get readEnded(): boolean {
    return this.#readEnded || this.#closed
  }

  /** We said close_notify: no more data can be sent. */
  get writeEnded(): boolean {
    return this.#writeEnded || this.#closed
  }

  /**
   * Bytes given to `receive` that are not worked off: the start of a record, and what an asynchronous provider has not
   * opened yet.
   */
  get pendingInput(): number {
    return this.#reader.buffered
  }

  /** Bytes given to `write` that an asynchronous provider has not sealed yet. */
  get pendingOutput(): number {
    return this.#writer.pending + this.#heldLength
  }

  /** A client says hello; a server gets ready. Once. */
  start(): void | PromiseLike<void> {
    if (this.#started || this.#closed) return
    this.#started = true
    if (this.role === 'client') this.#writer.recordVersion = 0x0301
    return this.#guard(() => {
      const pending = this.#stepped((this.#driver as HandshakeDriver<Agreed>).start())
      return pending === undefined ? this.#saidHello() : this.#suspend(pending.then(() => this.#saidHello()))
    })
  }

  #saidHello(): void {
    if (this.#closed) return
    this.#writer.flush()
    this.#writer.recordVersion = 0x0303
    this.#helloSeen ||= this.role === 'client'
  }

  /**
   * Bytes from the transport, in any pieces. They must stay unchanged until this returns, or until its promise is
   * settled; after the handshake a promise means that only with an asynchronous provider. Never throws: failures come as `closed`.
   *
   * @param forever the bytes stay unchanged, so that those that must wait need not be copied. Default false
   */
  receive(bytes: Uint8Array, forever = false): void | PromiseLike<void> {
    if (this.#closed || this.#readEnded) return
    if (!this.#started) void this.start()
    // Bytes that must wait are the connection's to keep: the caller may use its buffer again.
    const mustWait = this.#pending !== undefined || this.#pumping
    this.#reader.push(mustWait && !forever ? new Uint8Array(bytes) : bytes)
    if (mustWait) return this.#pending
    const pending = this.#guard(() => this.#pump())
    if (pending !== undefined && !forever && this.#facts !== undefined) this.#reader.keep()
    return pending
  }

  /** The transport will give no more. Without a close_notify before it somebody may have cut the connection short. */
  receiveEnd(): void {
    if (this.#closed || this.#readEnded) return
    if (this.#pending !== undefined) {
      this.#transportEnded = true
      return
    }
    const error =
      this.#facts === undefined
        ? new TlsError('ERR_TLS_HANDSHAKE_CLOSED', 'the peer closed the transport during the handshake')
        : new TlsError('ERR_TLS_TRUNCATED', 'the transport ended without close_notify')
    this.#end(error)
  }

  /**
   * Sends application data. With an asynchronous provider the bytes must stay unchanged until `pendingOutput` is 0.
   *
   * @throws TlsError `ERR_TLS_STATE` (internal_error) before `connected`, after `closeWrite` and after the end
   */
  write(bytes: Uint8Array): void {
    this.#sendData(bytes.length, () => this.#writer.applicationData(bytes))
  }

  /** The same for several arrays, as one output. */
  writeParts(parts: readonly Uint8Array[]): void {
    const length = parts.reduce((sum, part) => sum + part.length, 0)
    this.#sendData(length, () => this.#writer.applicationDataParts(parts))
  }

  /** Records hold at most so many bytes of data from now on, 64 to 16384, or fewer if the peer takes no more. */
  limitFragments(length: number): void {
    this.#writer.fragmentLimit = Math.min(length, this.#peerLimit)
  }

  /** close_notify: we send no more. The other direction goes on until the peer says the same. During the handshake: `abort`. */
  closeWrite(): void {
    if (this.#closed || this.#writeEnded) return
    if (this.#facts === undefined) return this.abort()
    this.#writeEnded = true
    this.#inOrder(() => {
      this.#sendAlert('warning', 'close_notify')
      this.#saidClose = true
      if (this.#readEnded) this.#end(undefined)
    })
  }

  /**
   * Ends both directions at once. The peer is told `error`'s alert; without an error, user_canceled and close_notify.
   */
  abort(error: TlsError = new TlsError('ERR_TLS_ABORTED', 'the connection was aborted')): void {
    this.#fail(error)
  }

  /**
   * Goes on under new write keys, and asks the peer to do the same if `requestPeer`. Happens by itself when a key has
   * protected as many records as it should.
   *
   * @throws TlsError `ERR_TLS_STATE` (internal_error) as `write`, and where TLS 1.2 was negotiated
   */
  updateKeys(requestPeer = false): void {
    const post = this.#checkWritable()
    if (this.#facts?.version !== 'TLSv1.3') throw new TlsError('ERR_TLS_STATE', 'TLS 1.2 has no KeyUpdate')
    this.#inOrder(() => this.#runWriting(post.updateWriteKeys(requestPeer)))
  }

  /**
   * TLS-Exporter. https://www.rfc-editor.org/rfc/rfc9846#section-7.5
   *
   * In TLS 1.2 no context (`undefined`) and an empty one are different (RFC 5705); in TLS 1.3 they are the same.
   *
   * @param length bytes
   * @throws TlsError `ERR_TLS_STATE` (internal_error) before `connected`, after the end, and in TLS 1.2 without
   *   extended_main_secret
   */
  exportKeyingMaterial(
    label: string,
    context: Uint8Array | undefined,
    length: number,
  ): Uint8Array | PromiseLike<Uint8Array> {
    if (this.#post === undefined || this.#closed) {
      throw new TlsError('ERR_TLS_STATE', 'keying material can be exported while connected')
    }
    return run(this.#post.export(label, context, length))
  }

  /**
   * What both sides of this very connection have and nobody else can make both have: `undefined` where this connection has
   * nothing of the kind.
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
  channelBinding(type: 'tls-exporter' | 'tls-unique'): ChannelBinding
  channelBinding(type: ChannelBindingType, signatureHash: SignatureHash): ChannelBinding
  channelBinding(type: ChannelBindingType, signatureHash?: SignatureHash): ChannelBinding {
    const facts = this.#facts
    if (facts === undefined)
      throw new TlsError('ERR_TLS_STATE', 'a connection has channel bindings when it is connected')
    if (type === 'tls-unique') return facts.tlsUnique
    if (type === 'tls-server-end-point') {
      const certificates = this.role === 'client' ? facts.peer?.certificates : facts.ownCertificates
      return serverEndPoint(this.parameters.crypto, certificates?.[0], signatureHash)
    }
    if (!facts.extendedMainSecret || this.#wasRenegotiated) return undefined
    return this.exportKeyingMaterial(exporterBinding.label, new Uint8Array(), exporterBinding.length)
  }

  /** @internal for what only one role has */
  protected get postHandshake(): AfterHandshake | undefined {
    return this.#post
  }

  /** @internal runs a program of what comes after the handshake as if a message had asked for it, but after what runs now */
  begin(programOf: (post: AfterHandshake) => Program<PostHandshakeResult>): void {
    const post = this.#checkWritable()
    const program = programOf(post)
    this.#inOrder(() => {
      this.#run(post, program)
      if (!this.#pumping && this.#pending === undefined) void this.#pump()
    })
  }

  /** @internal sends what a post-handshake action gave out */
  protected act(action: () => void): void {
    this.#inOrder(() => {
      action()
      this.#writer.flush()
    })
  }

  #sendData(length: number, send: () => void): void {
    const post = this.#checkWritable()
    if (this.#held === undefined && !this.#tracing) {
      this.#guard(() => this.#sendNow(post, send))
      return
    }
    this.#heldLength += length
    this.#inOrder(() => {
      this.#heldLength -= length
      this.#sendNow(post, send)
    })
  }

  #sendNow(post: AfterHandshake, send: () => void): void {
    if (post.keyUpdateDue || this.#writer.keyUpdateDue) this.#runWriting(post.updateWriteKeys(false))
    this.#inOrder(send)
  }

  #checkWritable(): AfterHandshake {
    if (this.#post === undefined || this.writeEnded) {
      throw new TlsError(
        'ERR_TLS_STATE',
        this.#post === undefined ? 'not connected yet' : 'the connection is closed for writing',
      )
    }
    return this.#post
  }

  /** Runs now, or after what uses the write keys or is being traced; never after the end. */
  #inOrder(action: () => void): void {
    if (this.#closed) return
    if (this.#held !== undefined) this.#held.push(action)
    else if (this.#tracing) (this.#deferred ??= []).push(action)
    else this.#guard(action)
  }

  /** Runs a program that uses or changes our write keys. What is written before it is done waits. */
  #runWriting(program: Program<void>): void {
    const held: (() => void)[] = []
    this.#held = held
    const goOn = (): void => {
      if (this.#closed) return
      this.#writer.flush()
      this.#held = undefined
      for (const action of held) this.#inOrder(action)
    }
    const done = run(program)
    if (!isPromiseLike(done)) return goOn()
    done.then(
      () => this.#guard(goOn),
      (error: unknown) => this.#fail(error),
    )
    if (!this.#closed) this.#writer.flush()
  }

  /** Takes records and messages until there are none, something pends, or the end. */
  #pump(): void | PromiseLike<void> {
    this.#pumping = true
    try {
      return this.#takeAll()
    } finally {
      this.#pumping = false
    }
  }

  #takeAll(): void | PromiseLike<void> {
    for (;;) {
      const pending = this.#advance()
      if (pending !== undefined) return this.#suspend(pending)
      if (this.#closed || this.#readEnded) return
      this.#setChangeCipherSpecRule()
      const record = this.#reader.next()
      if (record === undefined) {
        this.#writer.flush()
        return
      }
      if (isPromiseLike(record)) {
        return this.#suspend(record.then((opened) => (opened === undefined ? undefined : this.#take(opened))))
      }
      this.#take(record)
    }
  }

  /** Lets the programs have the handshake messages that are complete. */
  #advance(): PromiseLike<void> | undefined {
    while (!this.#closed) {
      if (this.#driver !== undefined) {
        const driver = this.#driver
        const pending = this.#stepped(driver.advance())
        if (pending !== undefined) return pending
        if (this.#driver !== undefined) return undefined
        continue
      }
      const post = this.#post
      if (post === undefined) return undefined
      const answering = this.#answering ?? this.#answer(post)
      if (answering === undefined) return undefined
      const step = answering.advance()
      if (step.kind === 'pending') return step.until
      if (step.kind !== 'done') return undefined
      this.#answering = undefined
      this.#report(step.value)
    }
    return undefined
  }

  /** A driver for the next message after the handshake, if there is one. */
  #answer(post: AfterHandshake): HandshakeDriver<PostHandshakeResult> | undefined {
    const { handshake, expected } = post
    if (handshake.assembler.buffered === 0) return undefined
    const message = nextExpected(handshake, expected)
    return message === undefined ? undefined : this.#run(post, post.handle(message))
  }

  #run(post: AfterHandshake, program: Program<PostHandshakeResult>): HandshakeDriver<PostHandshakeResult> {
    const answering = new HandshakeDriver(post.handshake, program)
    this.#answering = answering
    answering.start()
    if (post.renegotiating && this.#saidClose) {
      // Our part in it cannot be said any more.
      throw new TlsError('ERR_TLS_NO_RENEGOTIATION', 'the peer wants to renegotiate after our close_notify')
    }
    // Nothing may get between our ChangeCipherSpec and Finished.
    if (post.renegotiating) this.#held = []
    return answering
  }

  #report(result: PostHandshakeResult): void {
    if (result === undefined) return
    if (result.type === 'session') {
      this.#reportSession(result.session)
    } else if (result.type === 'renegotiated') {
      this.#renegotiated(factsOf(this.role, result.agreed))
    } else if (result.type === 'answer') {
      this.#inOrder(() => this.#runWriting(result.send))
    } else if (this.#facts !== undefined) {
      const peer = result.peer === undefined ? undefined : peerFactsOf(result.peer)
      const facts = { ...this.#facts, peer, clientSignatureScheme: result.peer?.scheme?.name }
      this.#facts = facts
      askNow('ERR_TLS_CALLBACK', 'authenticated', () => this.#events.authenticated?.(facts))
    }
  }

  #renegotiated(facts: ConnectionFacts): void {
    this.#facts = facts
    this.#wasRenegotiated = true
    this.#writer.flush()
    const held = this.#held ?? []
    this.#held = undefined
    for (const action of held) this.#inOrder(action)
    if (!this.#closed) askNow('ERR_TLS_CALLBACK', 'renegotiated', () => this.#events.renegotiated?.(facts))
  }

  #reportSession(session: Session): void {
    askNow('ERR_TLS_CALLBACK', 'session', () => this.#events.session?.(session))
  }

  #stepped(step: Step<Agreed>): PromiseLike<void> | undefined {
    if (this.#closed) return undefined
    if (step.kind === 'pending') return step.until
    if (step.kind === 'done') this.#connected(step.value)
    return undefined
  }

  #connected(connected: Agreed): void {
    const handshake = this.#handshake as Handshake
    this.#driver = undefined
    this.#handshake = undefined
    this.#post = this.#role.postHandshake(handshake, connected)
    const facts = factsOf(this.role, connected)
    this.#facts = facts
    this.#writer.flush()
    if (!this.#closed) askNow('ERR_TLS_CALLBACK', 'connected', () => this.#events.connected?.(facts))
    if (!this.#closed && connected.session !== undefined) this.#reportSession(connected.session)
  }

  #take({ type, content }: OpenedRecord): void {
    if (type === typeApplicationData) {
      this.#takeData(content)
    } else if (type === typeHandshake) {
      this.#warnings = 0
      const { assembler } = this.#current()
      assembler.push(content, true)
      this.#helloSeen = true
    } else if (type === typeAlert) {
      this.#takeAlert(content)
    } else if (type === typeChangeCipherSpec) {
      // Taken only where a program waits for it; what it then waits for is found by `advance`.
      if (this.#driver === undefined) this.#answering?.changeCipherSpec()
      else this.#stepped(this.#driver.changeCipherSpec())
    }
  }

  #takeData(content: Uint8Array): void {
    const post = this.#post
    if (post === undefined) {
      throw new TlsError('ERR_TLS_RECORD_UNEXPECTED', 'application data came during the handshake')
    }
    this.#refuseInterleaving(post.handshake, 'application data')
    // In a renegotiation the server may say what it has to say until it begins.
    if (this.#answering?.expected.includes('server_hello') === false) {
      // "the client's authentication messages … MUST appear consecutively on the wire"
      throw new TlsError(
        'ERR_TLS_RECORD_INTERLEAVED',
        'application data came in the middle of an authentication or a renegotiation',
      )
    }
    if (content.length === 0) return
    this.#warnings = 0
    post.sawApplicationData()
    askNow('ERR_TLS_CALLBACK', 'data', () => this.#events.data(content))
  }

  #takeAlert(content: Uint8Array): void {
    const { level, description } = decode(Alert, content, 'Alert')
    const name = typeof description === 'number' ? `alert ${description}` : description
    this.parameters.trace?.({ event: 'alert', direction: 'received', level, description: name })
    if (level === 'fatal' && description !== 'close_notify') {
      // Whatever it comes in the middle of will not go on.
      this.#end(new TlsError('ERR_TLS_PEER_ALERT', `the peer sent the fatal alert ${name}`, { received: name }))
      return
    }
    this.#refuseInterleaving(this.#current(), 'an alert')
    if (description === 'close_notify') return this.#takeCloseNotify()
    if (description === 'no_renegotiation' && this.#post?.awaitsRenegotiation === true) {
      throw new TlsError('ERR_TLS_NO_RENEGOTIATION', 'the peer does not renegotiate')
    }
    const tls13 = this.#current().version === 0x0304
    if (description !== 'user_canceled' && tls13 && this.#readEpoch !== 'plaintext') {
      throw new TlsError('ERR_TLS_ALERT_WARNING', `TLS 1.3 has no warning ${name}`, { received: name })
    }
    if (++this.#warnings > maxWarnings) {
      throw new TlsError('ERR_TLS_TOO_MANY_WARNING_ALERTS', `more than ${maxWarnings} warning alerts in a row`, {
        expected: { max: maxWarnings },
      })
    }
  }

  /** https://www.rfc-editor.org/rfc/rfc9846#section-6.1 */
  #takeCloseNotify(): void {
    if (this.#facts === undefined || this.#post?.renegotiating === true) {
      this.#end(new TlsError('ERR_TLS_HANDSHAKE_CLOSED', 'the peer closed the connection during the handshake'))
      return
    }
    this.#readEnded = true
    askNow('ERR_TLS_CALLBACK', 'end', () => this.#events.end?.())
    if (this.#saidClose && !this.#closed) this.#end(undefined)
  }

  /**
   * In TLS 1.2 a program waits for it. In TLS 1.3 ChangeCipherSpec records mean nothing, and may come between the first ClientHello and the peer's Finished, though not
   * in the middle of a message. https://www.rfc-editor.org/rfc/rfc9846#section-5
   */
  #setChangeCipherSpecRule(): void {
    if (this.#handshake?.version === 0x0303 || this.#facts?.version === 'TLSv1.2') {
      const due = (this.#driver ?? this.#answering)?.expected.includes('change_cipher_spec') === true
      this.#reader.changeCipherSpec = due ? 'take' : 'refuse'
      return
    }
    const during = this.#helloSeen && this.#readEpoch !== 'application' && this.#handshake?.assembler.buffered === 0
    this.#reader.changeCipherSpec = during ? 'drop' : 'refuse'
  }

  /** Where the messages of now are put together: of the handshake, or of what comes after it. */
  #current(): Handshake {
    const handshake = this.#post?.handshake ?? this.#handshake
    if (handshake === undefined) throw new TlsError('ERR_TLS_STATE', 'the connection is closed')
    return handshake
  }

  /** "Handshake messages MUST NOT be interleaved with other record types." https://www.rfc-editor.org/rfc/rfc9846#section-5.1 */
  #refuseInterleaving(handshake: Handshake, what: string): void {
    if (handshake.assembler.buffered > 0) {
      throw new TlsError('ERR_TLS_RECORD_INTERLEAVED', `${what} came in the middle of handshake messages`)
    }
  }

  /** Waits, then goes on. What came meanwhile is in the reader. One promise until nothing pends, however long that takes. */
  #suspend(until: PromiseLike<void>): PromiseLike<void> {
    if (!this.#closed) this.#writer.flush()
    // After an abort nobody needs to wait for an answer that may never come: then it is settled as well.
    this.#pending ??= new Promise<void>((resolve) => (this.#release = resolve))
    until.then(
      () => this.#resume(),
      (error: unknown) => {
        this.#fail(error)
        this.#settle()
      },
    )
    return this.#pending
  }

  #resume(): void {
    if (!this.#closed && this.#guard(() => this.#pump()) !== undefined) return
    this.#settle()
    if (this.#transportEnded) this.receiveEnd()
  }

  #settle(): void {
    const release = this.#release
    this.#pending = undefined
    this.#release = undefined
    release?.()
  }

  /** Whatever goes wrong in here becomes the connection's failure. */
  #guard<T>(action: () => T): T | undefined {
    this.#guards++
    try {
      return action()
    } catch (error) {
      this.#fail(error)
      return undefined
    } finally {
      if (--this.#guards === 0 && this.#deferred !== undefined) this.#runDeferred(this.#deferred)
    }
  }

  #runDeferred(actions: readonly (() => void)[]): void {
    this.#deferred = undefined
    for (const action of actions) this.#inOrder(action)
  }

  #fail(cause: unknown): void {
    if (this.#closed || this.#failing) return
    this.#failing = true
    const error =
      cause instanceof TlsError
        ? cause
        : new TlsError('ERR_TLS_INTERNAL', 'an exception inside the connection', { cause })
    // Between two write keys there is none that the peer could read an alert with; in a renegotiation there always is.
    const readable = this.#held === undefined || this.#post?.renegotiating === true
    if (!this.#saidClose && readable) this.#tell(error)
    this.#end(error)
  }

  /** Sends the error's alert, if it has one and the writer still works. */
  #tell(error: TlsError): void {
    const alert = this.#alertFor?.(error) ?? error.alert
    if (alert === undefined) return
    try {
      if (alert === 'user_canceled') {
        // "This alert SHOULD be followed by a close_notify." https://www.rfc-editor.org/rfc/rfc9846#section-6.1
        if (this.#facts === undefined) this.#sendAlert('warning', 'user_canceled')
        this.#sendAlert('warning', 'close_notify')
      } else {
        this.#sendAlert('fatal', alert)
      }
    } catch (failure) {
      // The writer is what failed: there is no way left to tell the peer. The first error stays the connection's.
      this.parameters.trace?.({ event: 'failure', code: error.code, alert: undefined, message: String(failure) })
    }
  }

  #sendAlert(level: 'warning' | 'fatal', description: keyof typeof AlertDescription.ids): void {
    this.parameters.trace?.({ event: 'alert', direction: 'sent', level, description })
    this.#writer.alert(level === 'warning' ? 1 : 2, AlertDescription.ids[description])
  }

  /** The end, told once, when everything given out before is out. Secrets are wiped. */
  #end(error: TlsError | undefined): void {
    if (this.#closed) return
    this.#closed = true
    this.#failure = error
    this.#held = undefined
    this.#heldLength = 0
    if (error !== undefined) {
      const { code, alert, message } = error
      this.parameters.trace?.({ event: 'failure', code, alert, message })
    }
    this.#driver?.abort()
    this.#answering?.abort()
    this.#driver = undefined
    this.#answering = undefined
    this.#handshake = undefined
    this.#post?.dispose()
    this.#reader.dispose()
    this.#release?.()
    const idle = this.#writer.idle()
    if (isPromiseLike(idle)) idle.then(() => this.#told(error))
    else this.#told(error)
  }

  #told(error: TlsError | undefined): void {
    this.#writer.dispose()
    this.#events.closed(error)
  }

  /** A trace that throws ends the connection and is told nothing more; once that is over it changes nothing. */
  #guarded(trace: Trace): Trace {
    let broken = false
    return (event) => {
      if (broken) return
      const within = this.#tracing
      this.#tracing = true
      try {
        askNow('ERR_TLS_CALLBACK', 'trace', () => trace(event))
      } catch (cause) {
        broken = true
        if (!this.#closed) throw cause
      } finally {
        this.#tracing = within
      }
    }
  }

  /** What the handshake and the writer call. One object with methods: closures would be most of an idle connection. */
  static readonly #Inside = class implements HandshakeCarrier, RecordWriterOptions {
    readonly allocate: RecordWriterOptions['allocate']
    readonly padding: RecordWriterOptions['padding']
    readonly onRecord: RecordWriterOptions['onRecord']
    readonly #of: Connection

    constructor(of: Connection, { allocate, padding }: CommonOptions) {
      this.#of = of
      this.allocate = allocate
      this.padding = padding
      this.onRecord = of.parameters.trace && ((info) => of.#traceRecord('sent', info))
    }

    output(bytes: Uint8Array): void {
      const events = this.#of.#events
      this.#of.#guard(() => askNow('ERR_TLS_CALLBACK', 'output', () => events.output(bytes)))
    }

    failed(error: unknown): void {
      this.#of.#fail(error)
    }

    send(message: Uint8Array): void {
      // "Each party MUST send a close_notify alert before closing its write side" and nothing after it.
      if (!this.#of.#saidClose && !this.#of.#closed) this.#of.#writer.handshake(message)
    }

    changeCipherSpec(): void {
      if (!this.#of.#closed) this.#of.#writer.changeCipherSpec()
    }

    installKeys(direction: Direction, epoch: Epoch, suite: CipherSuite, secret: Secret): void | PromiseLike<void> {
      return this.#of.#installKeys(direction, epoch, suite, secret)
    }

    protect(direction: Direction, protection: RecordProtection): void {
      this.#of.#protect(direction, protection as Protection)
    }

    earlyDataDeclined(): void {
      this.#of.#reader.skipEarlyData()
    }

    // The type byte counts in TLS 1.3. https://www.rfc-editor.org/rfc/rfc8449#section-4
    peerRecordSizeLimit(limit: number): void {
      const of = this.#of
      of.#peerLimit = Math.min(limit - 1, maxFragmentLength)
      of.limitFragments(of.#writer.fragmentLimit)
    }

    ownRecordSizeLimit(limit: number): void {
      this.#of.#reader.limit = Math.min(limit - 1, maxFragmentLength)
    }
  }

  #installKeys(direction: Direction, epoch: Epoch, suite: CipherSuite, secret: Secret): void | PromiseLike<void> {
    const { trafficKey } = this.#role
    if (trafficKey === undefined) throw new TlsError('ERR_TLS_STATE', 'this connection has no TLS 1.3')
    const key = run(trafficKey(this.parameters.crypto, suite, secret))
    const install = (ready: Awaited<typeof key>): void => {
      if (this.#closed) {
        ready.aead.dispose()
        ready.iv.fill(0)
      } else if (direction === 'sent') {
        this.#writer.setKey(ready)
        this.#writeEpoch = epoch
      } else {
        this.#reader.setKey(ready)
        this.#readEpoch = epoch
      }
    }
    return isPromiseLike(key) ? key.then(install) : install(key)
  }

  #protect(direction: Direction, protection: Protection): void {
    if (this.#closed) {
      protection.retire()
    } else if (direction === 'sent') {
      this.#writer.setKey(protection)
      this.#writeEpoch = 'application'
    } else {
      this.#reader.setKey(protection)
      this.#readEpoch = 'application'
    }
  }

  #traceRecord(direction: Direction, info: RecordTraceInfo): void {
    this.parameters.trace?.({
      event: 'record',
      direction,
      epoch: info.sequence === undefined ? 'plaintext' : direction === 'sent' ? this.#writeEpoch : this.#readEpoch,
      contentType: info.type,
      length: info.contentLength,
      wireLength: info.length,
    })
  }
}

/** May answer later, as the provider does. */
type ChannelBinding = Uint8Array | PromiseLike<Uint8Array> | undefined

/** What makes a connection a client's or a server's: one object for all of them. */
export interface RoleOfConnection {
  readonly name: 'client' | 'server'
  /** Whether another connection may have sent the HelloRetryRequest that the first ClientHello of this one answers. */
  stateless(parameters: CommonParameters): boolean
  /** As the option of `RecordReader`. */
  readonly notTls?: RecordReaderOptions['notTls']
  program(handshake: Handshake): Program<Agreed>
  postHandshake(handshake: Handshake, connected: Agreed): AfterHandshake
  /** TLS 1.3: the record key of a traffic secret. */
  readonly trafficKey?: (crypto: CryptoProvider, suite: CipherSuite, secret: Secret) => Program<RecordKey>
}

/** BoringSSL's limit: the 5th is fatal. */
const maxWarnings = 4
