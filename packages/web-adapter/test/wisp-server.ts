import type { Transport } from '../src/transport.ts'
import type { WebSocketConstructor, WebSocketLike } from '../src/web-socket.ts'
import { streamPair } from './memory-streams.ts'

/** A Wisp server in memory, behind a WebSocket of its own making. */
export interface WispServer {
  readonly WebSocket: WebSocketConstructor
  /** `host:port` of each stream that was asked for. */
  readonly targets: string[]
  /** Most packets that came of a stream before more were allowed. */
  readonly mostUnanswered: () => number
  /** Sends any packet. */
  send(bytes: Uint8Array): void
  opened: number
}

export function wispServer(onStream: (target: string, end: Transport) => void): WispServer {
  let unanswered = 0
  let most = 0
  let current: FakeWebSocket | undefined
  const server: WispServer = {
    WebSocket: undefined as never,
    targets: [],
    mostUnanswered: () => most,
    send: (bytes) => current?.tell(bytes),
    opened: 0,
  }

  class FakeWebSocket implements WebSocketLike {
    binaryType = 'blob'
    readonly protocol = ''
    readyState = 0
    readonly bufferedAmount = 0
    onopen: ((event: never) => void) | null = null
    onmessage: ((event: never) => void) | null = null
    onclose: ((event: never) => void) | null = null
    onerror: ((event: never) => void) | null = null
    readonly #writers = new Map<number, WritableStreamDefaultWriter<Uint8Array>>()

    constructor() {
      current = this
      server.opened++
      setTimeout(() => {
        this.readyState = 1
        this.onopen?.({} as never)
        this.tell(Uint8Array.of(3, 0, 0, 0, 0, buffer, 0, 0, 0))
      })
    }

    tell(bytes: Uint8Array): void {
      this.onmessage?.({ data: bytes.slice().buffer } as never)
    }

    send(bytes: Uint8Array): void {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      const id = view.getUint32(1, true)
      if (bytes[0] === 1) {
        const target = `${new TextDecoder().decode(bytes.subarray(8))}:${view.getUint16(6, true)}`
        server.targets.push(target)
        const { client, server: end } = streamPair()
        this.#writers.set(id, client.writable.getWriter())
        void this.#answer(id, client.readable)
        onStream(target, end)
      } else if (bytes[0] === 2) {
        most = Math.max(most, ++unanswered)
        const taken = this.#writers.get(id)?.write(bytes.slice(5)) ?? Promise.resolve()
        taken.then(
          () => {
            unanswered--
            this.tell(Uint8Array.of(3, ...bytes.subarray(1, 5), buffer - unanswered, 0, 0, 0))
          },
          () => undefined,
        )
      } else {
        this.#writers
          .get(id)
          ?.close()
          .catch(() => undefined)
      }
    }

    async #answer(id: number, readable: ReadableStream<Uint8Array>): Promise<void> {
      for await (const chunk of readable) this.tell(Uint8Array.of(2, id, 0, 0, 0, ...chunk))
      this.tell(Uint8Array.of(4, id, 0, 0, 0, 2))
    }

    close(code = 1000): void {
      if (this.readyState === 3) return
      this.readyState = 3
      this.onclose?.({ code, reason: '' } as never)
    }
  }
  return Object.assign(server, { WebSocket: FakeWebSocket })
}

/** Packets of a stream that may be on their way. */
const buffer = 4
