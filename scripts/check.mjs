// `npm run check`: everything but the tests. Every step runs, also after one failed; the exit code tells of all.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const steps = ['do:typecheck', 'do:lint', 'do:knip', 'do:packages', 'do:size', 'do:docs']

const outcomes = steps.map((step) => {
  console.log(`\n── ${step.slice('do:'.length)}`)
  const started = performance.now()
  const { status } = spawnSync('pnpm', ['run', '--silent', step], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  return { step, passed: status === 0, seconds: (performance.now() - started) / 1000 }
})

console.log()
for (const { step, passed, seconds } of outcomes) {
  console.log(`${passed ? 'ok    ' : 'FAILED'} ${step.slice('do:'.length)} (${seconds.toFixed(1)} s)`)
}
process.exitCode = outcomes.every(({ passed }) => passed) ? 0 : 1
