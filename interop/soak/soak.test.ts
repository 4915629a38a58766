import { expect, test } from 'vitest'
import { soak } from './soak.js'

test('connections through a relay that harms what passes: nothing is lost, doubled, left open or without a code', async () => {
  const report = await soak({ seconds: 3, connections: 60, patience: 5 })
  expect(report.problems).toEqual([])
  // A run that harmed nothing would show nothing.
  expect(report.faults['none']?.whole).toBeGreaterThan(10)
  expect(Object.keys(report.faults['corrupt']?.codes.server ?? {}).length).toBeGreaterThan(0)
}, 90_000)
