import { createHash, createPublicKey, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { nodeCrypto } from '@typetls/crypto-node'
import { asyncProvider, createAuthority, freshKey } from '@typetls/testing'
import type { TlsError } from '@typetls/wire'
import { concat, fromHex } from '@typetls/wire'
import { expectNothingBut } from '../../test/damaged.ts'
import { describe, expect, test } from 'vitest'
import { makeOcspResponse } from '../../test/ocsp-bytes.ts'
import { extension } from '../../test/crl-bytes.ts'
import { Certificate } from '../certificate.ts'
import { derElement, octetString } from '@typetls/wire/der'
import { readPublicKey } from '../public-key.ts'
import type { TransparencyAnswer, TransparencyQuery } from '../transparency.ts'
import type { TransparencyOptions } from './checker.ts'
import { createTransparencyChecker } from './checker.ts'
import { certificateEntry, precertificateEntry } from './log-entry.ts'
import type { LogState, TransparencyLog } from './log-list.ts'
import { readLogList } from './log-list.ts'
import type { browserPolicy } from './policy.ts'
import { distinctLogs } from './policy.ts'
import { parseTimestampList, signedData } from './signed-certificate-timestamp.ts'
import { run } from '../program.ts'

const file = (name: string): string => readFileSync(new URL(`../../test/transparency/${name}`, import.meta.url), 'utf8')
const one = distinctLogs({ logs: 1, operators: 1 })

describe('with the test data of other software', () => {
  const issuer = Certificate.parse(file('issuer.pem'))
  const logs = readLogList(file('log-list.json'))
  const proof = fromHex(
    '00df1c2ec11500945247a96168325ddc5c7959e8f7c6d388fc002e0bbd3f74d7640000013ddb27ded900000403004730450220606e10ae5c2d' +
      '5a1b0aed49dc4937f48de71a4e9784e9c208dfbfe9ef536cf7f2022100beb29c72d7d06d61d06bdb38a069469aa86fe12e18bb7cc45689a2' +
      'c0187ef5a5',
  )
  const question = { issuer, time: Date.UTC(2020, 0, 1), crypto: nodeCrypto }

  test('a timestamp in a certificate is verified, and one that is for another is not', () => {
    const ask = (name: string): unknown =>
      problemOf({ logs, policy: one }, { ...question, certificate: Certificate.parse(file(name)) })
    expect(ask('embedded.pem')).toBeUndefined()
    expect(ask('embedded-wrong.pem')).toBe('has timestamps that count of 0 logs, not 1')
    expect(ask('beside.pem')).toBe('has timestamps that count of 0 logs, not 1')
  })

  test('a timestamp beside a certificate is verified', () => {
    const certificate = Certificate.parse(file('beside.pem'))
    const query = { ...question, certificate, signedCertificateTimestamps: listOf(proof) }
    expect(problemOf({ logs, policy: one }, query)).toBeUndefined()
    const other = { ...query, certificate: Certificate.parse(file('embedded-wrong.pem')) }
    expect(problemOf({ logs, policy: one }, other)).toBe('has timestamps that count of 0 logs, not 1')
  })

  test('what a log signs has the leaf hash that they give', () => {
    const precertificate = run(precertificateEntry(Certificate.parse(file('embedded.pem')), issuer, nodeCrypto))
    expect(leafHash(precertificate as Uint8Array, '0000013ddb27df93')).toBe(
      'mbk+d5FDW3oNZJCbOi828rqC3hf+qhigTWVGcXEZq1U=',
    )
    const whole = certificateEntry(Certificate.parse(file('beside.pem')))
    expect(leafHash(whole, '0000013ddb27ded9')).toBe('BKZLZGMbAnDW0gQWjNJNCyS2IgweWn76YW3tFlu3AuY=')
  })

  test('a provider that answers later is waited for', async () => {
    const checker = createTransparencyChecker({ logs, policy: one })
    const certificate = Certificate.parse(file('embedded.pem'))
    const later = checker.check({ ...empty, ...question, certificate, crypto: asyncProvider(nodeCrypto) })
    expect(later).toBeInstanceOf(Promise)
    expect(await later).toBeUndefined()
  })
})

const root = createAuthority()
const now = Date.UTC(2026, 10, 21)
const first = makeLog('first')
const second = makeLog('second')
const third = makeLog('third', 'first')
const rsa = makeLog('RSA', 'fourth', 'rsa')
const logs = [first, second, third, rsa].map(({ log }) => log)

describe('timestamps count', () => {
  const leaf = root.issue({ dns: ['example.org'], notBefore: new Date('2026-11-01'), notAfter: new Date('2027-01-01') })
  const certificate = Certificate.parse(leaf.certificate)
  const beside = (log: TestLog, time = now): Uint8Array => log.sign(certificateEntry(certificate), time)

  test('in the certificate, from the handshake and from the OCSP response alike', () => {
    const own = withEmbedded([first, second])
    expect(problemOf({ logs }, { certificate: own })).toBeUndefined()
    const list = listOf(beside(first), beside(rsa))
    expect(problemOf({ logs }, { certificate, signedCertificateTimestamps: list })).toBeUndefined()
    const single = {
      certificate: leaf,
      extensions: [extension('2b06010401d679020405', false, derElement(octetString, list))],
    }
    const ocspResponse = makeOcspResponse({ issuer: root, singles: [single] })
    expect(problemOf({ logs }, { certificate, ocspResponse })).toBeUndefined()
    expect(problemOf({ logs }, { certificate, ocspResponse: Uint8Array.of(1) })).toContain('0 logs')
  })

  test.each([
    ['of a log that is not on the list', { logs: [] }, beside(first)],
    ['of the future', { logs }, beside(first, now + 300_001)],
    [
      'of a log that does not take certificates for so long',
      { logs: [{ ...first.log, expiryRange: { start: 0, end: now } }] },
      beside(first),
    ],
    [
      'of a log that does not take certificates for so short',
      { logs: [{ ...first.log, expiryRange: { start: now * 2, end: now * 3 } }] },
      beside(first),
    ],
    ['with another hash', { logs }, altered(beside(first), 43, 5)],
    ['with another kind of signature', { logs }, altered(beside(first), 44, 1)],
    ['with a wrong signature', { logs }, altered(beside(first), -1, 0xff)],
    ['of another version', { logs }, altered(beside(first), 0, 1)],
    ['cut short', { logs }, beside(first).subarray(0, -1)],
    ['of a rejected log', { logs: [{ ...first.log, state: 'rejected' as LogState }] }, beside(first)],
  ])('but not %s', (_, options, timestamp) => {
    const question = { certificate, signedCertificateTimestamps: listOf(timestamp) }
    expect(
      problemOf({ logs, policy: one }, { ...question, signedCertificateTimestamps: listOf(beside(first)) }),
    ).toBeUndefined()
    expect(problemOf({ policy: one, ...options }, question)).toBe('has timestamps that count of 0 logs, not 1')
  })

  test('only if the list itself can be read', () => {
    const question = {
      ...empty,
      certificate,
      issuer: Certificate.parse(root.certificate),
      time: now,
      crypto: nodeCrypto,
    }
    const checker = createTransparencyChecker({ logs })
    for (const bytes of [[], [0, 0], [0, 2, 0, 0], [0, 1, 0], [0, 3, 0, 1, 0, 0]]) {
      const ask = (): unknown => checker.check({ ...question, signedCertificateTimestamps: Uint8Array.from(bytes) })
      expect(ask).toThrow(expect.objectContaining({ code: 'ERR_TLS_SCT_PARSE', alert: 'decode_error' }) as Error)
    }
  })

  test('and nothing but our error comes of any bytes', () => {
    const whole = listOf(beside(first), beside(second))
    expectNothingBut('ERR_TLS_SCT_PARSE', whole, (bytes) => parseTimestampList(bytes), 1000)
  })

  test('as the policy says: two operators, and a third log for long-lived certificates', () => {
    const long = new Date('2027-06-01')
    expect(problemOf({ logs }, { certificate: withEmbedded([first]) })).toBe(
      'has timestamps that count of 1 logs, not 2',
    )
    expect(problemOf({ logs }, { certificate: withEmbedded([first, first]) })).toBe(
      'has timestamps that count of 1 logs, not 2',
    )
    expect(problemOf({ logs }, { certificate: withEmbedded([first, third]) })).toBe(
      'has timestamps that count of 1 operators, not 2',
    )
    expect(problemOf({ logs }, { certificate: withEmbedded([first, second], long) })).toBe(
      'has timestamps that count of 2 logs, not 3',
    )
    expect(problemOf({ logs }, { certificate: withEmbedded([first, second, third], long) })).toBeUndefined()
  })

  test('of a retired log in the certificate only, from before it retired, beside one in use', () => {
    const retired = (since: number, log = first.log): TransparencyLog => ({
      ...log,
      state: 'retired',
      stateSince: since,
    })
    const own = withEmbedded([first, second])
    expect(problemOf({ logs: [retired(now + 1), second.log] }, { certificate: own })).toBeUndefined()
    expect(problemOf({ logs: [retired(now), second.log] }, { certificate: own })).toContain('1 logs')
    expect(problemOf({ logs: [retired(now + 1), retired(now + 1, second.log)] }, { certificate: own })).toContain(
      '0 logs',
    )
    const list = listOf(beside(first), beside(second))
    const question = { certificate, signedCertificateTimestamps: list }
    expect(problemOf({ logs: [retired(now + 1), second.log] }, question)).toContain('0 logs')
  })

  test('for a policy of the caller, who sees each with its log and its source', () => {
    const seen: string[] = []
    const policy: typeof browserPolicy = ({ timestamps }) => {
      for (const { source, log } of timestamps) seen.push(`${log.description} ${source}`)
      return 'is not wanted'
    }
    const checker = createTransparencyChecker({ logs, policy })
    const query = { ...empty, certificate: withEmbedded([first]), signedCertificateTimestamps: listOf(beside(second)) }
    const answer = checker.check({
      ...query,
      issuer: Certificate.parse(root.certificate),
      time: now,
      crypto: nodeCrypto,
    })
    expect(answer).toEqual({ rule: 'transparency.policy', problem: 'is not wanted' })
    expect(seen).toEqual(['first certificate'])
  })
})

describe('a list of logs is refused', () => {
  const log = { log_id: '', key: '', description: '', state: { usable: { timestamp: '2020-01-01' } } }
  const list = (change: object): unknown => ({ operators: [{ name: 'x', logs: [{ ...log, ...change }] }] })

  test.each([
    ['that is not JSON', '{', 'ERR_TLS_OPTIONS'],
    ['of another shape', '[]', 'ERR_TLS_OPTIONS'],
    ['that is nothing', null, 'ERR_TLS_OPTIONS'],
    ['with something else than a list of operators', { operators: {} }, 'ERR_TLS_OPTIONS'],
    ['with an operator without a name', { operators: [{ logs: [] }] }, 'ERR_TLS_OPTIONS'],
    ['with a name that is a number', { operators: [{ name: 1, logs: [] }] }, 'ERR_TLS_OPTIONS'],
    ['with an unknown state', list({ state: { great: {} } }), 'ERR_TLS_OPTIONS'],
    ['with no state', list({ state: {} }), 'ERR_TLS_OPTIONS'],
    ['with an id that is not base64', list({ log_id: '?' }), 'ERR_TLS_OPTIONS'],
    ['with a key that is none', list({}), 'ERR_TLS_CERTIFICATE_PARSE'],
  ])('%s', (_, value, code) => {
    expect(() => readLogList(value)).toThrow(expect.objectContaining({ code }) as TlsError)
  })
})

const empty = { signedCertificateTimestamps: undefined, ocspResponse: undefined } as const

function problemOf(
  options: TransparencyOptions,
  query: Partial<TransparencyQuery> & { certificate: Certificate },
): unknown {
  const issuer = Certificate.parse(root.certificate)
  const answer = createTransparencyChecker(options).check({ ...empty, issuer, time: now, crypto: nodeCrypto, ...query })
  return (answer as TransparencyAnswer)?.problem
}

interface TestLog {
  readonly log: TransparencyLog
  /** A SignedCertificateTimestamp. */
  sign(entry: Uint8Array, time: number): Uint8Array
}

function makeLog(
  description: string,
  operator = description,
  keyType: 'ec-secp256r1' | 'rsa' = 'ec-secp256r1',
): TestLog {
  const key = freshKey(keyType)
  const spki = new Uint8Array(createPublicKey(key).export({ type: 'spki', format: 'der' }))
  const id = new Uint8Array(createHash('sha256').update(spki).digest())
  const state = { state: 'usable', stateSince: 0, expiryRange: undefined } as const
  return {
    log: { id, publicKey: readPublicKey(spki), operator, description, ...state },
    sign(entry, timestamp) {
      const time = fromHex(timestamp.toString(16).padStart(16, '0'))
      const fields = { sctVersion: 0, logId: id, timestamp, extensions: new Uint8Array(), hash: 4 }
      const row = { ...fields, signatureAlgorithm: 3, signature: new Uint8Array() }
      const signature = new Uint8Array(sign('sha256', signedData(row, entry), key))
      const algorithm = Uint8Array.of(4, keyType === 'rsa' ? 1 : 3)
      return concat(Uint8Array.of(0), id, time, Uint8Array.of(0, 0), algorithm, uint16(signature.length), signature)
    },
  }
}

/** A certificate that carries timestamps of these logs. */
function withEmbedded(by: readonly TestLog[], notAfter = new Date('2027-01-01')): Certificate {
  const options = { dns: ['example.org'], notBefore: new Date('2026-11-01'), notAfter, serial: 7n, key: 3 }
  const before = Certificate.parse(root.issue({ ...options }).certificate)
  const tbs = before.tbs
  const keyHash = new Uint8Array(createHash('sha256').update(root.spki).digest())
  const entry = concat(Uint8Array.of(0, 1), keyHash, Uint8Array.of(0), uint16(tbs.length), tbs)
  const list = derElement(octetString, listOf(...by.map((log) => log.sign(entry, now))))
  const made = root.issue({ ...options, extensions: [{ oid: '1.3.6.1.4.1.11129.2.4.2', value: list }] })
  return Certificate.parse(made.certificate)
}

function listOf(...timestamps: readonly Uint8Array[]): Uint8Array {
  const items = concat(...timestamps.map((timestamp) => concat(uint16(timestamp.length), timestamp)))
  return concat(uint16(items.length), items)
}

function altered(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const copy = bytes.slice()
  copy[at < 0 ? copy.length + at : at] = (copy.at(at) as number) ^ value
  return copy
}

/** Merkle tree leaf. RFC 6962 section 3.4 */
function leafHash(entry: Uint8Array, timestamp: string): string {
  const leaf = concat(Uint8Array.of(0, 0, 0), fromHex(timestamp), entry, Uint8Array.of(0, 0))
  return createHash('sha256').update(leaf).digest('base64')
}

function uint16(value: number): Uint8Array {
  return Uint8Array.of(value >>> 8, value)
}
