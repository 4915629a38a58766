import net from 'node:net'
import type { Duplex } from 'node:stream'
import type { Connection, ConnectionEvents, ConnectionFacts, Session } from '@typetls/connection'
import { isPromiseLike } from '@typetls/crypto-provider'
import { TlsError } from '@typetls/wire'
import { joinLength, sliceLength } from '../defaults.ts'
import { destroyLater, linger } from './linger.ts'
import { isReusable, reuseOutput } from './output-arrays.ts'
import type { TransportListener } from './transport-listener.ts'
import { hear, hearData, hearNoMore } from './transport-listener.ts'

/**
 * What a link tells the socket on top of it: one object for all sockets. Never called from within the connection, so
 * it may throw.
 */
export interface LinkHandlers<Owner> {
  /** False: enough for now, `resume()` will follow. */
  data(owner: Owner, bytes: Uint8Array): boolean
  connected(owner: Owner, facts: ConnectionFacts): void
  session(owner: Owner, session: Session): void
  authenticated(owner: Owner, facts: ConnectionFacts): void
  renegotiated(owner: Owner, facts: ConnectionFacts): void
  /** The peer's close_notify. */
  end(owner: Owner): void
  /** The connection failed, or the transport did. */
  failed(owner: Owner, error: Error): void
  /** The transport is gone; if that was a failure, it has been told. */
  closed(owner: Owner): void
  /** A part of a large write was flushed. */
  progress(owner: Owner): void
}

export type WriteCallback = (error?: Error | null) => void

/**
 * A connection on a transport: carries bytes between a sans-IO `Connection` and any Duplex, with backpressure both
 * ways. There is one per socket and it lives as long, so it has methods and no closures, and no buffer of its own.
 */
export class Link<Owner = unknown> implements ConnectionEvents, TransportListener {
  readonly stream: Duplex
  readonly #owner: Owner
  readonly #handlers: LinkHandlers<Owner>
  #connection: Connection | undefined
  /** How deep we are in calls that may make output: it is held until the outermost returns, and goes out in one write. */
  #depth = 0
  #held: Uint8Array | undefined
  #heldCallback: WriteCallback | undefined
  /** Of a write whose output an asynchronous provider still owes us. */
  #laterCallback: WriteCallback | undefined
  /** Waits for the end of the transport's writing side, which follows close_notify. */
  #finishCallback: WriteCallback | undefined
  #corked = false
  /** What the connection told us and the owner does not know yet. */
  #news: News[] | undefined
  #scheduled = false
  /** Why reading is paused: bits. */
  #paused = 0
  #answersAtOnce = false
  /** What a TCP socket or pipe has flushed is the kernel's; another stream may have passed it on as it is. */
  readonly #flushesToSystem: boolean
  #ended = false
  /** The connection's last event came. */
  #over = false
  #released = false
  /** Released, but for an alert that an asynchronous provider has not sealed yet. */
  #owesAlert = false

  constructor(stream: Duplex, owner: Owner, handlers: LinkHandlers<Owner>) {
    this.stream = stream
    this.#owner = owner
    this.#handlers = handlers
    this.#flushesToSystem = Object.getPrototypeOf(stream) === net.Socket.prototype
    // When the TLS socket's writing side ends is for its own options to say, not for a FIN from the peer.
    stream.allowHalfOpen = true
    hear(stream, this)
  }

  get owner(): Owner {
    return this.#owner
  }

  get connection(): Connection | undefined {
    return this.#connection
  }

  get takesData(): boolean {
    return this.#connection !== undefined
  }

  /** A session that comes with the news of the handshake: TLS 1.2 has it by then. */
  get nextSession(): Session | undefined {
    const next = this.#news?.[0]
    return next !== undefined && 'session' in next ? next.session : undefined
  }

