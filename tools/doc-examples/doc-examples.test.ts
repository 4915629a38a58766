import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, describe, expect, test } from 'vitest'
import { packageName } from '../lint/floors.js'
import { docExamples, docstringExamples } from './extract.js'
import type { DocExample } from './extract.js'

// The code in the documentation compiles against the sources, and runs when all it touches is memory. A block that
// imports nothing gets the names it uses from its own package; ```ts no-run is compiled only, ```ts fragment neither.

const root = fileURLToPath(new URL('../..', import.meta.url))
const directory = mkdtempSync(join(tmpdir(), 'typetls-doc-examples-'))
afterAll(() => rmSync(directory, { recursive: true }))

const examples = docExamples(root).filter(({ info }) => !info.includes('fragment'))
const modules = examples.map((example, index) => ({
  ...example,
  file: `example-${index}.ts`,
  code: withImports(example),
}))
const diagnostics = compile(modules)

test.each(modules)('$place compiles', ({ file, code }) => {
  expect(diagnostics.get(file) ?? [], code).toEqual([])
})

test.each(modules.filter(runsInMemory))('$place runs', async ({ file, code }) => {
  const outfile = join(directory, file.replace('.ts', '.mjs'))
  await build({
    entryPoints: [join(directory, file)],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    conditions: ['@typetls/source'],
    logLevel: 'silent',
  })
  const { status, stderr } = spawnSync(process.execPath, [outfile], { encoding: 'utf8', timeout: 30_000 })
  expect(stderr, code).toBe('')
  expect(status, code).toBe(0)
})

describe('the extraction', () => {
  test('takes the ts blocks of @example and no other block', () => {
    const docstring = [
      '/**',
      ' * Adds.',
      ' * ```ts',
      ' * not(an, example)',
      ' * ```',
      ' * @param a one',
      ' * @example',
      ' * ```ts',
      ' * @decorated',
      ' * add(1, 2)',
      ' * ```',
      ' * and',
      ' * ```ts no-run',
      ' *   add(3, 4)',
      ' * ```',
      ' * @returns the sum',
      ' */',
    ].join('\n')
    expect(docstringExamples(`\n${docstring}\n`, 'a.ts', 'wire')).toEqual([
      { place: 'a.ts:9', directory: 'wire', info: ['ts'], code: '@decorated\nadd(1, 2)\n' },
      { place: 'a.ts:14', directory: 'wire', info: ['ts', 'no-run'], code: '  add(3, 4)\n' },
    ])
  })

  test('an @example without a block is refused', () => {
    expect(() => docstringExamples('/**\n * @example add(1, 2)\n */', 'a.ts', 'wire')).toThrow('a.ts:1')
  })

  test('a block that does not compile is noticed', () => {
    const wrong = { file: 'wrong.ts', code: 'export const a: string = 1\n' }
    expect(compile([wrong]).get('wrong.ts')).toEqual([expect.stringContaining('TS2322')])
  })
})

interface Module {
  readonly file: string
  readonly code: string
}

function compile(files: readonly Module[]): Map<string, string[]> {
  linkPackages()
  for (const { file, code } of files) writeFileSync(join(directory, file), code)
  const config = {
    extends: join(root, 'tsconfig.test.json'),
    compilerOptions: { verbatimModuleSyntax: false, typeRoots: [join(root, 'node_modules/@types')] },
    include: files.map(({ file }) => file),
  }
  writeFileSync(join(directory, 'tsconfig.json'), JSON.stringify(config))
  const tsc = join(root, 'node_modules/.bin/tsc')
  const { stdout, stderr, status } = spawnSync(tsc, ['-p', directory, '--pretty', 'false'], {
    cwd: directory,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  })
  if (status === null || stderr !== '') throw new Error(`tsc did not run: ${stderr}`)
  const found = new Map<string, string[]>()
  for (const line of stdout.split('\n')) {
    const diagnostic = /^(example-\d+\.ts|wrong\.ts)(\(.*)$/.exec(line)
    if (diagnostic === null) continue
    const [, file, message] = diagnostic
    found.set(file!, [...(found.get(file!) ?? []), message!])
  }
  return found
}

/** The examples live where every package of the workspace resolves. */
function linkPackages(): void {
  const modules = join(directory, 'node_modules')
  rmSync(modules, { recursive: true, force: true })
  mkdirSync(directory, { recursive: true })
  writeFileSync(join(directory, 'package.json'), '{ "type": "module" }')
  symlinkSync(join(root, 'examples/node_modules'), modules, 'junction')
}

function withImports({ directory, code }: DocExample): string {
  const complete = /^\s*(import|export)\b/m.test(code) || directory === ''
  const names = complete ? [] : exportsOf(directory).filter((name) => new RegExp(`\\b${name}\\b`).test(code))
  if (names.length === 0) return `${code}\nexport {}\n`
  return `import { ${names.join(', ')} } from '${packageName(directory)}'\n${code}`
}

function exportsOf(name: string): string[] {
  const source = join(root, 'packages', name, 'src')
  const names = new Set<string>()
  for (const file of readdirSync(source).filter((each) => each === 'index.ts')) {
    for (const [, list] of readFileSync(join(source, file), 'utf8').matchAll(/export (?:type )?\{([^}]*)\}/g)) {
      for (const item of list!.split(',')) names.add(item.replace(/^\s*(type\s+)?(\S+\s+as\s+)?/, '').trim())
    }
  }
  names.delete('')
  return [...names]
}

function runsInMemory({ code, info }: DocExample): boolean {
  const memory =
    /^(@typetls\/(wire|crypto-provider|crypto-node|crypto-noble|record|handshake|x509|connection|testing)(\/.*)?|node:(assert|crypto|util))$/
  const specifiers = [...code.matchAll(/\bfrom '([^']+)'/g)].map(([, specifier]) => specifier!)
  return !info.includes('no-run') && !/^declare /m.test(code) && specifiers.every((each) => memory.test(each))
}
