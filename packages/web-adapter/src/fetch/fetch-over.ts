import type { ConnectOptions } from '../type-tls.ts'
import type { SocketAddress } from '../transport.ts'
import type { PoolOptions } from './connection-pool.ts'
import { ConnectionPool } from './connection-pool.ts'
import { acceptedCodings, decoded, onError } from './content-coding.ts'
import type { HttpConnection, HttpSocket, IncomingResponse } from './http-connection.ts'
import { HttpError } from './http-error.ts'
import type { RequestBody } from './request-body.ts'
import { requestBody } from './request-body.ts'

/** `fetch`, and an end of what it keeps. */
export interface Fetch {
  (input: string | URL | Request, init?: RequestInit): Promise<Response>
  /** Ends the connections that wait for another request. */
  closeIdle(): void
}

/** Opens a TLS connection: `(address, options) => tls.connect(address, options)` of a `TypeTls` or `WorkerTls`. */
export type Connect = (
  address: SocketAddress,
  options: ConnectOptions & { readonly secureTransport: 'on' },
) => HttpSocket

export interface FetchOptions extends PoolOptions {
  /** Redirects that are followed. Default 20. */
  readonly maxRedirects?: number
}

/**
 * `fetch` by HTTP/1.1 over connections of your own; `https:` only. What it resolves to is a standard `Response` whose body
 * streams as it is read, into buffers of the reader if it brings them, and a body that is a stream is sent as the server takes
 * it. A `Request` does not tell whether its body is one: one that comes within 50 ms, up to 16 MiB, is sent
 * with its length.
 *
 * It differs from a browser's where there is no browser: no CORS, no cookie jar (`cookie` can be sent, `set-cookie` read),
 * no cache. With `redirect: 'manual'` the response is the redirect itself. `integrity` is refused.
 *
 * Rejected with a TypeError whose `cause` says why, a `SocketError` or an `HttpError`, or with the reason of the signal.
 */
export function fetchOver(connect: Connect, options: FetchOptions = {}): Fetch {
  const open = (origin: URL, signal: AbortSignal): HttpSocket =>
    connect(addressOf(origin), { secureTransport: 'on', alpn: ['http/1.1'], signal })
  const pool = new ConnectionPool(open, options)
  const { maxRedirects = 20 } = options
  const fetch = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const request = await outgoing(input, init)
    const { signal } = request
    try {
      return await follow(pool, request, maxRedirects)
    } catch (error) {
      request.body?.discard(signal.aborted ? signal.reason : error)
      signal.throwIfAborted()
      throw failed('fetch failed', error)
    }
  }
  return Object.assign(fetch, { closeIdle: () => pool.closeIdle() })
}

/** A request, as redirects change it. */
interface Outgoing {
  readonly url: URL
  readonly method: string
  readonly headers: Headers
  readonly body: RequestBody | undefined
  readonly redirect: Request['redirect']
  readonly signal: AbortSignal
  /** Kept while it is needed: in Node.js the signal of a Request follows another only as long as somebody has the Request. */
  readonly source: unknown
}

/** @throws TypeError for what `fetch` does not take, as a rejection */
async function outgoing(input: string | URL | Request, init: RequestInit): Promise<Outgoing> {
  // The platform's own Request checks and completes everything but the body and forbidden headers.
  const { body: givenBody, headers: givenHeaders, ...rest } = init
  const request = new Request(input, rest)
  const { method, redirect } = request
  const own = input instanceof Request ? input.signal : undefined
  const signal = (init.signal === undefined ? own : init.signal) ?? new AbortController().signal
  const given = givenBody ?? (input instanceof Request && hasBody(input) ? request : undefined)
  if (request.integrity !== '') throw invalid('integrity is not checked')
  if (given !== undefined && (method === 'GET' || method === 'HEAD')) throw invalid(`${method} with a body`)
  try {
    const body = await requestBody(given)
    const headers = new Headers(givenHeaders ?? (input instanceof Request ? input.headers : undefined))
    if (body?.contentType != null && !headers.has('content-type')) headers.set('content-type', body.contentType)
    for (const name of ownHeaders) headers.delete(name)
    return { url: new URL(request.url), method, headers, body, redirect, signal, source: input }
  } catch (error) {
    signal.throwIfAborted()
    throw error instanceof HttpError ? failed('fetch failed', error) : error
  }
}

