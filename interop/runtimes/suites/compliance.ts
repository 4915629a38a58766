import type { CryptoProvider } from '@typetls/crypto-provider'
import type { ComplianceOptions } from '@typetls/crypto-provider/compliance'
import { checkCompliance, formatReport } from '@typetls/crypto-provider/compliance'
import { backendNames, backendOf } from '../../browser/backends.ts'
import type { Suite, SuiteResult } from '../suite.ts'

/** The compliance suite of crypto-provider on every backend that needs nothing but the Web Cryptography API. */
const compliance: Suite = async () => {
  const results: SuiteResult[] = []
  for (const name of backendNames) {
    const { provider, leavesOut, verifiesOnly } = await backendOf(name)
    const other = await backendOf(name === 'noble' ? 'webcrypto' : 'noble')
    results.push(await complianceOf(name, provider, { leavesOut, verifiesOnly, reference: other.provider }))
  }
  return results
}

export default compliance

/** One backend. What is left out without a reason does not pass. */
export async function complianceOf(
  name: string,
  provider: CryptoProvider,
  options: ComplianceOptions,
): Promise<SuiteResult> {
  const report = await checkCompliance(provider, options)
  const count = (status: string): number => report.algorithms.filter((one) => one.status === status).length
  const unexplained = report.algorithms.some(({ status, reason }) => status === 'left out' && reason === undefined)
  return {
    name,
    passed: report.passed && !unexplained,
    summary: `${count('supported')} supported, ${count('left out')} left out, ${count('wrong')} wrong; ${report.checks} checks`,
    details: formatReport(report),
  }
}
