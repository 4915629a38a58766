import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { afterAll, describe, expect, test } from 'vitest'
import { runWycheproof } from '../../packages/testing/src/index.ts'
import type { WycheproofReport } from '../../packages/testing/src/index.ts'
import type { BackendName } from './backends.ts'
import { backends } from './backends.ts'

/**
 * Tests of a backend, one for each file of vectors: slices of about `most` in `npm test`, everything by
 * `npm run vectors`, which prints the results that are left in .results/vectors.
 */
export async function testVectors(name: BackendName, most: number): Promise<void> {
  const { provider, options } = await backends[name]()
  const whole = process.env['TYPETLS_VECTORS'] === 'all'
  const results: Record<string, WycheproofReport> = {}

  describe(`${provider.name} fails no vector of Project Wycheproof`, () => {
    test.each(files())('%s', { timeout: 300_000 }, async (file) => {
      const report = await runWycheproof(provider, file, whole ? options : { ...options, most, maxIterations: 100_000 })
      results[file] = report
      expect(report.failures).toEqual([])
      expect(report.passed + report.notSupported).toBeGreaterThan(0)
    })
  })

  afterAll(() => {
    const directory = new URL('../../.results/vectors/', import.meta.url)
    mkdirSync(directory, { recursive: true })
    const text = JSON.stringify({ provider: provider.name, whole, results }, undefined, 2)
    writeFileSync(new URL(`${name}.json`, directory), `${text}\n`)
  })
}

function files(): string[] {
  const directory = new URL('../../packages/testing/vectors/wycheproof/', import.meta.url)
  const suffix = '_test.json.gz'
  return readdirSync(directory)
    .filter((file) => file.endsWith(suffix))
    .map((file) => file.slice(0, -suffix.length))
    .sort()
}
