// Publishes every public package whose version the registry does not have yet; `--dry-run` stops before the upload.
// pnpm packs, because it writes real ranges for `workspace:^`; npm uploads, because it can exchange the identity of a
// CI job for a short-lived credential (trusted publishing), so nobody keeps a token.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const tarballs = join(root, '.results', 'packages')
const dryRun = process.argv.includes('--dry-run')

rmSync(tarballs, { recursive: true, force: true })
mkdirSync(tarballs, { recursive: true })

for (const directory of inOrder(publicPackages())) {
  const { name, version } = manifestOf(directory)
  if (isPublished(name, version)) {
    console.log(`${name}@${version} is published`)
    continue
  }
  if (!existsSync(join(root, 'packages', directory, 'dist'))) throw new Error(`${name} is not built`)
  run('pnpm', ['pack', '--pack-destination', tarballs], join(root, 'packages', directory))
  const tarball = join(tarballs, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`)
  const identity = process.env.CI && !dryRun ? ['--provenance'] : []
  run('npm', ['publish', tarball, '--access', 'public', ...identity, ...(dryRun ? ['--dry-run'] : [])], root)
}

function publicPackages() {
  return readdirSync(join(root, 'packages')).filter(
    (directory) => existsSync(join(root, 'packages', directory, 'package.json')) && !manifestOf(directory).private,
  )
}

/** What others depend on first, so that nothing is installable before what it needs. */
function inOrder(directories) {
  const directoryOf = new Map(directories.map((directory) => [manifestOf(directory).name, directory]))
  const ordered = new Set()
  const add = (directory) => {
    for (const name of Object.keys(manifestOf(directory).dependencies ?? {})) {
      if (directoryOf.has(name)) add(directoryOf.get(name))
    }
    ordered.add(directory)
  }
  directories.forEach(add)
  return ordered
}

function manifestOf(directory) {
  return JSON.parse(readFileSync(join(root, 'packages', directory, 'package.json'), 'utf8'))
}

function isPublished(name, version) {
  const { status, stdout, stderr } = spawnSync('npm', ['view', `${name}@${version}`, 'version'], { encoding: 'utf8' })
  if (status === 0) return stdout.trim() === version
  if (/E404/.test(stderr)) return false
  throw new Error(`cannot ask the registry for ${name}: ${stderr}`)
}

function run(command, args, cwd) {
  const { status } = spawnSync(command, args, { cwd, stdio: 'inherit' })
  if (status !== 0) throw new Error(`${command} ${args[0]} failed in ${cwd}`)
}
