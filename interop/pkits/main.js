// `npm run interop:pkits -- --json OUT`: NIST's path validation tests, on node:crypto. Fails when one disagrees.
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { readPkits, runPkits } from './pkits.js'

const { values } = parseArgs({ options: { json: { type: 'string' } } })
const suite = readPkits()
const results = suite.tests.map((one) => runPkits(suite, one))
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, undefined, 1)}\n`)

const disagreed = results.filter(({ agrees }) => !agrees)
console.log(`${results.length - disagreed.length} of ${results.length} agree`)
for (const { id, name, expected, actual, expectedPolicies, actualPolicies, reason } of disagreed) {
  console.log(
    `${id} ${name}: expected ${expected} [${expectedPolicies}], actual ${actual} [${actualPolicies ?? ''}] ${reason}`,
  )
}
process.exitCode = disagreed.length === 0 ? 0 : 1
