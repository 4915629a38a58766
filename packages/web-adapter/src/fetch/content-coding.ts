import { HttpError } from './http-error.ts'

/** What this platform can undo, most wanted first, for `Accept-Encoding`; the empty string when nothing. */
export function acceptedCodings(): string {
  return ['br', 'zstd', 'gzip'].filter((coding) => decoderOf(coding) !== undefined).join(', ')
}

/**
 * The body without its codings (RFC 9110 section 8.4). With one that is not known here it stays as it is, as in browsers.
 * What does not decode fails the stream with `ERR_HTTP_CONTENT_CODING`.
 */
export function decoded(body: ReadableStream<Uint8Array>, contentEncoding: string | null): ReadableStream<Uint8Array> {
  const codings = (contentEncoding ?? '')
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => coding !== '' && coding !== 'identity')
  const decoders = codings.reverse().map(decoderOf)
  if (decoders.length === 0 || decoders.length > maxCodings || decoders.includes(undefined)) return body
  let failure: unknown
  const watched = onError(body, (error) => {
    failure = error
    return error
  })
  const plain = (decoders as Decoder[]).reduce((stream, decoder) => stream.pipeThrough<Uint8Array>(decoder), watched)
  return onError(plain, (error) => {
    if (failure !== undefined) return failure
    return new HttpError('ERR_HTTP_CONTENT_CODING', `the body is no ${contentEncoding}`, { cause: error })
  })
}

/** The stream, which fails with what `map` makes of its error. */
export function onError(
  stream: ReadableStream<Uint8Array>,
  map: (error: unknown) => unknown,
  type?: 'bytes',
): ReadableStream<Uint8Array> {
  const reader = stream.getReader()
  const source = {
    async pull(controller: BytesController): Promise<void> {
      try {
        for (;;) {
          const { done, value } = await reader.read()
          if (done) {
            controller.close()
            // A reader that brought a buffer waits for it.
            controller.byobRequest?.respond(0)
          } else if (value.length === 0) {
            continue
          } else {
            // A stream of bytes takes the whole buffer, of which others may have parts.
            controller.enqueue(type === undefined ? value : new Uint8Array(value))
          }
          return
        }
      } catch (error) {
        controller.error(map(error))
      }
    },
    cancel: (reason: unknown) => reader.cancel(reason),
  }
  return streamOf(source, type)
}

function streamOf(source: object, type: 'bytes' | undefined): ReadableStream<Uint8Array> {
  try {
    return new ReadableStream<Uint8Array>({ ...source, type } as object, { highWaterMark: 0 })
  } catch (error) {
    // Safari has no streams of bytes before 26, and there is no other way to ask.
    if (type === undefined) throw error
    return streamOf(source, undefined)
  }
}

/** Of a stream of either type. */
interface BytesController {
  readonly byobRequest?: { respond(bytes: number): void } | null
  enqueue(bytes: Uint8Array): void
  close(): void
  error(reason: unknown): void
}

interface Decoder {
  readonly readable: ReadableStream<Uint8Array>
  readonly writable: WritableStream<Uint8Array>
}

function decoderOf(coding: string): Decoder | undefined {
  const { DecompressionStream } = globalThis as unknown as { DecompressionStream?: new (format: string) => Decoder }
  const format = formats[coding]
  if (DecompressionStream === undefined || format === undefined) return undefined
  try {
    return new DecompressionStream(format)
  } catch {
    // It throws for a format that the platform does not know, and there is no other way to ask.
    return undefined
  }
}

/** Content codings, and what https://compression.spec.whatwg.org/ calls them. */
const formats: Readonly<Record<string, string>> = {
  br: 'brotli',
  zstd: 'zstd',
  gzip: 'gzip',
  'x-gzip': 'gzip',
  deflate: 'deflate',
}

/** Each one multiplies what a small body may grow to. */
const maxCodings = 3
