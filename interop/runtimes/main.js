// `npm run test:runtimes`: the suites of suites/ on every platform we say we run on, as a table. Names of platforms and
// of suites as arguments (`npm run test:runtimes -- web firefox deno`) run those only, `--details` prints all that the suites say. Fails
// when a suite fails, and when a platform could not be run. Platforms that are npm packages are downloaded by npx the
// first time; browsers are those that are installed.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundle } from './bundle.js'
import { giveServer } from './given.js'
import { platforms } from './platforms.js'

/** Beside the name of a file in suites/, the platforms it is for. */
const suites = [
  { name: 'compliance', runsOn: () => true },
  { name: 'compliance-node', runsOn: (platform) => platform.isNode === true },
  { name: 'web', runsOn: () => true },
  { name: 'sockets', runsOn: (platform) => platform.shape === 'command' },
]

const args = process.argv.slice(2).filter((arg) => arg !== '--')
const details = args.includes('--details')
const wanted = args.filter((arg) => !arg.startsWith('--'))
const unknown = [
  ...wanted.filter((name) => ![...platforms, ...suites].some((one) => one.name === name)),
  ...args.filter((arg) => arg.startsWith('--') && arg !== '--details'),
]
if (unknown.length > 0) {
  const names = (list) => list.map((one) => one.name).join(', ')
  console.error(`There is no ${unknown.join(', ')}: platforms are ${names(platforms)}, and suites ${names(suites)}.`)
  process.exit(2)
}

const rows = []
const { given, close } = await giveServer()
for (const platform of platforms) {
  if (!isWanted(platform, platforms)) continue
  const directory = mkdtempSync(join(tmpdir(), 'typetls-runtimes-'))
  try {
    await run(platform, directory)
  } finally {
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 })
  }
}
await close()
console.log(`\n${table([['platform', 'what', 'result', ''], ...rows])}`)
process.exitCode = rows.every(([, , result]) => result === 'passed') ? 0 : 1

async function run(platform, directory) {
  const title = `${platform.name} ${platform.version()}`
  for (const suite of suites.filter((one) => one.runsOn(platform) && isWanted(one, suites))) {
    try {
      const script = await bundle(suite.name, platform.shape, given)
      for (const result of await platform.run(script, directory)) {
        rows.push([title, result.name, result.passed ? 'passed' : 'FAILED', result.summary])
        if (details || !result.passed) console.log(`── ${title}\n${result.details}`)
      }
    } catch (error) {
      rows.push([title, suite.name, 'NOT RUN', error.message.split('\n')[0]])
      console.log(`── ${title}\n${error.message}`)
    }
  }
  console.log(`${title}: done`)
}

/** Whether it was named, or none of its list was. */
function isWanted({ name }, all) {
  return wanted.includes(name) || !all.some((one) => wanted.includes(one.name))
}

function table(lines) {
  const widths = [0, 1, 2].map((i) => Math.max(...lines.map((line) => line[i].length)))
  return lines
    .map((line) =>
      line
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
