import type { Transport } from '../src/transport.ts'

/** What happens to the bytes on their way; `undefined` swallows them. */
export type Meddle = (bytes: Uint8Array, direction: 'up' | 'down') => Uint8Array | undefined

export interface StreamPair {
  readonly client: Transport
  readonly server: Transport
  /** Bytes that went through so far. */
  readonly carried: { up: number; down: number }
}

/** Two transports, each the other's end, that hold one chunk each way. */
export function streamPair(meddle: Meddle = (bytes) => bytes): StreamPair {
  const carried = { up: 0, down: 0 }
  const pipe = (direction: 'up' | 'down'): TransformStream<Uint8Array, Uint8Array> =>
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        const bytes = meddle(chunk, direction)
        if (bytes === undefined) return
        carried[direction] += bytes.length
        controller.enqueue(bytes)
      },
    })
  const up = pipe('up')
  const down = pipe('down')
  return {
    client: { readable: down.readable, writable: up.writable },
    server: { readable: up.readable, writable: down.writable },
    carried,
  }
}

/** All of a stream as text. */
export async function textOf(readable: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of readable) text += decoder.decode(chunk, { stream: true })
  return text + decoder.decode()
}

/** Writes a text as one chunk and lets go of the writer. */
export async function say(writable: WritableStream<Uint8Array>, text: string): Promise<void> {
  const writer = writable.getWriter()
  await writer.write(new TextEncoder().encode(text))
  writer.releaseLock()
}

/** Turns of the event loop, for what must not happen meanwhile. */
export async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setTimeout(resolve, 0))
}
