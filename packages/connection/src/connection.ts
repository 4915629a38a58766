import { isPromiseLike } from '@typetls/crypto-provider'
import type { AfterHandshake, Agreed, CommonParameters, PostHandshakeResult, Program } from '@typetls/handshake'
import { Handshake, HandshakeDriver, askNow, nextExpected, run } from '@typetls/handshake'
import type { OpenedRecord } from '@typetls/record'
import { typeAlert, typeApplicationData, typeChangeCipherSpec, typeHandshake } from '@typetls/record'
import { Alert, AlertDescription, TlsError, decode } from '@typetls/wire'
import { ApplicationCalls } from './application-calls.ts'
import type { ConnectionEvents } from './events.ts'
import type { ConnectionFacts } from './facts.ts'
import { factsOf } from './facts.ts'
import type { CommonOptions } from './options.ts'
import { RecordCarrier } from './record-carrier.ts'
import type { RoleOfConnection } from './role.ts'
import type { ConnectionTrace, Tracing } from './tracing.ts'

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
  /** @internal */
  readonly parameters: CommonParameters
  /** @internal */
  readonly calls: ApplicationCalls = new ApplicationCalls(this)
  /** @internal */
  readonly records: RecordCarrier
  readonly #events: ConnectionEvents
  readonly #role: RoleOfConnection
  readonly #tracing: Tracing | undefined
  readonly #alertFor: CommonOptions['alertFor']
  /** Until it is done. */
  #handshake: Handshake | undefined
  /** Of the handshake, then of the answer to what comes after it. */
  #driver: HandshakeDriver<Agreed | PostHandshakeResult> | undefined
  /** Of all messages, however many handshakes there are. */
  readonly #assembler: Handshake['assembler']
  #post: AfterHandshake | undefined
  #facts: ConnectionFacts | undefined
  #failure: TlsError | undefined
  #started = false
  #closed = false
  #readEnded = false
  /** `closeWrite` was called. */
  #writeEnded = false
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
  /** Between two write keys there is none that the peer could read an alert with. */
  #changingWriteKeys = false
  #guards = 0

  /** @internal use `clientConnection` or `serverConnection` */
  constructor(
    role: RoleOfConnection,
    parameters: CommonParameters,
    options: Omit<CommonOptions, 'trace'>,
    events: ConnectionEvents,
    trace: ConnectionTrace | undefined,
  ) {
    const tracing = trace?.of(this, options.keyLog)
    this.role = role.name
    this.parameters = tracing === undefined ? parameters : { ...parameters, observer: tracing }
    this.#role = role
    this.#events = events
    this.#tracing = tracing
    this.#alertFor = options.alertFor
    this.#helloSeen = role.stateless?.(parameters) === true
    this.records = new RecordCarrier(this, role, options, events, tracing)
    this.#handshake = new Handshake(role.name, this.parameters, this.records)
    this.#assembler = this.#handshake.assembler
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
    return this.records.reader.buffered
  }

  /** Bytes given to `write` that an asynchronous provider has not sealed yet. */
  get pendingOutput(): number {
    return this.records.writer.pending + this.calls.length
  }

  /** A client says hello; a server gets ready. Once. */
  start(): void | PromiseLike<void> {
    if (this.#started || this.#closed) return
    this.#started = true
    // That of a first ClientHello.
    this.records.writer.recordVersion = 0x0301
    return this.guard(() => {
      this.#driver?.start()
      const pending = this.#advance()
      return pending === undefined ? this.#saidHello() : this.#suspend(pending.then(() => this.#saidHello()))
    })
  }

  #saidHello(): void {
    if (this.#closed) return
    const { writer } = this.records
    writer.flush()
    writer.recordVersion = 0x0303
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
    this.records.reader.push(mustWait && !forever ? new Uint8Array(bytes) : bytes)
    if (mustWait) return this.#pending
    const pending = this.guard(() => this.#pump())
    if (pending !== undefined && !forever && this.#facts !== undefined) this.records.reader.keep()
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
        ? closedInHandshake()
        : new TlsError('ERR_TLS_TRUNCATED', 'the transport ended without close_notify')
    this.#end(error)
  }

  /**
   * Sends application data. With an asynchronous provider the bytes must stay unchanged until `pendingOutput` is 0.
   *
   * @throws TlsError `ERR_TLS_STATE` (internal_error) before `connected`, after `closeWrite` and after the end
   */
  write(bytes: Uint8Array): void {
    this.#sendData(bytes.length, () => this.records.writer.applicationData(bytes))
  }

  /** The same for several arrays, as one output. */
  writeParts(parts: readonly Uint8Array[]): void {
    const length = parts.reduce((sum, part) => sum + part.length, 0)
    this.#sendData(length, () => this.records.writer.applicationDataParts(parts))
  }

  /** Records hold at most so many bytes of data from now on, 64 to 16384, or fewer if the peer takes no more. */
  limitFragments(length: number): void {
    this.records.limitFragments(length)
  }

  /** close_notify: we send no more. The other direction goes on until the peer says the same. During the handshake: `abort`. */
  closeWrite(): void {
    if (this.#closed || this.#writeEnded) return
    if (this.#facts === undefined) return this.abort()
    this.#writeEnded = true
    this.calls.do(() => {
      this.#sendAlert('warning', 'close_notify')
      this.records.silent = true
      if (this.#readEnded) this.#end(undefined)
    })
  }

  /**
   * Ends both directions at once. The peer is told `error`'s alert; without an error, user_canceled and close_notify.
   */
  abort(error: TlsError = new TlsError('ERR_TLS_ABORTED')): void {
    this.fail(error)
  }

  /**
   * Goes on under new write keys, and asks the peer to do the same if `requestPeer`. Happens by itself when a key has
   * protected as many records as it should.
   *
   * @throws TlsError `ERR_TLS_STATE` (internal_error) as `write`, and where TLS 1.2 was negotiated
   */
  updateKeys(requestPeer = false): void {
    const program = this.#whenOpen(this.writeEnded).updateWriteKeys(requestPeer)
    this.calls.do(() => this.runWriting(program))
  }

  // For the other files of this package

  /** @internal */
  get postHandshake(): AfterHandshake | undefined {
    return this.#post
  }

  /** @internal */
  setFacts(facts: ConnectionFacts): void {
    this.#facts = facts
    this.records.writer.flush()
  }

  /** @internal tells one of the events, but for `output`, `data` and `closed` */
  emit<Name extends keyof ConnectionEvents>(
    name: Name,
    what?: Parameters<NonNullable<ConnectionEvents[Name]>>[0],
  ): void {
    if (this.#closed) return
    askNow('ERR_TLS_CALLBACK', name, () => (this.#events[name] as ((what: unknown) => void) | undefined)?.(what))
  }

  /** @internal runs a program of what comes after the handshake; `receive` goes on with it */
  run(program: Program<PostHandshakeResult>): HandshakeDriver<PostHandshakeResult> {
    const post = this.#post as AfterHandshake
    const driver = new HandshakeDriver(post.handshake, program)
    this.#driver = driver
    driver.start()
    this.#role.answering?.(this, post)
    return driver
  }

  /** @internal runs a program that uses or changes our write keys. What is written before it is done waits. */
  runWriting(program: Program<void>): void {
    const { writer } = this.records
    this.calls.hold()
    this.#changingWriteKeys = true
    const goOn = (): void => {
      if (this.#closed) return
      writer.flush()
      this.#changingWriteKeys = false
      this.calls.release()
    }
    const done = run(program)
    if (!isPromiseLike(done)) return goOn()
    done.then(
      () => this.guard(goOn),
      (error: unknown) => this.fail(error),
    )
    if (!this.#closed) writer.flush()
  }

  /** @internal whatever goes wrong in here becomes the connection's failure */
  guard<T>(action: () => T): T | undefined {
    this.#guards++
    try {
      return action()
    } catch (error) {
      this.fail(error)
      return undefined
    } finally {
      if (--this.#guards === 0) this.calls.proceed()
    }
  }

  /** @internal */
  fail(cause: unknown): void {
    if (this.#closed || this.#failing) return
    this.#failing = true
    const error =
      cause instanceof TlsError
        ? cause
        : new TlsError('ERR_TLS_INTERNAL', 'an exception inside the connection', { cause })
    if (!this.records.silent && !this.#changingWriteKeys) this.#tell(error)
    this.#end(error)
  }

  #sendData(length: number, send: () => void): void {
    const post = this.#whenOpen(this.writeEnded)
    this.calls.do(() => {
      if (post.keyUpdateDue || this.records.writer.keyUpdateDue) this.runWriting(post.updateWriteKeys(false))
      this.calls.do(send)
    }, length)
  }

  #whenOpen(over: boolean): AfterHandshake {
    if (this.#post === undefined || over) {
      throw new TlsError('ERR_TLS_STATE', `the connection is ${over ? 'closed' : 'not open yet'}`)
    }
    return this.#post
  }

  // Programs and records

  /** Takes records and messages until there are none, something pends, or the end. */
  #pump(): void | PromiseLike<void> {
    const { reader, writer } = this.records
    this.#pumping = true
    try {
      for (;;) {
        const pending = this.#advance()
        if (pending !== undefined) return this.#suspend(pending)
        if (this.#closed || this.#readEnded) return
        reader.changeCipherSpec = this.#changeCipherSpecRule()
        const record = reader.next()
        if (record === undefined) return writer.flush()
        if (isPromiseLike(record)) {
          // It may be over by then.
          const taken = record.then((opened) => void (this.#closed || opened === undefined || this.#take(opened)))
          return this.#suspend(taken)
        }
        this.#take(record)
      }
    } finally {
      this.#pumping = false
    }
  }

  /** Lets the programs have the handshake messages that are complete. */
  #advance(): PromiseLike<void> | undefined {
    while (!this.#closed) {
      const step = (this.#driver ?? this.#answer())?.advance()
      if (step?.kind === 'pending') return step.until
      if (step?.kind !== 'done') return undefined
      this.#driver = undefined
      if (this.#handshake !== undefined) this.#connected(this.#handshake, step.value as Agreed)
      else if (step.value !== undefined) this.#role.report?.(this, step.value as PostHandshakeResult & {})
    }
    return undefined
  }

  #connected(handshake: Handshake, agreed: Agreed): void {
    this.#handshake = undefined
    this.#post = this.#role.postHandshake(handshake, agreed)
    const facts = factsOf(this.role, agreed)
    this.setFacts(facts)
    this.emit('connected', facts)
    if (agreed.session !== undefined) this.emit('session', agreed.session)
  }

  /** A driver for the next message after the handshake, if there is one. */
  #answer(): HandshakeDriver<PostHandshakeResult> | undefined {
    const post = this.#post as AfterHandshake
    const message = nextExpected(post.handshake, post.expected)
    return message && this.run(post.handle(message))
  }

  #take({ type, content }: OpenedRecord): void {
    if (type === typeApplicationData) {
      this.#takeData(content)
    } else if (type === typeHandshake) {
      this.#warnings = 0
      this.#assembler.push(content, true)
      this.#helloSeen = true
    } else if (type === typeAlert) {
      this.#takeAlert(content)
    } else if (type === typeChangeCipherSpec) {
      // Taken only where a program waits for it; what it then waits for is found by `advance`.
      this.#driver?.changeCipherSpec()
    }
  }

  #takeData(content: Uint8Array): void {
    const post = this.#post
    if (post === undefined) {
      throw new TlsError('ERR_TLS_RECORD_UNEXPECTED', 'application data came during the handshake')
    }
    // "the client's authentication messages … MUST appear consecutively on the wire". In a renegotiation the server may say
    // what it has to say until it begins.
    this.#refuseInterleaving('application data', this.#driver?.expected.includes('server_hello') === false)
    if (content.length === 0) return
    this.#warnings = 0
    post.sawApplicationData()
    askNow('ERR_TLS_CALLBACK', 'data', () => this.#events.data(content))
  }

  /** "Handshake messages MUST NOT be interleaved with other record types." https://www.rfc-editor.org/rfc/rfc9846#section-5.1 */
  #refuseInterleaving(what: string, within = false): void {
    if (within || this.#assembler.buffered > 0) {
      throw new TlsError('ERR_TLS_RECORD_INTERLEAVED', `${what} came in the middle of handshake messages`)
    }
  }

  /**
   * In TLS 1.2 a program waits for it. In TLS 1.3 ChangeCipherSpec records mean nothing, and may come between the first
   * ClientHello and the peer's Finished, though not in the middle of a message.
   * https://www.rfc-editor.org/rfc/rfc9846#section-5
   */
  #changeCipherSpecRule(): 'take' | 'drop' | 'refuse' {
    if (this.#driver?.expected.includes('change_cipher_spec') === true) return 'take'
    const during = this.#helloSeen && this.#handshake?.version === 0x0304 && this.#assembler.buffered === 0
    return during ? 'drop' : 'refuse'
  }

  /** Waits, then goes on. What came meanwhile is in the reader. One promise until nothing pends, however long that takes. */
  #suspend(until: PromiseLike<void>): PromiseLike<void> {
    if (!this.#closed) this.records.writer.flush()
    // After an abort nobody needs to wait for an answer that may never come: then it is settled as well.
    this.#pending ??= new Promise<void>((resolve) => (this.#release = resolve))
    until.then(
      () => this.#resume(),
      (error: unknown) => {
        this.fail(error)
        this.#resume()
      },
    )
    return this.#pending
  }

  #resume(): void {
    if (!this.#closed && this.guard(() => this.#pump()) !== undefined) return
    this.#release?.()
    this.#pending = undefined
    this.#release = undefined
    if (this.#transportEnded) this.receiveEnd()
  }

  // Alerts and the end

  /** https://www.rfc-editor.org/rfc/rfc9846#section-6 */
  #takeAlert(content: Uint8Array): void {
    const { level, description } = decode(Alert, content, 'Alert')
    const name = typeof description === 'number' ? `alert ${description}` : description
    this.#tracing?.alert('received', level, name)
    if (level === 'fatal' && description !== 'close_notify') {
      // Whatever it comes in the middle of will not go on, and nothing is said any more, whatever `alertFor` says.
      return this.#end(new TlsError('ERR_TLS_PEER_ALERT', `the peer sent the fatal alert ${name}`, { received: name }))
    }
    this.#refuseInterleaving('an alert')
    if (this.#post !== undefined) this.#role.warned?.(this.#post, description)
    if (description === 'close_notify') return this.#takeCloseNotify()
    if (description !== 'user_canceled' && this.records.tls13Keys) {
      throw new TlsError('ERR_TLS_ALERT_WARNING', `TLS 1.3 has no warning ${name}`, { received: name })
    }
    if (++this.#warnings > maxWarnings) {
      throw new TlsError('ERR_TLS_TOO_MANY_WARNING_ALERTS', undefined, { expected: { max: maxWarnings } })
    }
  }

  #takeCloseNotify(): void {
    if (this.#facts === undefined) throw closedInHandshake()
    this.#readEnded = true
    this.emit('end')
    if (this.records.silent) this.#end(undefined)
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
      this.#tracing?.failure({ code: error.code, alert: undefined, message: String(failure) })
    }
  }

  #sendAlert(level: 'warning' | 'fatal', description: keyof typeof AlertDescription.ids): void {
    this.#tracing?.alert('sent', level, description)
    this.records.writer.alert(level === 'warning' ? 1 : 2, AlertDescription.ids[description])
  }

  /** The end, told once, when everything given out before is out. Secrets are wiped. */
  #end(error: TlsError | undefined): void {
    if (this.#closed) return
    this.#closed = true
    this.#failure = error
    if (error !== undefined) this.#tracing?.failure(error)
    const { reader, writer } = this.records
    this.records.silent = true
    this.calls.drop()
    this.#driver?.abort()
    this.#driver = undefined
    this.#handshake = undefined
    this.#post?.dispose()
    reader.dispose()
    this.#release?.()
    const told = (): void => {
      writer.dispose()
      this.#events.closed(error)
    }
    const idle = writer.idle()
    if (isPromiseLike(idle)) idle.then(told)
    else told()
  }
}

function closedInHandshake(): TlsError {
  return new TlsError('ERR_TLS_HANDSHAKE_CLOSED', 'the peer closed the connection during the handshake')
}

/** BoringSSL's limit: the 5th is fatal. */
const maxWarnings = 4
