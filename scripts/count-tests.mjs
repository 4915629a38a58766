// Prints `N passed, N failed, N skipped` from the JSON results of vitest; fails when a test or a file failed, when
// nothing ran, and when there are no results.
import { existsSync, readFileSync } from 'node:fs'

const [file] = process.argv.slice(2)
if (!existsSync(file)) {
  console.log(`${file} is missing: the tests did not run to their end`)
  process.exit(1)
}
const { testResults, success } = JSON.parse(readFileSync(file, 'utf8'))

const counts = { passed: 0, failed: 0, skipped: 0 }
for (const { status, assertionResults } of testResults) {
  for (const each of assertionResults) counts[outcomeOf(each.status)]++
  // A file that cannot be loaded has no tests to fail.
  if (status === 'failed' && !assertionResults.some((each) => each.status === 'failed')) counts.failed++
}
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`)
process.exitCode = success && counts.failed === 0 && counts.passed > 0 ? 0 : 1

function outcomeOf(status) {
  return status === 'passed' || status === 'failed' ? status : 'skipped'
}
