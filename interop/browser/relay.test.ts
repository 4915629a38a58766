import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { createServer } from '@typetls/node-adapter'
import type { Relay } from '@typetls/relay'
import { createRelay } from '@typetls/relay'
import { createAuthority } from '@typetls/testing'
import { build } from 'esbuild'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { commands, findChromium, launch } from './chromium.ts'
import type { Download, Downloaded } from './relay-page.ts'

const installed = findChromium()
const nowhere = `there is no ${commands.join(', ')} on the PATH; on Debian: apt-get install chromium`
if (installed === undefined) console.log(`Not run in a browser: ${nowhere}`)
const skipped = installed === undefined && process.env['TYPETLS_BROWSER'] !== 'required'

describe.skipIf(skipped)(`a page in ${installed?.version ?? 'Chromium'}, through the relay`, () => {
  const authority = createAuthority()
  const leaf = authority.issue({ ip: ['127.0.0.1'] })
  const pages = http.createServer()
  // Answers a number with so many bytes.
  const server = createServer({ cert: leaf.chainPem, key: leaf.privateKeyPem }, (socket) => {
    socket.on('error', () => undefined)
    socket.once('data', (count) => socket.end(Buffer.alloc(Number(String(count)), 7)))
  })
  let relay: Relay
  let relayUrl: string
  let browser: Browser
  let page: Page
  const complaints: string[] = []

  beforeAll(async () => {
    if (installed === undefined) throw new Error(nowhere)
    const script = await bundle()
    pages.on('request', (request: http.IncomingMessage, response: http.ServerResponse) => {
      const isScript = request.url === '/page.js'
      response.setHeader('content-type', `${isScript ? 'text/javascript' : 'text/html'}; charset=utf-8`)
      response.end(isScript ? script : '<!doctype html><title>typetls</title><script src="/page.js"></script>')
    })
    pages.listen(0, '127.0.0.1')
    server.listen(0, '127.0.0.1')
    await Promise.all([once(pages, 'listening'), once(server, 'listening')])
    relay = createRelay({ allow: [`127.0.0.1:${portOf(server)}`] })
    relayUrl = `ws://127.0.0.1:${(await relay.listen()).port}/`
    browser = await launch(installed)
    page = await browser.newPage()
    page.on('pageerror', (error) => complaints.push(String(error)))
    await page.goto(`http://127.0.0.1:${portOf(pages)}/`)
  })
  afterAll(async () => {
    await browser?.close()
    await relay?.close()
    server.close()
    pages.close()
    pages.closeAllConnections()
  })

  test.each(['relay', 'wsproxy'] as const)('downloads from a TLS server by %s', async (transport) => {
    const bytes = 8_000_000
    expect(await download({ transport, bytes })).toEqual({ received: bytes, version: 'TLSv1.3', authorized: true })
  })

  test('refuses a certificate of a stranger, and one for another name', async () => {
    const stranger = createAuthority({ name: 'a stranger' }).pem
    expect(await download({ ca: stranger })).toEqual({ failure: 'ERR_TLS_CERTIFICATE_UNKNOWN_CA' })
    expect(await download({ sni: 'another.test' })).toEqual({ failure: 'ERR_TLS_CERTIFICATE_NAME' })
  })

  test('hears why the relay does not go elsewhere, and nothing is left unhandled', async () => {
    expect(await download({ port: 1 })).toEqual({ failure: 'ERR_TLS_TRANSPORT' })
    expect(relay.metrics().closed.forbidden).toBe(1)
    expect(complaints).toEqual([])
  })

  function download(change: Partial<Download>): Promise<Downloaded> {
    const port = portOf(server)
    const job: Download = {
      transport: 'relay',
      relayUrl,
      port,
      ca: authority.pem,
      sni: '127.0.0.1',
      bytes: 1,
      ...change,
    }
    return page.evaluate(`download(${JSON.stringify(job)})`)
  }
})

function portOf(server: { address(): unknown }): number {
  return (server.address() as AddressInfo).port
}

async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('relay-page.ts', import.meta.url))],
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    conditions: ['@typetls/source', 'module'],
    target: 'es2022',
    logLevel: 'error',
  })
  return (outputFiles[0] as { readonly text: string }).text
}
