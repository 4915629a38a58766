import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import net from 'node:net'
import { createServer } from '@typetls/node-adapter'
import type { Relay } from '@typetls/relay'
import { createRelay } from '@typetls/relay'
import { createAuthority } from '@typetls/testing'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { HttpsServer } from '../https-server.ts'
import { startHttpsServer } from '../https-server.ts'
import { commands, findChromium, launch } from './chromium.ts'
import type { PageServer } from './page-server.ts'
import { startPageServer } from './page-server.ts'
import type { WorkerPage } from './worker-page.ts'

const installed = findChromium()
const nowhere = `there is no ${commands.join(', ')} on the PATH; on Debian: apt-get install chromium`
if (installed === undefined) console.log(`Not run in a browser: ${nowhere}`)
const skipped = installed === undefined && process.env['TYPETLS_BROWSER'] !== 'required'

describe.skipIf(skipped)(`TLS in a worker of ${installed?.version ?? 'Chromium'}`, () => {
  const authority = createAuthority()
  const leaf = authority.issue({ ip: ['127.0.0.1'] })
  const refused: string[] = []
  const echo = createServer({ cert: leaf.chainPem, key: leaf.privateKeyPem, allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined)
    socket.pipe(socket)
  })
  echo.on('tlsClientError', (error: Error & { code?: string }) => refused.push(error.code ?? String(error)))
  let server: HttpsServer
  let relay: Relay
  let relayUrl: string
  let pages: PageServer
  let browser: Browser
  let page: Page
  const complaints: string[] = []

  beforeAll(async () => {
    if (installed === undefined) throw new Error(nowhere)
    server = await startHttpsServer()
    echo.listen(0, '127.0.0.1')
    await once(echo, 'listening')
    relay = createRelay({ allow: ['127.0.0.1:*'] })
    relayUrl = `ws://127.0.0.1:${(await relay.listen()).port}/`
    pages = await startPageServer('worker-page.ts', { workers: ['socket-worker.ts'] })
    browser = await launch(installed)
    page = await openPage()
  })
  afterAll(async () => {
    await browser?.close()
    await relay?.close()
    await server?.close()
    echo.close()
    pages?.close()
  })

  test('carries megabytes both ways, and says what was negotiated', async () => {
    const bytes = 8_000_000
    const outcome = await call('echo', { relayUrl, ca: authority.pem }, portOf(echo), bytes)
    expect(outcome).toEqual({ received: bytes, authorized: true, certificates: 2 })
  })

  test('refuses a certificate of a stranger with its code', async () => {
    const { pem: ca } = createAuthority({ name: 'a stranger' })
    const code = 'ERR_TLS_CERTIFICATE_UNKNOWN_CA'
    expect(await call('echo', { relayUrl, ca }, portOf(echo), 1)).toEqual({ failures: [code, code] })
  })

  test('begins where a server in plaintext lets it', async () => {
    const plain = net.createServer((socket) => {
      socket.write('ready')
      socket.once('data', (request) => {
        socket.write(`${String(request)} it is`)
        echo.emit('connection', socket)
      })
    })
    plain.listen(0, '127.0.0.1')
    await once(plain, 'listening')
    const said = await call('upgrade', { relayUrl, ca: authority.pem }, portOf(plain))
    expect(said).toEqual(['ready', 'STARTTLS it is', 'secret', 'none', 'none'])
    plain.close()
  })

  test('is what fetch goes over, too', async () => {
    const outcome = await call('play', { relayUrl, ca: server.ca }, server.origin)
    expect(outcome).toMatchObject({
      gzip: 7000,
      bytes: 5_000_000,
      parallel: 12,
      sized: { length: 1_000_000 },
      streamed: { length: 1_000_000, framing: 'chunked' },
      cut: ['TypeError', expect.stringMatching(/^ERR_(TLS|HTTP)_TRUNCATED$/)],
      aborted: ['TimeoutError', null],
      strange: ['TypeError', 'ERR_TLS_TRANSPORT'],
    })
  })

  test('fails with a code when the worker cannot start, and when it is terminated', async () => {
    const setting = { relayUrl, ca: authority.pem }
    const mute = await muteServer()
    expect(await call('failing', setting, mute.port, 'missing')).toEqual(['ERR_TLS_TRANSPORT', 'ERR_TLS_TRANSPORT'])
    expect(await call('failing', setting, mute.port, 'terminated')).toEqual(['ERR_TLS_CLOSED', 'ERR_TLS_CLOSED'])
    await expect.poll(() => mute.open()).toBe(0)
    mute.close()
  })

  test('a page that is closed in its handshake is an error to its server, and leaves nothing open', async () => {
    const other = await openPage()
    await other.evaluate(`hang(${JSON.stringify({ relayUrl, ca: '' })}, ${portOf(echo)})`)
    await expect.poll(() => relay.metrics().open).toBe(1)
    await expect.poll(() => relay.metrics().bytesDown).toBeGreaterThan(0)
    expect(refused).toEqual(['ERR_TLS_PEER_ALERT'])
    await other.close()
    await expect.poll(() => refused).toHaveLength(2)
    expect(refused[1]).toMatch(/^(ERR_TLS_HANDSHAKE_CLOSED|ECONNRESET)$/)
    await expect.poll(() => relay.metrics().open).toBe(0)
  })

  test('nothing was left unhandled', () => {
    expect(complaints).toEqual([])
  })

  async function openPage(): Promise<Page> {
    const opened = await browser.newPage()
    opened.on('pageerror', (error) => complaints.push(String(error)))
    await opened.goto(`http://127.0.0.1:${pages.port}/`)
    return opened
  }

  function call<Name extends keyof WorkerPage>(
    name: Name,
    ...args: Parameters<WorkerPage[Name]>
  ): ReturnType<WorkerPage[Name]> {
    return page.evaluate(`${name}(${args.map((arg) => JSON.stringify(arg)).join()})`) as never
  }
})

/** Takes connections and says nothing. */
async function muteServer(): Promise<{ readonly port: number; open(): number; close(): void }> {
  let open = 0
  const server = net.createServer((socket) => {
    open++
    socket.on('close', () => open--).on('error', () => undefined)
    socket.resume()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { port: portOf(server), open: () => open, close: () => void server.close() }
}

function portOf(server: { address(): unknown }): number {
  return (server.address() as AddressInfo).port
}
