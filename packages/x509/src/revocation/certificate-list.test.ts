import { createAuthority } from '@typetls/testing'
import { concat, fromHex } from '@typetls/wire'
import { expectNothingBut } from '../../test/damaged.ts'
import { thrownBy } from '../../test/thrown.ts'
import { describe, expect, test } from 'vitest'
import { extension, makeCrl, number, signed, uriPoint, utcTime } from '../../test/crl-bytes.ts'
import { Certificate } from '../certificate.ts'
import { derElement, explicit, integer, sequence } from '@typetls/wire/der'
import { toPem } from '../pem.ts'
import { CertificateList } from './certificate-list.ts'

const root = createAuthority()
const [one, two] = [root.issue({ dns: ['one.example'] }), root.issue({ dns: ['two.example'] })]
const der = makeCrl({
  issuer: root,
  number: 7,
  revoked: [
    { certificate: one, reason: 1 },
    { certificate: two, date: new Date('2026-10-02T03:04:05Z') },
  ],
})

describe('a CRL', () => {
  test('says who issued it, when, and which certificates it revokes', () => {
    const crl = CertificateList.parse(der)
    expect(crl).toMatchObject({ version: 2, number: 7n, deltaBase: undefined, issuingDistributionPoint: undefined })
    expect(crl.issuer.equals(Certificate.parse(root.certificate).subject)).toBe(true)
    expect([crl.thisUpdate, crl.nextUpdate]).toEqual([Date.UTC(2026, 10, 1), Date.UTC(2026, 11, 1)])
    expect(crl.revokedCertificates.count).toBe(2)
    expect(crl.revokedCertificates.find(serial(one.certificate))).toMatchObject([{ reason: 'keyCompromise' }])
    expect([...crl.revokedCertificates].map(({ revocationDate }) => new Date(revocationDate).toISOString())).toEqual([
      '2026-10-01T00:00:00.000Z',
      '2026-10-02T03:04:05.000Z',
    ])
    expect(crl.revokedCertificates.find(serial(root.certificate))).toEqual([])
    expect(String(crl)).toBe('CRL 7 of CN=typetls test root from 2026-11-01T00:00:00.000Z')
  })

  test('is read from PEM, alone or among others', () => {
    const pem = toPem('X509 CRL', der)
    expect(CertificateList.parse(pem).der).toEqual(der)
    expect(CertificateList.parseAll(new TextEncoder().encode(`${root.pem}${pem}${pem}`))).toHaveLength(2)
    expect(codeOf(() => CertificateList.parse(pem + pem))).toBe('ERR_TLS_CRL_PARSE')
    expect(codeOf(() => CertificateList.parse(root.pem))).toBe('ERR_TLS_CRL_PARSE')
  })

  test('of a hundred thousand entries is indexed once and then searched', () => {
    const count = 100_000
    const reason = derElement(sequence, extension('551d15', false, Uint8Array.of(0x0a, 1, 4)))
    const time = utcTime(new Date('2026-10-01T00:00:00Z'))
    const entries = Array.from({ length: count }, (_, i) =>
      derElement(sequence, derElement(integer, Uint8Array.of(1, i >>> 16, i >>> 8, i)), time, reason),
    )
    const crl = CertificateList.parse(signed(tbsOf({ revoked: derElement(sequence, concat(...entries)) }), root))
    expect(crl.revokedCertificates.count).toBe(count)
    expect(crl.revokedCertificates.find(Uint8Array.of(1, 1, 0x86, 0x9f))).toMatchObject([{ reason: 'superseded' }])
    expect(crl.revokedCertificates.find(Uint8Array.of(1, 1, 0x86, 0xa0))).toEqual([])
    for (let i = 0; i < count; i += 997) {
      expect(crl.revokedCertificates.find(Uint8Array.of(1, i >>> 16, i >>> 8, i))).toHaveLength(1)
    }
  })

  test('without entries or extensions may be of version 1', () => {
    const crl = CertificateList.parse(signed(tbsOf({ version: [] }), root))
    expect(crl).toMatchObject({ version: 1, number: undefined })
    expect(crl.revokedCertificates.count).toBe(0)
  })

  test('with a reason that nobody knows still revokes', () => {
    const crl = CertificateList.parse(makeCrl({ issuer: root, revoked: [{ certificate: one, reason: 7 }] }))
    expect(crl.revokedCertificates.find(serial(one.certificate))).toMatchObject([{ reason: 'unspecified' }])
  })

  test('tells of a critical extension that is not understood, of its own or of an entry', () => {
    const unknown = extension('2b0601040101', true, Uint8Array.of(5, 0))
    expect(CertificateList.parse(der).unknownCriticalExtension).toBeUndefined()
    const own = CertificateList.parse(makeCrl({ issuer: root, extensions: [unknown] }))
    expect(own.unknownCriticalExtension).toBe('1.3.6.1.4.1.1')
    const entry = makeCrl({ issuer: root, revoked: [{ certificate: one, extensions: [unknown] }] })
    expect(CertificateList.parse(entry).unknownCriticalExtension).toBe('1.3.6.1.4.1.1')
  })
})

