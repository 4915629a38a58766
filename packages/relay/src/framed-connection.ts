import type { WebSocket } from 'ws'
import type { Target } from './allow-list.ts'
import type { Counters } from './metrics.ts'
import type { Limits } from './options.ts'
import { RelayedConnection } from './relayed-connection.ts'

/** The WebSocket subprotocol, which README.md describes: each message is one byte of type, and what belongs to it. */
export const relayProtocol = 'typetls-relay.v1'

/** A connection with credit in both directions, each ending by itself. */
export class FramedConnection extends RelayedConnection {
  /** Bytes the client may send. */
  #granted: number
  /** Bytes the target has taken, and for which no credit was given yet. */
  #owed = 0
  /** Bytes we may send. */
  #credit = 0
  /** Read and not sent for want of credit. */
  #held: Buffer | undefined
  #targetEnded = false
  #toldEnd = false
  #clientEnded = false

  constructor(webSocket: WebSocket, target: Target, limits: Limits, counters: Counters) {
    super(webSocket, target, limits, counters)
    this.#granted = 0
  }

  protected override connected(): void {
    this.#granted = this.limits.window
    this.send(creditMessage(this.#granted))
    const { remoteAddress, remotePort, remoteFamily } = this.socket
    const host = remoteFamily === 'IPv6' ? `[${remoteAddress}]` : remoteAddress
    this.send(Buffer.concat([Buffer.of(messageTypes.opened), Buffer.from(`${host}:${remotePort}`)]))
  }

  protected override received(bytes: Buffer): void {
    this.#held = this.#held === undefined ? bytes : Buffer.concat([this.#held, bytes])
    this.#forward()
    if (this.#held !== undefined) this.#held = Buffer.from(this.#held)
  }

  protected override ended(): void {
    this.#targetEnded = true
    this.#forward()
  }

  protected override sent(): void {
    this.#forward()
  }

  protected override message(message: Buffer): void {
    const body = message.subarray(1)
    switch (message[0]) {
      case messageTypes.data:
        return this.#take(body)
      case messageTypes.credit:
        if (body.length !== 4) return this.close('protocol', 'a credit of another length')
        this.#credit = Math.min(this.#credit + body.readUInt32BE(0), Number.MAX_SAFE_INTEGER)
        return this.#forward()
      case messageTypes.end:
        if (this.#clientEnded) return this.close('protocol', 'ended twice')
        this.#clientEnded = true
        this.socket.end()
        return this.#finishIfDone()
      default:
        return this.close('protocol', `a message of type ${message[0]}`)
    }
  }

  #take(body: Buffer): void {
    this.#granted -= body.length
    if (this.#granted < 0 || this.#clientEnded) return this.close('protocol', 'more data than credit')
    this.counters.bytesUp += body.length
    this.socket.write(body, (error) => {
      if (error != null) return
      this.#owed += body.length
      if (this.#owed < this.limits.window / 4) return
      this.#granted += this.#owed
      this.send(creditMessage(this.#owed))
      this.#owed = 0
    })
  }

  /** Sends as much as there is credit for; the target is read only when nothing is held. */
  #forward(): void {
    while (this.#held !== undefined && this.#credit > 0 && !this.congested) {
      const piece = this.#held.subarray(0, Math.min(this.#credit, maxMessage))
      this.#held = piece.length === this.#held.length ? undefined : this.#held.subarray(piece.length)
      this.#credit -= piece.length
      this.send(Buffer.concat([Buffer.of(messageTypes.data), piece]))
    }
    if (this.#held !== undefined) this.socket.pause()
    else if (this.socket.isPaused()) this.socket.resume()
    if (this.#held !== undefined || !this.#targetEnded || this.#toldEnd) return
    this.#toldEnd = true
    this.send(Buffer.of(messageTypes.end))
    this.#finishIfDone()
  }

  #finishIfDone(): void {
    if (!this.#clientEnded || !this.#toldEnd) return
    if (this.socket.writableFinished) this.finish()
    else this.socket.once('finish', () => this.finish())
  }
}

function creditMessage(bytes: number): Buffer {
  const message = Buffer.alloc(5)
  message[0] = messageTypes.credit
  message.writeUInt32BE(bytes, 1)
  return message
}

const messageTypes = { data: 0, credit: 1, end: 2, opened: 3 } as const

/** Bytes of data in one message. */
const maxMessage = 262_144
