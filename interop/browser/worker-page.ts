import type { Socket } from '@typetls/web-adapter'
import { relay, SocketError, TypeTls } from '@typetls/web-adapter'
import { fetchOver } from '@typetls/web-adapter/fetch'
import { WorkerTls } from '@typetls/web-adapter/worker'
import type { FetchOutcome } from './fetch-scenario.ts'
import { playFetch } from './fetch-scenario.ts'

export interface WorkerSetting {
  readonly relayUrl: string
  readonly ca: string
}

/** Global in the page. */
export interface WorkerPage {
  /** Sends a number of bytes to a server that sends them back. */
  echo(setting: WorkerSetting, port: number, bytes: number): Promise<Echoed>
  /** Asks a server in plaintext whether it speaks TLS, and then says something by it. */
  upgrade(setting: WorkerSetting, port: number): Promise<readonly string[]>
  play(setting: WorkerSetting, origin: string): Promise<FetchOutcome>
  /** The codes that `opened` and `closed` fail with: of a worker whose script is not there, or that is terminated. */
  failing(setting: WorkerSetting, port: number, how: 'missing' | 'terminated'): Promise<readonly string[]>
  /** Begins a handshake that waits for ever. */
  hang(setting: WorkerSetting, port: number): void
}

export interface Echoed {
  readonly received?: number
  readonly authorized?: boolean
  readonly certificates?: number
  readonly failures?: readonly string[]
}

const page: WorkerPage = {
  async echo(setting, port, bytes) {
    const tls = workerTls(setting)
    const socket = tls.connect({ hostname: '127.0.0.1', port })
    try {
      const { tls: facts } = await socket.opened
      const writing = new Response(new Uint8Array(bytes)).body?.pipeTo(socket.writable as WritableStream<never>)
      let received = 0
      const reader = socket.readable.getReader()
      for (let read = await reader.read(); !read.done; read = await reader.read()) received += read.value.length
      await Promise.all([writing, socket.closed])
      const { authorized, facts: found } = facts.peer ?? {}
      return { received, authorized: authorized === true, certificates: (found as { path: unknown[] }).path.length }
    } catch {
      return { failures: await failures(socket) }
    } finally {
      tls.terminate()
    }
  },
  async upgrade(setting, port) {
    const tls = workerTls(setting)
    const socket = tls.connect({ hostname: '127.0.0.1', port }, { secureTransport: 'starttls' })
    const greeting = await exchange(socket, undefined)
    const answer = await exchange(socket, 'STARTTLS')
    const secured = socket.startTls()
    const said = [greeting, answer, await exchange(secured, 'secret')]
    await secured.close()
    tls.terminate()
    return [...said, ...(await failures(socket))]
  },
  async play(setting, origin) {
    const tls = workerTls(setting)
    const outcome = await playFetch(
      fetchOver((address, options) => tls.connect(address, options)),
      origin,
    )
    tls.terminate()
    return outcome
  },
  async failing(setting, port, how) {
    const tls = workerTls(setting, how === 'missing' ? '/missing.js' : undefined)
    const socket = tls.connect({ hostname: '127.0.0.1', port })
    if (how === 'terminated') setTimeout(() => tls.terminate(), 50)
    return failures(socket)
  },
  hang(setting, port) {
    const verifier = { acceptsUnauthorized: false, verify: () => new Promise<never>(() => undefined) }
    const tls = new TypeTls({ verifier, transport: relay(setting.relayUrl) })
    tls.connect({ hostname: '127.0.0.1', port }, { secureTransport: 'on' })
  },
}

/** Says something, and reads one chunk. */
async function exchange({ readable, writable }: Socket, text: string | undefined): Promise<string> {
  const [reader, writer] = [readable.getReader(), writable.getWriter()]
  if (text !== undefined) await writer.write(new TextEncoder().encode(text))
  const { value } = await reader.read()
  reader.releaseLock()
  writer.releaseLock()
  return new TextDecoder().decode(value)
}

function workerTls(setting: WorkerSetting, script = '/socket-worker.js'): WorkerTls {
  return new WorkerTls(new Worker(script, { name: JSON.stringify(setting) }))
}

async function failures({ opened, closed }: { opened: Promise<unknown>; closed: Promise<unknown> }): Promise<string[]> {
  const settled = await Promise.allSettled([opened, closed])
  return settled.map((one) => {
    if (one.status === 'fulfilled') return 'none'
    return one.reason instanceof SocketError ? one.reason.code : String(one.reason)
  })
}

declare const Worker: new (url: string, options: { name: string }) => ConstructorParameters<typeof WorkerTls>[0]

Object.assign(globalThis, page)
