import { RelayedConnection } from './relayed-connection.ts'

/** Bytes in binary messages, as websockify and wsproxy carry them. An end of either direction ends both. */
export class RawConnection extends RelayedConnection {
  protected override connected(): void {
    // Bytes only: there is nothing to say.
  }

  protected override received(bytes: Buffer): void {
    this.send(Buffer.from(bytes))
    if (this.congested) this.socket.pause()
  }

  protected override ended(): void {
    this.finish()
  }

  protected override sent(): void {
    if (this.socket.isPaused() && !this.congested) this.socket.resume()
  }

  protected override message(message: Buffer): void {
    this.counters.bytesUp += message.length
    if (this.socket.write(message)) return
    this.webSocket.pause()
    this.socket.once('drain', () => this.webSocket.resume())
  }
}
