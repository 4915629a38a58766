import { constants } from 'node:os'
import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import tls from 'node:tls'
import { isNode } from '../system.ts'

/**
 * What `socket._handle` and `socket.ssl` are: an object of Node's native code, through which HTTP/2, and TLS on top of
 * TLS, read and write the plaintext of our socket without a wrapper that hides what it is. Nothing is read until they do.
 */
export interface StreamHandle {
  /** Handshakes of this connection so far. */
  readonly handshakes: number
  /** Bytes that are not flushed yet. */
  readonly writeQueueSize: number
  /** Why the peer's certificates do not verify; `null`: they do, or there are none to verify. */
  verifyError(): Error | null
}

/** The socket behind a handle, as far as it is not a net.Socket's. */
export interface HandleOwner extends Socket {
  readonly verifyError: Error | null
  readonly handshakes: number
}

/** A handle for a socket, or `null` where this runtime has no such thing. */
export function streamHandle(socket: HandleOwner): StreamHandle | null {
  handleClass ??= defineHandle()
  return handleClass === null ? null : new handleClass(socket)
}

/** Node's JSStream: a stream of native code whose work is done in JavaScript. */
interface JsStream {
  readBuffer(bytes: Uint8Array): void
  emitEOF(): void
  finishWrite(request: object, error: number): void
  finishShutdown(request: object, error: number): void
  onread: () => void
}

type HandleClass = new (socket: HandleOwner) => StreamHandle

let handleClass: HandleClass | null | undefined

function defineHandle(): HandleClass | null {
  const Base = findJsStream()
  if (Base === undefined) return null
  return class PlaintextHandle extends Base implements StreamHandle {
    readonly #socket: HandleOwner
    #flowing = false
    #writing = false
    #shutdownWaits: object | undefined
    /** Where Node's HTTP/1 server remembers whether native code reads: ours parses what the socket gives. */
    _consumed = true
    reading = false

    constructor(socket: HandleOwner) {
      super()
      this.#socket = socket
      // The native side insists on one, and calls it at the end, which the socket knows of itself.
      this.onread = ignore
    }

    get handshakes(): number {
      return this.#socket.handshakes
    }

    get writeQueueSize(): number {
      return this.#socket.writableLength
    }

    // JavaScript of Node's calls these, for a socket that it reads as a stream. Native code does not: it has its own way.

    readStart(): number {
      return 0
    }

    readStop(): number {
      return 0
    }

    verifyError(): Error | null {
      return this.#socket.verifyError
    }

    close(done?: () => void): void {
      if (done !== undefined) this.#socket.once('close', done)
      this.#socket.destroy()
    }

    // What native code asks for. Its requests must not be answered before these return.

    isClosing(): boolean {
      return !this.#socket.readable || !this.#socket.writable
    }

    onreadstart(): number {
      this.#flow()
      this.#socket.resume()
      return 0
    }

    onreadstop(): number {
      this.#socket.pause()
      return 0
    }

    onwrite(request: object, buffers: readonly Uint8Array[]): number {
      const socket = this.#socket
      let left = buffers.length
      const written = (error?: Error | null): void => {
        if (error == null && --left > 0) return
        if (left < 0) return
        left = -1
        setImmediate(() => this.#written(request, error))
      }
      this.#writing = true
      socket.cork()
      for (const bytes of buffers) socket.write(bytes, written)
      socket.uncork()
      return 0
    }

    onshutdown(request: object): number {
      if (this.#writing) this.#shutdownWaits = request
      else process.nextTick(() => this.#shutDown(request))
      return 0
    }

    #flow(): void {
      if (this.#flowing) return
      this.#flowing = true
      const socket = this.#socket
      socket.on('data', (bytes: Buffer) => {
        if (!socket.destroyed) this.readBuffer(bytes)
      })
      socket.once('end', () => {
        if (!socket.destroyed) this.emitEOF()
      })
    }

    #written(request: object, error: Error | null | undefined): void {
      this.#writing = false
      this.finishWrite(request, errorNumber(error))
      // HTTP/2 takes what the socket has by then, and a handle for one that is read already: of Node 26 it starts none.
      this.#flow()
      const waiting = this.#shutdownWaits
      this.#shutdownWaits = undefined
      if (waiting !== undefined) this.#shutDown(waiting)
    }

    #shutDown(request: object): void {
      this.#socket.end((error?: Error | null) => this.finishShutdown(request, errorNumber(error)))
    }
  }
}

/** As libuv has it: 0 or the negative errno. */
function errorNumber(error: Error | null | undefined): number {
  if (error == null) return 0
  const { code } = error as { code?: string }
  return -(constants.errno[code as keyof typeof constants.errno] ?? constants.errno.ECANCELED)
}

/** It is not exported, but underlies a TLSSocket of node:tls that is on no handle. */
function findJsStream(): (new () => JsStream) | undefined {
  if (!isNode) return undefined
  const secureContext = nativeContext({ ca: [] })
  const probe = new NativeSocket(new Duplex({ read: ignore, write: ignore }), { isServer: true, secureContext })
  const { _handle: handle } = probe as { _handle?: { readonly _parent?: Partial<JsStream> } | null }
  probe.destroy()
  const parent = handle?._parent
  if (typeof parent?.readBuffer !== 'function' || typeof parent.finishWrite !== 'function') return undefined
  return parent.constructor as new () => JsStream
}

function ignore(): void {}

// Programs may put ours in their place.
const { TLSSocket: NativeSocket, createSecureContext: nativeContext } = tls
