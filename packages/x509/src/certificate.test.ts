import { X509Certificate } from 'node:crypto'
import { rootCertificates } from 'node:tls'
import { createAuthority, createSelfSigned, testKeyTypes } from '@typetls/testing'
import { ascii, concat, fromHex, toHex } from '@typetls/wire'
import fc from 'fast-check'
import { thrownBy } from '../test/thrown.ts'
import { describe, expect, test } from 'vitest'
import { Certificate } from './certificate.ts'
import { derElement, DerReader, explicit, generalizedTime, sequence, utcTime } from '@typetls/wire/der'

const authority = createAuthority()

describe('a certificate that is well formed', () => {
  test.each(testKeyTypes)('says of an %s certificate what node:crypto says', (keyType) => {
    const made = createAuthority({ keyType }).issue({ keyType, dns: ['a.example', '*.b.example'], ip: ['192.0.2.7'] })
    const parsed = Certificate.parse(made.certificate)
    const oracle = new X509Certificate(made.certificate)
    expect(toHex(parsed.serialNumber)).toBe(oracle.serialNumber.toLowerCase())
    expect(parsed.notBefore).toBe(Date.parse(oracle.validFrom))
    expect(parsed.notAfter).toBe(Date.parse(oracle.validTo))
    expect(parsed.subject.toString()).toBe(oracle.subject)
    expect(parsed.issuer.toString()).toBe(oracle.issuer)
    expect(parsed.publicKey).toMatchObject({ keyType, spki: made.spki })
    expect(parsed.version).toBe(3)
    expect(parsed.keyUsage).toEqual(new Set(['digitalSignature']))
    expect(parsed.subjectAltName).toEqual([
      { type: 'dns', value: 'a.example' },
      { type: 'dns', value: '*.b.example' },
      { type: 'ip', value: Uint8Array.of(192, 0, 2, 7) },
    ])
  })

  test('gives the same public key object each time, so that backends can keep what they import', () => {
    const parsed = Certificate.parse(authority.certificate)
    expect(parsed.publicKey).toBe(parsed.publicKey)
  })

  test('does not change when the buffer it came in is written over', () => {
    const buffer = authority.certificate.slice()
    const parsed = Certificate.parse(buffer)
    buffer.fill(0)
    expect(parsed.der).toEqual(authority.certificate)
    expect(parsed.basicConstraints).toEqual({ ca: true, pathLength: undefined })
  })

  test('names the algorithm of its signature as providers do', () => {
    const names = testKeyTypes.map((keyType) => {
      return Certificate.parse(createAuthority({ keyType }).certificate).signatureAlgorithm.name
    })
    expect(names).toEqual([
      'ecdsa-sha256',
      'ecdsa-sha384',
      'ecdsa-sha512',
      'rsa-pkcs1-sha256',
      'rsa-pss-sha256',
      'ed25519',
      'ed448',
    ])
    const pss = createAuthority({ keyType: 'rsa', rsaPadding: 'pss', signatureHash: 'sha384' })
    expect(Certificate.parse(pss.certificate).signatureAlgorithm.name).toBe('rsa-pss-sha384')
    const sha1 = createAuthority({ signatureHash: 'sha1' })
    expect(Certificate.parse(sha1.certificate).signatureAlgorithm).toMatchObject({
      name: 'ecdsa-sha1',
      isWeak: true,
    })
  })

  test('reads the extensions of an authority', () => {
    const parsed = Certificate.parse(
      authority.issueIntermediate({
        pathLength: 2,
        extendedKeyUsage: ['serverAuth'],
        nameConstraints: { permitted: { dns: ['example.org'], ip: ['10.0.0.0/8'] }, excluded: { email: ['.example'] } },
      }).certificate,
    )
    expect(parsed.basicConstraints).toEqual({ ca: true, pathLength: 2 })
    expect(parsed.keyUsage).toEqual(new Set(['keyCertSign', 'cRLSign']))
    expect(parsed.extendedKeyUsage).toEqual(new Set(['1.3.6.1.5.5.7.3.1']))
    expect(parsed.nameConstraints).toEqual({
      permitted: [
        { type: 'dns', value: 'example.org' },
        { type: 'ip', value: Uint8Array.of(10, 0, 0, 0, 255, 0, 0, 0) },
      ],
      excluded: [{ type: 'email', value: '.example' }],
    })
    const root = Certificate.parse(authority.certificate)
    expect(parsed.authorityKeyIdentifier?.keyIdentifier).toEqual(root.subjectKeyIdentifier)
  })

  test('reads every root that node ships', () => {
    expect(rootCertificates.length).toBeGreaterThan(100)
    for (const pem of rootCertificates) {
      const parsed = Certificate.parse(pem)
      const oracle = new X509Certificate(pem)
      expect(parsed.notAfter, pem).toBe(Date.parse(oracle.validTo))
      expect(parsed.basicConstraints?.ca, pem).toBe(oracle.ca)
      expect(parsed.isSelfIssued, pem).toBe(oracle.subject === oracle.issuer)
      expect(parsed.publicKey.keyType, pem).toMatch(/^(rsa|ec-secp\d+r1)$/)
      expect(parsed.toString(), pem).toContain('serial')
    }
  })

  test('says what it is in one line, and control characters in its name stay out of it', () => {
    const made = createSelfSigned({ subject: { CN: 'evil\n\u001b[31m,name', O: 'Ex\u202eample' }, serial: 0x04d2n })
    const name = 'O=Ex\\E2\\80\\AEample,CN=evil\\0A\\1B[31m\\,name'
    expect(String(Certificate.parse(made.certificate))).toBe(`${name} (serial 04d2, issued by ${name})`)
  })
})

