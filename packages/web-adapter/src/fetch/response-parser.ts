import { HTTPParser } from 'http-parser-js'
import { HttpError } from './http-error.ts'

/** Status line and header of a response that is not informational. */
export interface ResponseHead {
  readonly status: number
  readonly statusText: string
  /** As they came, values as byte strings. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** Whether another request may follow on the connection. */
  readonly keepAlive: boolean
}

export interface ResponseHandlers {
  head(head: ResponseHead): void
  data(bytes: Uint8Array): void
  complete(): void
}

/**
 * Reads responses of HTTP/1.1 (https://www.rfc-editor.org/rfc/rfc9112), one for each `expect`. The state machine is
 * http-parser-js's; it forgives much, so that two readers could disagree about where a response ends. Here that is
 * refused: lines, header fields, chunk sizes and what frames the body have to be as the grammar has them.
 */
export class ResponseParser {
  readonly #parser: StrictParser

  /** @param maxHeaderSize bytes of a status line and header, of a chunk's line, or of a trailer */
  constructor(maxHeaderSize: number, handlers: ResponseHandlers) {
    this.#parser = new StrictParser(maxHeaderSize, handlers)
  }

  /** The next response answers a request of this method. */
  expect(method: string): void {
    this.#parser.expected = method
  }

  /** @throws HttpError */
  push(bytes: Uint8Array): void {
    const result = bytes.length === 0 ? 0 : this.#parser.execute(bytes)
    if (result instanceof Error) throw asHttpError(result)
  }

  /** The connection was ended, in an orderly way. @throws HttpError `ERR_HTTP_TRUNCATED` where that ends no response */
  end(): void {
    const error = this.#parser.finish()
    if (error !== undefined || this.#parser.expected !== undefined) {
      throw new HttpError('ERR_HTTP_TRUNCATED', 'the connection was ended before the response was')
    }
  }
}

/** What is used and replaced of http-parser-js, whose version is pinned: its declarations keep some of it private. */
interface Parser {
  readonly state: string
  readonly chunk: Uint8Array
  readonly end: number
  offset: number
  /** A line that has not ended yet. */
  line: string
  execute(chunk: Uint8Array): number | Error
  finish(): Error | undefined
  parseHeader(line: string, headers: string[]): void
  consumeLine(): string | undefined
}

interface HeaderInfo {
  readonly versionMajor: number
  readonly versionMinor: number
  readonly headers: readonly string[]
  readonly statusCode: number
  readonly statusMessage: string
}

const LenientParser = HTTPParser as unknown as new (type: 'RESPONSE') => Parser

class StrictParser extends LenientParser {
  /** The method of the request that waits for a response. */
  expected: string | undefined
  readonly #limit: number
  /** Bytes that lines may still have. */
  #budget: number
  #informational = 0
  #skipping = false

  constructor(limit: number, handlers: ResponseHandlers) {
    super('RESPONSE')
    this.#limit = limit
    this.#budget = limit
    Object.assign(this, {
      [HTTPParser.kOnHeadersComplete]: (info: HeaderInfo) => this.#headersComplete(info, handlers),
      [HTTPParser.kOnBody]: (bytes: Uint8Array) => handlers.data(bytes),
      [HTTPParser.kOnMessageComplete]: () => this.#messageComplete(handlers),
    })
  }

  /** The library's own limit counts what is body too: ours is in `consumeLine`. */
  get maxHeaderSize(): number {
    return Number.POSITIVE_INFINITY
  }

  set maxHeaderSize(_value: number) {}

  override consumeLine(): string | undefined {
    if (this.expected === undefined) throw new HttpError('ERR_HTTP_FRAMING', 'more came than the response')
    const { chunk, offset, end } = this
    const lineFeed = chunk.indexOf(0x0a, offset)
    const stop = lineFeed === -1 ? end : lineFeed
    this.#budget -= stop - offset
    if (this.#budget < 0) throw new HttpError('ERR_HTTP_LIMIT', `a header of more than ${this.#limit} bytes`)
    this.line += byteString(chunk.subarray(offset, stop))
    this.offset = lineFeed === -1 ? end : lineFeed + 1
    if (lineFeed === -1) return undefined
    const { line } = this
    this.line = ''
    if (!line.endsWith('\r')) throw malformed('a line that does not end in CRLF')
    return this.state === 'BODY_CHUNKHEAD' ? this.#chunkSize(line.slice(0, -1)) : line.slice(0, -1)
  }

  override parseHeader(line: string, headers: string[]): void {
    if (/^[\t ]/.test(line)) {
      // obs-fold (RFC 9112 section 5.2), but not where it could hide what frames the body.
      const folded = headers.at(-2)?.toLowerCase()
      if (folded === undefined || framing.includes(folded) || !fieldValue.test(line)) throw malformed('a folded line')
    } else if (!fieldLine.test(line)) {
      throw malformed('a header field that is none')
    }
    super.parseHeader(line, headers)
  }

  #chunkSize(line: string): string {
    const [, size] = chunkLine.exec(line) ?? []
    if (size === undefined) throw new HttpError('ERR_HTTP_FRAMING', 'a chunk without a size')
    this.#budget = this.#limit
    return size
  }

