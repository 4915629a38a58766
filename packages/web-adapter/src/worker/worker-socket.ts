import type { ChannelBindingType } from '@typetls/connection'
import { TlsError } from '@typetls/wire'
import { Deferred } from '../deferred.ts'
import type { PortMessage } from '../message-port.ts'
import { portStreams } from '../message-port.ts'
import type { PortFailure } from '../port-failure.ts'
import { fromPortFailure, toPortFailure } from '../port-failure.ts'
import { SocketError } from '../socket-error.ts'
import type { SecureSocket, SecureSocketInfo, SecureTransport, SocketInfo, StartTlsOptions } from '../socket.ts'
import type { Answer, PageMessage, Question, SocketPort, WorkerMessage } from './socket-messages.ts'
import { streamPort, streamWindow } from './socket-messages.ts'

/** Makes another socket in the place of one; `send` gives the worker its port. */
export type Upgrade = (send: (port: object) => void) => WorkerSocket

/** A socket of `WorkerTls` that speaks TLS. */
export interface WorkerSecureSocket extends SecureSocket {
  /** As the function `exportKeyingMaterial`, whose code is in the worker. */
  exportKeyingMaterial(label: string, context: Uint8Array, length: number): Promise<Uint8Array>
  /** As the function `channelBinding`, whose code is in the worker. */
  channelBinding(type: ChannelBindingType): Promise<Uint8Array | undefined>
  startTls(options?: StartTlsOptions): WorkerSecureSocket
}

/** The page's end of a socket that is in a worker. */
export class WorkerSocket implements WorkerSecureSocket {
  readonly secureTransport: SecureTransport
  upgraded = false
  readonly readable: ReadableStream<Uint8Array>
  readonly writable: WritableStream<Uint8Array>
  readonly #port: SocketPort
  readonly #streams = streamPort((stream, transfer) => {
    // A user who aborts a writable does not wait for what was written before.
    if (stream.aborted !== undefined) this.#post({ abort: true })
    else this.#post({ stream }, transfer)
  })
  readonly #opened = new Deferred<SecureSocketInfo>()
  readonly #closed = new Deferred<void>()
  readonly #asked = new Map<number, Deferred<Uint8Array | undefined>>()
  readonly #upgrade: Upgrade | undefined
  #questions = 0
  #failure: SocketError | undefined
  #unwatch: () => void = () => undefined

  /** @param upgrade for one that does not speak TLS yet */
  constructor(port: SocketPort, signal: AbortSignal | undefined, upgrade?: Upgrade) {
    this.#port = port
    this.#upgrade = upgrade
    this.secureTransport = upgrade === undefined ? 'on' : 'starttls'
    const { readable, writable } = portStreams(this.#streams, streamWindow, {
      asError: (error) => new SocketError(error),
    })
    this.readable = readable
    this.writable = writable
    port.onmessage = ({ data }) => this.#message(data)
    if (signal !== undefined) this.#watch(signal)
  }

  get opened(): Promise<SecureSocketInfo> {
    return this.#opened.promise
  }

  get closed(): Promise<void> {
    return this.#closed.promise
  }

  close(): Promise<void> {
    this.#post({ close: true })
    return this.closed
  }

  startTls(options: StartTlsOptions = {}): WorkerSecureSocket {
    const upgrade = this.#upgrade
    if (upgrade === undefined || this.upgraded) {
      throw new SocketError(new TlsError('ERR_TLS_STATE', 'startTls is for "starttls", once'))
    }
    this.upgraded = true
    // First, as it sends what was written.
    this.#end(toPortFailure(new TlsError('ERR_TLS_CLOSED', 'the socket was upgraded')))
    const secured = upgrade((port) => this.#port.postMessage({ startTls: options } satisfies PageMessage, [port]))
    this.#settled()
    return secured
  }

  async exportKeyingMaterial(label: string, context: Uint8Array, length: number): Promise<Uint8Array> {
    return (await this.#ask({ exporter: { label, context, length } })) as Uint8Array
  }

  channelBinding(type: ChannelBindingType): Promise<Uint8Array | undefined> {
    return this.#ask({ binding: type })
  }

  /** What the worker cannot tell any more: both streams end with it, reading after all that came. */
  fail(error: TlsError): void {
    this.#failed(error)
    this.#end(toPortFailure(error), { aborted: toPortFailure(error) })
  }

  #end(cancelled: PortFailure, reading: PortMessage = { end: true }): void {
    this.#streams.onmessage?.({ data: reading })
    this.#streams.onmessage?.({ data: { cancelled } })
  }

  #message({ stream, opened, closed, failed, answer }: WorkerMessage): void {
    if (stream !== undefined) this.#streams.onmessage?.({ data: stream })
    else if (opened !== undefined) this.#opened.resolve(revived(opened))
    else if (failed !== undefined) this.#failed(fromPortFailure(failed))
    else if (closed === true) this.#settled()
    else if (answer !== undefined) this.#answered(answer)
  }

  async #ask(question: Omit<Question, 'id'>): Promise<Uint8Array | undefined> {
    if (this.#failure !== undefined)
      throw new TlsError('ERR_TLS_STATE', 'the socket has failed', { cause: this.#failure })
    const id = ++this.#questions
    const answer = new Deferred<Uint8Array | undefined>()
    this.#asked.set(id, answer)
    this.#post({ question: { id, ...question } })
    return answer.promise
  }

  #answered({ id, bytes, failure }: Answer): void {
    const asked = this.#asked.get(id)
    this.#asked.delete(id)
    if (failure === undefined) asked?.resolve(bytes)
    else asked?.reject(fromPortFailure(failure))
  }

  #settled(): void {
    this.#unwatch()
    this.#closed.resolve()
  }

  #failed(error: TlsError): void {
    if (this.#failure !== undefined) return
    this.#failure = new SocketError(error)
    this.#unwatch()
    this.#opened.reject(this.#failure)
    this.#closed.reject(this.#failure)
    for (const answer of this.#asked.values()) answer.reject(error)
    this.#asked.clear()
  }

  #watch(signal: AbortSignal): void {
    const onAbort = (): void => {
      this.#post({ abort: true })
      this.fail(new TlsError('ERR_TLS_ABORTED', 'aborted by its signal', { cause: signal.reason }))
    }
    signal.addEventListener('abort', onAbort, { once: true })
    this.#unwatch = () => signal.removeEventListener('abort', onAbort)
    if (signal.aborted) onAbort()
  }

  #post(message: PageMessage, transfer: ArrayBuffer[] = []): void {
    this.#port.postMessage(message, transfer)
  }
}

/** Typed as with TLS, which its user knows to expect or not. */
function revived(info: SocketInfo | SecureSocketInfo): SecureSocketInfo {
  const secure = info as SecureSocketInfo
  const { tls } = info as Partial<SecureSocketInfo>
  if (tls?.peer?.failure === undefined) return secure
  return { ...secure, tls: { ...tls, peer: { ...tls.peer, failure: fromPortFailure(tls.peer.failure) } } }
}