describe('a CRL is refused', () => {
  const entry = (...parts: Uint8Array[]): Uint8Array => derElement(sequence, derElement(sequence, ...parts))
  const time = utcTime(new Date('2026-10-01T00:00:00Z'))
  const reason = derElement(sequence, extension('551d15', false, Uint8Array.of(0x0a, 1, 1)))
  const scoped = (...fields: Uint8Array[]): Uint8Array =>
    makeCrl({ issuer: root, scope: derElement(sequence, ...fields) })

  test.each([
    ['with bytes behind it', concat(der, Uint8Array.of(0)), 'CertificateList'],
    ['without its end', der.subarray(0, -1), 'CertificateList'],
    ['of a version that does not exist', signed(tbsOf({ version: [number(2)] }), root), 'tbsCertList.version'],
    ['of version 1 that says so', signed(tbsOf({ version: [number(0)] }), root), 'tbsCertList.version'],
    ['without an issuer', signed(tbsOf({ issuer: derElement(sequence) }), root), 'tbsCertList.issuer'],
    [
      'of version 1 with extensions',
      signed(tbsOf({ version: [], extensions: extension('551d14', false, number(1)) }), root),
      'tbsCertList.crlExtensions',
    ],
    [
      'with a negative number',
      signed(tbsOf({ extensions: extension('551d14', false, Uint8Array.of(2, 1, 0x80)) }), root),
      'crlExtensions[0].extnValue',
    ],
    ['with an empty scope', scoped(), 'crlExtensions[1].extnValue'],
    ['for no kind of certificate', scoped(fromHex('8101ff'), fromHex('8201ff')), 'crlExtensions[1].extnValue'],
    [
      'with a flag that encodes its default',
      scoped(fromHex('810100')),
      'crlExtensions[1].extnValue.onlyContainsUserCerts',
    ],
    ['with reasons that are not a BIT STRING', scoped(fromHex('830108')), 'crlExtensions[1].extnValue.onlySomeReasons'],
    [
      'with two names for its scope',
      scoped(derElement(explicit(0), fromHex('a003860161a003860161'))),
      'crlExtensions[1].extnValue.distributionPoint',
    ],
  ])('%s', (_, bytes, path) => {
    const error = thrownBy(() => CertificateList.parse(bytes))
    expect(error).toMatchObject({ code: 'ERR_TLS_CRL_PARSE', alert: 'internal_error' })
    expect(error?.path).toContain(path)
  })

  test.each([
    ['an entry without a date', entry(number(1)), '[0].revocationDate'],
    ['an entry with bytes behind it', entry(number(1), time, reason, number(1)), '[0]'],
    ['an entry with a serial number that is not minimal', entry(fromHex('02020001'), time), '[0].userCertificate'],
    [
      'an entry with an endless serial number',
      entry(derElement(integer, new Uint8Array(65).fill(1)), time),
      '[0].userCertificate',
    ],
    ['something else than an entry', derElement(sequence, number(1)), '[0]'],
    ['an entry with no extension in its list', entry(number(1), time, derElement(sequence)), '[0].crlEntryExtensions'],
  ])('when it is searched and has %s', (_, revoked, path) => {
    const crl = CertificateList.parse(signed(tbsOf({ revoked }), root))
    const error = thrownBy(() => crl.revokedCertificates.find(Uint8Array.of(1)))
    expect(error).toMatchObject({ code: 'ERR_TLS_CRL_PARSE' })
    expect(error?.path).toBe(`CertificateList.tbsCertList.revokedCertificates${path}`)
  })

  test('when it is searched, is of version 1 and has extensions in an entry', () => {
    const crl = CertificateList.parse(signed(tbsOf({ version: [], revoked: entry(number(1), time, reason) }), root))
    expect(codeOf(() => crl.revokedCertificates.count)).toBe('ERR_TLS_CRL_PARSE')
  })

  test('when it is larger than 64 MiB', () => {
    const huge = new Uint8Array(64 * 1024 * 1024 + 1).fill(0x30, 0, 1).fill(0x84, 1, 2)
    expect(codeOf(() => CertificateList.parse(huge))).toBe('ERR_TLS_CRL_PARSE')
  })

  test('with nothing but our error, whatever was done to its bytes', () => {
    const scope = derElement(sequence, uriPoint('http://crl.example/1'), fromHex('8401ff'))
    const whole = makeCrl({ issuer: root, scope, revoked: [{ certificate: one, reason: 1 }, { certificate: two }] })
    const read = (bytes: Uint8Array): void => {
      const crl = CertificateList.parse(bytes)
      void [...crl.revokedCertificates, String(crl), crl.unknownCriticalExtension]
    }
    expectNothingBut('ERR_TLS_CRL_PARSE', whole, read, 2000)
  })
})

interface TbsParts {
  readonly version?: readonly Uint8Array[]
  readonly issuer?: Uint8Array
  readonly revoked?: Uint8Array
  readonly extensions?: Uint8Array
}

function tbsOf({ version = [number(1)], issuer = root.subjectDer, revoked, extensions }: TbsParts): Uint8Array {
  return derElement(
    sequence,
    ...version,
    fromHex('300a06082a8648ce3d040302'),
    issuer,
    utcTime(new Date('2026-11-01T00:00:00Z')),
    ...(revoked === undefined ? [] : [revoked]),
    ...(extensions === undefined ? [] : [derElement(explicit(0), derElement(sequence, extensions))]),
  )
}

function serial(certificate: Uint8Array): Uint8Array {
  return Certificate.parse(certificate).serialNumber
}

function codeOf(act: () => unknown): string | undefined {
  return thrownBy(act)?.code
}
