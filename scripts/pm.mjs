// The way in on a machine that has Node and nothing else: `node scripts/pm.mjs <script> [arguments]` finds or
// downloads the pinned pnpm, installs when the lockfile is not the installed one, and runs the script.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const windows = process.platform === 'win32'

requireNode(20, 19)
const env = {
  ...process.env,
  pnpm_config_pm_on_fail: 'ignore',
  TURBO_TELEMETRY_DISABLED: '1',
  DO_NOT_TRACK: '1',
}
const pnpm = findPnpm(pinnedPnpm())
install()
const [script, ...rest] = process.argv.slice(2)
if (script !== undefined) process.exitCode = run([...pnpm, 'run', script, ...rest])

function requireNode(major, minor) {
  const [haveMajor, haveMinor] = process.versions.node.split('.').map(Number)
  if (haveMajor > major || (haveMajor === major && haveMinor >= minor)) return
  console.error(
    `typetls needs Node.js ${major}.${minor} or newer; this is ${process.versions.node} (${process.execPath}).`,
  )
  process.exit(1)
}

function pinnedPnpm() {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  return packageManager.slice('pnpm@'.length).split('+')[0]
}

function findPnpm(version) {
  const found = spawnSync('pnpm', ['--version'], { cwd: root, env, encoding: 'utf8', shell: windows })
  if (found.status === 0 && found.stdout.trim() === version) return ['pnpm']
  return ['npx', '-y', '--package', `pnpm@${version}`, 'pnpm']
}

function install() {
  const stamp = join(root, 'node_modules', '.typetls-installed')
  const wanted = fingerprint()
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
  const status = run([...pnpm, 'install', '--frozen-lockfile'])
  if (status !== 0) process.exit(status)
  writeFileSync(stamp, wanted)
}

function fingerprint() {
  const hash = createHash('sha256')
  for (const name of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json'])
    hash.update(readFileSync(join(root, name)))
  return hash.digest('hex')
}

function run([command, ...args]) {
  const { status, error } = spawnSync(command, args, { cwd: root, env, stdio: 'inherit', shell: windows })
  if (error) console.error(`${command}: ${error.message}`)
  return status ?? 1
}