describe('a certificate that is not DER of the right form', () => {
  const tbs = 'Certificate.tbsCertificate'
  const cases: readonly [string, Uint8Array, string][] = [
    ['has a byte behind its end', authority.issue({ faults: ['trailing-byte'] }).certificate, 'Certificate'],
    ['is truncated', authority.issue({ faults: ['truncated'] }).certificate, 'Certificate'],
    ['has a length that is not minimal', authority.issue({ faults: ['long-length'] }).certificate, 'Certificate'],
    [
      'has an indefinite length',
      concat(fromHex('3080'), authority.certificate.subarray(4), fromHex('0000')),
      'Certificate',
    ],
    [
      'has two signature algorithms',
      authority.issue({ faults: ['other-outer-algorithm'] }).certificate,
      `${tbs}.signature`,
    ],
    [
      'has unused bits in its signature',
      authority.issue({ faults: ['unused-signature-bits'] }).certificate,
      'Certificate.signatureValue',
    ],
    [
      'has an extension twice',
      authority.issue({ faults: ['duplicate-extension'] }).certificate,
      `${tbs}.extensions[4]`,
    ],
    [
      'has a serial number with a needless zero',
      authority.issue({ serial: fromHex('0001') }).certificate,
      `${tbs}.serialNumber`,
    ],
    ['has an empty serial number', authority.issue({ serial: new Uint8Array(0) }).certificate, `${tbs}.serialNumber`],
    ['is an empty file', new Uint8Array(0), 'Certificate'],
    ['is larger than we read', new Uint8Array(256 * 1024 + 1), 'Certificate'],
    ['encodes the default version', withField(0, 'a003020100'), `${tbs}.version`],
    ['says that it is of version 4', withField(0, 'a003020103'), `${tbs}.version`],
    ['has extensions in version 2', withField(0, 'a003020101'), `${tbs}.extensions`],
    ['has an empty list of extensions', withField(7, 'a3023000'), `${tbs}.extensions`],
    ['has a field that is not known', withField(7, 'a4023000'), tbs],
    ['has an issuer that is not a Name', withField(3, '0500'), `${tbs}.issuer`],
    [
      'expires on a day that does not exist',
      withValidity('200101000000Z', '490231000000Z'),
      `${tbs}.validity.notAfter`,
    ],
    ['expires in a 61st second', withValidity('200101000000Z', '490201000060Z'), `${tbs}.validity.notAfter`],
    ['has a time without seconds', withValidity('2001010000Z', '490101000000Z'), `${tbs}.validity.notBefore`],
    ['has a time with an offset', withValidity('200101000000Z', '20500101000000+0000'), `${tbs}.validity.notAfter`],
    ['has a time with a fraction', withValidity('200101000000Z', '20500101000000.5Z'), `${tbs}.validity.notAfter`],
    ['encodes the default of critical', withCritical('010100'), `${tbs}.extensions[0].critical`],
    ['has a BOOLEAN that is neither', withCritical('010101'), `${tbs}.extensions[0].critical`],
  ]

  test.each(cases)('is refused when it %s', (_, der, path) => {
    expect(thrownBy(() => Certificate.parse(der))).toMatchObject({
      code: 'ERR_TLS_CERTIFICATE_PARSE',
      alert: 'decode_error',
      path,
    })
  })

  const extensions: readonly [string, string, string, keyof Certificate][] = [
    ['basicConstraints with a default', '2.5.29.19', '3003010100', 'basicConstraints'],
    ['basicConstraints with a negative pathLen', '2.5.29.19', '30060101ff0201ff', 'basicConstraints'],
    ['basicConstraints with something behind', '2.5.29.19', '30060101ff0500', 'basicConstraints'],
    ['keyUsage without a usage', '2.5.29.15', '030100', 'keyUsage'],
    ['keyUsage with unused bits set', '2.5.29.15', '03020781', 'keyUsage'],
    ['extendedKeyUsage without a purpose', '2.5.29.37', '3000', 'extendedKeyUsage'],
    ['extendedKeyUsage of integers', '2.5.29.37', '3003020101', 'extendedKeyUsage'],
    ['subjectAltName without a name', '2.5.29.17', '3000', 'subjectAltName'],
    ['subjectAltName that is a string', '2.5.29.17', '0c0161', 'subjectAltName'],
    ['subjectAltName with a NUL', '2.5.29.17', '30058203610062', 'subjectAltName'],
    ['subjectAltName beyond ASCII', '2.5.29.17', '300482026180', 'subjectAltName'],
    ['subjectAltName with an address of 5 bytes', '2.5.29.17', '300787050102030405', 'subjectAltName'],
    ['subjectAltName with an unknown form', '2.5.29.17', '3003890161', 'subjectAltName'],
    ['subjectAltName with bytes behind it', '2.5.29.17', '3003820161ff', 'subjectAltName'],
    ['nameConstraints without constraints', '2.5.29.30', '3000', 'nameConstraints'],
    ['nameConstraints with an empty list', '2.5.29.30', '3002a000', 'nameConstraints'],
    ['nameConstraints with a minimum', '2.5.29.30', '300aa0083006820161800101', 'nameConstraints'],
    ['nameConstraints with holes in a mask', '2.5.29.30', '300ea00c300a87080a000000ff00ff00', 'nameConstraints'],
    ['authorityKeyIdentifier with half an issuer', '2.5.29.35', '3003820101', 'authorityKeyIdentifier'],
    ['subjectKeyIdentifier that is an integer', '2.5.29.14', '020101', 'subjectKeyIdentifier'],
  ]

  test.each(extensions)('is refused when it is asked about its %s', (_, oid, hex, field) => {
    const without = [
      'basicConstraints',
      'keyUsage',
      'extendedKeyUsage',
      'subjectAltName',
      'subjectKeyIdentifier',
      'authorityKeyIdentifier',
    ] as const
    const made = authority.issue({ without, extensions: [{ oid, value: fromHex(hex) }] })
    const failure = thrownBy(() => Certificate.parse(made.certificate)[field])
    expect(failure?.code).toBe('ERR_TLS_CERTIFICATE_PARSE')
    expect(failure?.path).toMatch(/^Certificate\.tbsCertificate\.extensions\[0\]\.extnValue/)
  })

  test('is read when only that one thing is put right', () => {
    expect(Certificate.parse(withCritical('0101ff')).extensions.get('2.5.29.99')?.critical).toBe(true)
    expect(Certificate.parse(withCritical('')).extensions.get('2.5.29.99')?.critical).toBe(false)
    const certificate = Certificate.parse(withValidity('500101000000Z', '20500228235959Z'))
    expect(certificate.notBefore).toBe(Date.UTC(1950, 0, 1))
    expect(certificate.notAfter).toBe(Date.UTC(2050, 1, 28, 23, 59, 59))
  })

  test('says what is wrong with PEM', () => {
    expect(thrownBy(() => Certificate.parse('nothing'))).toMatchObject({ code: 'ERR_TLS_CERTIFICATE_PARSE' })
    expect(thrownBy(() => Certificate.parse(authority.privateKeyPem))?.message).toContain('no CERTIFICATE block')
    expect(thrownBy(() => Certificate.parse(authority.pem + authority.pem))?.message).toContain('2 certificates')
    expect(Certificate.parseAll(authority.pem + authority.pem)).toHaveLength(2)
  })
})

