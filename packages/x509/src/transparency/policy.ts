import type { Certificate } from '../certificate.ts'
import type { TransparencyLog } from './log-list.ts'
import type { SignedCertificateTimestamp } from './signed-certificate-timestamp.ts'

/** A timestamp whose signature is good, of a log on the list. */
export interface VerifiedTimestamp {
  readonly timestamp: SignedCertificateTimestamp
  readonly log: TransparencyLog
  /** How it came: in the certificate, beside it in the handshake, in the OCSP response. */
  readonly source: TimestampSource
}

export type TimestampSource = 'certificate' | 'tls' | 'ocsp'

export interface TransparencyFacts {
  readonly certificate: Certificate
  readonly timestamps: readonly VerifiedTimestamp[]
  /** Milliseconds since 1970. */
  readonly time: number
}

/** What is wrong with a certificate, such as `has timestamps of 1 log, not 2`; `undefined`: nothing. */
export type TransparencyPolicy = (facts: TransparencyFacts) => string | undefined

/**
 * What browsers ask: timestamps of two logs, or of three in a certificate for more than 180 days, run by at least two
 * operators. Logs count that are in use; those that retired since count for what they signed before, in the certificate
 * only, and if one that is in use signed too.
 */
export const browserPolicy: TransparencyPolicy = ({ certificate, timestamps }) => {
  const lifetime = certificate.notAfter + 1000 - certificate.notBefore
  const embedded = timestamps.filter(({ source, log, timestamp }) => {
    return source === 'certificate' && (inUse.has(log.state) || signedBeforeRetirement(log, timestamp))
  })
  const beside = timestamps.filter(({ source, log }) => source !== 'certificate' && inUse.has(log.state))
  const own = embedded.some(({ log }) => inUse.has(log.state)) ? embedded : []
  const problem = lackOf(own, lifetime > 180 * day ? 3 : 2, 2)
  return problem === undefined || lackOf(beside, 2, 2) === undefined ? undefined : problem
}

/** Timestamps of so many logs in use, run by so many operators, however they came. */
export function distinctLogs(least: { readonly logs: number; readonly operators: number }): TransparencyPolicy {
  return ({ timestamps }) =>
    lackOf(
      timestamps.filter(({ log }) => inUse.has(log.state)),
      least.logs,
      least.operators,
    )
}

function lackOf(timestamps: readonly VerifiedTimestamp[], logs: number, operators: number): string | undefined {
  const byLog = new Set(timestamps.map(({ log }) => log))
  const byOperator = new Set(timestamps.map(({ log }) => log.operator))
  if (byLog.size < logs) return `has timestamps that count of ${byLog.size} logs, not ${logs}`
  if (byOperator.size < operators) return `has timestamps that count of ${byOperator.size} operators, not ${operators}`
  return undefined
}

function signedBeforeRetirement(log: TransparencyLog, { timestamp }: SignedCertificateTimestamp): boolean {
  return log.state === 'retired' && timestamp < log.stateSince
}

const inUse: ReadonlySet<string> = /* @__PURE__ */ new Set(['qualified', 'usable', 'readonly'])

const day = 86_400_000
