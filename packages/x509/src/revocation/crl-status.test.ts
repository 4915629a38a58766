import { createAuthority } from '@typetls/testing'
import type { RawExtension } from '@typetls/testing'
import { fromHex } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import type { CrlOptions } from '../../test/crl-bytes.ts'
import { extension, makeCrl, uriPoint } from '../../test/crl-bytes.ts'
import { statusOf } from '../../test/status-of.ts'
import { derElement, explicit, sequence } from '@typetls/wire/der'

const root = createAuthority()
const leaf = root.issue({ dns: ['example.org'] })
const other = root.issue({ dns: ['other.example'] })
const path = [leaf, root]
const crl = (options: Partial<CrlOptions> = {}): Uint8Array => makeCrl({ issuer: root, ...options })
const revoked = [{ certificate: leaf, reason: 1 }]

describe('by a CRL a certificate is', () => {
  test('good when it is not listed, revoked when it is', () => {
    expect(statusOf({ path, crls: [crl()] })).toBe('good')
    expect(statusOf({ path, crls: [crl({ revoked: [{ certificate: other }] })] })).toBe('good')
    expect(statusOf({ path, crls: [crl({ revoked })] })).toBe('revocation.revoked')
  })

  test('what the newest says', () => {
    const newer = new Date('2026-11-10T00:00:00Z')
    expect(statusOf({ path, crls: [crl(), crl({ revoked, number: 2, thisUpdate: newer })] })).toBe('revocation.revoked')
    expect(statusOf({ path, crls: [crl({ revoked }), crl({ number: 2, thisUpdate: newer })] })).toBe('good')
  })

  test('unknown without one, which soft-fail lets pass', () => {
    expect(statusOf({ path })).toBe('revocation.unknown')
    expect(statusOf({ path, mode: 'soft-fail' })).toBe('unknown')
    expect(statusOf({ path, mode: 'soft-fail', crls: [crl({ revoked })] })).toBe('revocation.revoked')
  })

  test('asked about unless only the leaf is in scope', () => {
    const intermediate = root.issueIntermediate()
    const below = [intermediate.issue({ dns: ['example.org'] }), intermediate, root]
    const own = makeCrl({ issuer: intermediate })
    expect(statusOf({ path: below, crls: [own] })).toBe('revocation.unknown')
    expect(statusOf({ path: below, crls: [own], scope: 'leaf' })).toBe('good')
    expect(statusOf({ path: below, crls: [own, crl()] })).toBe('good')
    expect(statusOf({ path: below, crls: [own, crl({ revoked: [{ certificate: intermediate }] })] })).toBe(
      'revocation.revoked',
    )
  })
})

test('a CRL without a number makes nothing good unless that is allowed, and revokes what it lists', () => {
  const old = (options: Partial<CrlOptions>): Uint8Array => crl({ ...options, faults: ['no-number'] })
  expect(statusOf({ path, crls: [old({})] })).toBe('crl.number')
  expect(statusOf({ path, crls: [old({})], requireCrlNumber: false })).toBe('good')
  expect(statusOf({ path, crls: [old({ revoked })], mode: 'soft-fail' })).toBe('revocation.revoked')
})

describe('a CRL does not count', () => {
  const stranger = createAuthority({ key: 'fresh' })
  const noCrlSign = createAuthority({ keyUsage: ['keyCertSign'] })
  const unknownExtension = extension('2b0601040101', true, Uint8Array.of(5, 0))

  test.each([
    ['that expired', { nextUpdate: new Date('2026-11-20T23:00:00Z') }, 'crl.expired'],
    ['without nextUpdate', { nextUpdate: null }, 'crl.expired'],
    ['of the future', { thisUpdate: new Date('2026-11-22T00:00:00Z') }, 'crl.not-yet-valid'],
    ['with a wrong signature', { faults: ['wrong-signature'] }, 'crl.signature'],
    ['signed by another key with the name of the issuer', { issuer: stranger }, 'crl.signature'],
    ['with an unknown critical extension', { extensions: [unknownExtension] }, 'crl.unknown-critical'],
    [
      'with an unknown critical extension in any entry',
      { revoked: [{ certificate: other, extensions: [unknownExtension] }] },
      'crl.unknown-critical',
    ],
    ['for authorities only', { scope: derElement(sequence, fromHex('8201ff')) }, 'revocation.unknown'],
    ['for attribute certificates', { scope: derElement(sequence, fromHex('8501ff')) }, 'revocation.unknown'],
    [
      'for another distribution point',
      { scope: derElement(sequence, uriPoint('http://a.example')) },
      'revocation.unknown',
    ],
    ['for some reasons only', { scope: derElement(sequence, fromHex('83020560')) }, 'crl.reasons'],
    ['that is a delta', { number: 3, deltaBase: 2 }, 'revocation.unknown'],
  ] as const satisfies [string, Partial<CrlOptions>, string][])('%s', (_, options, rule) => {
    expect(statusOf({ path, crls: [crl(options)] })).toBe(rule)
  })

  test('whose issuer has a key that is not for it', () => {
    const own = noCrlSign.issue({ dns: ['example.org'] })
    expect(statusOf({ path: [own, noCrlSign], crls: [makeCrl({ issuer: noCrlSign })] })).toBe('crl.issuer')
  })

  test('by minutes: clocks may differ by five', () => {
    const crls = [crl({ nextUpdate: new Date('2026-11-21T00:00:00Z') })]
    expect(statusOf({ path, crls, time: new Date('2026-11-21T00:05:00.999Z') })).toBe('good')
    expect(statusOf({ path, crls, time: new Date('2026-11-21T00:05:01Z') })).toBe('crl.expired')
    expect(statusOf({ path, crls, clockSkew: 0, time: new Date('2026-11-21T00:00:01Z') })).toBe('crl.expired')
  })

  test('whose entries cannot be read', () => {
    const bad = [{ certificate: other, extensions: [derElement(sequence, fromHex('06022a03'))] }]
    expect(statusOf({ path, crls: [crl({ revoked: bad })] })).toBe('crl.malformed')
  })
})