  /**
   * Starts to carry. The connection was made with this link as its events.
   *
   * @param answersAtOnce after the handshake `receive` never returns a promise
   */
  start(connection: Connection, answersAtOnce: boolean): void {
    const { stream } = this
    this.#connection = connection
    this.#answersAtOnce = answersAtOnce
    hearData(stream)
    if (this.#paused === 0) stream.resume()
    this.#depth++
    connection.start()
    if (stream.readableEnded) connection.receiveEnd()
    this.#deliver()
  }

  /** `callback` is called when the transport has flushed all of it. */
  write(bytes: Uint8Array, callback: WriteCallback): void {
    if (bytes.length > sliceLength) this.#writeSlices([bytes], callback)
    else this.#write(bytes, undefined, callback)
  }

  /** As `write`, for `length` bytes in parts; they share records. */
  writeParts(parts: readonly Uint8Array[], length: number, callback: WriteCallback): void {
    if (length > sliceLength) this.#writeSlices(parts, callback)
    else this.#write(undefined, parts, callback)
  }

  /** Sends close_notify and ends the transport's writing side. Reading goes on. */
  finish(callback: WriteCallback): void {
    const { stream } = this
    const connection = this.#connection
    if (connection === undefined || stream.destroyed || connection.writeEnded) return callback()
    this.#finishCallback = callback
    this.#depth++
    connection.closeWrite()
    this.#leave()
  }

  /** The owner can take more. */
  resume(): void {
    if (this.#paused !== 0) this.#resume(forBackpressure)
  }

  /**
   * Lets go of the transport; a peer that is still there and does not know why is told. The owner hears no more.
   *
   * @param allSent whether the transport has flushed all that was written: close_notify says nothing else
   */
  release(error: Error | null, allSent: boolean): void {
    if (this.#released) return
    this.#released = true
    this.#news = undefined
    const { stream } = this
    const connection = this.#connection
    const ours = error instanceof TlsError ? error : undefined
    if (!stream.destroyed && connection !== undefined) {
      if (ours !== undefined || connection.state === 'handshaking') connection.abort(ours)
      else if (error === null && allSent) connection.closeWrite()
    }
    const waiting = this.#laterCallback ?? this.#finishCallback
    this.#laterCallback = undefined
    this.#finishCallback = undefined
    waiting?.(error ?? new TlsError('ERR_TLS_CLOSED', 'the socket was destroyed before this was sent'))
    // Also from within a call that would do it later: after this the transport ends.
    this.#flush()
    hearNoMore(stream)
    if (error === null && stream.writableFinished && connection?.readEnded === false) {
      // We are through, the peer is not: tickets of its own that we leave unread would reset what it has yet to read.
      this.#linger(false)
    } else if (connection?.failure?.alert === undefined) {
      stream.destroy()
    } else if (this.#over) {
      this.#linger(true)
    } else {
      this.#owesAlert = true
      destroyLater(stream)
    }
  }

  /** The answer of an action that must come after the owner was told all that came so far. */
  afterNews<T>(action: () => T | PromiseLike<T>): T | PromiseLike<T> {
    return this.#news === undefined ? action() : new Promise<void>(process.nextTick).then(action)
  }

  // What the transport says

  transportData(bytes: Uint8Array): void {
    if (this.#connection === undefined) return
    this.#depth++
    const pending = this.#connection.receive(bytes)
    if (isPromiseLike(pending)) this.#wait(pending)
    this.#deliver()
  }

  transportLends(bytes: Uint8Array): boolean {
    this.transportData(this.#keepsNothing() ? bytes : bytes.slice())
    return this.#paused === 0
  }

  transportEnded(): void {
    if (this.#ended || this.#connection === undefined) return
    this.#ended = true
    this.#depth++
    this.#connection.receiveEnd()
    this.#deliver()
  }

  transportFailed(error: Error): void {
    if (!this.#orderly) this.#handlers.failed(this.#owner, error)
  }

  transportClosed(): void {
    this.transportEnded()
    if (!this.#released && !this.#orderly) this.#handlers.closed(this.#owner)
  }

  // What the connection says

  output(bytes: Uint8Array): void {
    const held = this.#held
    if (held === undefined) {
      this.#held = bytes
    } else if (this.#heldCallback === undefined && held.length + bytes.length <= joinLength) {
      this.#held = joined(held, bytes)
    } else {
      this.#writeHeld(true)
      this.#held = bytes
    }
    if (this.#laterCallback !== undefined && this.#connection?.pendingOutput === 0) {
      this.#heldCallback = this.#laterCallback
      this.#laterCallback = undefined
    }
    if (this.#depth === 0) this.#flush()
  }

  data(bytes: Uint8Array): void {
    this.#tell(bytes)
  }

  connected(facts: ConnectionFacts): void {
    this.#tell({ news: 'connected', facts })
  }

  session(session: Session): void {
    this.#tell({ news: 'session', session })
  }

  authenticated(facts: ConnectionFacts): void {
    this.#tell({ news: 'authenticated', facts })
  }

  renegotiated(facts: ConnectionFacts): void {
    this.#tell({ news: 'renegotiated', facts })
  }

  end(): void {
    this.#tell(endNews)
  }

  closed(error: TlsError | undefined): void {
    this.#over = true
    if (this.#owesAlert) this.#linger(true)
    else if (error !== undefined) this.#tell({ news: 'failed', error })
  }

  #write(bytes: Uint8Array | undefined, parts: readonly Uint8Array[] | undefined, callback: WriteCallback): void {
    const connection = this.#connection as Connection
    const before = this.#held
    this.#depth++
    try {
      if (bytes !== undefined) connection.write(bytes)
      else connection.writeParts(parts as readonly Uint8Array[])
    } catch (error) {
      this.#leave()
      callback(error as Error)
      return
    }
    if (this.#held !== undefined && this.#held !== before) this.#heldCallback = callback
    else if (connection.pendingOutput > 0) this.#laterCallback = callback
    else process.nextTick(callback)
    this.#leave()
  }

  #writeSlices(parts: readonly Uint8Array[], callback: WriteCallback): void {
    let index = 0
    let offset = 0
    const next: WriteCallback = (error) => {
      this.#handlers.progress(this.#owner)
      const slice: Uint8Array[] = []
      let length = 0
      while (length < sliceLength && index < parts.length) {
        const part = parts[index] as Uint8Array
        const piece = part.subarray(offset, offset + sliceLength - length)
        slice.push(piece)
        length += piece.length
        offset += piece.length
        if (offset === part.length) {
          index++
          offset = 0
        }
      }
      if (error != null || length === 0) callback(error)
      else this.#write(undefined, slice, next)
    }
    next()
  }

  /** When the outermost call is over, its output goes out. */
  #leave(): void {
    if (--this.#depth === 0) this.#flush()
  }

  #flush(): void {
    if (this.#held !== undefined) this.#writeHeld(false)
    if (this.#corked) {
      this.#corked = false
      this.stream.uncork()
    }
    const connection = this.#connection
    const callback = this.#finishCallback
    if (callback === undefined || connection?.writeEnded !== true || connection.pendingOutput > 0) return
    this.#finishCallback = undefined
    // Whether it fails is told by the transport itself, and matters if the peer has not ended yet.
    this.stream.end(() => callback())
  }

  /**
   * Whether close_notify went both ways. A peer that is through with the connection may close its transport before it
   * has our close_notify, which is then answered with a reset: that is no failure, nothing was lost.
   */
  get #orderly(): boolean {
    const connection = this.#connection
    return connection !== undefined && connection.readEnded && connection.writeEnded && connection.failure === undefined
  }

  #writeHeld(moreFollows: boolean): void {
    const { stream } = this
    const bytes = this.#held as Uint8Array
    const callback = this.#heldCallback
    this.#held = undefined
    this.#heldCallback = undefined
    if (moreFollows && !this.#corked) {
      this.#corked = true
      stream.cork()
    }
    if (this.#flushesToSystem && isReusable(bytes)) stream.write(bytes, thenReuse(bytes, callback))
    else if (callback === undefined) stream.write(bytes)
    else stream.write(bytes, callback)
  }

  #tell(news: News): void {
    if (this.#released) return
    if (this.#news === undefined) this.#news = [news]
    else this.#news.push(news)
    if (this.#depth === 0) this.#schedule()
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    process.nextTick(deliverLater, this)
  }

  /** @internal */
  deliverScheduled(): void {
    this.#scheduled = false
    this.#depth++
    this.#deliver()
  }

  /**
   * Passes the news on, outside of the connection: what a listener throws is the application's, and must not look like
   * a failure of the connection. What listeners write goes out with the output that is held; then leaves.
   */
  #deliver(): void {
    try {
      for (let news = this.#nextNews(); news !== undefined; news = this.#nextNews()) this.#pass(news)
    } finally {
      this.#leave()
      if (this.#news !== undefined) this.#schedule()
    }
  }

  #nextNews(): News | undefined {
    const next = this.#news?.shift()
    if (next === undefined) this.#news = undefined
    return next
  }

  #pass(news: News): void {
    const owner = this.#owner
    const handlers = this.#handlers
    if (news instanceof Uint8Array) {
      if (!handlers.data(owner, news)) this.#pause(forBackpressure)
      return
    }
    switch (news.news) {
      case 'connected':
        return handlers.connected(owner, news.facts)
      case 'session':
        return handlers.session(owner, news.session)
      case 'authenticated':
        return handlers.authenticated(owner, news.facts)
      case 'renegotiated':
        return handlers.renegotiated(owner, news.facts)
      case 'end':
        return handlers.end(owner)
      case 'failed':
        return handlers.failed(owner, news.error)
    }
  }

  /** A server that is closed is so when its connections are: their ends keep the process, for as long as they may last. */
  #linger(failed: boolean): void {
    linger(this.stream, failed, this.#connection?.role === 'server')
  }

  /** Whether the connection is through with input when `receive` returns: nothing in it may answer later. */
  #keepsNothing(): boolean {
    return this.#answersAtOnce && this.#connection?.state === 'connected'
  }

  #wait(pending: PromiseLike<void>): void {
    this.#pause(forAnswer)
    const settled = (): void => this.#resume(forAnswer)
    pending.then(settled, settled)
  }

  #pause(why: number): void {
    if (this.#paused === 0 && !this.#released) this.stream.pause()
    this.#paused |= why
  }

  #resume(why: number): void {
    this.#paused &= ~why
    if (this.#paused === 0 && !this.#released && this.#connection !== undefined) this.stream.resume()
  }
}

type News =
  | Uint8Array
  | { readonly news: 'connected' | 'authenticated' | 'renegotiated'; readonly facts: ConnectionFacts }
  | { readonly news: 'session'; readonly session: Session }
  | { readonly news: 'end' }
  | { readonly news: 'failed'; readonly error: TlsError }

function thenReuse(bytes: Uint8Array, callback: WriteCallback | undefined): WriteCallback {
  return (error) => {
    if (error == null) reuseOutput(bytes)
    callback?.(error)
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = Buffer.allocUnsafe(first.length + second.length)
  both.set(first)
  both.set(second, first.length)
  return both
}

function deliverLater(link: Link): void {
  link.deliverScheduled()
}

const endNews: News = { news: 'end' }

const forBackpressure = 1
const forAnswer = 2
