import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ESLint } from 'eslint'
import type { Linter } from 'eslint'
import tseslint from 'typescript-eslint'
import { afterAll, describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const withTypes = new ESLint({ cwd: root })
// Rules that need types need real files; snippets do without.
const snippets: Linter.Config = {
  files: ['**/*.ts'],
  languageOptions: { parserOptions: { projectService: false } },
  rules: { ...tseslint.configs.disableTypeChecked.rules, 'typetls/no-floating-programs': 'off' },
}
const eslint = new ESLint({ cwd: root, overrideConfig: snippets })

/** Lints a snippet as if it were that file of the workspace, with the workspace's own configuration. */
async function lint(file: string, code: string): Promise<string[]> {
  const [result] = await eslint.lintText(code, { filePath: join(root, file) })
  return result!.messages.map((message) => `${message.ruleId ?? 'parser'}: ${message.message}`)
}

describe('imports between floors', () => {
  const refused: [file: string, specifier: string][] = [
    ['packages/wire/src/a.ts', '@typetls/crypto-provider'],
    ['packages/record/src/a.ts', '@typetls/handshake'],
    ['packages/record/src/a.ts', '@typetls/x509'],
    ['packages/handshake/src/a.ts', '@typetls/record'],
    ['packages/handshake/src/a.ts', '@typetls/x509'],
    ['packages/x509/src/a.ts', '@typetls/handshake'],
    ['packages/x509/src/a.ts', '@typetls/record'],
    ['packages/record/src/a.ts', '@typetls/crypto-node'],
    ['packages/handshake/src/a.ts', '@typetls/crypto-noble'],
    ['packages/connection/src/a.ts', '@typetls/crypto-node'],
    ['packages/connection/src/a.ts', '@typetls/x509'],
    ['packages/connection/src/a.ts', '@typetls/node-adapter'],
    ['packages/connection/src/a.ts', '@typetls/testing'],
    ['packages/crypto-node/src/a.ts', '@noble/curves/ed25519.js'],
    ['packages/x509/src/a.ts', 'asn1js'],
    ['packages/testing/src/a.ts', '@typetls/connection'],
    ['packages/node-adapter/src/a.ts', 'typetls'],
    ['packages/connection/src/a.test.ts', '@typetls/node-adapter'],
  ]
  test.each(refused)('%s must not import %s', async (file, specifier) => {
    expect(await lint(file, `import { a } from '${specifier}'\nexport const b: unknown = a\n`)).toEqual([
      expect.stringContaining('typetls/floors: '),
    ])
  })

  const welcome: [file: string, specifier: string][] = [
    ['packages/record/src/a.ts', '@typetls/wire'],
    ['packages/connection/src/a.ts', '@typetls/handshake'],
    ['packages/crypto-noble/src/a.ts', '@noble/curves/ed25519.js'],
    ['packages/crypto-noble/src/a.test.ts', '@typetls/crypto-provider/compliance'],
    ['packages/x509/src/a.test.ts', 'asn1js'],
    ['packages/node-adapter/src/a.ts', 'node:stream'],
    ['packages/connection/src/a.test.ts', '@typetls/x509'],
    ['packages/connection/test/a.ts', '@typetls/testing'],
    ['packages/record/src/a.test.ts', '@typetls/crypto-node'],
    ['packages/record/src/a.test.ts', 'node:crypto'],
    ['packages/record/src/a.ts', './nonce.ts'],
  ]
  test.each(welcome)('%s may import %s', async (file, specifier) => {
    expect(await lint(file, `import { a } from '${specifier}'\nexport const b: unknown = a\n`)).toEqual([])
  })

  test('re-exports, dynamic imports and import types count as imports', async () => {
    for (const code of [
      `export { a } from '@typetls/record'\n`,
      `export * from '@typetls/record'\n`,
      `import type { A } from '@typetls/record'\nexport type B = A\n`,
      `export const a = (): unknown => import('@typetls/record')\n`,
      `export type A = import('@typetls/record').Record\n`,
    ]) {
      expect(await lint('packages/handshake/src/a.ts', code), code).toEqual([
        expect.stringContaining('typetls/floors: '),
      ])
    }
  })

  test('a path into another package is refused', async () => {
    expect(await lint('packages/record/src/a.ts', `export { a } from '../../wire/src/index.ts'\n`)).toEqual([
      expect.stringContaining('must stay inside its package'),
    ])
    expect(await lint('packages/record/src/a.ts', `export { a } from '@typetls/wire/src/reader.ts'\n`)).toEqual([
      expect.stringContaining('by its public entry'),
    ])
  })

  test('a relative import without its .ts is refused', async () => {
    for (const specifier of ['./nonce', './nonce.js']) {
      expect(await lint('packages/record/src/a.ts', `export { a } from '${specifier}'\n`)).toEqual([
        expect.stringContaining(`write './nonce.ts'`),
      ])
    }
  })

  test('a core package has no node: modules, also not by their bare names', async () => {
    for (const specifier of ['node:crypto', 'crypto', 'node:buffer']) {
      expect(await lint('packages/record/src/a.ts', `export * from '${specifier}'\n`)).toEqual([
        expect.stringContaining('below the adapters'),
      ])
    }
  })
})

describe('import cycles', () => {
  const directory = mkdtempSync(join(tmpdir(), 'typetls-lint-'))
  const inDirectory = new ESLint({
    cwd: directory,
    overrideConfigFile: join(root, 'eslint.config.js'),
    overrideConfig: snippets,
  })
  afterAll(() => rmSync(directory, { recursive: true }))

  async function lintFiles(files: Record<string, string>): Promise<string[]> {
    for (const [name, code] of Object.entries(files)) {
      const path = join(directory, name)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, code)
    }
    const results = await inDirectory.lintFiles(Object.keys(files))
    return results.flatMap((result) => result.messages.map((message) => `${message.ruleId}: ${message.message}`))
  }

  test('two files that import each other are refused, through a third one too', async () => {
    expect(
      await lintFiles({
        'packages/wire/src/a.ts': `import { b } from './b.ts'\nexport const a: unknown = b\n`,
        'packages/wire/src/b.ts': `export { c as b } from './deep/c.ts'\n`,
        'packages/wire/src/deep/c.ts': `import {\n  a,\n} from '../a.ts'\nexport const c: unknown = a\n`,
      }),
    ).toEqual([
      'typetls/no-import-cycles: Import cycle: a.ts → b.ts → deep/c.ts → a.ts. Move what both need into a file of its own.',
      expect.stringContaining('typetls/no-import-cycles: '),
      expect.stringContaining('typetls/no-import-cycles: '),
    ])
  })

  test('a type import closes no cycle', async () => {
    expect(
      await lintFiles({
        'packages/wire/src/e.ts': `import { f } from './f.ts'\nexport type E = typeof f\n`.replace(
          'import {',
          'import type {',
        ),
        'packages/wire/src/f.ts': `import { g } from './g.ts'\nexport const f: unknown = g\n`,
        'packages/wire/src/g.ts': `import type { E } from './e.ts'\nexport const g: E | undefined = undefined\n`,
      }),
    ).toEqual([])
  })
})

