import type { Certificate } from './certificate.ts'
import { extensionLines } from './text/extension-text.ts'
import { keyLines, signatureLines } from './text/key-text.ts'
import { attempted, hexLines, indented, timeText } from './text/lines.ts'
import { nameText } from './text/name-text.ts'

/**
 * All that a certificate says, as `openssl x509 -text` lays it out: with the names and in the order of OpenSSL 3, names
 * as its newer releases write them (`C=DE, O=Example, CN=example.org`, not escaped where they are not ASCII).
 *
 * What cannot be read is said in its place, so that this answers for every certificate that was parsed. Control
 * characters are escaped: no value can look like a line of its own.
 *
 * @returns lines with `\n` behind each
 *
 * @example
 * ```ts no-run
 * import { readFileSync } from 'node:fs'
 * import { Certificate } from '@typetls/x509'
 * import { certificateText } from '@typetls/x509/certificate-text'
 *
 * process.stdout.write(certificateText(Certificate.parse(readFileSync('server.pem', 'utf8'))))
 * ```
 */
export function certificateText(certificate: Certificate): string {
  const [algorithm = '', ...parameters] = attempted(() => signatureLines(certificate.algorithm))
  const lines = [
    'Certificate:',
    ...indented(4, [
      'Data:',
      ...indented(4, [
        `Version: ${certificate.version} (0x${certificate.version - 1})`,
        ...serialLines(certificate.serialNumber),
        algorithm,
        ...parameters,
        ...attempted(() => [`Issuer: ${nameText(certificate.issuer)}`], 'Issuer: '),
        'Validity',
        `    Not Before: ${timeText(certificate.notBefore)}`,
        `    Not After : ${timeText(certificate.notAfter)}`,
        ...attempted(() => [`Subject: ${nameText(certificate.subject)}`], 'Subject: '),
        'Subject Public Key Info:',
        ...indented(4, keyLines(certificate)),
        ...extensionsLines(certificate),
      ]),
      algorithm,
      'Signature Value:',
      ...indented(4, [...parameters, ...hexLines(certificate.signature, 18)]),
    ]),
  ]
  return lines.map((line) => `${line.trimEnd()}\n`).join('')
}

/** Decimal and hexadecimal if it is less than 2^63, otherwise octets. */
function serialLines(content: Uint8Array): string[] {
  const negative = (content[0] as number) >= 0x80
  const unsigned = BigInt(`0x${Array.from(content, (octet) => octet.toString(16).padStart(2, '0')).join('')}`)
  const size = negative ? (1n << BigInt(8 * content.length)) - unsigned : unsigned
  const sign = negative ? '-' : ''
  if (size < 1n << 63n) return [`Serial Number: ${sign}${size} (${sign}0x${size.toString(16)})`]
  const digits = size.toString(16)
  const octets = digits.padStart(digits.length + (digits.length & 1), '0').match(/../g) as string[]
  return ['Serial Number:', `    ${negative ? '(Negative)' : ''}${octets.join(':')}`]
}

function extensionsLines(certificate: Certificate): string[] {
  if (certificate.extensions.size === 0) return []
  const lines = [...certificate.extensions.values()].flatMap((extension) => extensionLines(certificate, extension))
  return ['X509v3 extensions:', ...indented(4, lines)]
}
