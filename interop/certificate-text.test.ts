import { readFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { rootCertificates } from 'node:tls'
import { createAuthority, testKeyTypes } from '@typetls/testing'
import { Certificate } from '@typetls/x509'
import { certificateText } from '@typetls/x509/certificate-text'
import { describe, expect, test } from 'vitest'
import { openssl } from './openssl.ts'

const lacking = openssl.version === undefined ? ': skipped, there is no openssl' : ''

describe.skipIf(lacking !== '')(`certificateText has the lines of openssl x509 -text${lacking}`, () => {
  test.each(['every-extension', 'plain', 'ed448', 'brainpool', 'pss-signature', 'pss-key', 'dsa'])(
    'of %s.pem',
    (name) => compare(readFileSync(new URL(`../packages/x509/test/text/${name}.pem`, import.meta.url), 'utf8')),
  )

  test.each(testKeyTypes)('of an %s certificate', (keyType) => {
    const authority = createAuthority({ keyType })
    compare(authority.pem)
    compare(authority.issue({ keyType, dns: ['a.example'], ip: ['192.0.2.7', '2001:db8::7'] }).pem)
  })

  test('of roots that Node.js carries', () => {
    const some = rootCertificates.filter((_, i) => i % 6 === 0)
    expect(some.length).toBeGreaterThan(10)
    some.forEach(compare)
  })
})

function compare(pem: string): void {
  const { stdout } = spawnSync('openssl', ['x509', '-text', '-noout'], { input: pem, encoding: 'utf8' })
  expect(essential(certificateText(Certificate.parse(pem)))).toEqual(essential(stdout))
}

/** Without what differs between releases of OpenSSL: space around `=`, escapes, how a name within a name is written, and the parts of DSA signatures. */
function essential(text: string): string[] {
  return text
    .replace(/(?<=\S) {8,}(?=Reasons:)/g, '\n')
    .replace(/(?:\\[0-9A-F]{2})+/g, (escapes) => Buffer.from(escapes.replaceAll('\\', ''), 'hex').toString())
    .replace(/(?<=dsa_with_SHA256\n *Signature Value:)[^]*/, '')
    .split('\n')
    .map((line) =>
      line
        .replace(/ = /g, '=')
        .replace(/DirName:[^:]*(, othername|$)/, 'DirName:$1')
        .trim(),
    )
    .filter((line) => line !== '' && !unlike.test(line))
}

/**
 * Lines that releases write differently, or that we do: the hashes of RSASSA-PSS keys have other names, texts in UTF-16
 * are left out by OpenSSL, it knows more private extensions, and breaks lines in octets that it does not know.
 */
const unlike = /^(Explicit Text:.*|(Hash|Mask) Algorithm: .*|setCext.*|[\d.]+:|.*\.\..*)$/