describe('programs', () => {
  const program = 'packages/handshake/src/client.ts'

  test('a bare yield is refused outside program.ts', async () => {
    const code = `export function* a(): Generator<number> {\n  yield 1\n}\n`
    expect(await lint(program, code)).toEqual([expect.stringContaining('typetls/no-bare-yield: ')])
    expect(await lint('packages/wire/src/a.ts', code)).toEqual([expect.stringContaining('typetls/no-bare-yield: ')])
    expect(await lint('packages/handshake/src/program.ts', code)).toEqual([])
    expect(await lint('packages/handshake/src/client.test.ts', code)).toEqual([])
  })

  test.each(['receive(1)', 'wait(1)', 'hs.receive(1)', 'hs.wait(1)', 'this.output.receive(1)'])(
    '%s must be delegated to',
    async (call) => {
      const inside = (line: string) => `export function* a(_hs: A): Program<unknown> {\n  ${line}\n}\n`
      const refused = [expect.stringContaining(`write \`yield* ${call.replace('(1)', '(…)')}\``)]
      for (const file of [program, 'packages/connection/src/a.ts']) {
        expect(await lint(file, inside(call))).toEqual(refused)
        expect(await lint(file, inside(`return ${call}`))).toEqual(refused)
        expect(await lint(file, inside(`return yield* ${call}`))).toEqual([])
      }
    },
  )

  test('a connection may receive bytes outside programs', async () => {
    expect(await lint('packages/connection/src/a.ts', `export const a = (peer: A): void => peer.receive(1)\n`)).toEqual(
      [],
    )
  })

  test('a program may clean up but not catch', async () => {
    const body = (clause: string) =>
      `export function* a(): Program<void> {\n  try {\n    yield* b()\n  } ${clause}\n}\n`
    expect(await lint(program, body('catch {\n    c()\n  }'))).toEqual([
      expect.stringContaining('typetls/no-catch-in-programs: '),
    ])
    expect(await lint(program, body('finally {\n    c()\n  }'))).toEqual([])
  })

  test('a plain function may catch', async () => {
    expect(
      await lint(program, `export function a(): void {\n  try {\n    b()\n  } catch {\n    c()\n  }\n}\n`),
    ).toEqual([])
  })
})