describe('distribution points', () => {
  const at = (...points: Uint8Array[]): RawExtension => ({ oid: '2.5.29.31', value: derElement(sequence, ...points) })
  const point = derElement(sequence, uriPoint('http://crl.example/1'))
  const scope = derElement(sequence, uriPoint('http://crl.example/1'))

  test('let a CRL count that is for one of them', () => {
    const pointed = root.issue({ dns: ['example.org'], extensions: [at(point)] })
    expect(statusOf({ path: [pointed, root], crls: [crl({ scope })] })).toBe('good')
    const listed = crl({ scope, revoked: [{ certificate: pointed }] })
    expect(statusOf({ path: [pointed, root], crls: [listed] })).toBe('revocation.revoked')
  })

  test('may split the reasons among CRLs', () => {
    const compromise = crl({ scope: derElement(sequence, fromHex('83020560')) })
    const others = derElement(sequence, fromHex('8303071f80'))
    expect(statusOf({ path, crls: [compromise, crl({ scope: others })] })).toBe('good')
    expect(statusOf({ path, crls: [compromise, crl({ scope: others, revoked })] })).toBe('revocation.revoked')
  })

  test('may name another issuer, whose indirect CRL then counts if it has a path', () => {
    const crlIssuer = root.issue({ subject: 'CRL issuer', keyUsage: ['cRLSign'], key: 4 })
    const indirect = derElement(sequence, fromHex('8401ff'))
    const name = derElement(explicit(4), crlIssuer.subjectDer)
    const delegated = derElement(sequence, uriPoint('http://crl.example/1'), derElement(explicit(2), name))
    const pointed = root.issue({ dns: ['example.org'], extensions: [at(delegated)], key: 3 })
    const question = { path: [pointed, root], others: [crlIssuer] }
    const certificateIssuer = derElement(sequence, derElement(explicit(4), root.subjectDer))
    const entry = { certificate: pointed, extensions: [extension('551d1d', true, certificateIssuer)] }
    const good = makeCrl({ issuer: crlIssuer, scope: indirect })
    // The CRL issuer itself must be good by the root's own CRL.
    expect(statusOf({ ...question, crls: [good, crl()] })).toBe('good')
    expect(statusOf({ ...question, others: [], crls: [good, crl({ scope })] })).toBe('crl.signature')
    expect(statusOf({ ...question, others: [], crlIssuers: [crlIssuer.certificate], crls: [good] })).toBe('crl.issuer')
    const listed = makeCrl({ issuer: crlIssuer, scope: indirect, revoked: [entry] })
    expect(statusOf({ ...question, crls: [listed, crl()] })).toBe('revocation.revoked')
    // Without a certificateIssuer an entry is about a certificate of the CRL issuer.
    const otherIssuers = makeCrl({ issuer: crlIssuer, scope: indirect, revoked: [{ certificate: pointed }] })
    expect(statusOf({ ...question, crls: [otherIssuers, crl()] })).toBe('good')
    // A CRL that is not indirect speaks only of its own issuer's certificates.
    expect(statusOf({ ...question, crls: [makeCrl({ issuer: crlIssuer })] })).toBe('revocation.unknown')
  })
})

describe('a delta CRL', () => {
  const complete = { number: 2 } as const
  const delta = { number: 4, deltaBase: 2, thisUpdate: new Date('2026-11-15T00:00:00Z') } as const

  test('adds to a complete one, and takes from it', () => {
    expect(statusOf({ path, crls: [crl(complete), crl({ ...delta, revoked })] })).toBe('revocation.revoked')
    const released = crl({ ...delta, revoked: [{ certificate: leaf, reason: 8 }] })
    expect(statusOf({ path, crls: [crl({ ...complete, revoked }), released] })).toBe('good')
    expect(statusOf({ path, crls: [crl({ ...complete, revoked }), crl(delta)] })).toBe('revocation.revoked')
  })

  test('keeps a complete one fresh that is out of date', () => {
    const old = crl({ ...complete, nextUpdate: new Date('2026-11-10T00:00:00Z') })
    expect(statusOf({ path, crls: [old] })).toBe('crl.expired')
    expect(statusOf({ path, crls: [old, crl(delta)] })).toBe('good')
  })

  test.each([
    ['to a later complete one', { ...delta, deltaBase: 3 }],
    ['that is older than it', { ...delta, number: 2 }],
    ['with another scope', { ...delta, scope: derElement(sequence, fromHex('8101ff')) }],
    ['with another key identifier', { ...delta, extensions: [extension('551d23', false, fromHex('3003800101'))] }],
    ['that expired', { ...delta, nextUpdate: new Date('2026-11-16T00:00:00Z') }],
    ['with a wrong signature', { ...delta, faults: ['wrong-signature'] }],
  ] as const satisfies [string, Partial<CrlOptions>][])('does not count %s', (_, options) => {
    expect(statusOf({ path, crls: [crl(complete), crl({ ...options, revoked })] })).toBe('good')
  })
})