describe('bytes that anybody may send', () => {
  const samples = [
    authority.issue({
      dns: ['example.org'],
      ip: ['2001:db8::1'],
      email: ['a@example.org'],
      uri: ['https://b.example/'],
    }),
    createAuthority({ keyType: 'rsa', rsaPadding: 'pss', nameConstraints: { permitted: { dns: ['a'] } } }),
    createAuthority({ keyType: 'ed25519', pathLength: 0 }),
    createSelfSigned({ version: 1, keyType: 'rsa-pss' }),
  ].map(({ certificate }) => certificate)

  test('are read or refused with a TlsError wherever a certificate is cut off', () => {
    for (const sample of samples) {
      for (let length = 0; length < sample.length; length++) {
        expect(thrownBy(() => readEverything(sample.subarray(0, length)))?.code).toBe('ERR_TLS_CERTIFICATE_PARSE')
      }
    }
  })

  test('are read or refused with a TlsError whatever single byte of a certificate is changed', () => {
    fc.assert(
      fc.property(fc.constantFrom(...samples), fc.nat(), fc.integer({ min: 1, max: 255 }), (sample, at, change) => {
        const bytes = sample.slice()
        bytes[at % bytes.length] = (bytes[at % bytes.length] as number) ^ change
        expect(thrownBy(() => readEverything(bytes))?.code ?? 'ERR_TLS_CERTIFICATE_PARSE').toBe(
          'ERR_TLS_CERTIFICATE_PARSE',
        )
      }),
      { numRuns: 3000 },
    )
  })

  test('are read or refused with a TlsError when they are random', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, framed) => {
        const input = framed ? derElement(sequence, bytes) : bytes
        expect(thrownBy(() => readEverything(input))?.code).toBe('ERR_TLS_CERTIFICATE_PARSE')
      }),
    )
  })

  test('do not exhaust the stack however deep they nest', () => {
    let nested: Uint8Array = new Uint8Array(0)
    for (let i = 0; i < 5000; i++) nested = derElement(sequence, nested)
    const made = authority.issue({ extensions: [{ oid: '2.5.29.17', value: nested }] })
    expect(thrownBy(() => Certificate.parse(made.certificate).subjectAltName)?.message).toContain('nested deeper')
  })
})

