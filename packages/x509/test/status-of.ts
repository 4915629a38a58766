import { nodeCrypto } from '@typetls/crypto-node'
import type { TestCertificate } from '@typetls/testing'
import { Certificate } from '../src/certificate.ts'
import type { RevocationOptions } from '../src/revocation/index.ts'
import { createRevocationChecker } from '../src/revocation/index.ts'
import { answersFor } from './revocation-query.ts'

export interface StatusQuestion extends RevocationOptions {
  /** Leaf first, anchor last. */
  readonly path: readonly TestCertificate[]
  readonly others?: readonly TestCertificate[]
  readonly staple?: Uint8Array
  /** Default 2026-11-21. */
  readonly time?: Date
}

/** What is said of the last certificate that was asked about: its status, or the rule that refuses it. */
export function statusOf(question: StatusQuestion): string {
  const { path, others = [], staple, time = new Date('2026-11-21T00:00:00Z'), ...options } = question
  const answers = answersFor({
    checker: createRevocationChecker(options),
    path: path.map(({ certificate }) => Certificate.parse(certificate)),
    others: others.map(({ certificate }) => Certificate.parse(certificate)),
    time: time.getTime(),
    crypto: nodeCrypto,
    ...(staple === undefined ? {} : { ocspResponse: staple }),
  })
  const last = answers.at(-1)
  const rule = last?.problems[0]?.rule
  if (rule !== undefined) return typeof rule === 'string' ? rule : rule.name
  return last?.status as string
}
