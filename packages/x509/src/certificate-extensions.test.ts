import type { RawExtension } from '@typetls/testing'
import { createAuthority } from '@typetls/testing'
import { ascii, concat, fromHex } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { Certificate } from './certificate.ts'
import type { CertificateExtension, ExtensionName } from './certificate-extensions.ts'
import {
  certificateExtensions,
  crlDistributionPoints,
  freshestCrl,
  signedCertificateTimestamps,
  subjectDirectoryAttributes,
} from './certificate-extensions.ts'
import {
  derElement,
  explicit,
  implicit,
  integer,
  objectIdentifier,
  octetString,
  sequence,
  set,
} from '@typetls/wire/der'
import * as extensionIds from './extension-ids.ts'

const authority = createAuthority()
const oid = (hex: string): Uint8Array => derElement(objectIdentifier, fromHex(hex))
const list = (...parts: readonly Uint8Array[]): Uint8Array => derElement(sequence, ...parts)
const uri = derElement(implicit(6), ascii('http://a.example/'))
const uriName = { type: 'uri', value: 'http://a.example/' }
const country = derElement(0x13, ascii('DE'))
const point = list(derElement(explicit(0), derElement(explicit(0), uri)), derElement(implicit(1), fromHex('0640')))
const pointValue = { name: { type: 'full', names: [uriName] }, reasons: 2, crlIssuer: undefined }
const access = list(oid('2b06010505073001'), uri)
const accessValue = { method: '1.3.6.1.5.5.7.48.1', location: uriName }
const timestamp = concat(Uint8Array.of(0), new Uint8Array(32), fromHex('000001900000000000000403000155'))
const timestamps = concat(fromHex('00320030'), timestamp)

const values: readonly [name: ExtensionName, der: Uint8Array, value: unknown][] = [
  [
    'subjectDirectoryAttributes',
    list(list(oid('2b06010505070904'), derElement(set, country))),
    [{ type: '1.3.6.1.5.5.7.9.4', values: [country] }],
  ],
  ['subjectKeyIdentifier', derElement(octetString, Uint8Array.of(1)), Uint8Array.of(1)],
  ['keyUsage', fromHex('03020780'), new Set(['digitalSignature'])],
  ['subjectAltName', list(uri), [uriName]],
  ['issuerAltName', list(uri), [uriName]],
  ['basicConstraints', fromHex('30060101ff020103'), { ca: true, pathLength: 3 }],
  ['nameConstraints', list(derElement(explicit(0), list(uri))), { permitted: [uriName], excluded: [] }],
  ['crlDistributionPoints', list(point), [pointValue]],
  ['certificatePolicies', list(list(oid('2a03'))), [{ policy: '1.2.3', qualifiers: [] }]],
  [
    'policyMappings',
    list(list(oid('2a03'), oid('2a04'))),
    [{ issuerDomainPolicy: '1.2.3', subjectDomainPolicy: '1.2.4' }],
  ],
  [
    'authorityKeyIdentifier',
    list(derElement(implicit(0), Uint8Array.of(7))),
    { keyIdentifier: Uint8Array.of(7), authorityCertIssuer: undefined, authorityCertSerialNumber: undefined },
  ],
  [
    'policyConstraints',
    list(derElement(implicit(1), Uint8Array.of(2))),
    { requireExplicitPolicy: undefined, inhibitPolicyMapping: 2 },
  ],
  ['extendedKeyUsage', list(oid('2a03')), new Set(['1.2.3'])],
  ['freshestCrl', list(point), [pointValue]],
  ['inhibitAnyPolicy', derElement(integer, Uint8Array.of(4)), 4],
  ['authorityInfoAccess', list(access), [accessValue]],
  ['subjectInfoAccess', list(access), [accessValue]],
  ['tlsFeature', list(derElement(integer, Uint8Array.of(5))), [5]],
  [
    'signedCertificateTimestamps',
    derElement(octetString, timestamps),
    [
      {
        sctVersion: 0,
        logId: new Uint8Array(32),
        timestamp: 0x190_0000_0000,
        extensions: new Uint8Array(0),
        hash: 4,
        signatureAlgorithm: 3,
        signature: Uint8Array.of(0x55),
      },
    ],
  ],
]

describe('an extension that has a name', () => {
  test('is any of those that have an object identifier here', () => {
    expect(values.map(([name]) => name).sort()).toEqual(Object.keys(extensionIds).sort())
  })

  test.each(values)('is read: %s', (name, der, value) => {
    const [extension] = extensionsOf({ oid: extensionIds[name], value: der, critical: true })
    const path = 'Certificate.tbsCertificate.extensions[0]'
    expect(extension).toMatchObject({ name, oid: extensionIds[name], critical: true, der, path })
    expect(extension?.value).toEqual(value)
  })

  test.each(values)('is refused when it is asked for, with its place, if it is malformed: %s', (name) => {
    const [extension] = extensionsOf({ oid: extensionIds[name], value: fromHex('31020500') })
    expect(() => extension?.value).toThrow(
      expect.objectContaining({
        code: 'ERR_TLS_CERTIFICATE_PARSE',
        path: expect.stringMatching(/^Certificate\.tbsCertificate\.extensions\[0\]\.extnValue/) as string,
      }),
    )
  })
})

test('extensions come in the order they are encoded, and one that nobody knows has its bytes', () => {
  const [unknown, usage, ...none] = extensionsOf(
    { oid: '1.2.3', value: country },
    { oid: extensionIds.tlsFeature, value: list() },
  )
  expect(unknown).toEqual({
    name: undefined,
    oid: '1.2.3',
    critical: false,
    value: undefined,
    der: country,
    path: 'Certificate.tbsCertificate.extensions[0]',
  })
  expect(usage?.name === 'tlsFeature' && usage.value.length).toBe(0)
  expect(none).toEqual([])
})

test('what a certificate does not have is undefined', () => {
  const certificate = Certificate.parse(authority.certificate)
  expect(crlDistributionPoints(certificate)).toBeUndefined()
  expect(freshestCrl(certificate)).toBeUndefined()
  expect(signedCertificateTimestamps(certificate)).toBeUndefined()
  expect(subjectDirectoryAttributes(certificate)).toBeUndefined()
})

test('a list of timestamps that is none is refused with its place', () => {
  const value = derElement(octetString, fromHex('0005aa'))
  const [extension] = extensionsOf({ oid: extensionIds.signedCertificateTimestamps, value })
  expect(() => extension?.value).toThrow(
    expect.objectContaining({
      code: 'ERR_TLS_SCT_PARSE',
      path: expect.stringMatching(/^Certificate\.tbsCertificate\.extensions\[0\]\.extnValue/) as string,
    }),
  )
})

/** Of a certificate that has these alone. */
function extensionsOf(...extensions: readonly RawExtension[]): readonly CertificateExtension[] {
  const without = [
    'basicConstraints',
    'keyUsage',
    'subjectAltName',
    'subjectKeyIdentifier',
    'authorityKeyIdentifier',
  ] as const
  return certificateExtensions(
    Certificate.parse(authority.issue({ without, extendedKeyUsage: [], extensions }).certificate),
  )
}
