import * as crypto from 'node:crypto'
import { checkCompliance, formatReport } from '@typetls/crypto-provider/compliance'
import { expect, test } from 'vitest'
import { nodeCrypto } from './node-crypto.ts'

test('node:crypto keeps the contract of a provider', async () => {
  const needsNode = 'Node has it from 24.7 on'
  const leavesOut = { X25519MLKEM768: needsNode, SecP256r1MLKEM768: needsNode }
  const report = await checkCompliance(nodeCrypto, { leavesOut })
  expect(report.passed, formatReport(report)).toBe(true)
  const missing = report.algorithms.filter((one) => one.status === 'left out').map((one) => one.name)
  expect(missing).toEqual('encapsulate' in crypto ? [] : Object.keys(leavesOut).sort())
})
