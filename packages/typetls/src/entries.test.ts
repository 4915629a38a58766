import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import * as node from './node.ts'
import * as portable from './portable.ts'

test('both entries have the core and a default backend', () => {
  for (const entry of [node, portable]) {
    expect(entry).toMatchObject({
      clientConnection: expect.any(Function) as unknown,
      serverConnection: expect.any(Function) as unknown,
      createVerifier: expect.any(Function) as unknown,
      createCredential: expect.any(Function) as unknown,
      Session: expect.any(Function) as unknown,
      TlsError: expect.any(Function) as unknown,
    })
    expect(entry.defaultCrypto.keyExchange['x25519']).toBeDefined()
  }
  expect(node.defaultCrypto.name).not.toBe(portable.defaultCrypto.name)
})

test('only the Node entry has sockets', () => {
  for (const name of ['connect', 'connectTls', 'acceptTls', 'createServer', 'createHttpsServer', 'TlsSocket']) {
    expect(node).toHaveProperty(name)
    expect(portable).not.toHaveProperty(name)
  }
})

test('the package picks the entry by condition', async () => {
  expect(await import('typetls')).toHaveProperty('connect')
  const { exports } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    exports: { '.': Record<'node' | 'default', Record<string, string>> }
  }
  expect(Object.keys(exports['.'])).toEqual(['node', 'default'])
  expect(exports['.'].node['@typetls/source']).toBe('./src/node.ts')
  expect(exports['.'].default['@typetls/source']).toBe('./src/portable.ts')
})

test('the portable entry reaches nothing of Node', () => {
  const seen = new Set<string>()
  const visit = (url: URL): void => {
    if (seen.has(url.href)) return
    seen.add(url.href)
    const source = readFileSync(url, 'utf8')
    for (const [, specifier = ''] of source.matchAll(/from '([^']+)'/g)) {
      expect(specifier, `${url.pathname} imports`).not.toMatch(/^node:|node-adapter|crypto-node/)
      if (specifier.startsWith('.')) visit(new URL(specifier, url))
      else if (specifier.startsWith('@typetls/')) {
        const [, name = '', entry = ''] = /^@typetls\/([^/]+)\/?(.*)$/.exec(specifier) ?? []
        const manifest = readFileSync(new URL(`../../${name}/package.json`, import.meta.url), 'utf8')
        const { exports } = JSON.parse(manifest) as { exports: Record<string, { '@typetls/source': string }> }
        const source = exports[entry === '' ? '.' : `./${entry}`]?.['@typetls/source'] as string
        visit(new URL(`../../${name}/${source}`, import.meta.url))
      }
    }
  }
  visit(new URL('./portable.ts', import.meta.url))
  expect(seen.size).toBeGreaterThan(50)
})
