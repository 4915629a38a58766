import { createHash } from 'node:crypto'
import type { Relay } from '@typetls/relay'
import { createRelay } from '@typetls/relay'
import { createAuthority } from '@typetls/testing'
import { pemCertificates, relay as throughRelay } from '@typetls/web-adapter'
import { createFetch } from '@typetls/web-adapter/fetch'
import type { WebSocketConstructor } from '@typetls/web-adapter'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { HttpsServer } from '../https-server.ts'
import { startHttpsServer } from '../https-server.ts'
import { commands, findChromium, launch } from './chromium.ts'
import type { FetchPage } from './fetch-page.ts'
import type { FetchOutcome } from './fetch-scenario.ts'
import { playFetch } from './fetch-scenario.ts'
import type { PageServer } from './page-server.ts'
import { startPageServer } from './page-server.ts'

let server: HttpsServer
let relay: Relay
let relayUrl: string

beforeAll(async () => {
  server = await startHttpsServer()
  relay = createRelay({ allow: [`127.0.0.1:${server.port}`], tokens: ['letmein'] })
  relayUrl = `ws://127.0.0.1:${(await relay.listen()).port}/`
})
afterAll(async () => {
  await relay?.close()
  await server?.close()
})

describe('fetch from node:https through the relay', () => {
  test('in Node.js', async () => {
    const before = server.connections()
    const transport = throughRelay(relayUrl, {
      token: 'letmein',
      WebSocket: WebSocket as unknown as WebSocketConstructor,
    })
    const fetch = createFetch({ transport, ca: pemCertificates(server.ca) })
    expectOutcome(await playFetch(fetch, server.origin))
    expect(server.connections() - before).toBeLessThanOrEqual(9)
    fetch.closeIdle()
  })
})

const installed = findChromium()
const nowhere = `there is no ${commands.join(', ')} on the PATH; on Debian: apt-get install chromium`
if (installed === undefined) console.log(`Not run in a browser: ${nowhere}`)
const skipped = installed === undefined && process.env['TYPETLS_BROWSER'] !== 'required'

describe.skipIf(skipped)(`fetch in ${installed?.version ?? 'Chromium'}`, () => {
  let pages: PageServer
  let browser: Browser
  let page: Page
  const complaints: string[] = []

  beforeAll(async () => {
    if (installed === undefined) throw new Error(nowhere)
    pages = await startPageServer('fetch-page.ts')
    browser = await launch(installed)
    page = await browser.newPage()
    page.on('pageerror', (error) => complaints.push(String(error)))
    await page.goto(`http://127.0.0.1:${pages.port}/`)
  })
  afterAll(async () => {
    await browser?.close()
    pages?.close()
  })

  test('from node:https through the relay', async () => {
    expectOutcome(await call('play', relayUrl, server.origin, server.ca))
  })

  test('refuses a server of another authority, and nothing is left unhandled', async () => {
    const { pem } = createAuthority({ name: 'a stranger' })
    expect(await call('refusal', relayUrl, server.origin, pem)).toEqual(['TypeError', 'ERR_TLS_CERTIFICATE_UNKNOWN_CA'])
    expect(complaints).toEqual([])
  })

  function call<Name extends keyof FetchPage>(
    name: Name,
    ...args: Parameters<FetchPage[Name]>
  ): ReturnType<FetchPage[Name]> {
    return page.evaluate(`${name}(${args.map((arg) => JSON.stringify(arg)).join()})`) as never
  }
})

function expectOutcome(outcome: FetchOutcome): void {
  const digest = createHash('sha256').update(new Uint8Array(1_000_000).fill(7)).digest('hex')
  const about = { method: 'GET', host: `127.0.0.1:${server.port}`, accepted: expect.stringContaining('gzip') }
  expect(outcome).toEqual({
    about,
    gzip: 7000,
    hints: 'after hints',
    head: [200, ''],
    redirect: [true, true, about],
    missing: [404, false, 'there is nothing here'],
    sized: { length: 1_000_000, digest, framing: 'length' },
    streamed: { length: 1_000_000, digest, framing: 'chunked' },
    bytes: 5_000_000,
    parallel: 12,
    cut: ['TypeError', expect.stringMatching(/^ERR_(TLS|HTTP)_TRUNCATED$/)],
    aborted: ['TimeoutError', null],
    strange: ['TypeError', 'ERR_TLS_TRANSPORT'],
  })
}
