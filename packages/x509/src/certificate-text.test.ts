import { readFileSync } from 'node:fs'
import { createAuthority, testKeyTypes } from '@typetls/testing'
import { ascii, concat } from '@typetls/wire'
import { expect, test } from 'vitest'
import { certificateText } from './certificate-text.ts'
import type { CertificateJson } from './certificate-json.ts'
import { Certificate } from './certificate.ts'
import { derElement } from '@typetls/wire/der'

test('every extension is written out', () => {
  expect(certificateText(Certificate.parse(stored('every-extension.pem')))).toBe(stored('every-extension.txt'))
})

test.each(testKeyTypes)('an %s certificate has its lines', (keyType) => {
  const { certificate } = createAuthority({ keyType, serial: 0x1001n, name: 'a root' })
  const lines = linesOf(certificate)
  expect(lines).toContain('        Serial Number: 4097 (0x1001)')
  expect(lines).toContain('        Subject: CN=a root')
  expect(lines).toContain('            X509v3 Basic Constraints: critical')
  expect(lines.filter((line) => line.includes('cannot be read'))).toEqual([])
})

test('parameters of RSASSA-PSS, a negative serial number and long ones are said', () => {
  expect(linesOf(stored('pss-signature.pem'))).toEqual(
    expect.arrayContaining(['        Hash Algorithm: sha384', '         Salt Length: 0x30']),
  )
  expect(linesOf(stored('pss-key.pem'))).toEqual(
    expect.arrayContaining(['        Serial Number: -2 (-0x2)', '                  Minimum Salt Length: 32']),
  )
  const long = createAuthority({ serial: 1n << 63n }).certificate
  expect(linesOf(long)).toContain('            80:00:00:00:00:00:00:00')
})

test('the timestamps of logs are said', () => {
  const lines = linesOf(readFileSync(new URL('../test/transparency/embedded.pem', import.meta.url), 'utf8'))
  expect(lines).toContain('                    Timestamp : Apr  5 17:04:16.275 2013 GMT')
  expect(lines).toContain('                    Signature : ecdsa-with-SHA256')
})

test('a value cannot look like a line of its own', () => {
  const { certificate } = createAuthority({ name: 'x\n        Subject: CN=victim' })
  expect(linesOf(certificate)).toContain('        Subject: CN=x\\0A        Subject: CN=victim')
  const uri = derElement(0x86, ascii('http://x/\r\n\u001b[2J'))
  const forged = createAuthority({
    extensions: [{ oid: '2.5.29.17', value: derElement(0x30, uri) }],
  }).certificate
  expect(linesOf(forged)).toContain('                URI:http://x/\\0D\\0A\\1B[2J')
})

test('what cannot be read is said in its place', () => {
  const { certificate } = createAuthority({
    extensions: [
      { oid: '2.5.29.31', value: Uint8Array.of(0x30, 0) },
      { oid: '1.2.3.4.5', value: concat(Uint8Array.of(0xff, 0x0a), ascii('text')) },
    ],
  })
  expect(linesOf(certificate)).toEqual(
    expect.arrayContaining([
      '            X509v3 CRL Distribution Points:',
      expect.stringMatching(/^ {16}\(cannot be read: .* is empty\)$/),
      '            1.2.3.4.5:',
      '                ..text',
    ]),
  )
})

test('JSON has all of it', () => {
  const json = JSON.parse(JSON.stringify(Certificate.parse(stored('every-extension.pem')))) as CertificateJson
  expect(json).toMatchObject({
    subject: 'emailAddress=x@example.org,CN=example.org,OU=a\\+b,O=Exämple\\, Inc.,C=DE',
    serialNumber: '00ff1234567890abcdef01',
    version: 3,
    signatureAlgorithm: 'ecdsa-sha256',
    publicKey: { keyType: 'ec-secp256r1' },
    extensions: {
      basicConstraints: { critical: true, value: { ca: true, pathLength: 2 } },
      subjectAltName: {
        critical: false,
        value: expect.arrayContaining([
          { type: 'dns', value: '*.example.org' },
          { type: 'ip', value: '2001:db8::1' },
        ]),
      },
      nameConstraints: { value: { permitted: expect.arrayContaining([{ type: 'ip', value: '10.0.0.0/255.0.0.0' }]) } },
      policyConstraints: { value: { requireExplicitPolicy: 3, inhibitPolicyMapping: 0 } },
      tlsFeature: { value: [5] },
      '1.2.3.4.5': { value: '0c07756e6b6e6f776e' },
    },
  })
  const broken = createAuthority({ extensions: [{ oid: '2.5.29.31', value: Uint8Array.of(0x30, 0) }] }).certificate
  expect(Certificate.parse(broken).toJSON().extensions['crlDistributionPoints']).toEqual({
    critical: false,
    value: '3000',
  })
  const unreadable = createAuthority({ extensions: [{ oid: '2.5.29.17', value: Uint8Array.of(0x30, 0) }] }).certificate
  expect(Certificate.parse(unreadable).toJSON().extensions['subjectAltName']).toMatchObject({
    value: '3000',
    error: expect.stringContaining('is empty'),
  })
})

function linesOf(certificate: Uint8Array | string): string[] {
  return certificateText(Certificate.parse(certificate)).split('\n')
}

function stored(name: string): string {
  return readFileSync(new URL(`../test/text/${name}`, import.meta.url), 'utf8')
}
