import { createSelfSigned } from '@typetls/testing'
import type { CertificateOptions } from '@typetls/testing'
import { describe, expect, test } from 'vitest'
import { Certificate } from './certificate.ts'
import { hostNames, matchesHost } from './name-match.ts'

describe('a certificate speaks for a host', () => {
  test.each([
    ['example.org', 'example.org'],
    ['example.org', 'EXAMPLE.org'],
    ['Example.ORG', 'example.org'],
    ['example.org', 'example.org.'],
    ['localhost', 'localhost'],
    ['_dmarc.example.org', '_dmarc.example.org'],
    ['xn--bcher-kva.example', 'XN--Bcher-KVA.example'],
    ['*.example.org', 'a.example.org'],
    ['*.example.org', 'A.Example.Org'],
    ['*.example.org', 'xn--bcher-kva.example.org'],
    ['*.a.example.org', 'b.a.example.org'],
  ])('when it has %s and the host is %s', (presented, host) => {
    expect(matchesHost(certificate({ dns: ['other.example', presented] }), host)).toBe(presented)
  })

  test.each([
    ['192.0.2.1', '192.0.2.1'],
    ['2001:db8::1', '2001:DB8:0:0::1'],
    ['2001:db8::1', '[2001:db8::1]'],
    ['::1', '::1'],
  ])('when it has the address %s and the host is %s', (presented, host) => {
    expect(matchesHost(certificate({ ip: ['203.0.113.9', presented] }), host)).toBe(presented)
  })
})

describe('a certificate does not speak for a host', () => {
  test.each([
    ['example.org', 'example.com'],
    ['example.org', 'www.example.org'],
    ['www.example.org', 'example.org'],
    ['example.org.', 'example.org'],
    // A wildcard is one whole label, the leftmost, and there are two more.
    ['*.example.org', 'example.org'],
    ['*.example.org', 'a.b.example.org'],
    ['*.example.org', '.example.org'],
    ['*.org', 'example.org'],
    ['*', 'localhost'],
    ['*.*.example.org', 'a.b.example.org'],
    ['a*.example.org', 'ab.example.org'],
    ['*a.example.org', 'ba.example.org'],
    ['a*b.example.org', 'acb.example.org'],
    ['www.*.org', 'www.example.org'],
    ['*.example.org', '*.example.org'],
    ['xn--*.example.org', 'xn--bcher-kva.example.org'],
    ['*.1.2.3', '0.1.2.3'],
    // Addresses and names are never each other.
    ['192.0.2.1', '192.0.2.1'],
    ['2001:db8::1', '2001:db8::1'],
    ['*.0.2.1', '192.0.2.1'],
    // Not host names at all.
    ['', ''],
    ['.', '.'],
    ['a..example.org', 'a..example.org'],
    ['bücher.example', 'bücher.example'],
    ['-a.example.org', '-a.example.org'],
    ['a b.example.org', 'a b.example.org'],
    [`${'a'.repeat(64)}.example.org`, `${'a'.repeat(64)}.example.org`],
    ['1.2.3', '1.2.3'],
    ['0x7f000001', '127.0.0.1'],
  ])('when it has %j and the host is %j', (presented, host) => {
    const made = createSelfSigned({ subject: host, dns: [presented] })
    const beyondAscii = /[^\x00-\x7f]/.test(presented)
    if (beyondAscii) expect(() => matchesHost(Certificate.parse(made.certificate), 'a.example')).toThrow('IA5String')
    else expect(matchesHost(Certificate.parse(made.certificate), host)).toBeUndefined()
  })

  test('because of its common name', () => {
    expect(matchesHost(certificate({ subject: 'example.org' }), 'example.org')).toBeUndefined()
    expect(matchesHost(certificate({ subject: 'example.org', ip: ['192.0.2.1'] }), 'example.org')).toBeUndefined()
  })

  test('because of an IPv4 address in IPv6 form, nor the other way round', () => {
    expect(matchesHost(certificate({ ip: ['::ffff:192.0.2.1'] }), '192.0.2.1')).toBeUndefined()
    expect(matchesHost(certificate({ ip: ['192.0.2.1'] }), '::ffff:192.0.2.1')).toBeUndefined()
  })

  test('because of a name of another form', () => {
    const made = certificate({ email: ['a@example.org'], uri: ['https://example.org/'] })
    expect(matchesHost(made, 'example.org')).toBeUndefined()
    expect(hostNames(made)).toEqual([])
  })
})

function certificate(options: CertificateOptions): Certificate {
  return Certificate.parse(createSelfSigned(options).certificate)
}
