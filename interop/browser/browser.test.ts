import type { TestKeyType } from '@typetls/testing'
import { createAuthority, testKeyTypes } from '@typetls/testing'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { BackendName } from './backends.ts'
import { backendNames, newer } from './backends.ts'
import { commands, findChromium, insecureHost, launch } from './chromium.ts'
import type { Identity, Outcome, Setting } from './handshake.ts'
import type { InPage } from './in-page.ts'
import type { PageServer } from './page-server.ts'
import { scriptPath, startPageServer } from './page-server.ts'

const installed = findChromium()
const nowhere = `there is no ${commands.join(', ')} on the PATH; on Debian: apt-get install chromium`
if (installed === undefined) console.log(`Not run in a browser: ${nowhere}`)
else console.log(`Runs in ${installed.version} (${installed.path}). Firefox: by npm run test:runtimes`)

const skipped = installed === undefined && process.env['TYPETLS_BROWSER'] !== 'required'

describe.skipIf(skipped)(`in ${installed?.version ?? 'Chromium'}`, () => {
  let server: PageServer
  let browser: Browser
  let page: OpenPage

  beforeAll(async () => {
    if (installed === undefined) throw new Error(nowhere)
    server = await startPageServer('in-page.ts')
    browser = await launch(installed)
    page = await openPage('localhost')
  })
  afterAll(async () => {
    await browser?.close()
    server?.close()
  })

  test.each(backendNames)('%s keeps the contract of a provider', async (backend) => {
    const { report, text } = await page.call('compliance', backend)
    console.log(text)
    expect(report.passed, text).toBe(true)
    const unexplained = report.algorithms.filter(({ status, reason }) => status === 'left out' && reason === undefined)
    expect(unexplained).toEqual([])
  })

  test('what an older browser lacks comes from noble', async () => {
    const { missing } = await page.call('offer', 'webcrypto of an older browser, filled by noble')
    const filled = missing.filter((one) => one.filled).map(({ name }) => name)
    const never = ['ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87', 'rsa-pkcs1']
    expect(filled.sort()).toEqual([...newer, ...never].sort())
  })

  describe.each(backendNames)('two peers on %s', (backend) => {
    test('speak in every suite', async () => {
      const { suites } = await page.call('offer', backend)
      expect(suites).toEqual(expect.arrayContaining(['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384']))
      for (const suite of suites) {
        const outcome = await page.call('handshake', between(backend, backend, { suite }))
        expectSuccess(outcome, { cipherSuite: suite })
      }
    })

    test('agree in every group', async () => {
      const { groups } = await page.call('offer', backend)
      expect(groups).toEqual(expect.arrayContaining(['x25519', 'secp256r1', 'secp384r1', 'secp521r1']))
      if (backend !== 'webcrypto') {
        expect(groups).toEqual(expect.arrayContaining(['x448', 'X25519MLKEM768', 'SecP256r1MLKEM768']))
      }
      for (const group of groups) {
        const outcome = await page.call('handshake', between(backend, backend, { group }))
        expectSuccess(outcome, { group })
      }
    })

    test('authenticate by every kind of certificate, both of them', async () => {
      const absent = (await page.call('offer', backend)).missing.filter(({ filled }) => !filled)
      const usable = testKeyTypes.filter((type) => !absent.some(({ name, keyType }) => [name, keyType].includes(type)))
      expect(usable).toEqual(expect.arrayContaining([...(backend === 'webcrypto' ? inAllBrowsers : testKeyTypes)]))
      for (const keyType of usable) {
        const serverIdentity = identity('localhost', keyType)
        const clientIdentity = identity('a client', keyType)
        const outcome = await page.call('handshake', between(backend, backend, { serverIdentity, clientIdentity }))
        expectSuccess(outcome, { signatureScheme: expect.stringMatching(schemes[keyType]) })
        expect(outcome.server.facts).toMatchObject({ authorized: true })
      }
    })

    test('retry the hello, and resume', async () => {
      const retried = await page.call('handshake', between(backend, backend, { retry: true }))
      expectSuccess(retried, { helloRetryRequest: true, group: 'secp384r1' })
      const resumed = await page.call('handshake', between(backend, backend, { resume: true }))
      expectSuccess(resumed, { resumed: true })
    })

    test('part when the certificate is of a stranger, or for another name', async () => {
      const unknown = await page.call('handshake', between(backend, backend, { trusted: stranger.pem }))
      expect(unknown.client).toEqual({ facts: undefined, failure: 'ERR_TLS_CERTIFICATE_UNKNOWN_CA' })
      const misnamed = await page.call('handshake', between(backend, backend, { serverName: 'another.test' }))
      expect(misnamed.client).toEqual({ facts: undefined, failure: 'ERR_TLS_CERTIFICATE_NAME' })
    })

    test('work in a worker as well', async () => {
      const worker = await page.startWorker()
      for (const keyType of inAllBrowsers) {
        const serverIdentity = identity('localhost', keyType)
        expectSuccess(await worker.call('handshake', between(backend, backend, { serverIdentity })), {})
      }
      const { report, text } = await worker.call('compliance', backend)
      expect(report.passed, text).toBe(true)
      expect(await worker.complaints()).toEqual([])
      await page.evaluate('worker.terminate()')
    })
  })

  test.each([
    ['noble', 'webcrypto'],
    ['webcrypto', 'noble'],
  ] as const)('a client on %s speaks with a server on %s', async (client, server) => {
    expectSuccess(await page.call('handshake', between(client, server)), {})
  })

  test('a page that came over plain HTTP has noble, and no Web Cryptography', async () => {
    const insecure = await openPage(insecureHost)
    expect(await insecure.evaluate('inPage.secureContext')).toBe(false)
    expect(await insecure.call('refusal', 'webcrypto')).toBe('ERR_TLS_UNSUPPORTED')
    expectSuccess(await insecure.call('handshake', between('noble', 'noble')), {})
    expect(await insecure.complaints()).toEqual([])
  })

  test('nothing went wrong unnoticed, under a policy that forbids eval', async () => {
    expect(await page.evaluate('inPage.secureContext')).toBe(true)
    expect(await page.complaints()).toEqual([])
  })

  test('what goes wrong unnoticed would have been noticed', async () => {
    const other = await openPage('localhost')
    expect(await other.call('evaluating')).toBe('EvalError')
    await other.evaluate(`void Promise.reject(new Error('nobody waits'))`)
    await expect
      .poll(() => other.complaints())
      .toEqual(
        expect.arrayContaining([
          'securitypolicyviolation: script-src',
          'unhandledrejection: Error: nobody waits',
          'pageerror: nobody waits',
        ]),
      )
  })

  async function openPage(host: string): Promise<OpenPage> {
    const opened = await browser.newPage()
    const complaints = complaintsOf(opened)
    await opened.goto(`http://${host}:${server.port}/`)
    const inside = scripted(opened)
    return {
      ...inside,
      complaints: async () => [...complaints, ...(await inside.complaints())],
      startWorker: () => startWorker(opened),
    }
  }
})

