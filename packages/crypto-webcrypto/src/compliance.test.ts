import { nobleCrypto } from '@typetls/crypto-noble'
import { checkCompliance, formatReport } from '@typetls/crypto-provider/compliance'
import { expect, test } from 'vitest'
import { webCrypto } from './index.ts'

const provider = await webCrypto()

test('the platform keeps the contract of a provider, and agrees with noble', async () => {
  const leavesOut = Object.fromEntries(provider.missing.map(({ name, keyType, reason }) => [keyType ?? name, reason]))
  const report = await checkCompliance(provider, { leavesOut, reference: nobleCrypto })
  expect(report.passed, formatReport(report)).toBe(true)
  const unexplained = report.algorithms.filter((one) => one.status === 'left out' && one.reason === undefined)
  // Which this backend does not look for.
  expect(unexplained.map((one) => one.name).filter((name) => !name.startsWith('ml-dsa-'))).toEqual([])
})

test('filled by noble it keeps it too, and has all that both have', async () => {
  const filled = await webCrypto({ fill: nobleCrypto })
  const report = await checkCompliance(filled)
  expect(report.passed, formatReport(report)).toBe(true)
  const missing = report.algorithms.filter((one) => one.status === 'left out').map((one) => one.name)
  expect(missing.filter((name) => !/^aes-128-ccm|^ml-dsa/.test(name))).toEqual([])
})
