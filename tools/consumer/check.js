// What a user gets: packs every public package, unpacks them into an empty project, imports every entry, and compiles
// against the declarations with TypeScript 7 and 6, for Node.js and for bundlers. Workspace resolution hides mistakes
// that only this shows, such as a declaration file that was never written.
import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const project = mkdtempSync(join(tmpdir(), 'typetls-consumer-'))
const modules = join(project, 'node_modules')

try {
  const entries = readdirSync(join(root, 'packages')).flatMap(install)
  link('@types/node', join(root, 'node_modules'))
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }')
  const imports = entries.map((entry, index) => `import * as entry${index} from '${entry}'\n`).join('')
  const uses = `for (const entry of [${entries.map((_, index) => `entry${index}`).join(', ')}]) if (!Object.keys(entry).length) throw new Error('empty')\n`
  writeFileSync(join(project, 'user.ts'), imports + uses)
  writeFileSync(join(project, 'user.js'), imports + uses)

  runs('node', ['user.js'])
  for (const compiler of ['tsc', 'tsc6']) {
    for (const resolution of [
      ['nodenext', 'nodenext'],
      ['esnext', 'bundler'],
    ])
      compiles(compiler, ...resolution)
  }
  if (!process.exitCode) console.log(`${entries.length} entries import and compile`)
} finally {
  rmSync(project, { recursive: true })
}

/** Unpacks a package as a registry would deliver it; returns what can be imported from it. */
function install(directory) {
  const from = join(root, 'packages', directory)
  if (!existsSync(join(from, 'package.json'))) return []
  const manifest = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8'))
  if (manifest.private) return []
  runs('pnpm', ['pack', '--out', join(project, 'package.tgz')], from)
  const to = join(modules, manifest.name)
  mkdirSync(to, { recursive: true })
  runs('tar', ['-xzf', join(project, 'package.tgz'), '-C', to, '--strip-components=1'])
  for (const name of Object.keys(manifest.dependencies ?? {})) {
    if (!/^(@typetls\/|typetls$)/.test(name)) link(name, join(from, 'node_modules'))
  }
  return Object.keys(manifest.exports)
    .filter((entry) => entry !== './package.json')
    .map((entry) => manifest.name + entry.slice(1))
}

function link(name, from) {
  const at = join(modules, name)
  if (existsSync(at)) return
  mkdirSync(join(at, '..'), { recursive: true })
  symlinkSync(join(from, name), at, 'junction')
}

function compiles(compiler, module, moduleResolution) {
  const config = {
    compilerOptions: {
      target: 'es2022',
      lib: ['es2023'],
      module,
      moduleResolution,
      types: ['node'],
      strict: true,
      noEmit: true,
      skipLibCheck: false,
    },
    files: ['user.ts'],
  }
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify(config))
  const { status, stdout, stderr } = spawnSync(join(root, 'node_modules', '.bin', compiler), ['--pretty', 'false'], {
    cwd: project,
    encoding: 'utf8',
  })
  if (status === null) throw new Error(`${compiler} did not run: ${stderr}`)
  // Declarations of others are not ours to check.
  const errors = stdout.split('\n').filter((line) => /^(user\.ts|node_modules\/(@typetls|typetls)\/)/.test(line))
  if (errors.length > 0) fail(`${compiler}, ${moduleResolution}:\n${errors.join('\n')}`)
}

function runs(command, args, cwd = project) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' })
  if (status !== 0) fail(`${command} ${args.join(' ')} in ${cwd}:\n${stdout}${stderr}`)
}

function fail(message) {
  console.error(message)
  process.exitCode = 1
}
