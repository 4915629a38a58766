import { createAuthority } from '@typetls/testing'
import type { CertificateOptions, TestCertificate } from '@typetls/testing'
import { describe, expect, test } from 'vitest'
import { extension, makeCrl } from '../../test/crl-bytes.ts'
import type { OcspResponseOptions, SingleOptions } from '../../test/ocsp-bytes.ts'
import { failed, makeOcspResponse } from '../../test/ocsp-bytes.ts'
import { statusOf } from '../../test/status-of.ts'

const root = createAuthority()
const leaf = root.issue({ dns: ['example.org'] })
const path = [leaf, root]
const noCheck = { oid: '1.3.6.1.5.5.7.48.1.5', value: Uint8Array.of(5, 0) }

describe('by an OCSP response a certificate is', () => {
  test.each(['name', 'key'] as const)('good, of its issuer, by %s', (responderId) => {
    expect(statusOf({ path, staple: about({}, { responderId }) })).toBe('good')
    expect(statusOf({ path, ocspResponses: [about({}, { responderId })] })).toBe('good')
  })

  test('good, known by SHA-256 instead of SHA-1', () => {
    expect(statusOf({ path, staple: about({ hash: 'sha256' }) })).toBe('good')
  })

  test('revoked, also in soft-fail and when a CRL says otherwise', () => {
    const staple = about({ status: { revokedOn: new Date('2026-10-01T00:00:00Z'), reason: 1 } })
    expect(statusOf({ path, staple })).toBe('revocation.revoked')
    const crls = [makeCrl({ issuer: root })]
    expect(statusOf({ path, mode: 'soft-fail', crls, ocspResponses: [staple] })).toBe('revocation.revoked')
  })

  test('revoked if a CRL at hand says so, whatever is stapled', () => {
    const crls = [makeCrl({ issuer: root, revoked: [{ certificate: leaf }] })]
    expect(statusOf({ path, staple: about({}), crls })).toBe('revocation.revoked')
  })

  test('revoked if one of two answers in a response says so', () => {
    const singles: SingleOptions[] = [
      { certificate: leaf },
      { certificate: leaf, status: { revokedOn: new Date('2026-10-01T00:00:00Z') } },
    ]
    expect(statusOf({ path, staple: makeOcspResponse({ issuer: root, singles }) })).toBe('revocation.revoked')
  })

  test('unknown, if the responder does not know it: another source may', () => {
    const unknown = about({ status: 'unknown' })
    expect(statusOf({ path, ocspResponses: [unknown] })).toBe('revocation.unknown')
    expect(statusOf({ path, ocspResponses: [unknown], mode: 'soft-fail' })).toBe('unknown')
    expect(statusOf({ path, ocspResponses: [unknown], crls: [makeCrl({ issuer: root })] })).toBe('good')
  })
})

describe('a staple is refused', () => {
  const stranger = createAuthority({ key: 'fresh' })
  const critical = extension('2b0601040101', true, Uint8Array.of(5, 0))

  test.each([
    ['that is no OCSP response', Uint8Array.of(1), 'ocsp.malformed'],
    ['that says malformedRequest', failed(1), 'ocsp.response-status'],
    ['that says internalError', failed(2), 'ocsp.response-status'],
    ['that says tryLater', failed(3), 'ocsp.response-status'],
    ['that says sigRequired', failed(5), 'ocsp.response-status'],
    ['that says unauthorized', failed(6), 'ocsp.response-status'],
    ['that does not know the certificate', about({ status: 'unknown' }), 'ocsp.unknown'],
    ['about another certificate', about({ certificate: root.issue() }), 'ocsp.certificate'],
    ['about the same number of another issuer', about({}, { issuer: stranger }), 'ocsp.certificate'],
    ['with a wrong signature', about({}, { faults: ['wrong-signature'] }), 'ocsp.signature'],
    ['signed by another with the name of the issuer', about({}, { responder: stranger }), 'ocsp.signature'],
    ['signed by a stranger', about({}, { responder: createAuthority({ name: 'stranger' }) }), 'ocsp.responder'],
    ['that expired', about({ nextUpdate: new Date('2026-11-20T23:00:00Z') }), 'ocsp.expired'],
    ['of the future', about({ thisUpdate: new Date('2026-11-22T00:00:00Z') }), 'ocsp.not-yet-valid'],
    [
      'without nextUpdate, a day old',
      about({ thisUpdate: new Date('2026-11-19T00:00:00Z'), nextUpdate: null }),
      'ocsp.expired',
    ],
    ['with an unknown critical extension', about({}, { extensions: [critical] }), 'ocsp.unknown-critical'],
    ['with one in its answer', about({ extensions: [critical] }), 'ocsp.unknown-critical'],
  ])('%s, unless bad staples are ignored', (_, staple, rule) => {
    expect(statusOf({ path, staple, mode: 'soft-fail' })).toBe(rule)
    expect(statusOf({ path, staple, mode: 'soft-fail', badStaple: 'ignore' })).toBe('unknown')
    expect(statusOf({ path, staple, badStaple: 'ignore', crls: [makeCrl({ issuer: root })] })).toBe('good')
  })

  test('only after the minutes that clocks may differ', () => {
    const staple = about({ nextUpdate: new Date('2026-11-21T00:00:00Z') })
    expect(statusOf({ path, staple, time: new Date('2026-11-21T00:05:00Z') })).toBe('good')
    expect(statusOf({ path, staple, time: new Date('2026-11-21T00:05:01Z') })).toBe('ocsp.expired')
    const day = { maxAgeWithoutNextUpdate: 1000, clockSkew: 0 }
    const open = about({ nextUpdate: null })
    expect(statusOf({ path, staple: open, time: new Date('2026-11-20T00:00:00.999Z'), ...day })).toBe('good')
    expect(statusOf({ path, staple: open, time: new Date('2026-11-20T00:00:01Z'), ...day })).toBe('ocsp.expired')
  })
})