/** Firefox does not say. */
function hasBody({ body, method }: Request): boolean {
  return body === undefined ? method !== 'GET' && method !== 'HEAD' : body !== null
}

async function follow(pool: ConnectionPool, first: Outgoing, maxRedirects: number): Promise<Response> {
  let request = first
  for (let count = 0; ; count++) {
    if (request.url.protocol !== 'https:')
      throw new HttpError('ERR_HTTP_REQUEST', `${request.url.protocol} is not https:`)
    const response = await exchange(pool, request)
    const location = redirectStatuses.has(response.status) ? valueOf(response, 'location') : undefined
    if (location === undefined || request.redirect === 'manual') return responseOf(request, response, count > 0)
    response.body.cancel().catch(() => undefined)
    if (request.redirect === 'error') throw new HttpError('ERR_HTTP_REDIRECT', `redirected to ${location}`)
    if (count === maxRedirects) throw new HttpError('ERR_HTTP_REDIRECT', `more than ${maxRedirects} redirects`)
    request = redirected(request, response.status, location)
  }
}

/** https://fetch.spec.whatwg.org/#http-redirect-fetch */
function redirected(request: Outgoing, status: number, location: string): Outgoing {
  if (!URL.canParse(location, request.url.href))
    throw new HttpError('ERR_HTTP_REDIRECT', `redirected to no URL: ${location}`)
  const url = new URL(location, request.url)
  if (url.hash === '') url.hash = request.url.hash
  if (url.protocol !== 'https:') throw new HttpError('ERR_HTTP_REDIRECT', `redirected to ${url.protocol}`)
  if (url.username !== '' || url.password !== '') {
    throw new HttpError('ERR_HTTP_REDIRECT', 'redirected to a URL with credentials')
  }
  const headers = new Headers(request.headers)
  let { method, body } = request
  const asGet = status === 303 ? method !== 'GET' && method !== 'HEAD' : status <= 302 && method === 'POST'
  if (asGet) {
    method = 'GET'
    body = undefined
    for (const name of bodyHeaders) headers.delete(name)
  }
  if (body?.replayable === false) throw new HttpError('ERR_HTTP_REDIRECT', 'redirected with a body that was a stream')
  if (url.origin !== request.url.origin) for (const name of credentialHeaders) headers.delete(name)
  return { ...request, url, method, headers, body }
}

/** One request and its response, once more where the connection turns out to have been given up by the server. */
async function exchange(pool: ConnectionPool, request: Outgoing): Promise<IncomingResponse> {
  const { url, method, signal } = request
  for (;;) {
    const connection = await pool.acquire(url, signal)
    const body = request.body?.open()
    try {
      return await connection.exchange({ method, head: headOf(request, body?.length), body, signal })
    } catch (error) {
      if (!mayRepeat(request, connection)) throw error
    }
  }
}

/** https://www.rfc-editor.org/rfc/rfc9110#section-9.2.2 */
function mayRepeat({ method, body, signal }: Outgoing, { exchanges, answered }: HttpConnection): boolean {
  if (signal.aborted || answered || exchanges === 1) return false
  return idempotent.has(method) && body?.replayable !== false
}

