import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { fuzzX509 } from './x509.ts'

// A slice of what `npm run fuzz:x509` does; that one also looks at time and memory.
const wanted = process.env['TYPETLS_FUZZ']
const runs = Number(wanted ?? 4000)
const seed = Number(process.env['TYPETLS_FUZZ_SEED'] ?? 1)

test(`${runs} mutated documents are read, or refused by an error of ours`, { timeout: 3_600_000 }, async () => {
  setFlagsFromString('--expose-gc')
  const gc = runInNewContext('gc') as () => void
  await fuzzX509(1000, seed)
  gc()
  const before = process.memoryUsage().heapUsed
  const report = await fuzzX509(runs, seed)
  gc()
  const grown = (process.memoryUsage().heapUsed - before) / 2 ** 20
  expect(report.strange).toEqual([])
  expect(report.parsed).toBeGreaterThan(0)
  if (wanted === undefined) return
  console.log(
    `${report.runs} runs with seed ${seed}: ${report.parsed} still parsed, slowest ${report.slowest.toFixed(1)} ms, heap grew by ${grown.toFixed(1)} MiB`,
  )
  expect(report.slowest).toBeLessThan(250)
  expect(grown).toBeLessThan(64)
})
