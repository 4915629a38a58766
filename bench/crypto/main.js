// npm run bench:crypto: each backend beside raw use of its library. ../README.md says what the figures mean.
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { experimentsOf } from './experiments.js'

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: 'node,noble,webcrypto,sodium' },
    rounds: { type: 'string', default: '41' },
    milliseconds: { type: 'string', default: '15' },
    check: { type: 'boolean', default: false },
    name: { type: 'string', default: 'crypto' },
  },
})
const rounds = Number(options.rounds)
const milliseconds = Number(options.milliseconds)
if (!(rounds > 0 && milliseconds > 0)) throw new Error('--rounds and --milliseconds must be positive numbers')
if (!/^[\w.-]+$/.test(options.name)) throw new Error('--name must be the name of a file')
/** What the seam may cost on records of 16 KiB. */
const target = 1.1

const machine = `Node ${process.versions.node}, OpenSSL ${process.versions.openssl}, ${process.platform} ${process.arch}, ${availableParallelism()} processors`
console.log(machine)
console.log(`${rounds} rounds, in turn: median (least … most); all is processor time; the ratio is ours / raw`)

const results = []
for (const backend of options.only.split(',')) {
  console.log(`\n${backend}`)
  for (const { name, bytes, ours, theirs } of await experimentsOf(backend)) {
    report(await compared({ backend, name, bytes }, ours, theirs))
  }
  report(coldStart(backend))
}

const missed = results.filter((one) => one.bytes === 16384 && one.ratio.median > target)
console.log(missed.length === 0 ? '\nthe seam costs at most 10 % on records of 16 KiB' : '\nmore than 10 %:')
for (const { backend, name, ratio } of missed) console.log(`  ${backend} ${name}: ${ratio.median.toFixed(2)}`)
const directory = new URL('../results/', import.meta.url)
mkdirSync(directory, { recursive: true })
const file = fileURLToPath(new URL(`${options.name}.json`, directory))
writeFileSync(file, `${JSON.stringify({ at: new Date().toISOString(), machine, rounds, results }, null, 2)}\n`)
console.log(`\n${file}`)
if (options.check && missed.length > 0) process.exitCode = 1

/** Nanoseconds for each operation, and their ratio round by round. */
async function compared(what, ours, theirs) {
  const runs = [await ready(ours), theirs && (await ready(theirs))]
  const pairs = []
  for (let round = 0; round < rounds; round++) pairs.push([await timed(runs[0]), runs[1] && (await timed(runs[1]))])
  return summary(what, pairs)
}

/** Warmed up; with how often it is to run between two looks at the clock, which cost as much as a short operation. */
async function ready(run) {
  const answer = run()
  const once = { run, waits: typeof answer?.then === 'function', batch: 1 }
  await answer
  const nanoseconds = await timed(once)
  return { ...once, batch: nanoseconds < 200_000 ? 8 : 1 }
}

/** Processor time, of all threads: it is the same on a machine that does other things too. */
async function timed({ run, waits, batch }) {
  let done = 0
  const before = process.cpuUsage()
  const end = performance.now() + milliseconds
  do {
    for (let i = 0; i < batch; i++) {
      if (waits) await run()
      else run()
    }
    done += batch
  } while (performance.now() < end)
  const { user, system } = process.cpuUsage(before)
  return ((user + system) * 1000) / done
}

/** From the start of importing to the first sealed record and the first hash, in a process of its own. */
function coldStart(backend) {
  const once = (what) => {
    const script = fileURLToPath(new URL('cold-start.js', import.meta.url))
    const { stdout, stderr, status } = spawnSync(process.execPath, [script, backend, what], { encoding: 'utf8' })
    if (status !== 0) throw new Error(stderr)
    return Number(stdout) * 1e6
  }
  const pairs = []
  for (let round = 0; round < Math.min(rounds, 9); round++) {
    const first = once('ours')
    pairs.push([first, once('raw')])
  }
  return summary({ backend, name: 'cold start' }, pairs)
}

function summary(what, pairs) {
  const alone = pairs[0][1] === undefined
  return {
    ...what,
    ours: spread(pairs.map(([ours]) => ours)),
    theirs: alone ? undefined : spread(pairs.map(([, theirs]) => theirs)),
    // Of each pair, because both of its halves met the same machine.
    ratio: alone ? undefined : spread(pairs.map(([ours, theirs]) => ours / theirs)),
  }
}

function spread(values) {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const median = sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  return { median, min: sorted[0], max: sorted.at(-1) }
}

function report(result) {
  results.push(result)
  const { name, bytes, ours, theirs, ratio } = result
  const figure = ({ median }) => {
    if (name === 'cold start') return `${(median / 1e6).toFixed(1)} ms`
    return bytes === undefined ? `${rounded(1e9 / median)} /s` : `${rounded((bytes / median) * 1000)} MB/s`
  }
  const ratios = ratio && `${ratio.median.toFixed(2)} (${ratio.min.toFixed(2)} … ${ratio.max.toFixed(2)})`
  const cells = [name.padEnd(36), figure(ours).padStart(12), (theirs ? figure(theirs) : '').padStart(12), ratios ?? '']
  console.log(`  ${cells.join('  ')}`.trimEnd())
}

function rounded(value) {
  return value >= 100 ? String(Math.round(value)) : value.toPrecision(3)
}
