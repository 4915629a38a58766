// `npm run soak -- --seconds 60 --connections 1000`: many connections at a time through a relay that stalls, splits, resets,
// cuts, corrupts, repeats and drops. README.md says what must hold. The exit code is 0 only if it did.
import { parseArgs } from 'node:util'
import { soak } from './soak.js'
import { printReport } from './report.js'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    connections: { type: 'string', default: '1000' },
  },
})
const seconds = Number(values.seconds)
const connections = Number(values.connections)
if (!(seconds > 0) || !(Number.isInteger(connections) && connections > 0)) {
  console.error('--seconds and --connections must be positive numbers')
  process.exit(2)
}
const report = await soak({ seconds, connections })
printReport(report)
process.exitCode = report.problems.length === 0 ? 0 : 1
