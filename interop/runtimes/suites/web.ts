import { chacha20Poly1305, nobleCrypto, secp256r1 } from '@typetls/crypto-noble'
import type { CryptoProvider } from '@typetls/crypto-provider'
import { complete, TLS_CHACHA20_POLY1305_SHA256 } from '@typetls/crypto-provider'
import { webClientCrypto } from '@typetls/crypto-webcrypto/client'
import type { Dialer, SecureOptions, SecureSocket, Transport } from '@typetls/web-adapter'
import { fromStreams, ownCertificate, pemCertificates, relay, serverRole, TypeTls } from '@typetls/web-adapter'
import { createFetch } from '@typetls/web-adapter/fetch'
import { serveSockets, WorkerTls } from '@typetls/web-adapter/worker'
import { socketsHere } from '../sockets.ts'
import type { Suite, SuiteResult } from '../suite.ts'

/** What `given.js` made, put in by the bundler. */
declare const given: {
  readonly ca: string
  readonly stranger: string
  readonly server: { readonly cert: string; readonly key: string }
  readonly client: { readonly cert: string; readonly key: string }
  readonly address: { readonly hostname: string; readonly port: number }
  readonly relayUrl: string
}

/** web-adapter: two sockets in memory, and a server of `node:tls` on loopback by what the platform has to reach it. */
const web: Suite = async () => {
  if (isWorker()) return inWorker()
  const results = [
    await outcomeOf('TLS in memory', inMemory()),
    await outcomeOf('noble where it is missing', filled()),
    await outcomeOf('fetch in memory', fetching()),
  ]
  const sockets = await socketsHere()
  if (sockets !== undefined) results.push(await outcomeOf(`a server by ${sockets.name}`, onLoopback(sockets.dialer)))
  if ('WebSocket' in globalThis) {
    results.push(await outcomeOf('a server through the relay', onLoopback(relay(given.relayUrl))))
  }
  if ('document' in globalThis) results.push(await outcomeOf('a server by a worker', byWorker()))
  return results
}

export default web

/** By what it shows. */
type Checks = Readonly<Record<string, () => Promise<void>>>