interface OpenPage extends Scripted {
  startWorker(): Promise<Scripted>
}

/** A page or worker that runs `in-page.ts`. */
interface Scripted {
  call<Name extends Callable>(name: Name, ...args: Parameters<InPage[Name]>): ReturnType<InPage[Name]>
  complaints(): Promise<InPage['complaints']>
  evaluate(expression: string): Promise<unknown>
}

type Callable = {
  [Name in keyof InPage]: InPage[Name] extends (...args: never[]) => unknown ? Name : never
}[keyof InPage]

function scripted(where: { evaluate<R>(expression: string): Promise<R> }): Scripted {
  return {
    call: (name, ...args) =>
      where.evaluate(`inPage.${name}(${args.map((arg) => JSON.stringify(arg)).join()})`) as never,
    complaints: () => where.evaluate('inPage.complaints'),
    evaluate: (expression) => where.evaluate(expression),
  }
}

/** What the browser tells of a page, as it comes. Whoever writes to the console complains: our packages never do. */
function complaintsOf(page: Page): readonly string[] {
  const complaints: string[] = []
  page.on('pageerror', ({ message }) => complaints.push(`pageerror: ${message}`))
  page.on('crash', () => complaints.push('the page crashed'))
  page.on('requestfailed', (request) => complaints.push(`${request.url()}: ${request.failure()?.errorText}`))
  page.on('console', (message) => complaints.push(`console: ${message.text()}`))
  return complaints
}

async function startWorker(page: Page): Promise<Scripted> {
  const started = page.waitForEvent('worker')
  await page.evaluate(`void (globalThis.worker = new Worker(${JSON.stringify(scriptPath('in-page.ts'))}))`)
  const worker = await started
  await expect.poll(() => worker.evaluate('typeof inPage')).toBe('object')
  return scripted(worker)
}

const root = createAuthority({ name: 'browser root' })
const intermediate = root.issueIntermediate({ name: 'browser intermediate' })
const stranger = createAuthority({ name: 'a stranger', key: 2 })

function identity(name: string, keyType: TestKeyType): Identity {
  const { chainPem, privateKeyPem } = intermediate.issue({ subject: name, dns: [name.replace(' ', '-')], keyType })
  return { chainPem, privateKeyPem }
}

function between(
  client: BackendName,
  server: BackendName,
  setting: Partial<Setting<BackendName>> = {},
): Setting<BackendName> {
  return { client, server, serverIdentity: identity('localhost', 'ec-secp256r1'), trusted: root.pem, ...setting }
}

/** Both ends agree on it, data came and went, and they ended in good order. */
function expectSuccess(outcome: Outcome, facts: object): void {
  const { client, server, echoed } = outcome
  expect(client).toMatchObject({ facts: { ...facts, authorized: true, serverName: 'localhost' }, failure: undefined })
  expect(server).toMatchObject({ facts, failure: undefined })
  expect(echoed).toBe(true)
}

/** Kinds of keys that every browser has known for years. */
const inAllBrowsers: readonly TestKeyType[] = ['rsa', 'ec-secp256r1', 'ec-secp384r1', 'ec-secp521r1']

const schemes: Readonly<Record<TestKeyType, RegExp>> = {
  rsa: /^rsa_pss_rsae_/,
  'rsa-pss': /^rsa_pss_pss_/,
  'ec-secp256r1': /^ecdsa_secp256r1_sha256$/,
  'ec-secp384r1': /^ecdsa_secp384r1_sha384$/,
  'ec-secp521r1': /^ecdsa_secp521r1_sha512$/,
  ed25519: /^ed25519$/,
  ed448: /^ed448$/,
}
