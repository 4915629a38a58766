import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import type { PreviewServer } from 'vite'
import { build, preview } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasPostgreSql, postgreSqlHint } from '../../examples/browser/postgresql.js'
import { startServices } from '../../examples/browser/services.js'
import { viteConfig } from '../../examples/browser/vite.config.js'
import { commands, findChromium, launch } from './chromium.ts'

const installed = findChromium()
const nowhere = `there is no ${commands.join(', ')} on the PATH; on Debian: apt-get install chromium`
if (installed === undefined) console.log(`The example is not run in a browser: ${nowhere}`)
const skipped = installed === undefined && process.env['TYPETLS_BROWSER'] !== 'required'
const canAsk = hasPostgreSql()
if (!canAsk) console.log(`The example does not ask PostgreSQL: ${postgreSqlHint}`)

/** Neon's driver closes its WebSocket before it says goodbye to PostgreSQL. */
const goodbye = 'WebSocket is already in CLOSING or CLOSED state.'

/** Kept: what the page looked like. */
const screenshots = fileURLToPath(new URL('../../.results/example-browser/', import.meta.url))

describe.skipIf(skipped)(`examples/browser, built by Vite, in ${installed?.version ?? 'Chromium'}`, () => {
  const outDir = mkdtempSync(join(tmpdir(), 'typetls-example-'))
  let services: Awaited<ReturnType<typeof startServices>>
  let server: PreviewServer
  let browser: Browser
  let page: Page
  const complaints: string[] = []

  beforeAll(async () => {
    if (installed === undefined) throw new Error(nowhere)
    mkdirSync(screenshots, { recursive: true })
    services = await startServices()
    const config = viteConfig(services.settings, '@typetls/source')
    await build({ ...config, build: { ...config.build, outDir } })
    server = await preview({ ...config, build: { outDir }, preview: { host: '127.0.0.1', port: 0 } })
    browser = await launch(installed)
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
    page.on('pageerror', (error) => complaints.push(String(error)))
    page.on('console', (message) => {
      if (message.type() === 'error' && message.text() !== goodbye) complaints.push(message.text())
    })
    await page.goto(server.resolvedUrls?.local[0] ?? '')
  })
  afterAll(async () => {
    await browser?.close()
    await server?.close()
    await services?.close()
    rmSync(outDir, { recursive: true, force: true })
  })

  test('fetches, and shows the certificate, what was negotiated and how long it took', async () => {
    const text = await fetched('good')
    expect(text).toContain('Verified')
    expect(text).toContain('TLSv1.3')
    expect(text).toMatch(/TLS_(AES|CHACHA20)\S+/)
    expect(text).toContain('CN=Example root')
    expect(text).toContain('Response: 200 OK')
    expect(text).toContain('"iSpeak":"TLSv1.3","iWasCalled":"localhost"')
    expect(await page.locator('.timings i').count()).toBe(4)
    await page.locator('#https-result summary').first().click()
    expect(await page.locator('#https-result details').first().innerText()).toMatch(/SHA-256\s+([0-9a-f]{2}:){31}/)
  })

  test('does the same in a worker', async () => {
    await page.locator('#in-worker').check()
    const text = await fetched('good')
    await page.locator('#in-worker').uncheck()
    expect(text).toContain('Verified')
    expect(text).toContain('CN=Example root')
    expect(await page.locator('.timings i').count()).toBe(3)
  })

  test.each([
    ['expired', 'ERR_TLS_CERTIFICATE_EXPIRED', 'certificate_expired'],
    ['another-name', 'ERR_TLS_CERTIFICATE_NAME', 'bad_certificate'],
    ['stranger', 'ERR_TLS_CERTIFICATE_UNKNOWN_CA', 'unknown_ca'],
  ])('refuses the certificate %s so that nobody can miss it', async (id, code, alert) => {
    const text = await fetched(id)
    expect(text).toContain('Refused')
    expect(text).toContain(code)
    expect(text).toContain(alert)
    expect(text).not.toContain('Verified')
    expect(text).not.toContain('Response')
    expect(await page.locator('#https-result [role=alert]').isVisible()).toBe(true)
  })

  test.skipIf(!canAsk)('asks a real PostgreSQL through the relay, and refuses one it does not trust', async () => {
    const ask = async (): Promise<string> => {
      await page.locator('#postgres-form button').click()
      await page.locator('#postgres-result .verdict').waitFor()
      return page.locator('#postgres-result').innerText()
    }
    const text = await ask()
    expect(text).toContain('Verified')
    expect(text).toContain('TLSv1.3')
    expect(text).toContain('CN=Example root')
    expect(await page.locator('#postgres-result tbody td').first().innerText()).toBe('admin')
    await page.locator('#query').fill('select nothing from nowhere')
    await page.locator('#postgres-result').evaluate('(result) => result.replaceChildren()')
    expect(await ask()).toContain('relation "nowhere" does not exist')
    await page.locator('#distrust').check()
    await page.locator('#postgres-result').evaluate('(result) => result.replaceChildren()')
    expect(await ask()).toContain('ERR_TLS_OPTIONS')
    await page.locator('#distrust').uncheck()
    await page.locator('#query').fill('select 1 as one')
    await page.locator('#postgres-result').evaluate('(result) => result.replaceChildren()')
    await ask()
  })

  test('is used by the keyboard alone, and tells where it is', async () => {
    await page.locator('#good').focus()
    await page.keyboard.press('ArrowDown')
    expect(await page.locator('#url').inputValue()).toBe(services.settings.servers[1]?.url)
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.locator('#https-result .verdict').waitFor()
    expect(await page.evaluate('document.activeElement.id')).toBe('https-result')
  })

  test('fits a wide window and a narrow one; screenshots are kept', async () => {
    for (const [name, width] of [
      ['wide', 1280],
      ['narrow', 360],
    ] as const) {
      await page.setViewportSize({ width, height: 900 })
      await page.reload()
      if (canAsk) {
        await page.locator('#postgres-form button').click()
        await page.locator('#postgres-result .verdict').waitFor()
      }
      for (const [id, what] of [
        ['good', 'verified'],
        ['expired', 'refused'],
      ] as const) {
        await fetched(id)
        expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
        await page.screenshot({ path: join(screenshots, `${what}-${name}.png`), fullPage: true })
      }
    }
  })

  test('nothing went wrong unnoticed', () => {
    expect(complaints).toEqual([])
  })

  async function fetched(id: string): Promise<string> {
    await page.locator(`#${id}`).check()
    await page.locator('#https-form button').click()
    await page.locator('#https-form button:enabled').waitFor()
    await page.locator('#https-result .verdict').waitFor()
    return page.locator('#https-result').innerText()
  }
})
