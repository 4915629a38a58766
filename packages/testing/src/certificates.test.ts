import { createPublicKey } from 'node:crypto'
import { ascii, equalBytes, fromHex, toHex } from '@typetls/wire'
import * as asn1js from 'asn1js'
import { describe, expect, test } from 'vitest'
import { createAuthority, createSelfSigned } from './certificates.ts'
import { freshKey, testKey, testKeyTypes } from '@typetls/test-keys'

describe.each(testKeyTypes)('with %s keys', (keyType) => {
  const root = createAuthority({ keyType })
  const intermediate = root.issueIntermediate({ keyType, pathLength: 0 })
  const leaf = intermediate.issue({ keyType, dns: ['www.example.com'] })

  test('each certificate is signed by the one above it, and carries the key it names', () => {
    expect(root.x509().verify(createPublicKey(root.privateKey))).toBe(true)
    expect(intermediate.x509().verify(createPublicKey(root.privateKey))).toBe(true)
    expect(leaf.x509().verify(createPublicKey(intermediate.privateKey))).toBe(true)
    expect(leaf.x509().checkIssued(intermediate.x509())).toBe(true)
    expect(leaf.x509().checkPrivateKey(leaf.privateKey)).toBe(true)
    expect(leaf.keyType).toBe(keyType)
  })

  test('the keys of a chain are three different ones', () => {
    expect(equalBytes(root.spki, intermediate.spki)).toBe(false)
    expect(equalBytes(intermediate.spki, leaf.spki)).toBe(false)
    expect(equalBytes(root.spki, leaf.spki)).toBe(false)
  })
})