  /** Answers whether the response has no body, whatever its header says. */
  #headersComplete(info: HeaderInfo, handlers: ResponseHandlers): boolean {
    const { versionMajor, versionMinor, statusCode: status, statusMessage: statusText } = info
    if (versionMajor !== 1) throw malformed(`HTTP/${versionMajor}.${versionMinor}`)
    if (status < 100 || status > 599 || !fieldValue.test(statusText)) throw malformed('a status line that is none')
    const headers = pairsOf(info.headers)
    const all = (name: string): string[] =>
      headers.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value)
    const codings = all('transfer-encoding')
    const lengths = all('content-length')
    if (codings.length > 0) {
      if (lengths.length > 0) throw ambiguous('Content-Length beside Transfer-Encoding')
      if (versionMinor === 0) throw ambiguous('Transfer-Encoding in HTTP/1.0')
      if (codings.length > 1 || codings[0]?.toLowerCase() !== 'chunked')
        throw ambiguous(`${codings.join()} for a framing`)
    }
    if (lengths.length > 1 || !lengths.every((length) => /^\d{1,15}$/.test(length))) {
      throw ambiguous(`a Content-Length of ${JSON.stringify(lengths.join())}`)
    }
    this.#budget = this.#limit
    if (status === 101) throw malformed('a switch of protocols that nobody asked for')
    if (status < 200) {
      if (++this.#informational > maxInformational) {
        throw new HttpError('ERR_HTTP_LIMIT', `more than ${maxInformational} informational responses`)
      }
      this.#skipping = true
      return true
    }
    const empty = this.expected === 'HEAD' || status === 204 || status === 304
    const framed = codings.length > 0 || lengths.length > 0
    const options = all('connection')
      .join()
      .toLowerCase()
      .split(/[\t ,]+/)
    const persistent = versionMinor === 0 ? options.includes('keep-alive') : !options.includes('close')
    // A 204 with a body is not one (RFC 9110 section 15.3.5): who knows what comes next.
    const trusted =
      status === 204 ? codings.length === 0 && lengths.every((length) => Number(length) === 0) : empty || framed
    handlers.head({ status, statusText, headers, keepAlive: persistent && trusted })
    return empty
  }

  #messageComplete(handlers: ResponseHandlers): void {
    this.#budget = this.#limit
    if (this.#skipping) {
      this.#skipping = false
      return
    }
    this.#informational = 0
    this.expected = undefined
    handlers.complete()
  }
}

function pairsOf(flat: readonly string[]): [name: string, value: string][] {
  const pairs: [string, string][] = []
  for (let i = 0; i < flat.length; i += 2) pairs.push([flat[i] as string, flat[i + 1] as string])
  return pairs
}

/** Each byte a character. */
function byteString(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192))
  return text
}

function asHttpError(error: Error & { readonly code?: string }): HttpError {
  if (error instanceof HttpError) return error
  const code = error.code === 'HPE_UNEXPECTED_CONTENT_LENGTH' ? 'ERR_HTTP_FRAMING' : 'ERR_HTTP_MALFORMED'
  return new HttpError(code, `the server sent no response of HTTP/1.1: ${error.message}`, { cause: error })
}

function malformed(what: string): HttpError {
  return new HttpError('ERR_HTTP_MALFORMED', `the server sent ${what}`)
}

function ambiguous(what: string): HttpError {
  return new HttpError('ERR_HTTP_FRAMING', `the server sent ${what}`)
}

const framing = ['content-length', 'transfer-encoding']
const fieldLine = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t\x20-\x7e\x80-\xff]*$/
const fieldValue = /^[\t\x20-\x7e\x80-\xff]*$/
const chunkLine = /^([0-9A-Fa-f]{1,13})[\t ]*(?:;[\t\x20-\x7e\x80-\xff]*)?$/

/** Early hints and processing may repeat; without an end they may not. */
const maxInformational = 32
