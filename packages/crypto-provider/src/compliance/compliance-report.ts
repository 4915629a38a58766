import type { Mode } from '../answer.ts'
import type { Finding } from './probe.ts'

/** How a provider keeps its contract, algorithm by algorithm. Plain data. */
export interface ComplianceReport {
  /** The provider's name. */
  readonly provider: string
  readonly mode: Mode
  /** Whether nothing is wrong. What is left out is not wrong. */
  readonly passed: boolean
  /** How many things were looked at. */
  readonly checks: number
  readonly algorithms: readonly AlgorithmReport[]
}

export interface AlgorithmReport {
  readonly list: CheckedList
  /** The algorithm's name in its list; of `privateKey`, a `KeyType`; of `provider`, a member. */
  readonly name: string
  readonly status: AlgorithmStatus
  /** Why it is left out, or only verifies or encrypts, when the caller says so. */
  readonly reason: string | undefined
  readonly checks: number
  /** What is wrong, each rule once. */
  readonly findings: readonly Finding[]
}

export type AlgorithmStatus = 'supported' | 'left out' | 'wrong'

/** `provider`: its name, mode and random bytes. `privateKey`: kinds of keys that `importPrivateKey` takes. */
export type CheckedList =
  'provider' | 'hash' | 'hmac' | 'hkdf' | 'aead' | 'cbc' | 'keyExchange' | 'privateKey' | 'signature' | 'keyTransport'

/** The report as text: what is supported, what is left out and why, what is wrong. Lines end in `\n`. */
export function formatReport(report: ComplianceReport): string {
  const { provider, mode, checks, algorithms } = report
  const having = (status: AlgorithmStatus): AlgorithmReport[] => algorithms.filter((one) => one.status === status)
  const counts = statuses.map((status) => `${having(status).length} ${status}`).join(', ')
  const lines = [`${provider} (${mode}): ${counts}; ${checks} checks`]
  const sections = [
    ['supported', supportedLines(having('supported'))],
    ['left out', having('left out').map((one) => `${title(one)}: ${one.reason ?? 'no reason given'}`)],
    ['wrong', having('wrong').flatMap(wrongLines)],
  ] as const
  for (const [heading, body] of sections) {
    if (body.length > 0) lines.push('', heading, ...body.map((line) => `  ${line}`))
  }
  return `${lines.join('\n')}\n`
}

const statuses: readonly AlgorithmStatus[] = ['supported', 'left out', 'wrong']

/** One line for each list. */
function supportedLines(supported: readonly AlgorithmReport[]): string[] {
  const lists = [...new Set(supported.map((one) => one.list))]
  return lists.map((list) => {
    const names = supported
      .filter((one) => one.list === list)
      .map((one) => (one.reason === undefined ? one.name : `${one.name} (${onlyVerb(one.list)} only: ${one.reason})`))
    return `${list.padEnd(columnWidth)}${names.join(' ')}`
  })
}

function onlyVerb(list: CheckedList): string {
  return list === 'keyTransport' ? 'encrypts' : 'verifies'
}

function wrongLines(wrong: AlgorithmReport): string[] {
  return [
    title(wrong),
    ...wrong.findings.flatMap(({ rule, inputs, problem, times }) => [
      `- ${rule}`,
      `    with:  ${inputs}`,
      `    found: ${problem}`,
      ...(times > 1 ? [`    and ${times - 1} times more`] : []),
    ]),
  ]
}

function title({ list, name }: AlgorithmReport): string {
  return `${list.padEnd(columnWidth)}${name}`
}

// The longest name of a list, and a space.
const columnWidth = 'keyTransport '.length