test('names, purposes and dates stand in the certificate as asked for', () => {
  const leaf = createAuthority({ name: 'The Root' }).issue({
    subject: { C: 'NO', O: 'Example AS', CN: 'blåbær' },
    dns: ['*.example.com', 'example.org'],
    ip: ['192.0.2.7', '2001:db8::1', '::ffff:192.0.2.1'],
    email: ['a@example.com'],
    uri: ['https://example.com/x'],
    extendedKeyUsage: ['clientAuth', '1.2.3.4'],
    notBefore: new Date('2026-01-02T03:04:05.678Z'),
    notAfter: new Date('2060-01-02T03:04:05Z'),
    serial: 0xabcdefn,
  })
  const x509 = leaf.x509()
  expect(x509.subject).toBe('C=NO\nO=Example AS\nCN=blåbær')
  expect(x509.issuer).toBe('CN=The Root')
  expect(x509.subjectAltName).toBe(
    'email:a@example.com, DNS:*.example.com, DNS:example.org, URI:https://example.com/x, ' +
      'IP Address:192.0.2.7, IP Address:2001:DB8:0:0:0:0:0:1, IP Address:0:0:0:0:0:FFFF:C000:201',
  )
  expect(x509.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2', '1.2.3.4'])
  expect(x509.serialNumber).toBe('ABCDEF')
  expect(new Date(x509.validFrom).toISOString()).toBe('2026-01-02T03:04:05.000Z')
  expect(new Date(x509.validTo).toISOString()).toBe('2060-01-02T03:04:05.000Z')
})

test('an authority is a CA and what it issues is not', () => {
  const root = createAuthority()
  expect(root.x509().ca).toBe(true)
  expect(root.issueIntermediate().x509().ca).toBe(true)
  expect(root.issue().x509().ca).toBe(false)
  expect(createSelfSigned({ dns: ['a.example'] }).x509().ca).toBe(false)
})

test('a chain goes from the leaf up to the last certificate below the root', () => {
  const root = createAuthority()
  const first = root.issueIntermediate()
  const second = first.issueIntermediate()
  const leaf = second.issue()
  expect(leaf.chain).toEqual([leaf.certificate, second.certificate, first.certificate])
  expect(root.issue().chain).toHaveLength(1)
  expect(root.chain).toEqual([root.certificate])
  expect(leaf.chainPem.match(/BEGIN CERTIFICATE/g)).toHaveLength(3)
  expect(leaf.chainPem.startsWith(leaf.pem)).toBe(true)
})

test('leaves of one authority take turns among the fixed keys, and any key can be given', () => {
  const root = createAuthority()
  const [a, b] = [root.issue(), root.issue()]
  expect(equalBytes(a.spki, b.spki)).toBe(false)
  const own = freshKey('ec-secp384r1')
  const leaf = root.issue({ key: own })
  expect(leaf.keyType).toBe('ec-secp384r1')
  expect(leaf.x509().checkPrivateKey(own)).toBe(true)
  expect(root.issue({ key: 5 }).x509().checkPrivateKey(testKey('ec-secp256r1', 5))).toBe(true)
  expect(equalBytes(root.issue({ key: 'fresh' }).spki, root.issue({ key: 'fresh' }).spki)).toBe(false)
  expect(() => testKey('rsa', 6)).toThrow(RangeError)
})

describe('a deliberate fault', () => {
  const root = createAuthority()
  const issuerKey = createPublicKey(root.privateKey)

  test('a good certificate verifies, so that the faults below mean something', () => {
    expect(root.issue().x509().verify(issuerKey)).toBe(true)
  })

  test.each(['wrong-signature', 'wrong-signer'] as const)('%s does not verify', (fault) => {
    expect(
      root
        .issue({ faults: [fault] })
        .x509()
        .verify(issuerKey),
    ).toBe(false)
  })

  test('wrong-issuer names somebody else and is signed all the same', () => {
    const x509 = root.issue({ faults: ['wrong-issuer'] }).x509()
    expect(x509.issuer).toBe('CN=typetls test stranger')
    expect(x509.verify(issuerKey)).toBe(true)
  })

  test('truncated is not parsed', () => {
    const certificate = root.issue({ faults: ['truncated'] })
    expect(() => certificate.x509()).toThrow()
  })

  test('trailing-byte and long-length change nothing but the frame', () => {
    const serial = 77n
    const plain = root.issue({ serial, key: 3 }).certificate
    const trailing = root.issue({ serial, key: 3, faults: ['trailing-byte'] }).certificate
    expect(trailing.at(-1)).toBe(0)
    const long = root.issue({ serial, key: 3, faults: ['long-length'] }).certificate
    expect([...long.subarray(0, 5)]).toEqual([0x30, 0x83, 0, long[3], long[4]])
    expect(((long[3] as number) << 8) | (long[4] as number)).toBe(long.length - 5)
    expect([...plain.subarray(0, 2)]).toEqual([0x30, 0x82])
  })

  test('other-outer-algorithm differs from the algorithm that is signed', () => {
    const [tbs, outer] = children(root.issue({ faults: ['other-outer-algorithm'] }).certificate)
    expect(toHex(outer as Uint8Array)).toBe('300506032b6570')
    expect(count(tbs as Uint8Array, '300506032b6570')).toBe(0)
  })

  test('unused-signature-bits is said before the signature', () => {
    const [, , proof] = children(root.issue({ faults: ['unused-signature-bits'] }).certificate)
    expect([proof?.[0], proof?.[2]]).toEqual([0x03, 1])
  })

  test('unknown-critical-extension and duplicate-extension are extensions of the certificate', () => {
    const unknown = root.issue({ faults: ['unknown-critical-extension'] }).certificate
    expect(count(unknown, '06092b06010401868d1f01' + '0101ff')).toBe(1)
    const authorityKeyIdentifier = '0603551d23'
    expect(count(root.issue().certificate, authorityKeyIdentifier)).toBe(1)
    expect(count(root.issue({ faults: ['duplicate-extension'] }).certificate, authorityKeyIdentifier)).toBe(2)
  })

  test('version 1 has no version field and no extensions', () => {
    const [tbs] = children(root.issue({ version: 1 }).certificate)
    expect(children(tbs as Uint8Array)).toHaveLength(6)
  })

  test('alterTbs is signed as altered', () => {
    const altered = root.issue({
      dns: ['aaaa.example'],
      alterTbs: (tbs) => fromHex(toHex(tbs).replaceAll(toHex(ascii('aaaa')), toHex(ascii('bbbb')))),
    })
    expect(altered.x509().subjectAltName).toBe('DNS:bbbb.example')
    expect(altered.x509().verify(issuerKey)).toBe(true)
  })
})

/** The parts of a constructed value, each as it stands there. */
function children(der: Uint8Array): Uint8Array[] {
  const { result } = asn1js.fromBER(der)
  return (result as asn1js.Sequence).valueBlock.value.map((part) => new Uint8Array(part.toBER()))
}

function count(bytes: Uint8Array, hex: string): number {
  return toHex(bytes).split(hex).length - 1
}