function readEverything(der: Uint8Array): void {
  const certificate = Certificate.parse(der)
  void certificate.publicKey
  void certificate.signatureAlgorithm
  void certificate.basicConstraints
  void certificate.keyUsage
  void certificate.extendedKeyUsage
  void certificate.subjectAltName
  void certificate.nameConstraints
  void certificate.subjectKeyIdentifier
  void certificate.authorityKeyIdentifier
  void certificate.isSelfIssued
  expect(JSON.stringify(certificate)).toContain('serialNumber')
  expect(certificate.toString()).toContain('serial')
  void certificate.subject.relativeNames
}

/** A certificate with another TBSCertificate field: `serialNumber` is field 1, `extensions` field 7. */
function withField(index: number, field: string): Uint8Array {
  return authority.issue({
    alterTbs: (tbs) => derElement(sequence, ...elements(tbs).map((one, i) => (i === index ? fromHex(field) : one))),
  }).certificate
}

function withValidity(notBefore: string, notAfter: string): Uint8Array {
  const times = [notBefore, notAfter].map((text) =>
    derElement(text.length > 13 ? generalizedTime : utcTime, ascii(text)),
  )
  return withField(4, toHex(derElement(sequence, ...times)))
}

/** A certificate with one extension, 2.5.29.99, with this `critical`. */
function withCritical(hex: string): Uint8Array {
  const extension = derElement(sequence, fromHex('0603551d63'), fromHex(hex), fromHex('0400'))
  return withField(7, toHex(derElement(explicit(3), derElement(sequence, extension))))
}

function elements(container: Uint8Array): Uint8Array[] {
  const reader = new DerReader(container, 'ERR_TLS_CERTIFICATE_PARSE').enter(sequence, 'container')
  const found: Uint8Array[] = []
  while (reader.peek() !== undefined) found.push(reader.element(undefined, found.length))
  return found
}
