import * as crypto from 'node:crypto'
import { checkCompliance, formatReport } from '@typetls/crypto-provider/compliance'
import { expect, test } from 'vitest'
import { nodeCrypto } from './node-crypto.ts'

test('node:crypto keeps the contract of a provider', async () => {
  const leavesOut = Object.fromEntries(
    ['SecP256r1MLKEM768', 'X25519MLKEM768', 'ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87'].map((name) => [name, newer]),
  )
  const report = await checkCompliance(nodeCrypto, { leavesOut })
  expect(report.passed, formatReport(report)).toBe(true)
  const missing = new Set(report.algorithms.filter((one) => one.status === 'left out').map((one) => one.name))
  expect([...missing]).toEqual('encapsulate' in crypto ? [] : Object.keys(leavesOut))
})

const newer = 'Node has it from 24.7 on'
