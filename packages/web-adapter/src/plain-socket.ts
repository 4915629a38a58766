import { TlsError } from '@typetls/wire'
import { Deferred, handled } from './deferred.ts'
import { SocketError, tlsErrorOf } from './socket-error.ts'
import type { SecureSocket, SecureTransport, Socket, SocketInfo, StartTlsOptions } from './socket.ts'
import type { Transport } from './transport.ts'
import { addressesOf } from './transport.ts'

/** A socket without TLS, which may become one with it. */
export class PlainSocket implements Socket {
  readonly secureTransport: SecureTransport
  readonly readable: ReadableStream<Uint8Array>
  readonly writable: WritableStream<Uint8Array>
  readonly opened: Promise<SocketInfo>
  readonly #closed = new Deferred<void>()
  readonly #ends: Promise<Ends>
  readonly #upgrade: ((transport: Promise<Transport>, options: StartTlsOptions) => SecureSocket) | undefined
  /** A read of the transport that was begun for our reader. After an upgrade its bytes belong to TLS. */
  #reading: ReturnType<ReadableStreamDefaultReader<Uint8Array>['read']> | undefined
  #writer!: WritableStreamDefaultController
  #reader!: ReadableStreamDefaultController<Uint8Array>
  #readDone = false
  #writeDone = false
  #upgraded = false

  constructor(
    transport: Transport | PromiseLike<Transport>,
    upgrade: ((transport: Promise<Transport>, options: StartTlsOptions) => SecureSocket) | undefined,
  ) {
    this.secureTransport = upgrade === undefined ? 'off' : 'starttls'
    this.#upgrade = upgrade
    this.#ends = Promise.resolve(transport).then((one) => ({
      transport: one,
      reader: one.readable.getReader(),
      writer: one.writable.getWriter(),
    }))
    this.opened = this.#ends.then(({ transport: one }) => ({ ...addressesOf(one), alpn: null })).catch(raise)
    handled(this.opened)
    this.readable = new ReadableStream<Uint8Array>(
      {
        start: (controller) => void (this.#reader = controller),
        pull: () => this.#pull(),
        cancel: async (reason) => {
          this.#readDone = true
          await (await this.#ends).reader.cancel(reason)
          this.#settle()
        },
      },
      { highWaterMark: 0 },
    )
    this.writable = new WritableStream<Uint8Array>({
      start: (controller) => void (this.#writer = controller),
      write: (chunk) => this.#guard(async ({ writer }) => writer.write(chunk)),
      close: () =>
        this.#guard(async ({ writer }) => {
          await writer.close()
          this.#writeDone = true
          this.#settle()
        }),
      abort: (reason) => this.#guard(async ({ writer }) => writer.abort(reason)),
    })
    this.#ends.catch((error: unknown) => this.#fail(error))
  }

  get closed(): Promise<void> {
    return this.#closed.promise
  }

  get upgraded(): boolean {
    return this.#upgraded
  }

  close(): Promise<void> {
    if (this.#upgraded) return this.closed
    const closing = this.#ends.then(async ({ reader, writer }) => {
      this.#endReadable()
      handled(reader.cancel())
      if (!this.#writeDone) await writer.close()
      this.#writeDone = true
      this.#writer.error(closedError())
      this.#settle()
    })
    closing.catch((error: unknown) => this.#fail(error))
    return this.closed
  }

  startTls(options: StartTlsOptions = {}): SecureSocket {
    const upgrade = this.#upgrade
    if (upgrade === undefined || this.#upgraded) {
      throw new SocketError(
        new TlsError(
          'ERR_TLS_STATE',
          this.#upgraded ? 'this socket was upgraded before' : 'startTls needs secureTransport "starttls"',
        ),
      )
    }
    this.#upgraded = true
    this.#endReadable()
    this.#writer.error(new SocketError(new TlsError('ERR_TLS_CLOSED', 'the socket was upgraded: use the new one')))
    this.#closed.resolve()
    return upgrade(
      this.#ends.then((ends) => this.#remaining(ends)),
      options,
    )
  }

  /** The transport for TLS: what our own reader was still waiting for is its first input. */
  #remaining({ transport, reader, writer }: Ends): Transport {
    const readable = new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          const reading = this.#reading ?? reader.read()
          this.#reading = undefined
          const { done, value } = await reading
          if (done) controller.close()
          else controller.enqueue(value)
        },
        cancel: (reason) => reader.cancel(reason),
      },
      { highWaterMark: 0 },
    )
    const writable = new WritableStream<Uint8Array>({
      write: (chunk) => writer.write(chunk),
      close: () => writer.close(),
      abort: (reason) => writer.abort(reason),
    })
    return { ...transport, readable, writable }
  }

  async #pull(): Promise<void> {
    try {
      const { reader } = await this.#ends
      if (this.#readDone) return
      const reading = reader.read()
      this.#reading = reading
      const { done, value } = await reading
      if (this.#readDone) return
      this.#reading = undefined
      if (!done) return this.#reader.enqueue(value)
      this.#endReadable()
      this.#settle()
    } catch (error) {
      this.#fail(error)
    }
  }

  async #guard(action: (ends: Ends) => Promise<void>): Promise<void> {
    try {
      await action(await this.#ends)
    } catch (error) {
      this.#fail(error)
      throw new SocketError(tlsErrorOf(error))
    }
  }

  #endReadable(): void {
    if (this.#readDone) return
    this.#readDone = true
    this.#reader.close()
  }

  #settle(): void {
    if (this.#readDone && this.#writeDone) this.#closed.resolve()
  }

  #fail(error: unknown): void {
    if (this.#upgraded) return
    const failure = new SocketError(tlsErrorOf(error))
    this.#closed.reject(failure)
    this.#writeDone = true
    this.#writer.error(failure)
    if (!this.#readDone) this.#reader.error(failure)
    this.#readDone = true
  }
}

interface Ends {
  readonly transport: Transport
  readonly reader: ReadableStreamDefaultReader<Uint8Array>
  readonly writer: WritableStreamDefaultWriter<Uint8Array>
}

function closedError(): SocketError {
  return new SocketError(new TlsError('ERR_TLS_CLOSED', 'the socket is closed'))
}

function raise(error: unknown): never {
  throw new SocketError(tlsErrorOf(error))
}