function headOf({ url, method, headers, body }: Outgoing, length: number | undefined): string {
  const lines = [`${method} ${url.pathname}${url.search} HTTP/1.1`, `host: ${url.host}`]
  for (const [name, value] of headers) lines.push(`${name}: ${value}`)
  if (!headers.has('accept')) lines.push('accept: */*')
  const codings = acceptedCodings()
  if (!headers.has('accept-encoding')) lines.push(`accept-encoding: ${codings === '' ? 'identity' : codings}`)
  const { userAgent } = (globalThis as { navigator?: { userAgent?: string } }).navigator ?? {}
  if (!headers.has('user-agent') && userAgent !== undefined) lines.push(`user-agent: ${userAgent}`)
  if (body !== undefined && length === undefined) lines.push('transfer-encoding: chunked')
  else if (body !== undefined || methodsWithBody.has(method)) lines.push(`content-length: ${length ?? 0}`)
  return lines.join('\r\n') + '\r\n\r\n'
}

function responseOf(request: Outgoing, incoming: IncomingResponse, wasRedirected: boolean): Response {
  const { status, statusText } = incoming
  // Those of a Response would be without Set-Cookie.
  const headers = new Headers()
  for (const [name, value] of incoming.headers) headers.append(name, value)
  const url = new URL(request.url)
  url.hash = ''
  const failure: BodyFailure = {}
  return described(
    new Response(bodyOf(request, incoming, headers, failure) as never, { status, statusText }),
    failure,
    {
      url: { value: url.href },
      redirected: { value: wasRedirected },
      headers: { value: headers },
    },
  )
}

function bodyOf(
  request: Outgoing,
  { status, body }: IncomingResponse,
  headers: Headers,
  failure: BodyFailure,
): unknown {
  if (request.method === 'HEAD' || nullBodyStatuses.has(status)) {
    body.cancel().catch(() => undefined)
    return null
  }
  const plain = decoded(body, headers.get('content-encoding'))
  const map = (error: unknown): unknown => {
    const { signal } = request
    failure.error = signal.aborted ? signal.reason : failed('the body failed', error)
    return failure.error
  }
  return onError(plain, map, 'bytes')
}

/** What the body failed with, if it did. */
interface BodyFailure {
  error?: unknown
}

/** A Response that says what the constructor cannot be told. */
function described(response: Response, failure: BodyFailure, facts: PropertyDescriptorMap): Response {
  const clone = (): Response => described(Response.prototype.clone.call(response), failure, facts)
  Object.defineProperties(response, { ...facts, clone: { value: clone } })
  const prototype = Response.prototype as unknown as Record<string, ((this: Response) => Promise<unknown>) | undefined>
  for (const name of ['arrayBuffer', 'blob', 'bytes', 'formData', 'json', 'text']) {
    const read = prototype[name]
    if (read === undefined) continue
    // Browsers tell of a stream that failed only that it did.
    const value = async (): Promise<unknown> => {
      try {
        return await read.call(response)
      } catch (error) {
        throw failure.error ?? error
      }
    }
    Object.defineProperty(response, name, { value })
  }
  return response
}

function addressOf({ hostname, port }: URL): SocketAddress {
  return { hostname: hostname.replace(/^\[(.*)\]$/, '$1'), port: port === '' ? 443 : Number(port) }
}

function valueOf({ headers }: IncomingResponse, name: string): string | undefined {
  return headers.find(([key]) => key.toLowerCase() === name)?.[1]
}

/** As `fetch` fails: a TypeError whose cause says why. */
function failed(what: string, cause: unknown): TypeError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new TypeError(`${what}: ${reason}`, { cause })
}

function invalid(what: string): TypeError {
  return failed('fetch failed', new HttpError('ERR_HTTP_REQUEST', what))
}

/** Ours to say: a request that says them otherwise could be read in two ways. They are left out, as in browsers. */
const ownHeaders = [
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]

const bodyHeaders = ['content-encoding', 'content-language', 'content-location', 'content-type']
const credentialHeaders = ['authorization', 'cookie']
const idempotent: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'])
const methodsWithBody: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH'])
const nullBodyStatuses: ReadonlySet<number> = new Set([204, 205, 304])
const redirectStatuses: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])
