import { describe, expect, test } from 'vitest'
import type { PortLike, PortMessage, PortStreamsOptions } from './message-port.ts'
import { portStreams } from './message-port.ts'

describe('what is written to a port', () => {
  test('goes in one message as far as one task brings it, however slowly', async () => {
    const { write, sizes, port } = portWithCredit()
    for (let i = 0; i < 3; i++) {
      await write(new Uint8Array(1000))
      for (let turn = 0; turn < 20; turn++) await Promise.resolve()
    }
    await task()
    expect(sizes()).toEqual([[1000, 1000, 1000]])
    await write(new Uint8Array(10))
    await task()
    expect(sizes()[1]).toEqual([10])
    port.close()
  })

  test('goes at once when it is much', async () => {
    const { write, sizes } = portWithCredit()
    for (let i = 0; i < 10; i++) await write(new Uint8Array(16_384))
    expect(sizes()).toEqual([Array(8).fill(16_384)])
    await task()
    expect(sizes()[1]).toEqual([16_384, 16_384])
  })

  test('goes before what ends it', async () => {
    for (const end of ['close', 'abort'] as const) {
      const { write, writer, messages } = portWithCredit()
      await write(Uint8Array.of(1))
      await writer[end]()
      await task()
      const [first, second] = messages()
      expect(first?.chunks).toEqual([Uint8Array.of(1)])
      expect(second).toHaveProperty(end === 'close' ? 'end' : 'aborted')
    }
  })

  test('is a copy, and its buffer moves only where that was said', async () => {
    const moving = portWithCredit({ moves: (chunk) => chunk.length > 1 })
    const [lent, given] = [Uint8Array.of(1), Uint8Array.of(2, 3)]
    await moving.write(lent)
    await moving.write(given)
    await task()
    expect(moving.messages()[0]?.chunks).toEqual([Uint8Array.of(1), Uint8Array.of(2, 3)])
    expect(lent).toEqual(Uint8Array.of(1))
    expect(given).toHaveLength(0)
    const { write, messages } = portWithCredit()
    const chunk = Uint8Array.of(4)
    await write(chunk)
    await write(chunk)
    await task()
    expect(messages()[0]?.chunks).toEqual([Uint8Array.of(4), Uint8Array.of(4)])
  })

  test('is cut where the credit ends', async () => {
    const { write, sizes, port } = portWithCredit({}, 100)
    const writing = write(new Uint8Array(150))
    await task()
    expect(sizes()).toEqual([[100]])
    port.onmessage?.({ data: { credit: 60 } })
    await writing
    await task()
    expect(sizes()).toEqual([[100], [50]])
  })
})

/** An end whose other end is a list of messages, cloned as a port does. */
function portWithCredit(options?: PortStreamsOptions, credit = 262_144) {
  const posted: PortMessage[] = []
  const port: PortLike = {
    postMessage: (message, transfer = []) => void posted.push(structuredClone(message as PortMessage, { transfer })),
    close: () => undefined,
    onmessage: null,
  }
  const writer = portStreams(port, 1000, options).writable.getWriter()
  writer.closed.catch(() => undefined)
  port.onmessage?.({ data: { credit } })
  const messages = (): PortMessage[] => posted.filter((message) => message.credit === undefined)
  return {
    port,
    writer,
    write: (chunk: Uint8Array) => writer.write(chunk),
    messages,
    sizes: () => messages().map(({ chunks = [] }) => chunks.map(({ length }) => length)),
  }
}

function task(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0))
}
