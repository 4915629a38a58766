// `npm run check`: everything but the tests. Every step runs, also after one failed; the exit code tells of all.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const built = run('tsc', '-b')
const steps = [
  { name: 'types', needsBuild: false, script: 'do:types' },
  { name: 'lint', needsBuild: false, script: 'do:lint' },
  { name: 'knip', needsBuild: false, script: 'do:knip' },
  { name: 'packages', needsBuild: true, script: 'do:packages' },
  { name: 'size', needsBuild: true, script: 'do:size' },
  { name: 'docs', needsBuild: true, script: 'do:docs' },
]

const lines = [`${built ? 'ok     ' : 'FAILED '} build`]
for (const { name, needsBuild, script } of steps) {
  if (needsBuild && !built) {
    lines.push(`not run ${name}: there is no build`)
    continue
  }
  console.log(`\n── ${name}`)
  const started = performance.now()
  const passed = run('pnpm', 'run', '--silent', script)
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  lines.push(`${passed ? 'ok     ' : 'FAILED '} ${name} (${seconds} s)`)
}
console.log(`\n${lines.join('\n')}`)
process.exitCode = lines.every((line) => line.startsWith('ok')) ? 0 : 1

function run(command, ...args) {
  const cwd = fileURLToPath(new URL('..', import.meta.url))
  return spawnSync(command, args, { cwd, stdio: 'inherit', shell: process.platform === 'win32' }).status === 0
}
