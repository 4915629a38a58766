import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { dependencies, packageName, testDependencies } from './floors.js'

const packages = new URL('../../packages/', import.meta.url)
const read = (path: string): Record<string, unknown> => JSON.parse(readFileSync(new URL(path, packages), 'utf8'))
const directories = readdirSync(packages).filter((name) => existsSync(new URL(`${name}/package.json`, packages)))
const runtime = dependencies as Record<string, string[]>
const development = testDependencies as Record<string, string[]>
const names = (list: string[]): string[] => list.map((name) => (name in runtime ? packageName(name) : name)).sort()

test('every package has its floor', () => {
  expect(directories.sort()).toEqual(Object.keys(runtime).sort())
})

test.each(directories)('package.json and tsconfig.json of %s say what the floors say', (directory) => {
  const manifest = read(`${directory}/package.json`)
  expect(Object.keys(manifest['dependencies'] ?? {}).sort()).toEqual(names(runtime[directory]!))
  expect(Object.keys(manifest['devDependencies'] ?? {}).sort()).toEqual(names(development[directory]!))
  const { references } = read(`${directory}/tsconfig.json`) as { references: { path: string }[] }
  const referenced = references.map(({ path }) => path.slice('../'.length))
  expect(referenced.sort()).toEqual(runtime[directory]!.filter((name) => name in runtime).sort())
})

test('the floors have no cycle, tests included', () => {
  const done = new Set<string>()
  const visit = (name: string, below: string[]): void => {
    expect(below, `${[...below, name].join(' → ')}`).not.toContain(name)
    if (done.has(name)) return
    for (const next of [...runtime[name]!, ...development[name]!]) if (next in runtime) visit(next, [...below, name])
    done.add(name)
  }
  for (const name of directories) visit(name, [])
})
