import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from '@typetls/node-adapter'
import type { Relay } from '@typetls/relay'
import { createRelay } from '@typetls/relay'
import { createAuthority } from '@typetls/testing'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { commands, findChromium, launch } from './chromium.ts'
import type { PageServer } from './page-server.ts'
import { startPageServer } from './page-server.ts'
import type { Download, Downloaded } from './relay-page.ts'

const installed = findChromium()
const nowhere = `there is no ${commands.join(', ')} on the PATH; on Debian: apt-get install chromium`
if (installed === undefined) console.log(`Not run in a browser: ${nowhere}`)
const skipped = installed === undefined && process.env['TYPETLS_BROWSER'] !== 'required'

describe.skipIf(skipped)(`a page in ${installed?.version ?? 'Chromium'}, through the relay`, () => {
  const authority = createAuthority()
  const leaf = authority.issue({ ip: ['127.0.0.1'] })
  // Answers a number with so many bytes.
  const server = createServer({ cert: leaf.chainPem, key: leaf.privateKeyPem }, (socket) => {
    socket.on('error', () => undefined)
    socket.once('data', (count) => socket.end(Buffer.alloc(Number(String(count)), 7)))
  })
  let pages: PageServer
  let relay: Relay
  let relayUrl: string
  let browser: Browser
  let page: Page
  const complaints: string[] = []

  beforeAll(async () => {
    if (installed === undefined) throw new Error(nowhere)
    pages = await startPageServer('relay-page.ts')
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    relay = createRelay({ allow: [`127.0.0.1:${portOf(server)}`] })
    relayUrl = `ws://127.0.0.1:${(await relay.listen()).port}/`
    browser = await launch(installed)
    page = await browser.newPage()
    page.on('pageerror', (error) => complaints.push(String(error)))
    await page.goto(`http://127.0.0.1:${pages.port}/`)
  })
  afterAll(async () => {
    await browser?.close()
    await relay?.close()
    server.close()
    pages?.close()
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
