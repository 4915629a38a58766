import { childrenOf, parseAsn1, readCount, readObjectIdentifier } from '../asn1.ts'
import type { DerReader } from '@typetls/wire/der'
import type { Certificate } from '../certificate.ts'
import { bitString, explicit, integer, objectIdentifier, sequence } from '@typetls/wire/der'
import { readAlgorithm } from '../signature-algorithm.ts'
import { attempted, hexLines, indented } from './lines.ts'
import { nameOf } from './object-names.ts'

/** What is inside `Subject Public Key Info:`. */
export function keyLines(certificate: Certificate): readonly string[] {
  return attempted(() => {
    const [algorithm, key] = childrenOf(parseAsn1(certificate.spki, 'SubjectPublicKeyInfo'), sequence)
    if (algorithm === undefined || key === undefined) return ['(not a SubjectPublicKeyInfo)']
    const { oid, parameters } = readAlgorithm(algorithm)
    const bytes = key.content(bitString).subarray(1)
    const lines = (readers[oid] ?? otherKeyLines)(bytes, parameters, oid)
    return [`Public Key Algorithm: ${nameOf(oid)}`, ...indented(4, lines)]
  })
}

/** The signature algorithm, with the parameters of RSASSA-PSS. */
export function signatureLines(der: Uint8Array): string[] {
  const { oid, parameters } = readAlgorithm(parseAsn1(der, 'AlgorithmIdentifier'))
  const line = `Signature Algorithm: ${nameOf(oid)}`
  if (oid !== rsassaPss || parameters === undefined) return [line]
  const { hash, mask, salt, trailer } = pssParameters(parameters)
  const saltText = salt === undefined ? '0x14 (default)' : `0x${hexNumber(salt)}`
  return [
    line,
    `Hash Algorithm: ${hash ?? 'sha1 (default)'}`,
    `Mask Algorithm: ${mask ?? 'mgf1 with sha1 (default)'}`,
    ` Salt Length: ${saltText}`,
    `Trailer Field: ${trailer === undefined ? '0x01 (default)' : `0x${hexNumber(trailer)}`}`,
  ]
}

type KeyReader = (bytes: Uint8Array, parameters: DerReader | undefined, oid: string) => string[]

/** https://www.rfc-editor.org/rfc/rfc8017#appendix-A.1.1 */
function rsaLines(bytes: Uint8Array): string[] {
  const [modulus, exponent] = childrenOf(parseAsn1(bytes, 'RSAPublicKey'), sequence).map((number) =>
    number.content(integer),
  )
  if (modulus === undefined || exponent === undefined) return ['(not an RSAPublicKey)']
  return [
    `Public-Key: (${bitLength(modulus)} bit)`,
    'Modulus:',
    ...indented(4, hexLines(modulus, 15)),
    ...numberLines('Exponent', exponent),
  ]
}

function pssKeyLines(bytes: Uint8Array, parameters: DerReader | undefined): string[] {
  if (parameters === undefined) return [...rsaLines(bytes), 'No PSS parameter restrictions']
  const { hash, mask, salt, trailer } = pssParameters(parameters)
  return [
    ...rsaLines(bytes),
    'PSS parameter restrictions:',
    `  Hash Algorithm: ${hash ?? 'sha1 (default)'}`,
    `  Mask Algorithm: ${mask ?? 'mgf1 with sha1 (default)'}`,
    `  Minimum Salt Length: ${salt ?? '20 (default)'}`,
    `  Trailer Field: 0x${trailer ?? '1 (default)'}`,
  ]
}

/** https://www.rfc-editor.org/rfc/rfc5480#section-2.1.1 */
function ecLines(bytes: Uint8Array, parameters: DerReader | undefined): string[] {
  const curve = parameters?.peek() === objectIdentifier ? readObjectIdentifier(parameters) : undefined
  const row = curve === undefined ? undefined : curves[curve]
  const bits = row?.bits ?? 8 * (bytes[0] === 4 ? (bytes.length - 1) / 2 : bytes.length - 1)
  return [
    `Public-Key: (${bits} bit)`,
    'pub:',
    ...indented(4, hexLines(bytes, 15)),
    ...(curve === undefined ? ['Explicit parameters'] : [`ASN1 OID: ${nameOf(curve)}`]),
    ...(row?.nist === undefined ? [] : [`NIST CURVE: ${row.nist}`]),
  ]
}

