// `npm test`: builds, then runs every test. The tests read sources, so they also run when the build fails; the exit
// code tells of both. Results go to .results/tests.json for .ci/run.
import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const results = '.results/tests.json'

rmSync(new URL(`../${results}`, import.meta.url), { force: true })
const built = run('tsc', '-b')
const tested = run(
  'vitest',
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${results}`,
  ...process.argv.slice(2),
)
process.exitCode = built || tested

function run(command, ...args) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  if (error) console.error(`${command}: ${error.message}`)
  return status ?? 1
}