async function outcomeOf(name: string, checks: Checks): Promise<SuiteResult> {
  const failures: string[] = []
  for (const [what, check] of Object.entries(checks)) {
    try {
      await inTime(check())
    } catch (error) {
      failures.push(`${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
    }
  }
  const count = Object.keys(checks).length
  const summary = `${count - failures.length} of ${count} checks`
  return { name, passed: failures.length === 0, summary, details: `${name}: ${summary}\n${failures.join('')}` }
}

async function inTime(check: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('not done within 20 seconds')), 20_000)
  })
  try {
    await Promise.race([check, late])
  } finally {
    clearTimeout(timer)
  }
}

function inMemory(): Checks {
  return {
    async 'a megabyte goes there and back, and both ends end'() {
      const { client, server } = pair({})
      const { tls, alpn } = await client.opened
      same('version', tls.version, 'TLSv1.3')
      same('authorized', tls.peer?.authorized, true)
      same('alpn', alpn, 'echo')
      const echo = server.readable.pipeTo(server.writable)
      await sendAndCompare(client, 1_000_000)
      await Promise.all([echo, client.closed, server.closed])
    },
    async 'each ends its half by itself'() {
      const { client, server } = pair({ allowHalfOpen: true }, { allowHalfOpen: true })
      await client.writable.close()
      same('read', await textOf(server.readable), '')
      await say(server, 'after your end')
      await server.writable.close()
      same('read', await textOf(client.readable), 'after your end')
      await Promise.all([client.closed, server.closed])
    },
    async 'a client shows its certificate'() {
      const credentials = ownCertificate(given.client)
      const { client, server } = pair(
        { credentials },
        { ca: pemCertificates(given.ca), clientAuthentication: 'require' },
      )
      const [{ tls }] = await Promise.all([server.opened, client.opened])
      same('authorized', tls.peer?.authorized, true)
      await Promise.all([client.close(), textOf(server.readable)])
    },
    async 'a stranger is refused, and told why'() {
      const { client, server } = pair({ ca: pemCertificates(given.stranger) })
      same('client', await failureOf(client.opened), 'ERR_TLS_CERTIFICATE_UNKNOWN_CA')
      same('server', await failureOf(server.closed), 'ERR_TLS_PEER_ALERT')
    },
    async 'a certificate for another name is refused'() {
      const { client, server } = pair({ sni: 'another.test' })
      same('client', await failureOf(client.opened), 'ERR_TLS_CERTIFICATE_NAME')
      same('server', await failureOf(server.closed), 'ERR_TLS_PEER_ALERT')
    },
    async 'a bit changed on the way is noticed'() {
      let alter = false
      const { client, server } = pair({}, {}, (bytes) => {
        if (!alter) return bytes
        const changed = bytes.slice()
        changed[changed.length - 1]! ^= 1
        return changed
      })
      await Promise.all([client.opened, server.opened])
      alter = true
      await say(client, 'pay 100')
      same('server', await failureOf(textOf(server.readable)), 'ERR_TLS_BAD_RECORD_MAC')
    },
    async 'a signal ends a socket'() {
      const giveUp = new AbortController()
      const { client, server } = pair({ signal: giveUp.signal })
      await Promise.all([client.opened, server.opened])
      giveUp.abort()
      same('client', await failureOf(client.closed), 'ERR_TLS_ABORTED')
      same('server', await textOf(server.readable), '')
      await server.closed
    },
  }
}

/** The example of the README of web-adapter, played where the platform has the algorithms and where it has not. */
function filled(): Checks {
  const part = { aead: { 'chacha20-poly1305': chacha20Poly1305 }, keyExchange: { secp256r1 } }
  const play = async (crypto: CryptoProvider): Promise<void> => {
    const options = { crypto, groups: ['secp256r1'], cipherSuites: [TLS_CHACHA20_POLY1305_SHA256] }
    const { client, server } = pair(options, { crypto: nobleCrypto })
    same('suite', (await client.opened).tls.cipherSuite, 'TLS_CHACHA20_POLY1305_SHA256')
    same('group', (await client.opened).tls.group, 'secp256r1')
    const echo = server.readable.pipeTo(server.writable)
    await sendAndCompare(client, 100_000)
    await echo
  }
  return {
    'a client speaks ChaCha20-Poly1305 and P-256': async () => play(complete(await webClientCrypto(), part)),
    'also where the platform has neither': async () => {
      const bare = await webClientCrypto({ omit: ['chacha20-poly1305', 'secp256r1'] })
      same('AEADs', 'chacha20-poly1305' in bare.aead || 'secp256r1' in bare.keyExchange, false)
      await play(complete(bare, part))
    },
    'and what the platform has stays the platform’s': async () => {
      const bare = await webClientCrypto()
      const whole = complete(bare, part)
      same('P-256', whole.keyExchange['secp256r1'] === bare.keyExchange['secp256r1'], true)
    },
  }
}

function onLoopback(transport: Dialer): Checks {
  const connect = (options: Partial<SecureOptions> = {}): SecureSocket =>
    new TypeTls({ ca: pemCertificates(given.ca), transport, ...options }).connect(given.address, {
      secureTransport: 'on',
      sni: options.sni ?? 'localhost',
      alpn: ['echo'],
    })
  return {
    async 'a megabyte goes there and back, and the server ends after us'() {
      const socket = connect()
      const { tls, alpn } = await socket.opened
      same('version', tls.version, 'TLSv1.3')
      same('authorized', tls.peer?.authorized, true)
      same('alpn', alpn, 'echo')
      await sendAndCompare(socket, 1_000_000, 'nobody\n')
      await socket.closed
    },
    async 'a client shows its certificate'() {
      const socket = connect({ credentials: ownCertificate(given.client) })
      await sendAndCompare(socket, 10, 'a client\n')
      await socket.closed
    },
    async 'a stranger, and another name, are refused'() {
      same(
        'stranger',
        await failureOf(connect({ ca: pemCertificates(given.stranger) }).opened),
        'ERR_TLS_CERTIFICATE_UNKNOWN_CA',
      )
      same('name', await failureOf(connect({ sni: 'another.test' }).opened), 'ERR_TLS_CERTIFICATE_NAME')
    },
    async 'close ends it at once'() {
      const socket = connect()
      await socket.opened
      await socket.close()
    },
    async 'an address where nobody is fails'() {
      const nowhere = new TypeTls({ ca: pemCertificates(given.ca), transport }).connect('127.0.0.1:1', {
        secureTransport: 'on',
      })
      same('opened', await failureOf(nowhere.opened), 'ERR_TLS_TRANSPORT')
    },
  }
}

/** The page's own script once more, as a worker, which this name tells it to be. */
const workerName = 'typetls sockets'

function isWorker(): boolean {
  return !('document' in globalThis) && (globalThis as { name?: unknown }).name === workerName
}

/** Serves its page for as long as that is there. */
function inWorker(): Promise<never> {
  serveSockets(new TypeTls({ ca: pemCertificates(given.ca), transport: relay(given.relayUrl) }))
  return new Promise(() => undefined)
}

function byWorker(): Checks {
  const { Worker, document } = globalThis as unknown as Page
  const script = document.scripts[0]?.src ?? ''
  const connected = (name: string): { tls: WorkerTls; socket: SecureSocket } => {
    const tls = new WorkerTls(new Worker(script, { name: workerName }))
    return { tls, socket: tls.connect(given.address, { sni: name, alpn: ['echo'] }) }
  }
  return {
    async 'a megabyte goes there and back, and what was negotiated is told'() {
      const { tls, socket } = connected('localhost')
      const { tls: facts, alpn } = await socket.opened
      same('version', facts.version, 'TLSv1.3')
      same('authorized', facts.peer?.authorized, true)
      same('alpn', alpn, 'echo')
      await sendAndCompare(socket, 1_000_000, 'nobody\n')
      await socket.closed
      tls.terminate()
    },
    async 'another name is refused, with its code'() {
      const { tls, socket } = connected('another.test')
      same('opened', await failureOf(socket.opened), 'ERR_TLS_CERTIFICATE_NAME')
      same('closed', await failureOf(socket.closed), 'ERR_TLS_CERTIFICATE_NAME')
      tls.terminate()
    },
    async 'a worker that is terminated ends its sockets'() {
      const { tls, socket } = connected('localhost')
      await socket.opened
      tls.terminate()
      same('closed', await failureOf(socket.closed), 'ERR_TLS_CLOSED')
    },
    async 'a worker without a script ends its sockets'() {
      const tls = new WorkerTls(new Worker('/missing.js', { name: workerName }))
      same('opened', await failureOf(tls.connect(given.address).opened), 'ERR_TLS_TRANSPORT')
    },
  }
}

/** What is used of a page. */
interface Page {
  readonly Worker: new (url: string, options: { name: string }) => ConstructorParameters<typeof WorkerTls>[0]
  readonly document: { readonly scripts: readonly { readonly src: string }[] }
}

/** `fetch` from a server that answers each request with itself, and in chunks. */
function fetching(): Checks {
  const echoing = (): ReturnType<typeof createFetch> =>
    createFetch({
      ca: pemCertificates(given.ca),
      transport: () => {
        const up = new TransformStream<Uint8Array, Uint8Array>()
        const down = new TransformStream<Uint8Array, Uint8Array>()
        const server = fromStreams(
          { readable: up.readable, writable: down.writable },
          { role: serverRole, ...given.server },
        )
        echoRequests(server).catch(() => undefined)
        return { readable: down.readable, writable: up.writable }
      },
    })
  return {
    async 'a request is answered, twice on a connection'() {
      const fetch = echoing()
      for (let i = 0; i < 2; i++) {
        const response = await fetch(`https://localhost/path?${i}`, { headers: { 'x-own': 'yes' } })
        const text = await response.text()
        same('status', response.status, 200)
        same('request', text.startsWith(`GET /path?${i} HTTP/1.1\r\nhost: localhost\r\n`), true)
        same('header', text.includes('\r\nx-own: yes\r\n'), true)
      }
      fetch.closeIdle()
    },
    async 'a stream is sent in chunks'() {
      const fetch = echoing()
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          controller.enqueue(new TextEncoder().encode('streamed'))
          controller.close()
        },
      })
      const response = await fetch('https://localhost/', {
        method: 'POST',
        body: body as never,
        duplex: 'half',
      } as never)
      same('body', (await response.text()).endsWith('\r\n\r\n8\r\nstreamed\r\n0\r\n\r\n'), true)
      fetch.closeIdle()
    },
    async 'what fails is a TypeError with its cause, or the reason of the signal'() {
      const fetch = createFetch({
        ca: pemCertificates(given.stranger),
        transport: () => Promise.reject(new Error('no route')),
      })
      const error = await fetch('https://localhost/').catch((reason: unknown) => reason as TypeError)
      same('error', error instanceof TypeError && (error.cause as { code?: string }).code, 'ERR_TLS_TRANSPORT')
      const aborted = await fetch('https://localhost/', { signal: AbortSignal.abort('enough') }).catch(
        (reason) => reason,
      )
      same('aborted', aborted, 'enough')
    },
  }
}

