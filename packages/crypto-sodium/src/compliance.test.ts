import { nodeCrypto } from '@typetls/crypto-node'
import { checkCompliance, formatReport } from '@typetls/crypto-provider/compliance'
import { expect, test } from 'vitest'
import { sodiumCrypto } from './sodium-crypto.ts'

test('node:crypto with libsodium keeps the contract of a provider, and agrees with node:crypto', async () => {
  const report = await checkCompliance(sodiumCrypto, { reference: nodeCrypto })
  expect(report.passed, formatReport(report)).toBe(true)
  expect(report.provider).toBe('node:crypto + libsodium')
  const missing = report.algorithms.filter((one) => one.status === 'left out').map((one) => one.name)
  // What this Node has not got.
  expect(missing.filter((name) => !/^ml-dsa-|MLKEM/.test(name))).toEqual([])
}, 60_000)
