import { handled } from '../deferred.ts'
import { HttpError } from './http-error.ts'

/** A body as it goes out: of a known length, or in chunks. */
export interface OutgoingBody {
  readonly stream: ReadableStream<Uint8Array>
  /** Bytes. */
  readonly length: number | undefined
}

/** A body that can be sent, more than once unless it is a stream. */
export interface RequestBody {
  readonly contentType: string | null
  /** Whether it is still there after it was sent. */
  readonly replayable: boolean
  open(): OutgoingBody
  /** It is not needed, or no more. */
  discard(reason: unknown): void
}

/** The body of a request: what `fetch` takes. A stream is sent as it comes, everything else has a length. */
export async function requestBody(body: unknown): Promise<RequestBody | undefined> {
  if (body === undefined || body === null) return undefined
  if (body instanceof ReadableStream) {
    if (body.locked) throw new HttpError('ERR_HTTP_REQUEST', 'the body is a stream that somebody else reads')
    return streamed(body, null)
  }
  // Firefox does not show it.
  if (body instanceof Request && body.body) return bodyOfRequest(body.body, body.headers.get('content-type'))
  const response = body instanceof Request ? body : new Response(body as string)
  return known(await response.blob(), response.headers.get('content-type'))
}

function known(blob: Blob, contentType: string | null): RequestBody {
  return {
    contentType,
    replayable: true,
    open: () => ({ stream: blob.stream(), length: blob.size }),
    discard: () => undefined,
  }
}

function streamed(stream: ReadableStream<Uint8Array>, contentType: string | null): RequestBody {
  return {
    contentType,
    replayable: false,
    open: () => ({ stream, length: undefined }),
    discard: (reason) => {
      if (!stream.locked) handled(stream.cancel(reason))
    },
  }
}

/** With its length if it comes at once, else as it comes: a Request does not tell what its body was made of. */
async function bodyOfRequest(stream: ReadableStream<Uint8Array>, contentType: string | null): Promise<RequestBody> {
  const reader = stream.getReader()
  const read = (): ReturnType<typeof reader.read> => {
    const reading = reader.read()
    handled(reading)
    return reading
  }
  const came: Uint8Array[] = []
  let next = read()
  const late = new Promise<void>((resolve) => setTimeout(resolve, patience))
  for (let length = 0; length <= maxCollected; next = read()) {
    const result = await Promise.race([next, late])
    if (result?.done === true) return known(new Blob(came as never[]), contentType)
    // What is no bytes is refused when it is sent.
    if (!(result?.value instanceof Uint8Array)) break
    came.push(result.value)
    length += result.value.length
  }
  const rest = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const first = came.shift()
        if (first !== undefined) return controller.enqueue(first)
        const { done, value } = await next
        if (done) return controller.close()
        next = read()
        controller.enqueue(value)
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
  return streamed(rest, contentType)
}

/**
 * Writes a body, framed by chunks where it has no length.
 *
 * @param write is waited for; its rejection ends the body
 * @param onError is told what is wrong with the body itself
 * @param signal ends it, also while the stream has nothing to say
 */
export async function sendBody(
  { stream, length }: OutgoingBody,
  write: (bytes: Uint8Array, last: boolean) => Promise<void>,
  onError: (error: unknown) => void,
  signal: AbortSignal,
): Promise<void> {
  const reader = stream.getReader()
  const cancel = (): void => handled(reader.cancel(signal.reason))
  if (signal.aborted) return cancel()
  signal.addEventListener('abort', cancel, { once: true })
  try {
    for (let left = length; left !== 0;) {
      const value = await nextOf(reader, onError)
      if (value === undefined) break
      if (value.length === 0) continue
      if (left !== undefined) left -= value.length
      await write(left === undefined ? chunk(value) : value, left === 0)
    }
    if (length === undefined) await write(lastChunk, true)
  } finally {
    signal.removeEventListener('abort', cancel)
    handled(reader.cancel())
  }
}

async function nextOf(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  onError: (error: unknown) => void,
): Promise<Uint8Array | undefined> {
  try {
    const result = await reader.read()
    if (result.done) return undefined
    const value: unknown = result.value
    if (!(value instanceof Uint8Array)) throw new TypeError('a body is a stream of Uint8Array')
    return value
  } catch (error) {
    onError(error)
    throw error
  }
}

/** https://www.rfc-editor.org/rfc/rfc9112#section-7.1 */
function chunk(data: Uint8Array): Uint8Array {
  const size = new TextEncoder().encode(`${data.length.toString(16)}\r\n`)
  const framed = new Uint8Array(size.length + data.length + 2)
  framed.set(size)
  framed.set(data, size.length)
  framed.set([13, 10], size.length + data.length)
  return framed
}

const lastChunk: Uint8Array = /* @__PURE__ */ new TextEncoder().encode('0\r\n\r\n')

/** Milliseconds. */
const patience = 50

/** Bytes. */
const maxCollected = 16_777_216