/** https://www.rfc-editor.org/rfc/rfc3279#section-2.3.2 */
function dsaLines(bytes: Uint8Array, parameters: DerReader | undefined): string[] {
  const number = (label: string, content: Uint8Array): string[] => [`${label}:`, ...indented(4, hexLines(content, 15))]
  const pub = number('pub', parseAsn1(bytes, 'DSAPublicKey').content(integer))
  if (parameters === undefined) return pub
  const [p, q, g] = childrenOf(parameters, sequence).map((one) => one.content(integer))
  if (p === undefined || q === undefined || g === undefined) return ['(not the parameters of a DSA key)']
  return [`Public-Key: (${bitLength(p)} bit)`, ...pub, ...number('P', p), ...number('Q', q), ...number('G', g)]
}

function otherKeyLines(bytes: Uint8Array, _: DerReader | undefined, oid: string): string[] {
  const name = nameOf(oid)
  return [name === oid ? 'Public-Key:' : `${name} Public-Key:`, 'pub:', ...indented(4, hexLines(bytes, 15))]
}

/** A number of up to 63 bits in decimal and hexadecimal, otherwise octets. */
function numberLines(label: string, content: Uint8Array): string[] {
  if (content.length > 8) return [`${label}:`, ...indented(4, hexLines(content, 15))]
  const value = content.reduce((sum, octet) => sum * 256n + BigInt(octet), 0n)
  return [`${label}: ${value} (0x${value.toString(16)})`]
}

interface PssParameters {
  readonly hash: string | undefined
  readonly mask: string | undefined
  readonly salt: number | undefined
  readonly trailer: number | undefined
}

/** https://www.rfc-editor.org/rfc/rfc4055#section-3.1 */
function pssParameters(parameters: DerReader): PssParameters {
  const fields = parameters.enter(sequence)
  const field = <T>(number: number, read: (field: DerReader) => T): T | undefined =>
    fields.peek() === explicit(number) ? read(fields.enter(explicit(number))) : undefined
  return {
    hash: field(0, (hash) => nameOf(readAlgorithm(hash).oid)),
    mask: field(1, maskText),
    salt: field(2, readCount),
    trailer: field(3, readCount),
  }
}

function maskText(mask: DerReader): string {
  const { oid, parameters } = readAlgorithm(mask)
  return `${nameOf(oid)} with ${parameters === undefined ? '(none)' : nameOf(readAlgorithm(parameters).oid)}`
}

function bitLength(content: Uint8Array): number {
  const start = content.findIndex((octet) => octet !== 0)
  return start < 0 ? 0 : 8 * (content.length - start) - Math.clz32(content[start] as number) + 24
}

function hexNumber(number: number): string {
  const digits = number.toString(16).toUpperCase()
  return digits.padStart(digits.length + (digits.length & 1), '0')
}

const rsassaPss = '1.2.840.113549.1.1.10'

const readers: Readonly<Record<string, KeyReader>> = {
  '1.2.840.113549.1.1.1': rsaLines,
  [rsassaPss]: pssKeyLines,
  '1.2.840.10045.2.1': ecLines,
  '1.2.840.10040.4.1': dsaLines,
}

const curves: Readonly<Record<string, { readonly bits: number; readonly nist: string | undefined }>> = {
  '1.3.132.0.33': { bits: 224, nist: 'P-224' },
  '1.2.840.10045.3.1.7': { bits: 256, nist: 'P-256' },
  '1.3.132.0.34': { bits: 384, nist: 'P-384' },
  '1.3.132.0.35': { bits: 521, nist: 'P-521' },
}
