import { TlsError } from '@typetls/wire'

/** As much of `fetch` as is used here: the global one fits. `Signal` is the platform's `AbortSignal`. */
export type FetchFunction<Signal> = (url: string, init: FetchInit<Signal>) => PromiseLike<FetchResponse>

export interface FetchInit<Signal> {
  readonly method: 'GET' | 'POST'
  readonly headers: Record<string, string>
  readonly body?: Uint8Array<ArrayBuffer>
  readonly redirect: 'error'
  readonly signal: Signal
}

export interface FetchResponse {
  readonly ok: boolean
  readonly status: number
  readonly body: { getReader(): FetchBodyReader } | null
}

export interface FetchBodyReader {
  read(): PromiseLike<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>
  cancel(): PromiseLike<void>
}

export interface HttpBounds<Signal> {
  readonly fetch: FetchFunction<Signal>
  readonly signal: () => Signal
}

/**
 * The body of a response, at most `maxBytes` of it.
 *
 * @throws TlsError `ERR_TLS_REVOCATION_FETCH` (internal_error), whatever went wrong
 */
export async function fetchBytes<Signal>(
  url: string,
  { fetch, signal }: HttpBounds<Signal>,
  maxBytes: number,
  request?: { readonly type: string; readonly body: Uint8Array },
): Promise<Uint8Array> {
  try {
    const response = await fetch(url, {
      method: request === undefined ? 'GET' : 'POST',
      headers: request === undefined ? {} : { 'content-type': request.type },
      ...(request === undefined ? {} : { body: Uint8Array.from(request.body) }),
      redirect: 'error',
      signal: signal(),
    })
    if (!response.ok) return failed(url, `answered ${response.status}`)
    return await readAll(url, response, maxBytes)
  } catch (error) {
    if (error instanceof TlsError) throw error
    return failed(url, 'did not answer', error)
  }
}

async function readAll(url: string, { body }: FetchResponse, maxBytes: number): Promise<Uint8Array> {
  const reader = body?.getReader()
  const chunks: Uint8Array[] = []
  let length = 0
  for (let chunk = await reader?.read(); chunk?.value !== undefined; chunk = await reader?.read()) {
    chunks.push(chunk.value)
    length += chunk.value.length
    if (length > maxBytes) {
      await reader?.cancel()
      return failed(url, `answered with more than ${maxBytes} bytes`)
    }
  }
  const bytes = new Uint8Array(length)
  let offset = 0
  for (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.length
  }
  return bytes
}

function failed(url: string, problem: string, cause?: unknown): never {
  // The address comes from a certificate: nothing of it may steer a terminal.
  const shown = url.replace(/[^\x21-\x7e]/g, '?').slice(0, 200)
  throw new TlsError('ERR_TLS_REVOCATION_FETCH', `${shown} ${problem}`, cause === undefined ? {} : { cause })
}