describe('below the adapters', () => {
  const platform = [
    `Buffer.from('')`,
    'process.env',
    'crypto.getRandomValues(bytes)',
    'globalThis.crypto',
    `globalThis['crypto']`,
    'Date.now()',
    'new Date()',
    'Date()',
    'Math.random()',
    'performance.now()',
    'setTimeout(a, 1)',
    'setInterval(a, 1)',
    'setImmediate(a)',
    'queueMicrotask(a)',
    'globalThis.setTimeout(a, 1)',
    `console.log('')`,
  ]
  const core = [
    'wire',
    'crypto-provider',
    'crypto-noble',
    'crypto-webcrypto',
    'record',
    'handshake',
    'x509',
    'connection',
  ]

  test.each(platform)('%s is refused', async (expression) => {
    for (const name of core) {
      expect(await lint(`packages/${name}/src/a.ts`, `export const a: unknown = ${expression}\n`)).toEqual([
        expect.stringContaining('typetls/no-platform: '),
      ])
    }
    expect(await lint('packages/record/src/a.test.ts', `export const a: unknown = ${expression}\n`)).toEqual([])
  })

  test('types of the platform are refused as well', async () => {
    expect(await lint('packages/wire/src/a.ts', `export const a = (b: Buffer): unknown => b\n`)).toEqual([
      expect.stringContaining('typetls/no-platform: '),
    ])
  })

  test('own names that happen to be platform names are fine', async () => {
    expect(
      await lint('packages/record/src/a.ts', `export const a = (crypto: A): A => crypto.aead(new Date(0))\n`),
    ).toEqual([])
  })

  test('adapters and backends for one platform may use it', async () => {
    expect(await lint('packages/node-adapter/src/a.ts', `export const a: unknown = Buffer.from('')\n`)).toEqual([])
    expect(await lint('packages/crypto-node/src/a.ts', `export const a: unknown = process.versions\n`)).toEqual([])
  })
})

test('packages do not write to the console, programs for people do', async () => {
  const code = `console.log('')\n`
  expect(await lint('packages/node-adapter/src/a.ts', code)).toEqual([expect.stringContaining('no-console: ')])
  expect(await lint('packages/node-adapter/src/a.test.ts', code)).toEqual([])
  for (const file of ['examples/a.js', 'bench/a.js', 'interop/a.ts']) expect(await lint(file, code)).toEqual([])
})

test.each(['utils.ts', 'helpers.ts', 'common.ts', 'types.ts', 'utils.test.ts'])('%s is not a subject', async (name) => {
  expect(await lint(`packages/wire/src/${name}`, 'export {}\n')).toEqual([expect.stringContaining('has no subject')])
})

test('file names are kebab-case', async () => {
  expect(await lint('packages/wire/src/keyShare.ts', 'export {}\n')).toEqual([
    expect.stringContaining('joined by hyphens'),
  ])
  expect(await lint('packages/wire/src/key-share.ts', 'export {}\n')).toEqual([])
})

test('any, unused names and unnecessary value imports are refused', async () => {
  expect(await lint('packages/wire/src/a.ts', 'export const a = (b: any): unknown => b\n')).toEqual([
    expect.stringContaining('no-explicit-any: '),
  ])
  expect(await lint('packages/wire/src/a.ts', 'const a = 1\n')).toEqual([expect.stringContaining('no-unused-vars: ')])
  expect(await lint('packages/wire/src/a.ts', `import { A } from './b.ts'\nexport type B = A\n`)).toEqual([
    expect.stringContaining('consistent-type-imports: '),
  ])
})

describe('with types', () => {
  async function lintInPlace(code: string): Promise<string[]> {
    const [result] = await withTypes.lintText(code, { filePath: join(root, 'packages/wire/src/index.ts') })
    return result!.messages.map((message) => `${message.ruleId ?? 'parser'}: ${message.message}`)
  }

  test('a program that nobody runs is refused', async () => {
    const code = (call: string): string =>
      `export function* a(): Generator<never, void> {\n  ${call}\n}\nfunction* b(): Generator<never, void> {}\n`
    expect(await lintInPlace(code('b()'))).toEqual([expect.stringContaining('write `yield* b(…)`')])
    expect(await lintInPlace(code('yield* b()'))).toEqual([])
  })

  test('a promise that nobody waits for is refused', async () => {
    const code = (call: string): string =>
      `export async function a(): Promise<void> {\n  ${call}\n}\nasync function b(): Promise<void> {}\n`
    expect(await lintInPlace(code('b()'))).toEqual([expect.stringContaining('no-floating-promises: ')])
    expect(await lintInPlace(code('await b()'))).toEqual([])
  })
})
