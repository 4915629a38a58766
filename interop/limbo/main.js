// `npm run interop:limbo -- --input FILE(.json|.json.gz) --json OUT`: each case of a file in x509-limbo's schema, by the
// `webpki` profile on node:crypto. Without --input the cases that are kept here. Fails when a case could not be run.
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { readLimbo, runLimbo } from './limbo.js'

const { values } = parseArgs({ options: { input: { type: 'string' }, json: { type: 'string' } } })
const results = readLimbo(values.input ?? new URL('data/limbo.json.gz', import.meta.url)).map(runLimbo)
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, undefined, 1)}\n`)

const groups = new Map()
for (const result of results) {
  const group = result.id
    .split('::')
    .slice(0, result.id.startsWith('bettertls::') ? 2 : 1)
    .join('::')
  const { cases, agreed } = groups.get(group) ?? { cases: 0, agreed: 0 }
  groups.set(group, { cases: cases + 1, agreed: agreed + (result.actual === result.expected ? 1 : 0) })
}
for (const [group, { cases, agreed }] of groups) console.log(`${group.padEnd(28)} ${agreed} of ${cases} agree`)
for (const { id, expected, actual, reason } of results) {
  if (expected !== actual)
    console.log(`${id}: expected ${expected}, actual ${actual}${reason === '' ? '' : `: ${reason}`}`)
}
const slowest = results.reduce((one, other) => (other.ms > one.ms ? other : one))
console.log(`slowest: ${slowest.id}, ${slowest.ms.toFixed(0)} ms`)
