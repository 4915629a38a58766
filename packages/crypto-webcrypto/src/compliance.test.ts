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
  const report = await checkCompliance(filled, { verifiesOnly: { 'rsa-pkcs1': 'RSA keys are those of the platform' } })
  expect(report.passed, formatReport(report)).toBe(true)
  expect(formatReport(report)).toContain('rsa-pkcs1 (encrypts only: RSA keys are those of the platform)')
  const missing = report.algorithms.filter((one) => one.status === 'left out').map((one) => one.name)
  expect(missing.filter((name) => !/^aes-128-ccm|^ml-dsa/.test(name))).toEqual([])
})

test('with RSA keys left to noble it decrypts with them, and what the platform keeps is the same', async () => {
  const provider = await webCrypto({ fill: nobleCrypto, omit: ['rsa'] })
  const report = await checkCompliance(provider)
  expect(report.passed, formatReport(report)).toBe(true)
  const withOwnKeys = provider.missing.filter((one) => one.keyType === 'rsa')
  expect(withOwnKeys.map((one) => [one.name, one.filled, one.reason])).toEqual(
    ['pkcs1-sha256', 'pkcs1-sha384', 'pkcs1-sha512', 'pss-sha256', 'pss-sha384', 'pss-sha512'].map((name) => [
      `rsa-${name}`,
      true,
      'left out as asked',
    ]),
  )
})