async function echoRequests({ readable, writable }: SecureSocket): Promise<void> {
  const reader = readable.getReader()
  const writer = writable.getWriter()
  const [encoder, decoder] = [new TextEncoder(), new TextDecoder()]
  let text = ''
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    text += decoder.decode(read.value, { stream: true })
    const isWhole = text.includes('transfer-encoding: chunked')
      ? text.endsWith('\r\n0\r\n\r\n')
      : text.endsWith('\r\n\r\n')
    if (!isWhole) continue
    const chunk = `${text.length.toString(16)}\r\n${text}\r\n`
    await writer.write(encoder.encode(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}0\r\n\r\n`))
    text = ''
  }
}

function pair(
  options: Partial<SecureOptions>,
  accept: object = {},
  meddle: (bytes: Uint8Array) => Uint8Array = (bytes) => bytes,
): { client: SecureSocket; server: SecureSocket } {
  const up = new TransformStream<Uint8Array, Uint8Array>({
    transform: (bytes, controller) => controller.enqueue(meddle(bytes)),
  })
  const down = new TransformStream<Uint8Array, Uint8Array>()
  const theirs: Transport = { readable: up.readable, writable: down.writable }
  return {
    server: fromStreams(theirs, { role: serverRole, ...given.server, alpn: ['echo'], ...accept }),
    client: fromStreams(
      { readable: down.readable, writable: up.writable },
      { ca: pemCertificates(given.ca), sni: 'localhost', alpn: ['echo'], ...options },
    ),
  }
}

/** Writes so many bytes and ends; what comes back is `greeting` and the same bytes. */
async function sendAndCompare(socket: SecureSocket, length: number, greeting = ''): Promise<void> {
  const bytes = Uint8Array.from({ length }, (_, i) => (i * 31) ^ (i >>> 8))
  const writer = socket.writable.getWriter()
  const writing = (async () => {
    for (let i = 0; i < length; i += 70_000) await writer.write(bytes.subarray(i, i + 70_000))
    await writer.close()
  })()
  const expected = new Uint8Array(greeting.length + length)
  expected.set(new TextEncoder().encode(greeting))
  expected.set(bytes, greeting.length)
  let received = 0
  for (const reader = socket.readable.getReader(); ;) {
    const { done, value } = await reader.read()
    if (done) break
    for (let i = 0; i < value.length; i++) {
      if (value[i] !== expected[received + i]) throw new Error(`byte ${received + i} is another`)
    }
    received += value.length
  }
  same('bytes', received, expected.length)
  await writing
}

async function say({ writable }: SecureSocket, text: string): Promise<void> {
  const writer = writable.getWriter()
  await writer.write(new TextEncoder().encode(text))
  writer.releaseLock()
}

async function textOf(readable: ReadableStream<Uint8Array>): Promise<string> {
  const reader = readable.getReader()
  const decoder = new TextDecoder()
  let text = ''
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    text += decoder.decode(read.value, { stream: true })
  }
  return text + decoder.decode()
}

/** The code of what it is rejected with; `undefined` if it is not. */
async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise
    return undefined
  } catch (error) {
    return (error as { readonly code?: unknown }).code ?? error
  }
}

function same(what: string, actual: unknown, expected: unknown): void {
  if (actual !== expected) throw new Error(`${what}: ${String(actual)}, and not ${String(expected)}`)
}
