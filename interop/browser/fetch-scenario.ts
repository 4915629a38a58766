import type { Fetch } from '@typetls/web-adapter/fetch'

/** What a client meets at `https-server.ts`, told as plain data: the same in every place that fetches. */
export async function playFetch(fetch: Fetch, origin: string): Promise<FetchOutcome> {
  const json = async (path: string, init?: RequestInit): Promise<unknown> => (await fetch(origin + path, init)).json()
  const about = await json('/about')
  const gzip = await (await fetch(`${origin}/gzip`)).text()
  const hints = await (await fetch(`${origin}/hints`)).text()
  const head = await fetch(`${origin}/about`, { method: 'HEAD' })
  const redirect = await fetch(`${origin}/to-about`, { method: 'POST', body: 'x' })
  const missing = await fetch(`${origin}/missing`)
  const missingText = await missing.text()
  const body = new Uint8Array(1_000_000).fill(7)
  return {
    about,
    gzip: gzip.length,
    hints,
    head: [head.status, await head.text()],
    redirect: [redirect.redirected, redirect.url === `${origin}/about`, (await redirect.json()) as object],
    missing: [missing.status, missing.ok, missingText],
    sized: await json('/digest', { method: 'POST', body }),
    streamed: await json('/digest', { method: 'POST', body: piecesOf(body), duplex: 'half' } as RequestInit),
    bytes: await lengthOf((await fetch(`${origin}/bytes?count=5000000`)).body),
    parallel: (await Promise.all(Array.from({ length: 12 }, () => json('/about')))).length,
    cut: await failureOf(fetch(`${origin}/cut`).then((response) => response.text())),
    aborted: await failureOf(fetch(`${origin}/mute`, { signal: AbortSignal.timeout(50) })),
    strange: await failureOf(fetch('https://127.0.0.1:1/')),
  }
}

export type FetchOutcome = Readonly<Record<string, unknown>>

function piecesOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  let offset = 0
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      if (offset === bytes.length) return controller.close()
      controller.enqueue(bytes.subarray(offset, (offset += 100_000)))
    },
  })
}

/** Read into one buffer, again and again. */
async function lengthOf(body: ReadableStream<Uint8Array> | null): Promise<number> {
  let length = 0
  const reader = (body as ReadableStream<Uint8Array>).getReader({ mode: 'byob' })
  let read = await reader.read(new Uint8Array(65_536))
  for (; !read.done; read = await reader.read(new Uint8Array(read.value.buffer))) length += read.value.length
  return length
}

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    return await promise
  } catch (error) {
    const { name, cause } = error as Error & { readonly cause?: { readonly code?: string } }
    return [name, cause?.code ?? null]
  }
}