describe('a delegated responder', () => {
  const make = (options: CertificateOptions = {}, issuer = root): TestCertificate =>
    issuer.issue({ subject: 'responder', extendedKeyUsage: ['OCSPSigning'], extensions: [noCheck], key: 4, ...options })
  const by = (responder: TestCertificate): Uint8Array => about({}, { responder, certificates: [responder] })

  test('may answer for its issuer', () => {
    expect(statusOf({ path, staple: by(make()) })).toBe('good')
    expect(statusOf({ path, staple: by(make({ keyUsage: ['nonRepudiation'] })) })).toBe('good')
    expect(
      statusOf({ path, staple: about({}, { responder: make(), responderId: 'key', certificates: [make()] }) }),
    ).toBe('good')
  })

  test.each([
    ['without id-kp-OCSPSigning', make({ extendedKeyUsage: ['serverAuth'] })],
    ['for any purpose', make({ extendedKeyUsage: ['anyExtendedKeyUsage'] })],
    ['without any purpose', make({ extendedKeyUsage: [] })],
    ['with a key that is not for signatures', make({ keyUsage: ['keyEncipherment'] })],
    ['that expired', make({ notAfter: new Date('2026-01-01T00:00:00Z') })],
    ['that is not valid yet', make({ notBefore: new Date('2027-01-01T00:00:00Z') })],
    ['of another authority with the same name', make({}, createAuthority({ key: 'fresh' }))],
    ['of an authority below', make({}, root.issueIntermediate())],
    ['with a wrong signature in its certificate', make({ faults: ['wrong-signature'] })],
  ])('%s may not', (_, responder) => {
    expect(statusOf({ path, staple: by(responder) })).toBe('ocsp.responder')
  })

  test('is itself asked about, unless it says no, or nothing is published about it', () => {
    const plain = make({ extensions: [] })
    expect(statusOf({ path, staple: by(plain) })).toBe('good')
    const crls = [makeCrl({ issuer: root, revoked: [{ certificate: plain }] })]
    expect(statusOf({ path, staple: by(plain), crls })).toBe('ocsp.responder')
    const published = make({ extensions: [{ oid: '1.3.6.1.5.5.7.1.1', value: Uint8Array.of(0x30, 0) }] })
    expect(statusOf({ path, staple: by(published) })).toBe('ocsp.responder')
    expect(statusOf({ path, staple: by(published), crls: [makeCrl({ issuer: root })] })).toBe('good')
  })

  test('may be any that the caller trusts', () => {
    const local = createAuthority({ name: 'local responder', key: 2 })
    const staple = about({}, { responder: local })
    expect(statusOf({ path, staple })).toBe('ocsp.responder')
    expect(statusOf({ path, staple, trustedResponders: [local.pem] })).toBe('good')
  })

  test('with a certificate that cannot be read is none', () => {
    const broken = { ...make(), certificate: Uint8Array.of(0x30, 0) }
    expect(statusOf({ path, staple: by(broken) })).toBe('ocsp.responder')
  })
})

describe('a certificate that demands a staple', () => {
  const feature = { oid: '1.3.6.1.5.5.7.1.24', value: Uint8Array.of(0x30, 3, 2, 1, 5) }
  const must = root.issue({ dns: ['example.org'], extensions: [feature] })
  const question = { path: [must, root], mode: 'soft-fail', crls: [makeCrl({ issuer: root })] } as const

  test('is refused without one, though a CRL says that it is good', () => {
    expect(statusOf(question)).toBe('ocsp.must-staple')
    expect(statusOf({ ...question, mustStaple: false })).toBe('good')
    expect(statusOf({ ...question, staple: about({ certificate: must }) })).toBe('good')
  })

  test('is refused with one that does not count, though bad ones are ignored', () => {
    const staple = about({ certificate: must }, { faults: ['wrong-signature'] })
    expect(statusOf({ ...question, staple, badStaple: 'ignore' })).toBe('ocsp.must-staple')
  })
})

function about(single: Partial<SingleOptions>, options: Partial<OcspResponseOptions> = {}): Uint8Array {
  return makeOcspResponse({ issuer: root, singles: [{ certificate: leaf, ...single }], ...options })
}
