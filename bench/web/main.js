// npm run bench:web: our stack beside others in Chromium. ../README.md says what the figures mean.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { createAuthority } from '@typetls/testing'
import { printTable } from '../report.js'
import { launchChromium } from './chromium.js'
import { servePages } from './pages.js'
import { printSizes } from './sizes.js'
import { stacks } from './stacks.js'

const { values: options } = parseArgs({
  options: {
    sizes: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    rounds: { type: 'string' },
  },
})
const rounds = Number(options.rounds ?? (options.quick ? 3 : 7))
if (!(Number.isInteger(rounds) && rounds > 0)) throw new Error('--rounds must be a positive number')
const handshakes = options.quick ? 20 : 50
const bytes = (options.quick ? 16 : 64) * 2 ** 20
const longDownload = 256 * 2 ** 20
/** Whom the server's certificate is for. */
const name = 'bench.test'
const itsDefaults = 'typetls, with its default groups'
const inWorker = 'typetls in a worker'

await printSizes()
if (!options.sizes) await measureInChromium()

async function measureInChromium() {
  const authority = createAuthority({ keyType: 'ec-secp256r1' })
  const leaf = authority.issue({ dns: [name], keyType: 'ec-secp256r1' })
  const own = { cert: leaf.chainPem, key: leaf.privateKeyPem }
  const server = fork(fileURLToPath(new URL('server-process.js', import.meta.url)))
  const pages = await servePages()
  const browser = await launchChromium()
  try {
    server.send(own)
    const [relayed] = await once(server, 'message')
    console.log(`\nChromium ${browser.version}: ${rounds} rounds of each in turn, median (least … most)`)
    const ways = { 'a server in a worker of the page': { pair: own }, 'node:tls through the relay': relayed }
    const tabs = new Map()
    for (const stack of [...stacks.map((one) => one.name), inWorker]) {
      tabs.set(stack, await openPage(browser, pages.addressOf(stack), authority.pem))
    }
    const met = []
    for (const [where, way] of Object.entries(ways)) {
      const figures = await measure(tabs, way, authority.pem)
      met.push(...report(where, figures))
    }
    met.push(await longTasks(tabs.get(inWorker), relayed, authority.pem))
    if (options.check && met.includes(false)) process.exitCode = 1
  } finally {
    await browser.close()
    pages.close()
    server.disconnect()
  }
}

async function openPage(browser, address, ca) {
  const page = await browser.openPage(address)
  await page.evaluate(`bench.ready(${JSON.stringify({ ca, name })})`)
  return page
}

/** Every stack in turn, in each round; what comes before the rounds does not count. */
async function measure(tabs, way, ca) {
  const runs = [...tabs].map(([stack, page]) => ({ stack, page, identity: { ca, name, sameAlgorithms: true } }))
  runs.splice(1, 0, { stack: itsDefaults, page: tabs.get('typetls'), identity: { ca, name, sameAlgorithms: false } })
  const figures = new Map(runs.map(({ stack }) => [stack, { handshake: [], speed: [], tasks: [] }]))
  for (let round = -1; round < rounds; round++) {
    for (const { stack, page, identity } of runs) {
      await page.bringToFront()
      const times = await call(page, 'handshakes', way, identity, handshakes)
      if (stack === itsDefaults) {
        if (round >= 0) figures.get(stack).handshake.push(middle(times))
        continue
      }
      const { seconds, tasks } = await call(page, 'download', way, identity, bytes)
      if (round < 0) continue
      const figure = figures.get(stack)
      figure.handshake.push(middle(times))
      figure.speed.push(bytes / 1e6 / seconds)
      figure.tasks.push(sum(tasks))
    }
  }
  return figures
}

/** → whether each target was met */
function report(where, figures) {
  console.log(`\nWith ${where}`)
  const ours = figures.get('typetls')
  const rows = [...figures].map(([stack, { handshake, speed, tasks }]) => [
    stack,
    spread(handshake, 2),
    speed.length > 0 ? spread(speed, 0) : '',
    tasks.length > 0 ? spread(tasks, 0) : '',
  ])
  printTable([['', 'handshake, ms', `download, MB/s`, 'long tasks meanwhile, ms'], ...rows])
  return stacks.slice(1).flatMap(({ name: theirs }) => {
    const { handshake, speed } = figures.get(theirs)
    const slower = ours.handshake.map((time, i) => time / handshake[i])
    const faster = ours.speed.map((one, i) => one / speed[i])
    console.log(`  beside ${theirs}: handshake × ${spread(slower, 2)}, download × ${spread(faster, 1)}`)
    return [middle(slower) <= 1, middle(faster) >= 5]
  })
}

/** The page's own thread while a worker downloads. */
async function longTasks(page, way, ca) {
  await page.bringToFront()
  const { seconds, tasks } = await call(page, 'download', way, { ca, name }, longDownload)
  const speed = (longDownload / 1e6 / seconds).toFixed(0)
  const longest = Math.max(0, ...tasks)
  console.log(`\n256 MiB in a worker, through the relay: ${speed} MB/s, ${tasks.length} tasks of the page over 50 ms`)
  if (tasks.length > 0) console.log(`  the longest took ${longest.toFixed(0)} ms`)
  return tasks.length === 0
}

function call(page, what, ...args) {
  return page.evaluate(`bench.${what}(${args.map((one) => JSON.stringify(one)).join(', ')})`)
}

function spread(values, digits) {
  return `${middle(values).toFixed(digits)} (${Math.min(...values).toFixed(digits)} … ${Math.max(...values).toFixed(digits)})`
}

function middle(values) {
  const sorted = values.toSorted((a, b) => a - b)
  const half = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
}

function sum(values) {
  return values.reduce((total, value) => total + value, 0)
}
