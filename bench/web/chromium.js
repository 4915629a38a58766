import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

/**
 * Chromium without a window, driven by the least of https://chromedevtools.github.io/devtools-protocol/ that evaluates an
 * expression. Whatever else watches a page takes part in what is measured: that of its network, which test drivers turn on,
 * sends every WebSocket message to the driver as well, and makes them four times as expensive.
 */
export async function launchChromium() {
  const profile = mkdtempSync(join(tmpdir(), 'typetls-bench-'))
  const child = spawn(findChromium(), [...flags, `--user-data-dir=${profile}`], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
  })
  const ended = once(child, 'exit')
  const devTools = new DevTools(child.stdio[3], child.stdio[4])
  void ended.then(([code]) => devTools.end(new Error(`Chromium has ended with ${code}`)))
  const { product } = await devTools.send('Browser.getVersion')
  return {
    version: product.replace(/^\w+\//, ''),
    openPage: (address) => openPage(devTools, address),
    async close() {
      // It answers or ends, whichever comes first.
      await devTools.send('Browser.close').catch(() => undefined)
      await ended
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

/** A page whose scripts have set `globalThis.bench`. */
async function openPage(devTools, address) {
  const { targetId } = await devTools.send('Target.createTarget', { url: address })
  const { sessionId } = await devTools.send('Target.attachToTarget', { targetId, flatten: true })
  const page = {
    bringToFront: () => devTools.send('Page.bringToFront', {}, sessionId),
    /** What the expression, or the promise that it is, gives as JSON. */
    async evaluate(expression) {
      const options = { expression, awaitPromise: true, returnByValue: true }
      const { result, exceptionDetails } = await devTools.send('Runtime.evaluate', options, sessionId)
      if (exceptionDetails === undefined) return result.value
      throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
    },
  }
  const deadline = Date.now() + 30_000
  while (!(await page.evaluate(`document.readyState === 'complete' && 'bench' in globalThis`))) {
    if (Date.now() > deadline) throw new Error(`the scripts of ${address} have not run`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return page
}

/** The protocol over two pipes: JSON, ended by a zero byte. */
class DevTools {
  #input
  #asked = new Map()
  #count = 0
  #failure

  constructor(input, output) {
    this.#input = input
    input.on('error', (error) => this.end(error))
    let text = ''
    output.setEncoding('utf8').on('data', (data) => {
      const messages = `${text}${data}`.split('\0')
      text = messages.pop()
      for (const message of messages) this.#take(JSON.parse(message))
    })
  }

  send(method, params = {}, sessionId = undefined) {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    const id = ++this.#count
    this.#input.write(`${JSON.stringify({ id, method, params, sessionId })}\0`)
    return new Promise((resolve, reject) => this.#asked.set(id, { resolve, reject }))
  }

  end(error) {
    this.#failure ??= error
    for (const { reject } of this.#asked.values()) reject(this.#failure)
    this.#asked.clear()
  }

  #take({ id, result, error }) {
    const asked = this.#asked.get(id)
    this.#asked.delete(id)
    if (error === undefined) asked?.resolve(result)
    else asked?.reject(new Error(error.message))
  }
}

function findChromium() {
  const commands = ['chromium', 'chromium-browser', 'google-chrome']
  const places = commands.flatMap((command) =>
    (process.env.PATH ?? '').split(delimiter).map((one) => join(one, command)),
  )
  const found = places.find(isExecutable)
  if (found === undefined) throw new Error(`there is no ${commands.join(' or ')} on the PATH`)
  return found
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

const flags = [
  '--headless=new',
  '--remote-debugging-pipe',
  '--no-sandbox',
  '--disable-gpu',
  '--no-proxy-server',
  '--no-first-run',
  '--disable-extensions',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
