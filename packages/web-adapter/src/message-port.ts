import { TlsError } from '@typetls/wire'
import { Signal } from './deferred.ts'
import type { Transport } from './transport.ts'

/**
 * One end of a channel whose other end is given to this function as well, perhaps in another worker: bytes go as
 * messages, as many as the other end has room for.
 *
 * @param window bytes that may come before they are read. Default 262144
 */
export function messagePortTransport(port: PortLike, window = 262_144): Transport {
  const changed = new Signal()
  let credit = 0
  let granted = window
  let failure: TlsError | undefined
  let readDone = false
  let writeDone = false
  let reading!: ReadableStreamDefaultController<Uint8Array>
  let writing!: WritableStreamDefaultController
  const leave = (): void => {
    if (readDone && writeDone) port.close()
  }
  const fail = (error: TlsError): void => {
    if (failure !== undefined) return
    failure = error
    if (!readDone) reading.error(error)
    if (!writeDone) writing.error(error)
    readDone = writeDone = true
    changed.notify()
    port.close()
  }
  const readable = new ReadableStream<Uint8Array>(
    {
      start: (controller) => void (reading = controller),
      pull: () => {
        const room = window - granted - (window - (reading.desiredSize ?? 0))
        if (readDone || room < window / 4) return
        granted += room
        port.postMessage({ credit: room } satisfies PortMessage)
      },
      cancel: () => {
        readDone = true
        leave()
      },
    },
    { highWaterMark: window, size: ({ byteLength }) => byteLength },
  )
  const writable = new WritableStream<Uint8Array>({
    start: (controller) => void (writing = controller),
    write: async (chunk) => {
      for (let offset = 0; offset < chunk.length;) {
        while (credit === 0 && failure === undefined) await changed.wait()
        if (failure !== undefined) throw failure
        // A copy of its own: the buffer moves to the other end.
        const bytes = chunk.slice(offset, offset + credit)
        credit -= bytes.length
        offset += bytes.length
        port.postMessage({ bytes } satisfies PortMessage, [bytes.buffer])
      }
    },
    close: () => {
      writeDone = true
      port.postMessage({ end: true } satisfies PortMessage)
      leave()
    },
    abort: () => {
      writeDone = true
      port.postMessage({ aborted: true } satisfies PortMessage)
    },
  })
  port.onmessage = ({ data }) => {
    if (data.credit !== undefined) {
      credit += data.credit
      changed.notify()
    } else if (data.bytes !== undefined) {
      granted -= data.bytes.length
      if (granted < 0) fail(new TlsError('ERR_TLS_BUFFER_LIMIT', 'the other end of the port sent more than it may'))
      else if (!readDone) reading.enqueue(data.bytes)
    } else if (data.aborted === true) {
      fail(new TlsError('ERR_TLS_TRANSPORT', 'the other end of the port was aborted'))
    } else if (!readDone) {
      readDone = true
      reading.close()
      leave()
    }
  }
  port.postMessage({ credit: window } satisfies PortMessage)
  return { readable, writable }
}

/** What is used of a MessagePort. */
export interface PortLike {
  postMessage(message: unknown, transfer?: ArrayBuffer[]): void
  close(): void
  onmessage: ((event: { readonly data: PortMessage }) => void) | null
}

/** What goes over the port: one of these. */
export interface PortMessage {
  readonly credit?: number
  readonly bytes?: Uint8Array<ArrayBuffer>
  readonly end?: true
  readonly aborted?: true
}
